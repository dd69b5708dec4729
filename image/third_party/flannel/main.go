// flanneld, and `cp`, which its init container calls: an image of it holds no other program.
//
// flanneld is a program, which Go does not let others import. The build copies it into a package of
// this module with its `main` made public and without two backends: `tencent-vpc`, whose library the
// module proxy does not serve, and `udp`, which is for debugging and the only part in C.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"

	"holdfast.dev/third-party/flannel/borrowed/flanneld"
)

func main() {
	switch name := filepath.Base(os.Args[0]); name {
	case "flanneld":
		flanneld.Main()
	case "cp":
		if err := replace(os.Args[1:]); err != nil {
			fmt.Fprintf(os.Stderr, "cp: %v\n", err)
			os.Exit(1)
		}
	default:
		fmt.Fprintf(os.Stderr, "%s: not a program of flannel; expected a link called flanneld or cp\n", name)
		os.Exit(2)
	}
}

// replace copies one file over another, which appears whole or not at all. `-f` is understood and
// changes nothing.
func replace(arguments []string) error {
	if len(arguments) > 0 && arguments[0] == "-f" {
		arguments = arguments[1:]
	}
	if len(arguments) != 2 {
		return fmt.Errorf("expected a file and its new place, got %d arguments", len(arguments))
	}
	from, err := os.Open(arguments[0])
	if err != nil {
		return err
	}
	defer from.Close()
	about, err := from.Stat()
	if err != nil {
		return err
	}
	place := arguments[1]
	aside, err := os.CreateTemp(filepath.Dir(place), ".cp-*")
	if err != nil {
		return err
	}
	defer os.Remove(aside.Name()) // does nothing once it is renamed
	_, err = io.Copy(aside, from)
	if err == nil {
		err = aside.Chmod(about.Mode().Perm())
	}
	if err == nil {
		err = aside.Sync()
	}
	if failed := aside.Close(); err == nil {
		err = failed
	}
	if err != nil {
		return err
	}
	return os.Rename(aside.Name(), place)
}
