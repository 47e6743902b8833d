package operate

import (
	"flag"
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// TestWhatAHumanSees takes a ring through its states, and holds what the program prints in each against a file.
func TestWhatAHumanSees(t *testing.T) {
	w := newWorld(t, "cassandra-e2e")
	first, second := clusters[0], clusters[1]
	const contexts = "--contexts=k8s-cluster1,k8s-cluster2"
	w.shows("not-looked-at", 1, "status", "cassandra-demo")

	w.runGates()
	w.says(first, "open: "+gate.ReasonRuleMet)
	w.says(second, "held: "+gate.ReasonNotCreated)
	w.shows("not-delivered", 1, "status", "cassandra-demo")

	w.deliver(first, bed.Initializing)
	w.says(second, "held: "+gate.ReasonNotRunning)
	w.shows("held", 1, "status", "cassandra-demo")
	w.shows("held-by-contexts", 1, "status", "cassandra-demo", contexts)
	w.shows("held-wide", 1, "status", "cassandra-demo", contexts, "-o", "wide")
	w.shows("held-json", 1, "status", "cassandra-demo", "-o", "json")
	w.shows("held-yaml", 1, "status", contexts, "-o", "yaml") // all rings there are
	w.shows("wait-timeout", 1, "wait", "cassandra-demo", "--for=rolled-out", "--timeout=3s")

	w.takenIn(first, bed.Corrected)
	w.says(second, "held: "+gate.ReasonChangeRefused)
	w.shows("stalled", 1, "status", "cassandra-demo")
	w.shows("wait-stalled", 1, "wait", "cassandra-demo", "--for=open")

	w.shows("open", 0, "open", "cassandra-demo", "--revision", w.tree.Revision, "--reason", "dc1 is lost, ticket 4711")
	w.says(second, "open: "+gate.ReasonOpenedByHand)
	w.shows("close", 0, "close", "cassandra-demo")

	w.takenIn(first, bed.Done)
	w.deliver(second, bed.Done)
	w.shows("wait-rolled-out", 0, "wait", "cassandra-demo", "--for=rolled-out")
	w.shows("through", 0, "status", "cassandra-demo")
	w.shows("hold", 0, "hold", "cassandra-demo", "--reason", "no changes before Monday, ticket 4712")
	w.says(second, "open: "+gate.ReasonCarried)

	w.commit("cassandra:4.0.5")
	w.says(first, "open: "+gate.ReasonRuleMet)
	w.says(second, "held: "+gate.ReasonHold)
	w.shows("held-by-hand", 1, "status", "cassandra-demo", contexts)
	w.shows("resume", 0, "resume", "cassandra-demo")
}

// shows runs the program and holds what it prints against testdata/<state>.txt.
func (w *world) shows(state string, code int, args ...string) {
	w.Helper()
	file := filepath.Join("testdata", state+".txt")
	run := func() string {
		got := w.gate(args...)
		if got.Code != code {
			w.Fatalf("gate %v: want exit %d, got %d:\n%s%s", args, code, got.Code, got.Stdout, got.Stderr)
		}
		text := fmt.Sprintf("$ gate %s\n%s%s", quoted(args), got.Stdout, got.Stderr)
		return w.plain(text)
	}
	text := run()
	if *update {
		if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
			w.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		w.Fatal(err)
	}
	if diff := cmp.Diff(string(want), text); diff != "" {
		w.Errorf("%s (-want +got):\n%s", file, diff)
	}
}

func quoted(args []string) string {
	var words []string
	for _, a := range args {
		if a == "" || strings.Contains(a, " ") {
			a = `"` + a + `"`
		}
		words = append(words, a)
	}
	return strings.Join(words, " ")
}

// What differs from run to run, and what stands in its place.
var varying = []struct {
	*regexp.Regexp
	plain string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ`), "2026-11-22T08:00:00Z"},
	{regexp.MustCompile(`https://127\.[0-9.:]+  +`), "https://10.1.0.10:6443   "},
	{regexp.MustCompile(`https://127\.[0-9.:]+`), "https://10.1.0.10:6443"},
	{regexp.MustCompile(`SERVER +MESSAGE`), "SERVER                   MESSAGE"},
	{regexp.MustCompile(`AGE +REACHED`), "AGE   REACHED"},
	{regexp.MustCompile(`([0-9a-f]{16} +)[0-9smh]+ +(context|Secret)`), "${1}9s    $2"},
	{regexp.MustCompile(`(?m)([0-9a-f]{16} +)[0-9smh]+$`), "${1}9s"},
}

func (w *world) plain(text string) string {
	for _, v := range varying {
		text = v.ReplaceAllString(text, v.plain)
	}
	return w.revisions(text)
}

// revisions stand in for the ones of this ring, which depend on its spec.
func (w *world) revisions(text string) string {
	known := map[string]string{}
	return regexp.MustCompile(`\b[0-9a-f]{16}\b`).ReplaceAllStringFunc(text, func(found string) string {
		if known[found] == "" {
			known[found] = []string{"f21d9a02443cfe55", "17b7961a7be5c55c"}[len(known)]
		}
		return known[found]
	})
}
