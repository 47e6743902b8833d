// Command image builds the container image of gate as an OCI layout: without a daemon, a registry or a base image, and to the byte the
// same from the same source, by the same Go. `make image` runs it.
package main

import (
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"time"
)

func main() {
	os.Exit(execute(os.Args[1:], os.Stdout, os.Stderr))
}

// execute is the whole program; it returns the exit code: 0 done, 1 it failed, 2 bad usage.
func execute(args []string, stdout, stderr io.Writer) int {
	var o Options
	flags := flag.NewFlagSet("image", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Source, "source", "../..", "`folder` of the repository")
	flags.StringVar(&o.Out, "out", "../../bin/image", "`folder` of the OCI layout")
	flags.StringVar(&o.Version, "version", "unknown", "what `gate version` says")
	flags.StringVar(&o.Revision, "revision", "", "the `commit`")
	epoch := flags.Int64("created", 0, "when the source was made, in `seconds` of Unix time: the time of everything in the image")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "error: bad usage; see image --help")
		return 2
	}
	o.Created = time.Unix(*epoch, 0).UTC()
	digest, err := Build(o)
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	fmt.Fprintf(stdout, "%s: gate %s for linux/amd64 and linux/arm64, %s\n", o.Out, o.Version, digest)
	return 0
}
