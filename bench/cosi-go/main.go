// Command cosi-go runs the workloads of cosi's own benchmark on the Go COSI runtime, to be measured in the same run.
//
// It takes the names of workloads, and prints a line "NAME VALUE" for each figure, in the units of the table.
package main

import (
	"bufio"
	"context"
	"fmt"
	"os"
	"slices"
	"strings"
	"syscall"

	"github.com/siderolabs/protoenc"
	"go.yaml.in/yaml/v4"
)

func main() {
	workloads := map[string]func(context.Context) error{
		"calls": calls, "deliveries": deliveries, "wakeup": wakeup, "memory": memory, "start": start, "codec": codec,
	}

	for _, name := range os.Args[1:] {
		workload, ok := workloads[name]
		if !ok {
			fmt.Fprintln(os.Stderr, "no such workload:", name)
			os.Exit(2)
		}

		if err := workload(context.Background()); err != nil {
			fmt.Fprintln(os.Stderr, name+":", err)
			os.Exit(1)
		}
	}
}

func report(name string, value float64) { fmt.Printf("%s %.3f\n", name, value) }

func median(values []float64) float64 {
	slices.Sort(values)

	return values[(len(values)-1)/2]
}

func percentile(values []float64, percent int) float64 {
	slices.Sort(values)

	return values[len(values)*percent/100]
}

// processorSeconds is user's and system's time of this process.
func processorSeconds() float64 {
	var usage syscall.Rusage
	if err := syscall.Getrusage(syscall.RUSAGE_SELF, &usage); err != nil {
		panic(err)
	}

	return float64(usage.Utime.Nano()+usage.Stime.Nano()) / 1e9
}

// resident is the resident memory of this process in MiB.
func resident() float64 {
	file, err := os.Open("/proc/self/smaps_rollup")
	if err != nil {
		panic(err)
	}

	defer file.Close() //nolint:errcheck // only read

	var kib float64

	for lines := bufio.NewScanner(file); lines.Scan(); {
		if strings.HasPrefix(lines.Text(), "Rss:") {
			fmt.Sscanf(lines.Text(), "Rss: %f kB", &kib) //nolint:errcheck // zero shows
		}
	}

	return kib / 1024
}

// codec encodes and decodes one spec in both forms.
func codec(context.Context) error {
	const rounds, calls = 25, 5_000

	spec := pairSpec{First: "first", Second: "second"}

	wire, err := protoenc.Marshal(&spec)
	if err != nil {
		return err
	}

	text, err := yaml.Marshal(&spec)
	if err != nil {
		return err
	}

	each := func(name string, call func() error) error {
		var samples []float64

		for range rounds {
			before := processorSeconds()

			for range calls {
				if err := call(); err != nil {
					return err
				}
			}

			samples = append(samples, (processorSeconds()-before)*1e9/calls)
		}

		report(name, median(samples))

		return nil
	}

	for _, workload := range []struct {
		name string
		call func() error
	}{
		{"proto_encode", func() error { _, err := protoenc.Marshal(&spec); return err }},
		{"proto_decode", func() error { var back pairSpec; return protoenc.Unmarshal(wire, &back) }},
		{"yaml_encode", func() error { _, err := yaml.Marshal(&spec); return err }},
		{"yaml_decode", func() error { var back pairSpec; return yaml.Unmarshal(text, &back) }},
	} {
		if err := each(workload.name, workload.call); err != nil {
			return err
		}
	}

	return nil
}
