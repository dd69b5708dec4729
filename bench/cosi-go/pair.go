package main

import (
	"fmt"

	"github.com/cosi-project/runtime/pkg/resource"
	"github.com/cosi-project/runtime/pkg/resource/meta"
	"github.com/cosi-project/runtime/pkg/resource/typed"
	"github.com/cosi-project/runtime/pkg/state"
	"github.com/cosi-project/runtime/pkg/state/impl/inmem"
	"github.com/cosi-project/runtime/pkg/state/impl/namespaced"
)

const (
	namespace = "bench"
	kind      = "Pairs.bench.cosi.dev"
	count     = 10_000

	// As many changes as the store beside it remembers.
	history = 1024
)

// pairSpec is two short strings.
type pairSpec struct {
	First  string `yaml:"first" protobuf:"1"`
	Second string `yaml:"second" protobuf:"2"`
}

// DeepCopy is what the runtime asks of a spec; strings are shared.
func (spec pairSpec) DeepCopy() pairSpec { return spec }

type pairExtension struct{}

// ResourceDefinition describes the type.
func (pairExtension) ResourceDefinition() meta.ResourceDefinitionSpec {
	return meta.ResourceDefinitionSpec{Type: kind, DefaultNamespace: namespace}
}

type pair = typed.Resource[pairSpec, pairExtension]

func newPair(id string) *pair { return newPairIn(namespace, id, "first", "second") }

func newPairIn(namespace, id, first, second string) *pair {
	metadata := resource.NewMetadata(namespace, kind, id, resource.VersionUndefined)

	return typed.NewResource[pairSpec, pairExtension](metadata, pairSpec{First: first, Second: second})
}

func pointer(id string) resource.Metadata {
	return resource.NewMetadata(namespace, kind, id, resource.VersionUndefined)
}

func newState() state.State {
	return state.WrapCore(namespaced.NewState(func(namespace resource.Namespace) state.CoreState {
		return inmem.NewStateWithOptions(inmem.WithHistoryMaxCapacity(history), inmem.WithHistoryGap(4))(namespace)
	}))
}

func newIDs() []string {
	ids := make([]string, count)
	for number := range ids {
		ids[number] = fmt.Sprintf("pair-%05d", number)
	}

	return ids
}
