package render

import (
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestUnified(t *testing.T) {
	long := "1\n2\n3\n4\n5\n6\n7\n8\n9\n"
	for name, test := range map[string]struct {
		change Change
		want   string
	}{
		"a file that stays has no diff": {change: Change{File: File{Path: "x"}, Action: Keep}},
		"a new file comes from nothing": {
			change: Change{File: File{Path: "clusters/a/x.yaml", Content: []byte("a: 1\nb: 2\n")}, Action: Create},
			want:   "--- /dev/null\n+++ b/clusters/a/x.yaml\n@@ -0,0 +1,2 @@\n+a: 1\n+b: 2\n",
		},
		"a removed file goes to nothing": {
			change: Change{File: File{Path: "x.yaml"}, Action: Remove, Old: []byte("a: 1\n")},
			want:   "--- a/x.yaml\n+++ /dev/null\n@@ -1 +0,0 @@\n-a: 1\n",
		},
		"a changed line has three lines around it": {
			change: Change{File: File{Path: "x", Content: []byte(strings.Replace(long, "5", "five", 1))}, Action: Replace, Old: []byte(long)},
			want:   "--- a/x\n+++ b/x\n@@ -2,7 +2,7 @@\n 2\n 3\n 4\n-5\n+five\n 6\n 7\n 8\n",
		},
		"an edited file without a final newline says so": {
			change: Change{File: File{Path: "x", Content: []byte("a: 1\n")}, Action: Replace, Old: []byte("a: 1")},
			want:   "--- a/x\n+++ b/x\n@@ -1 +1 @@\n-a: 1\n\\ No newline at end of file\n+a: 1\n",
		},
	} {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.change.Unified()); diff != "" {
				t.Errorf("diff (-want +got):\n%s", diff)
			}
		})
	}
}
