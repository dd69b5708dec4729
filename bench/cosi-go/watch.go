package main

import (
	"context"
	"fmt"
	"runtime/debug"
	"strconv"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/state"
)

const (
	watchers       = 100
	deliveryWindow = 512
	deliveryRounds = 5
)

// deliveries has one writer and a hundred watchers of the kind, each of which counts every event and checks the last version;
// once with an event at a time, as a watch is by itself, and once with many at once.
func deliveries(ctx context.Context) error {
	for _, way := range []struct {
		name   string
		follow follower
	}{{"deliveries", followSingle}, {"deliveries_aggregated", followAggregated}} {
		before := processorSeconds()

		for range deliveryRounds {
			if err := deliveryRound(ctx, way.follow); err != nil {
				return err
			}
		}

		report(way.name, float64(deliveryRounds*watchers*count)/1e6/(processorSeconds()-before))
	}

	return nil
}

type follower func(ctx context.Context, st state.State, caughtUp chan<- struct{}, last chan<- resource.Version) error

func deliveryRound(ctx context.Context, follow follower) error {
	ctx, cancel := context.WithCancel(ctx)
	defer cancel()

	st := newState()

	watched := newPair("watched")
	if err := st.Create(ctx, watched); err != nil {
		return err
	}

	caughtUp := make(chan struct{}, watchers)
	last := make(chan resource.Version, watchers)

	for range watchers {
		if err := follow(ctx, st, caughtUp, last); err != nil {
			return err
		}
	}

	for number := 1; number <= count; number++ {
		watched.TypedSpec().Second = strconv.Itoa(number)

		if err := st.Update(ctx, watched); err != nil {
			return err
		}

		if number%deliveryWindow == 0 || number == count {
			for range watchers {
				<-caughtUp
			}
		}
	}

	for range watchers {
		if version := <-last; !version.Equal(watched.Metadata().Version()) {
			return fmt.Errorf("the last version seen is %s", version)
		}
	}

	return nil
}

type counter struct {
	seen     int
	caughtUp chan<- struct{}
	last     chan<- resource.Version
}

func (c *counter) event(event *state.Event) {
	if event.Type != state.Updated {
		panic(event.Type.String())
	}

	c.seen++

	if c.seen == count {
		c.last <- event.Resource.Metadata().Version()
	}

	if c.seen%deliveryWindow == 0 || c.seen == count {
		c.caughtUp <- struct{}{}
	}
}

func followSingle(ctx context.Context, st state.State, caughtUp chan<- struct{}, last chan<- resource.Version) error {
	events := make(chan state.Event)
	if err := st.WatchKind(ctx, pointer(""), events); err != nil {
		return err
	}

	go func() {
		c := counter{caughtUp: caughtUp, last: last}
		for c.seen < count {
			event := <-events
			c.event(&event)
		}
	}()

	return nil
}

func followAggregated(ctx context.Context, st state.State, caughtUp chan<- struct{}, last chan<- resource.Version) error {
	batches := make(chan []state.Event)
	if err := st.WatchKindAggregated(ctx, pointer(""), batches); err != nil {
		return err
	}

	go func() {
		c := counter{caughtUp: caughtUp, last: last}
		for c.seen < count {
			events := <-batches
			for at := range events {
				c.event(&events[at])
			}
		}
	}()

	return nil
}

// memory measures a store of 10,000 resources and a hundred watchers that wait; garbage is given back first.
func memory(ctx context.Context) error {
	ids := newIDs()

	if _, err := populated(ctx, ids[:1], 1); err != nil {
		return err
	}

	debug.FreeOSMemory()

	before := resident()

	st, err := populated(ctx, ids, watchers)
	if err != nil {
		return err
	}

	time.Sleep(100 * time.Millisecond)
	debug.FreeOSMemory()
	report("memory", resident()-before)

	// Held until here.
	_, err = st.Get(ctx, pointer(ids[0]))

	return err
}

func populated(ctx context.Context, ids []string, watchers int) (state.State, error) {
	st := newState()

	for _, id := range ids {
		if err := st.Create(ctx, newPair(id)); err != nil {
			return nil, err
		}
	}

	for range watchers {
		events := make(chan state.Event)
		if err := st.WatchKind(ctx, pointer(""), events); err != nil {
			return nil, err
		}

		go func() {
			for range events {
			}
		}()
	}

	return st, nil
}
