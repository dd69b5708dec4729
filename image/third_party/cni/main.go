// The CNI plugins of a node as one program: which of them runs is told by the name that it is
// called by.
//
// The plugins are programs, which Go does not let others import. The build copies each into a
// package of this module, under the folder that is named here, with its `main` made public; the
// sources are those that go.sum vouches for.
package main

import (
	"fmt"
	"maps"
	"os"
	"path/filepath"
	"slices"
	"strings"

	"holdfast.dev/third-party/cni/borrowed/bandwidth"
	"holdfast.dev/third-party/cni/borrowed/bridge"
	"holdfast.dev/third-party/cni/borrowed/firewall"
	"holdfast.dev/third-party/cni/borrowed/flannel"
	"holdfast.dev/third-party/cni/borrowed/hostlocal"
	"holdfast.dev/third-party/cni/borrowed/loopback"
	"holdfast.dev/third-party/cni/borrowed/portmap"
)

var programs = map[string]func(){
	"bandwidth":  bandwidth.Main,
	"bridge":     bridge.Main,
	"firewall":   firewall.Main,
	"flannel":    flannel.Main,
	"host-local": hostlocal.Main,
	"loopback":   loopback.Main,
	"portmap":    portmap.Main,
}

func main() {
	name := filepath.Base(os.Args[0])
	program, known := programs[name]
	if !known {
		names := strings.Join(slices.Sorted(maps.Keys(programs)), ", ")
		fmt.Fprintf(os.Stderr, "%s: not a CNI plugin; expected a link called one of %s\n", name, names)
		os.Exit(2)
	}
	program()
}
