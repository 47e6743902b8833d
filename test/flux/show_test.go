package flux

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var update = flag.Bool("update", false, "rewrite the expected output in testdata")

// varying is what differs from run to run, and what stands in its place.
var varying = []struct {
	*regexp.Regexp
	plain string
}{
	{regexp.MustCompile(`sha256:[0-9a-f]+|sha1:[0-9a-f]+`), "sha1:6adf2133"},
	{regexp.MustCompile(`[0-9smh]+ +(True|False)  `), "9s    $1  "},
	{regexp.MustCompile(`(?m) [0-9smh]+$`), " 9s"},
	{regexp.MustCompile(`after [0-9.]+m?s:`), "after 118ms:"},
}

// shows waits until kubectl says of Flux and of the policies what testdata/show/<state>.txt says, which docs/flux.md and
// docs/troubleshooting.md show.
func (w *world) shows(t *testing.T, state string) {
	t.Helper()
	file := filepath.Join("testdata/show", state+".txt")
	if *update {
		must(t, os.WriteFile(file, []byte(w.shown(t)), 0o644))
	}
	want, err := os.ReadFile(file)
	must(t, err)
	bed.WaitFor(t, time.Minute, file+" is what is shown", func() (bool, string) {
		diff := cmp.Diff(strings.Split(string(want), "\n"), strings.Split(w.shown(t), "\n"))
		return diff == "", "(-want +got):\n" + diff
	})
}

func (w *world) shown(t *testing.T) (text string) {
	t.Helper()
	for _, command := range []string{
		"get kustomizations -n flux-system",
		"get mutatingadmissionpolicybindings,mutatingwebhookconfigurations",
	} {
		got := w.cluster.Kubectl(t, nil, strings.Fields(command)...)
		if got.Code != 0 {
			t.Fatalf("kubectl %s: %+v", command, got)
		}
		text += "$ kubectl " + command + "\n" + got.Stdout + got.Stderr + "\n"
	}
	for _, v := range varying {
		text = v.ReplaceAllString(text, v.plain)
	}
	return text
}
