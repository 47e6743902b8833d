// Command comparison puts what test/bench has measured, docs/comparison.json, into docs/comparison.md as tables and into docs/images as plots.
// The same figures give the same bytes. `make bench` runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
)

func main() {
	os.Exit(execute(os.Args[1:], os.Stderr))
}

// execute is the whole program; it returns the exit code: 0 done, 1 it failed, 2 bad usage.
func execute(args []string, stderr io.Writer) int {
	flags := flag.NewFlagSet("comparison", flag.ContinueOnError)
	flags.SetOutput(stderr)
	docs := flags.String("docs", "../../docs", "`folder` of comparison.json, comparison.md and images")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "error: bad usage; see comparison --help")
		return 2
	}
	files, err := Make(os.DirFS(*docs))
	if err == nil {
		err = write(*docs, files)
	}
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	return 0
}
