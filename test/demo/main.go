// Command demo shows the whole system at work on one machine: three Kubernetes clusters, in each the real Flux, CassKop and gate, and a git
// repository in front. It rolls the sample ring out, then changes its image, and shows both live. `make demo` builds what it needs.
package main

import (
	"context"
	"flag"
	"fmt"
	"io"
	"os"
	"os/signal"
	"syscall"
	"time"

	"github.com/go-logr/logr"
	ctrl "sigs.k8s.io/controller-runtime"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

const (
	// soak is how long a cluster must have been ready before the next one may start.
	soak = 5 * time.Second
	// patience is how long a rollout may take.
	patience = 15 * time.Minute

	newImage = "cassandra:4.0.5"
)

func main() {
	keep := flag.Bool("keep", false, "when the show is over, leave all running until Ctrl-C, and print the KUBECONFIGs")
	picture := flag.String("svg", "", "`file` for a picture of some moments of the show")
	flag.Usage = func() {
		fmt.Fprintln(flag.CommandLine.Output(), "usage: demo [--keep] [--svg FILE]\n\nRolls a Cassandra ring out over three Kubernetes clusters on this machine.")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() > 0 {
		fmt.Fprintf(os.Stderr, "demo takes no arguments, got %q\n", flag.Args())
		os.Exit(2)
	}
	os.Exit(run(os.Stdout, *keep, *picture))
}

// run returns the exit code: 0 when all went well, 1 when something did not, 130 after Ctrl-C.
func run(out io.Writer, keep bool, picture string) int {
	ctrl.SetLogger(logr.Discard()) // of the kubelets
	ctx, stop := signal.NotifyContext(context.Background(), os.Interrupt, syscall.SIGTERM)
	defer stop()
	s := &stage{ctx: ctx}
	ended := make(chan struct{})
	go func() {
		defer close(ended)
		show(s, newScreen(out), keep, picture)
	}()
	select {
	case <-ended:
	case <-ctx.Done():
		fmt.Fprintln(out, "\nstopping")
	}
	interrupted := ctx.Err() != nil
	if err := s.clear(); err != nil {
		fmt.Fprintln(os.Stderr, err)
		return 1
	}
	switch {
	case interrupted && (!keep || !s.over.Load()):
		return 130
	case s.Failed():
		return 1
	}
	return 0
}

// show is the demo.
func show(s *stage, screen *screen, keep bool, picture string) {
	screen.say("starting three Kubernetes clusters, each with Flux, CassKop and the gate: half a minute")
	clusters := bed.Start(s, "k8s-cluster1", "k8s-cluster2", "k8s-cluster3")
	sites := fleet.Start(s, clusters...)

	m := fleet.Sample(s, "cassandra-demo")
	m.StableFor = soak
	r := fleet.NewRing(s, m, casskopbed.Options{StartTime: 2 * time.Second, StopTime: time.Second}, sites...)
	w := watch(r)

	c := r.Commit(s)
	screen.say("git push: multi-casskop.yaml and what render made of it, revision %s", c.Revision)
	screen.follow(s, w, c.Revision)
	screen.say("one ring of %d nodes", len(r.Cassandra.Rings()[0]))

	m.Spec["cassandraImage"] = newImage
	c = r.Commit(s)
	screen.say("git push: cassandraImage: %s, revision %s", newImage, c.Revision)
	screen.follow(s, w, c.Revision)
	screen.say("every cluster runs %s, one after the other", newImage)

	if picture != "" {
		if err := os.WriteFile(picture, screen.picture(), 0o644); err != nil {
			s.Fatal(err)
		}
	}
	if keep {
		for _, c := range clusters {
			screen.say("export KUBECONFIG=%s", bed.KubeconfigFile(s, c.Config))
		}
		screen.say("Ctrl-C stops all and removes all")
		s.over.Store(true)
		<-s.Context().Done()
	}
}
