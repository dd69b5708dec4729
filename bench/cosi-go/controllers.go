package main

import (
	"context"
	"fmt"
	"strconv"
	"time"

	"github.com/cosi-project/runtime/pkg/controller"
	"github.com/cosi-project/runtime/pkg/controller/runtime"
	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/safe"
	"go.uber.org/zap"
)

const (
	wakeupWrites     = 20_000
	startControllers = 200
	startResources   = 5_000
	startRounds      = 3
)

// dependent tells when it is woken.
type dependent struct{ entered chan time.Time }

func (*dependent) Name() string { return "bench.Dependent" }

func (*dependent) Inputs() []controller.Input {
	return []controller.Input{{Namespace: namespace, Type: kind, Kind: controller.InputWeak}}
}

func (*dependent) Outputs() []controller.Output { return nil }

func (ctrl *dependent) Run(ctx context.Context, r controller.Runtime, _ *zap.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.EventCh():
			ctrl.entered <- time.Now()
		}
	}
}

// wakeup measures the time from a write until the controller that depends on it is entered.
func wakeup(ctx context.Context) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	st := newState()

	watched := newPair("watched")
	if err := st.Create(ctx, watched); err != nil {
		return err
	}

	engine, err := runtime.NewRuntime(st, zap.NewNop())
	if err != nil {
		return err
	}

	ctrl := &dependent{entered: make(chan time.Time, 16)}
	if err := engine.RegisterController(ctrl); err != nil {
		return err
	}

	go engine.Run(ctx) //nolint:errcheck // ends with the context

	<-ctrl.entered
	time.Sleep(100 * time.Millisecond)

	for len(ctrl.entered) > 0 {
		<-ctrl.entered
	}

	times := make([]float64, 0, wakeupWrites)

	for number := range wakeupWrites {
		watched.TypedSpec().Second = strconv.Itoa(number)

		begun := time.Now()

		if err := st.Update(ctx, watched); err != nil {
			return err
		}

		times = append(times, float64((<-ctrl.entered).Sub(begun).Nanoseconds())/1e3)
	}

	report("p50", percentile(times, 50))
	report("p99", percentile(times, 99))

	return nil
}

// worker reads all resources of its source and writes one, or one for each.
type worker struct {
	name, source, target string
	each                 bool
}

func (ctrl *worker) Name() string { return ctrl.name }

func (ctrl *worker) Inputs() []controller.Input {
	return []controller.Input{{Namespace: ctrl.source, Type: kind, Kind: controller.InputWeak}}
}

func (*worker) Outputs() []controller.Output {
	return []controller.Output{{Type: kind, Kind: controller.OutputShared}}
}

func (ctrl *worker) Run(ctx context.Context, r controller.Runtime, _ *zap.Logger) error {
	for {
		select {
		case <-ctx.Done():
			return nil
		case <-r.EventCh():
		}

		list, err := safe.ReaderList[*pair](ctx, r, resource.NewMetadata(ctrl.source, kind, "", resource.VersionUndefined))
		if err != nil {
			return err
		}

		if !ctrl.each {
			if err := ctrl.write(ctx, r, ctrl.name, strconv.Itoa(list.Len())); err != nil {
				return err
			}

			continue
		}

		for item := range list.All() {
			if err := ctrl.write(ctx, r, item.Metadata().ID(), item.TypedSpec().First); err != nil {
				return err
			}
		}
	}
}

func (ctrl *worker) write(ctx context.Context, r controller.Runtime, id, first string) error {
	return safe.WriterModify(ctx, r, newPairIn(ctrl.target, id, "", ""), func(p *pair) error {
		p.TypedSpec().First = first

		return nil
	})
}

// start registers and starts 200 controllers over 5,000 resources, until all that they write is there.
func start(ctx context.Context) error {
	for name, each := range map[string]bool{"start": true, "start_all": false} {
		var times []float64

		for range startRounds {
			time, err := startRound(ctx, each)
			if err != nil {
				return err
			}

			times = append(times, time)
		}

		report(name, median(times))
	}

	return nil
}

func startRound(ctx context.Context, each bool) (float64, error) {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	st := newState()

	source := func(number int) string {
		if each {
			return fmt.Sprintf("source-%03d", number)
		}

		return namespace
	}

	for number, id := range newIDs()[:startResources] {
		if err := st.Create(ctx, newPairIn(source(number%startControllers), id, "first", "second")); err != nil {
			return 0, err
		}
	}

	begun := time.Now()

	engine, err := runtime.NewRuntime(st, zap.NewNop())
	if err != nil {
		return 0, err
	}

	for number := range startControllers {
		ctrl := &worker{name: fmt.Sprintf("bench.Worker%03d", number), source: source(number), target: "target", each: each}
		if err := engine.RegisterController(ctrl); err != nil {
			return 0, err
		}
	}

	go engine.Run(ctx) //nolint:errcheck // ends with the context

	wanted := startControllers
	if each {
		wanted = startResources
	}

	for {
		list, err := st.List(ctx, resource.NewMetadata("target", kind, "", resource.VersionUndefined))
		if err != nil {
			return 0, err
		}

		if len(list.Items) == wanted {
			return float64(time.Since(begun).Nanoseconds()) / 1e6, nil
		}

		time.Sleep(time.Millisecond)
	}
}
