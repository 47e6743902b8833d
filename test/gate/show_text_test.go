package gate

import (
	"encoding/json"
	"flag"
	"io"
	"net/http"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// golden waits until what is shown is what the file says: Events are written some milliseconds after the status.
func golden(t *testing.T, name string, shown func() string) {
	t.Helper()
	file := filepath.Join("testdata", filepath.FromSlash(name))
	if *update {
		settled, since := shown(), time.Now()
		bed.WaitFor(t, soon, "nothing has changed for a second", func() (bool, string) {
			before := settled
			if settled = shown(); settled != before {
				since = time.Now()
			}
			return time.Since(since) > time.Second, cmp.Diff(before, settled)
		})
		if err := os.WriteFile(file, []byte(settled), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	bed.WaitFor(t, soon, file+" is what is shown", func() (bool, string) {
		diff := cmp.Diff(string(want), shown())
		return diff == "", "(-want +got):\n" + diff
	})
}

// everything is what kubectl and, if the controller runs, /metrics say about the Gate.
func (s *showing) everything() string {
	s.Helper()
	namespace := s.tree.Key().Namespace
	text := kubectl(s.T, s.here, "get", "gates", "-n", namespace) + "\n" +
		kubectl(s.T, s.here, "get", "gates", "-n", namespace, "-o", "wide") + "\n" +
		kubectl(s.T, s.here, "describe", "gate", "-n", namespace, s.tree.Key().Name)
	if s.process != nil {
		text += "\n$ curl -s http://$POD_IP:8080/metrics | grep ^casskop_gitops\n" + strings.Join(metrics(s.T, s.process), "\n") + "\n"
	}
	return text
}

// kubectl is a command line and what it prints, as the administrator of a cluster.
func kubectl(t *testing.T, c *bed.Cluster, args ...string) string {
	t.Helper()
	got := c.Kubectl(t, nil, args...)
	if got.Code != 0 || got.Stderr != "" {
		t.Fatalf("kubectl %v: exit %d\n%s", args, got.Code, got.Stderr)
	}
	return "$ kubectl " + strings.Join(args, " ") + "\n" + got.Stdout
}

// metrics are the lines about Gates of what a controller serves.
func metrics(t *testing.T, g *bed.GateProcess) (lines []string) {
	t.Helper()
	for line := range strings.Lines(string(scrape(t, g))) {
		if strings.HasPrefix(line, "casskop_gitops_") {
			lines = append(lines, strings.TrimSpace(line))
		}
	}
	return lines
}

func scrape(t *testing.T, g *bed.GateProcess) []byte {
	t.Helper()
	response, err := http.Get("http://" + g.Metrics + "/metrics")
	if err != nil {
		t.Fatal(err)
	}
	body, err := io.ReadAll(response.Body)
	_ = response.Body.Close() // it was read to its end
	if err != nil || response.StatusCode != http.StatusOK {
		t.Fatalf("/metrics: %s, error %v", response.Status, err)
	}
	return body
}

// messages are those of the log of a controller.
func messages(t *testing.T, g *bed.GateProcess) (all []string) {
	t.Helper()
	content, err := os.ReadFile(g.LogFile)
	if err != nil {
		t.Fatal(err)
	}
	for line := range strings.Lines(string(content)) {
		var entry struct{ Msg string }
		if json.Unmarshal([]byte(line), &entry) == nil { // the last line may be half written
			all = append(all, entry.Msg)
		}
	}
	return all
}

// What differs from run to run, and what stands in its place. Columns keep their widths.
var varying = []struct {
	*regexp.Regexp
	plain string
}{
	{regexp.MustCompile(`\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d+)?Z`), "2026-11-22T08:00:00Z"},
	{regexp.MustCompile(`"version":"[^"]+"`), `"version":"v0.1.0"`},
	{regexp.MustCompile(`[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}`), "00000000-0000-0000-0000-000000000000"},
	{regexp.MustCompile(`(Resource Version: +)\d+`), "${1}1"},
	{regexp.MustCompile(`https://127\.[0-9.:]+`), "https://10.1.0.10:6443"},
	{regexp.MustCompile(`(_seconds\{.*\}) (0\.\d+|[1-9][0-9.e+]*)`), "${1} 9"},
	{regexp.MustCompile(`(?m)^(cassandra-demo .*[0-9a-f]{16}   )[0-9smh]+ *`), "${1}9s          "},
	{regexp.MustCompile(`(Normal|Warning)  +(\w+)  +[0-9smh]+  +(\S+)  +`), "${1}  ${2}  9s  ${3}  "},
	{regexp.MustCompile(`(?m) +$`), ""},
	{regexp.MustCompile(`(?m)^  -.*\n`), ""}, // under the headings of Events
	{regexp.MustCompile(`  Type +Reason +Age +From +Message`), "  Type  Reason  Age  From  Message"},
}

func (s *showing) plain(shown func() string) func() string {
	return func() string {
		text := shown()
		for i, revision := range s.revisions {
			text = strings.ReplaceAll(text, revision, []string{"f21d9a02443cfe55", "17b7961a7be5c55c"}[i])
		}
		for _, v := range varying {
			text = v.ReplaceAllString(text, v.plain)
		}
		return text
	}
}

// lasting are credentials of the reader of a tree that do not end so soon that a warning is due.
func lasting(t *testing.T, c *bed.Cluster, tree *bed.Tree) *rest.Config {
	t.Helper()
	return c.WithToken(c.Token(t, tree.Key().Namespace, bed.Reader, 30*24*time.Hour))
}

// annotate sets annotations of a Gate, given as key and value in turn.
func annotate(t *testing.T, c *bed.Cluster, key client.ObjectKey, pairs ...string) {
	t.Helper()
	before := c.Gate(t, key)
	after := before.DeepCopy()
	if after.Annotations == nil {
		after.Annotations = map[string]string{}
	}
	for i := 0; i < len(pairs); i += 2 {
		after.Annotations[pairs[i]] = pairs[i+1]
	}
	if err := c.Client.Patch(t.Context(), after, client.MergeFrom(before)); err != nil {
		t.Fatal(err)
	}
}
