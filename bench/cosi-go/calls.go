package main

import (
	"context"
	"fmt"
	"time"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/safe"
	"github.com/cosi-project/runtime/pkg/state"
)

const (
	callRounds = 25
	callLists  = 20
)

// calls measures single calls in processor time of the whole process, the collector of garbage included; each round has a
// store of its own.
func calls(ctx context.Context) error {
	ids := newIDs()
	samples := map[string][]float64{}

	for range callRounds {
		if err := callRound(ctx, ids, samples); err != nil {
			return err
		}
	}

	for _, name := range []string{"create", "create_wall", "get", "update", "update_conflicts", "list", "destroy"} {
		report(name, median(samples[name]))
	}

	return nil
}

func callRound(ctx context.Context, ids []string, samples map[string][]float64) error {
	st := newState()

	each := func(name string, ids []string, unit float64, call func(id string) error) error {
		begun, before := time.Now(), processorSeconds()

		for _, id := range ids {
			if err := call(id); err != nil {
				return err
			}
		}

		samples[name] = append(samples[name], (processorSeconds()-before)*1e9/unit/float64(len(ids)))
		samples[name+"_wall"] = append(samples[name+"_wall"], float64(time.Since(begun).Nanoseconds())/unit/float64(len(ids)))

		return nil
	}

	change := func(id string, how func(*pair)) error {
		got, err := safe.StateGet[*pair](ctx, st, pointer(id))
		if err != nil {
			return err
		}

		how(got)

		return st.Update(ctx, got)
	}

	if err := each("create", ids, 1, func(id string) error { return st.Create(ctx, newPair(id)) }); err != nil {
		return err
	}

	if err := each("get", ids, 1, func(id string) error {
		_, err := safe.StateGet[*pair](ctx, st, pointer(id))

		return err
	}); err != nil {
		return err
	}

	if err := each("update", ids, 1, func(id string) error {
		return change(id, func(p *pair) { p.TypedSpec().Second = "changed" })
	}); err != nil {
		return err
	}

	if err := each("update_conflicts", ids, 1, func(id string) error {
		_, err := safe.StateUpdateWithConflicts(ctx, st, pointer(id), func(p *pair) error {
			p.TypedSpec().Second = "changed again"

			return nil
		})

		return err
	}); err != nil {
		return err
	}

	for number := 0; number < len(ids); number += 10 {
		if err := change(ids[number], func(p *pair) { p.Metadata().Labels().Set("tier", "front") }); err != nil {
			return err
		}
	}

	if err := each("list", ids[:callLists], 1e3, func(string) error {
		list, err := safe.StateList[*pair](ctx, st, pointer(""), state.WithLabelQuery(resource.LabelEqual("tier", "front")))
		if err == nil && list.Len() != len(ids)/10 {
			err = fmt.Errorf("%d have the label", list.Len())
		}

		return err
	}); err != nil {
		return err
	}

	return each("destroy", ids, 1, func(id string) error { return st.Destroy(ctx, pointer(id)) })
}
