package gate

import (
	"io"
	"net/http"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/prometheus/client_golang/prometheus/testutil/promlint"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate/controller"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestReadyOnceTheGatesWereSeen: a controller that may not read them is alive, says why it is not ready, and is ready as soon as it may.
func TestReadyOnceTheGatesWereSeen(t *testing.T) {
	t.Parallel()
	const account, namespace = "gate-without-rights", "probes"
	here := clusters[1]
	ringNamed(t, namespace).InstallGates(t, here)
	here.ServiceAccount(t, bed.GateNamespace, account)
	identity := here.WithToken(here.Token(t, bed.GateNamespace, account, tokenLife))
	g := bed.StartGate(t, bed.GateOptions{Kubeconfig: bed.KubeconfigFile(t, identity), Namespaces: []string{namespace}})
	bed.WaitFor(t, soon, "it is alive", func() (bool, string) {
		got := probe(g, "healthz")
		return got == "200 ok", got
	})
	if got, want := probe(g, "readyz/gates"), "500 internal server error: the Gates were not all seen yet\n"; got != want {
		t.Errorf("not ready: want %q, got %q", want, got)
	}
	bind(t, here, namespace, account, "ClusterRole", bed.GateServiceAccount)
	g.WaitReady(t)
}

// TestOneOfTwoReplicasIsAtWork: the other is ready too, and tells in its metrics what the Gates say, but not of clusters, which it
// does not look at.
func TestOneOfTwoReplicasIsAtWork(t *testing.T) {
	here := clusters[1]
	tree := ringNamed(t, "replicas")
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	pair := func(o *bed.GateOptions) { o.LeaderElect, o.Args = true, []string{"--log-level=info"} }
	replicas := []*bed.GateProcess{here.RunGate(t, tree.Key().Namespace, pair), here.RunGate(t, tree.Key().Namespace, pair)}
	here.WaitGate(t, tree.Key(), soon, "held: "+gate.ReasonNotCreated)
	names := func(g *bed.GateProcess) (all []string) {
		for _, line := range metrics(t, g) {
			all = append(all, line[:strings.IndexAny(line, "{")])
		}
		return slices.Compact(all)
	}
	every := []string{"casskop_gitops_gate_held_seconds", "casskop_gitops_gate_open", "casskop_gitops_gate_reason", "casskop_gitops_gate_stalled"}
	leader := append([]string{"casskop_gitops_gate_credentials_expiry_timestamp_seconds", "casskop_gitops_gate_last_answer_age_seconds"}, every...)
	slices.Sort(leader)
	atWork := func(g *bed.GateProcess) bool { return slices.Contains(messages(t, g), "at work") }
	bed.WaitFor(t, soon, "one replica is at work, and each tells what it knows", func() (bool, string) {
		for i, other := range []*bed.GateProcess{replicas[1], replicas[0]} {
			if atWork(replicas[i]) && !atWork(other) {
				diff := cmp.Diff(leader, names(replicas[i])) + cmp.Diff(every, names(other))
				return diff == "", diff
			}
		}
		return false, "none is, or both"
	})
}

func TestCredentialsThatExpireSoonAreWarnedOf(t *testing.T) {
	t.Parallel()
	here := clusters[1]
	tree := ringNamed(t, "expiring")
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...) // for an hour
	here.RunGate(t, tree.Key().Namespace)
	var notes []string
	bed.WaitFor(t, soon, "there is an Event for each cluster", func() (bool, string) {
		notes = nil
		for _, e := range eventsOf(t, here, tree.Key()) {
			if e.Reason == controller.ReasonCredentialsExpiring && e.Type == "Warning" && e.Series == nil {
				notes = append(notes, e.Note[:strings.Index(e.Note, "expire at")])
			}
		}
		slices.Sort(notes)
		return len(notes) >= 2, strings.Join(notes, "; ")
	})
	want := []string{"k8s-cluster1: the credentials in Secret k8s-cluster1 ", "k8s-cluster3: the credentials in Secret k8s-cluster3 "}
	if diff := cmp.Diff(want, notes); diff != "" {
		t.Errorf("Events (-want +got):\n%s", diff)
	}
}

// TestMetricsAreWellFormed holds all that a controller serves about Gates against the rules of Prometheus.
func TestMetricsAreWellFormed(t *testing.T) {
	t.Parallel()
	tree := ringNamed(t, "metrics")
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	g := clusters[1].RunGate(t, tree.Key().Namespace)
	clusters[1].WaitGate(t, tree.Key(), soon, "held: "+gate.ReasonNotCreated)
	var own strings.Builder
	for line := range strings.Lines(string(scrape(t, g))) {
		if strings.Contains(line, "casskop_gitops_") {
			own.WriteString(line)
		}
	}
	problems, err := promlint.New(strings.NewReader(own.String())).Lint()
	if err != nil || len(problems) > 0 || strings.Count(own.String(), "# HELP") != 6 {
		t.Errorf("problems %v, error %v, in\n%s", problems, err, &own)
	}
}

// probe is the code and the text of an answer.
func probe(g *bed.GateProcess, path string) string {
	response, err := http.Get("http://" + g.Health + "/" + path)
	if err != nil {
		return err.Error()
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // it was read to its end
	if err != nil {
		return err.Error()
	}
	return response.Status[:3] + " " + string(body)
}
