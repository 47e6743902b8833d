package main

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

func unreached(reason string) []status.Ring {
	return []status.Ring{status.RingOf("ns", "ring", []status.Seen{{Cluster: "k8s-cluster1", Context: "a", Reason: reason, Message: "no connection"}})}
}

func TestALineForEachChange(t *testing.T) {
	var out bytes.Buffer
	s := newScreen(&out)
	for _, reason := range []string{"Connecting", "Connecting", "Unreachable"} {
		s.show(unreached(reason), false)
	}
	var got []string
	for line := range strings.Lines(out.String()) {
		_, text, _ := strings.Cut(line, " ")
		got = append(got, text)
	}
	want := []string{"ns/ring k8s-cluster1: not reached: Connecting: no connection\n", "ns/ring k8s-cluster1: not reached: Unreachable: no connection\n"}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestATerminalIsDrawnAnew: no longer and no wider than it is, from its first line on.
func TestATerminalIsDrawnAnew(t *testing.T) {
	for name, tt := range map[string]struct {
		width, height int
		err           error
		want          string
	}{
		"a small one":              {20, 4, nil, "\x1b[Hns/ring\x1b[K\r\nCLUSTER        DC  …\x1b[K\r\nk8s-cluster1   -   …\x1b[K\r\n\x1b[J"},
		"one without a size":       {0, 0, nil, ""},
		"one that cannot be asked": {0, 0, errors.New("none"), ""},
		"one of nothing but edges": {1, 1, nil, "\x1b[H…\x1b[K\r\n\x1b[J"},
	} {
		t.Run(name, func(t *testing.T) {
			var out bytes.Buffer
			s := &screen{out: &out, size: func() (int, int, error) { return tt.width, tt.height, tt.err }}
			s.show(unreached("Unreachable"), false)
			if tt.want != "" {
				if diff := cmp.Diff(tt.want, out.String()); diff != "" {
					t.Errorf("(-want +got):\n%s", diff)
				}
				return
			}
			for line := range strings.Lines(out.String()) {
				if n := len([]rune(strings.Trim(line, "\r\n"))); n > 80+len("\x1b[H\x1b[K") {
					t.Errorf("a line has %d columns", n)
				}
			}
		})
	}
}
