// etcd and etcdutl as one program: which of them runs is told by the name that it is called by.
//
// They share most of their code, and whoever recovers a member needs both in one image.
package main

import (
	"fmt"
	"os"
	"path/filepath"

	"github.com/spf13/cobra"
	"go.etcd.io/etcd/etcdutl/v3/etcdutl"
	"go.etcd.io/etcd/server/v3/etcdmain"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "etcd":
		etcdmain.Main(os.Args)
	case "etcdutl":
		if err := offline().Execute(); err != nil {
			os.Exit(1) // cobra has printed it
		}
	default:
		fmt.Fprintf(os.Stderr, "%s: not a program of etcd; expected a link called etcd or etcdutl\n", name)
		os.Exit(2)
	}
}

// offline is the command that works on the data of a member that does not run.
func offline() *cobra.Command {
	command := &cobra.Command{Use: "etcdutl", Short: "Works on the data of an etcd member that does not run"}
	command.PersistentFlags().StringVarP(&etcdutl.OutputFormat, "write-out", "w", "simple",
		"form of the output: fields, json, protobuf, simple or table")
	command.AddCommand(
		etcdutl.NewDefragCommand(),
		etcdutl.NewHashKVCommand(),
		etcdutl.NewMigrateCommand(),
		etcdutl.NewSnapshotCommand(),
		etcdutl.NewVersionCommand(),
	)
	return command
}
