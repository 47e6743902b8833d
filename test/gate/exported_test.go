package gate

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	corev1 "k8s.io/api/core/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// watched are the metrics that the alerts and the dashboard of base/gate may use: the controller's own, and some of what every
// controller has.
var watched = []string{"casskop_gitops_", "leader_election_", "process_cpu_seconds_total", "process_resident_memory_bytes"}

// TestWhatIsThereToWatch holds the metrics of a controller that leads against testdata/metrics.txt, each with its labels. The tests of
// the alerts and of the dashboard (test/monitoring) let them use nothing else.
func TestWhatIsThereToWatch(t *testing.T) {
	here := clusters[1]
	tree := ringNamed(t, "watched")
	tree.InstallGates(t, clusters...)
	tree.Connect(t, clusters...)
	secret := &corev1.Secret{ObjectMeta: metav1.ObjectMeta{Namespace: "watched", Name: "k8s-cluster3"}}
	if err := here.Client.Delete(t.Context(), secret); err != nil {
		t.Fatal(err)
	}
	g := here.RunGate(t, "watched", func(o *bed.GateOptions) { o.LeaderElect = true })
	here.WaitGate(t, tree.Key(), soon, "held: "+gate.ReasonNotCreated)
	golden(t, "metrics.txt", func() string { return families(string(scrape(t, g))) })
}

var sample = regexp.MustCompile(`^([a-z_]+)(?:\{(.*)\})? `)

var labelName = regexp.MustCompile(`([a-z_]+)="`)

// families are the metrics with the names of their labels, a line each, as Prometheus sorts them.
func families(scraped string) string {
	var lines []string
	for line := range strings.Lines(scraped) {
		found := sample.FindStringSubmatch(line)
		if found == nil || !slices.ContainsFunc(watched, func(prefix string) bool { return strings.HasPrefix(line, prefix) }) {
			continue
		}
		var labels []string
		for _, label := range labelName.FindAllStringSubmatch(found[2], -1) {
			labels = append(labels, label[1])
		}
		lines = append(lines, found[1]+"{"+strings.Join(labels, ",")+"}\n")
	}
	return strings.Join(slices.Compact(lines), "")
}
