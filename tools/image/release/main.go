// Command release builds what a release has beside the image: archives of render and gate for each platform, their bills of materials, and the
// checksums of all; to the byte the same from the same source, by the same Go. `make release` runs it.
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
	o := Options{Platforms: Platforms}
	flags := flag.NewFlagSet("release", flag.ContinueOnError)
	flags.SetOutput(stderr)
	flags.StringVar(&o.Dir, "source", "../..", "`folder` of the repository")
	flags.StringVar(&o.Out, "out", "../../bin/release", "`folder` that is made")
	flags.StringVar(&o.Version, "version", "unknown", "what the programs say, and part of the names of the archives")
	epoch := flags.Int64("created", 0, "when the source was made, in `seconds` of Unix time: the time of everything in the archives")
	if err := flags.Parse(args); errors.Is(err, flag.ErrHelp) {
		return 0
	} else if err != nil || flags.NArg() > 0 {
		fmt.Fprintln(stderr, "error: bad usage; see release --help")
		return 2
	}
	o.Created = time.Unix(*epoch, 0).UTC()
	sums, err := Build(o)
	if err != nil {
		fmt.Fprintln(stderr, "error:", err)
		return 1
	}
	fmt.Fprint(stdout, sums)
	return 0
}
