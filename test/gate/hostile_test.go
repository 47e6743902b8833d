package gate

import (
	"fmt"
	"net/http"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

const (
	// podMemory is the limit of base/gate/controller/deployment.yaml, goMemory what it sets as GOMEMLIMIT.
	podMemory, goMemory = 128 << 20, "90MiB"
	// besideHostile is how long a gate may take to open while other clusters do their worst on two cores.
	besideHostile = 10 * time.Second
)

// worst is the JSON that takes the most memory: nearly as many values as an answer may have, and a text for the rest of its MiB.
var worst = strings.Repeat("[],", 32000) + `"` + strings.Repeat("x", 900<<10) + `"`

// hostile clusters, by what they do to whoever asks.
var hostile = map[string]http.HandlerFunc{
	"says something without end": withoutEnd,
	"lists large objects without end": func(w http.ResponseWriter, r *http.Request) {
		if watches(r) {
			<-r.Context().Done()
			return
		}
		w.Header().Set("Content-Type", "application/json")
		_, _ = fmt.Fprintf(w, `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"1","continue":"1"},"items":[%s]}`, anObject("ring", worst))
	},
	"has large events without end": flood(func(i int) string { return anObject(fmt.Sprint("ring", i), worst) }),
	"has small events without end": flood(func(i int) string { return anObject(fmt.Sprint("ring", i), "") }),
}

func withoutEnd(w http.ResponseWriter, _ *http.Request) {
	w.Header().Set("Content-Type", "application/json")
	for chunk := []byte(strings.Repeat("[", 1<<15)); ; {
		if _, err := w.Write(chunk); err != nil {
			return // the gate has hung up
		}
	}
}

func anObject(name, content string) string {
	return fmt.Sprintf(`{"apiVersion":"v1","kind":"Any","metadata":{"name":%q,"namespace":"hostile","resourceVersion":"2"},"spec":{"x":[%s]}}`, name, content)
}

// flood lists nothing, answers reads with an object, and floods watches with events.
func flood(object func(i int) string) http.HandlerFunc {
	return func(w http.ResponseWriter, r *http.Request) {
		w.Header().Set("Content-Type", "application/json")
		switch {
		case !watches(r) && strings.Contains(r.URL.RawQuery, "limit="):
			_, _ = fmt.Fprint(w, `{"apiVersion":"v1","kind":"List","metadata":{"resourceVersion":"1"},"items":[]}`)
		case !watches(r):
			_, _ = fmt.Fprint(w, object(0))
		}
		for i := 0; watches(r); i++ {
			if _, err := fmt.Fprintf(w, "{\"type\":\"ADDED\",\"object\":%s}\n", object(i)); err != nil {
				return // the gate has hung up
			}
		}
	}
}

// TestHostileClusters: clusters that do their worst take neither the memory of the controller nor its time for other gates, and open nothing.
func TestHostileClusters(t *testing.T) {
	const namespace = "hostile"
	deployment, err := os.ReadFile(filepath.Join(bed.Root(), "base/gate/controller/deployment.yaml"))
	if err != nil || !strings.Contains(string(deployment), "value: "+goMemory+"\n") || !strings.Contains(string(deployment), fmt.Sprintf("memory: %dMi\n", podMemory>>20)) {
		t.Fatalf("the Deployment has other limits than this test: %v", err)
	}
	t.Setenv("GOMEMLIMIT", goMemory)
	t.Setenv("GOGC", "100") // the default, which tests may run without
	here, there := clusters[1], clusters[0]
	seen, process := begin(t, here, namespace)
	pid := process.PID()
	healthy := newPair(t, here, clusters[2], namespace, "healthy")
	healthy.connect(t, healthy.reader(t))
	healthy.begin(t, "")
	var names []string
	for what, handler := range hostile {
		p := newPair(t, here, there, namespace, fmt.Sprint("hostile", len(names)))
		names = append(names, p.tree.Key().Name)
		proxy := bed.NewTLSProxy(t, there)
		proxy.Serve(handler, nil)
		p.connect(t, proxy.Config(p.reader(t)))
		p.begin(t, "")
		t.Logf("%s: a cluster %s", p.tree.Key().Name, what)
	}
	for i := range 5 {
		took := opens(t, seen, healthy, fmt.Sprintf("%08d", i+1))
		t.Logf("opened %.1f s after the other cluster agreed", took.Seconds())
		if took > besideHostile {
			t.Errorf("it took %s to open beside hostile clusters, want %s at most", took, besideHostile)
		}
	}
	checkMemory(t, process)
	for _, name := range names {
		seen.wait(t, name, time.Now(), installed, func(g *v1alpha1.Gate) bool { return strings.HasPrefix(bed.Says(g), "held: ") })
		for _, s := range seen.since(name, time.Time{}) {
			if says := bed.Says(s.gate); strings.HasPrefix(says, "open") {
				t.Errorf("%s: %s", name, says)
			}
		}
	}
	if process.PID() != pid {
		t.Errorf("the process was %d and is %d, want no restart", pid, process.PID())
	}
}

// checkMemory: what it had at most is within the limit of its pod.
func checkMemory(t *testing.T, process *bed.GateProcess) {
	t.Helper()
	peak, err := process.PeakRSS()
	if err != nil {
		t.Fatal(err)
	}
	t.Logf("the controller had %d MiB at most", peak>>20)
	if peak > podMemory {
		t.Errorf("the controller had %d MiB, want %d at most, the limit of its pod", peak>>20, podMemory>>20)
	}
}
