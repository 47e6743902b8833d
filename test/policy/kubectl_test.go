package policy

import "testing"

// mustKubectl runs kubectl, which must succeed, and returns what it printed.
func mustKubectl(t *testing.T, args ...string) string {
	t.Helper()
	got := at.c.Kubectl(t, nil, args...)
	if got.Code != 0 {
		t.Fatalf("kubectl %v: exit %d\n%s%s", args, got.Code, got.Stdout, got.Stderr)
	}
	return got.Stdout
}
