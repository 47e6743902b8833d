package policy

import (
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

var update = flag.Bool("update", false, "write what kubectl prints into docs/install.md")

var session = regexp.MustCompile("(?ms)^```console\n(.*?)^```$")

// TestGuide runs what docs/install.md shows of kubectl, in order, in an empty cluster: it prints that. A ring comes after the first
// session. At the end nothing is left that could hold.
func TestGuide(t *testing.T) {
	c := empty(t)
	file := filepath.Join(bed.Root(), "docs/install.md")
	content, err := os.ReadFile(file)
	must(t, err)
	document := string(content)
	sessions := session.FindAllStringSubmatch(document, -1)
	if len(sessions) != 3 {
		t.Fatalf("docs/install.md shows %d sessions, want 3: install, a ring off, uninstall", len(sessions))
	}
	c.Namespace(t, ring.Namespace, "flux-system")
	for i, s := range sessions {
		played := play(t, c, s[1])
		document = strings.Replace(document, s[1], played, 1)
		if diff := cmp.Diff(s[1], played); diff != "" && !*update {
			t.Errorf("run go test ./test/policy -run TestGuide -update (-docs/install.md +run):\n%s", diff)
		}
		if i == 0 {
			kubectlTo(t, c, "wait", "--for=condition=Established", "crd/gates.casskop-gitops.dev")
			kubectlTo(t, c, "apply", "-k", filepath.Join(overlay(), "gate"))
		}
	}
	if left := kubectlTo(t, c, "get", "crd,clusterrole,validatingadmissionpolicy,mutatingadmissionpolicy,validatingadmissionpolicybinding", "-o", "name"); strings.Contains(left, "casskop-gitops") {
		t.Errorf("it is still there:\n%s", left)
	}
	if *update {
		must(t, os.WriteFile(file, []byte(document), 0o600))
	}
}

// play runs the commands of a session and returns it with what they print. No namespace ever goes away here, so it is not waited for.
func play(t *testing.T, c *bed.Cluster, session string) (played string) {
	t.Helper()
	for line := range strings.Lines(session) {
		command, ok := strings.CutPrefix(line, "$ kubectl ")
		if !ok {
			continue
		}
		args := strings.Fields(command)
		for i, folder := range args {
			if strings.Contains(folder, "/") && args[i-1] == "-k" {
				args[i] = filepath.Join(bed.Root(), folder)
			}
		}
		if args[0] == "delete" {
			args = append(args, "--wait=false")
		}
		got := c.Kubectl(t, nil, args...)
		if got.Code != 0 {
			t.Errorf("%sexit %d", line, got.Code)
		}
		played += line + got.Stdout + got.Stderr
	}
	return played
}
