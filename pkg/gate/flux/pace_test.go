package flux

import (
	"testing"
	"time"

	"github.com/fluxcd/pkg/apis/meta"
	"github.com/google/go-cmp/cmp"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

var opened = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// after is a time so long after the Gate opened, as an annotation has it.
func after(d time.Duration) string { return opened.Add(d).Format(time.RFC3339Nano) }

// asking is a Kustomization that was asked for a reconcile; handled is the last request that Flux has worked on.
func asking(asked, handled string) kustomization {
	var k kustomization
	k.Metadata.Annotations = map[string]string{meta.ReconcileRequestAnnotation: asked}
	k.Status.LastHandledReconcileAt = handled
	return k
}

func TestWait(t *testing.T) {
	suspended := asking(after(-time.Hour), after(-time.Hour))
	suspended.Spec.Suspend = true
	const second = time.Second
	for claim, test := range map[string]struct {
		k    kustomization
		now  time.Duration // after the opening
		want time.Duration
	}{
		"one that was never asked is asked":                           {kustomization{}, second, 0},
		"a request from before the opening does not count":            {asking(after(-second), ""), second, 0},
		"nor does one that is no time":                                {asking("now", ""), second, 0},
		"nor one from the future":                                     {asking(after(time.Hour), ""), second, 0},
		"a suspended one is left alone":                               {suspended, second, notify.Longest},
		"a fresh request is looked at soon":                           {asking(after(second), after(-second)), second + 10*time.Millisecond, notify.Shortest},
		"an old one seldom":                                           {asking(after(second), after(-second)), 81 * second, 10 * second},
		"one that Flux never handles, at least every ten minutes":     {asking(after(second), ""), 100 * time.Hour, notify.Longest},
		"a request that did not help is repeated after half a second": {asking(after(0), after(0)), 100 * time.Millisecond, 400 * time.Millisecond},
		"and is due when that has passed":                             {asking(after(0), after(0)), second / 2, 0},
		"later ones after as long as all before them took":            {asking(after(8*second), after(8*second)), 9 * second, 7 * second},
		"and never later than after ten minutes":                      {asking(after(50*time.Hour), after(50*time.Hour)), 50 * time.Hour, notify.Longest},
		"an object that goes missing long after is asked for at once": {asking(after(second), after(second)), 1000 * time.Hour, 0},
	} {
		t.Run(claim, func(t *testing.T) {
			if diff := cmp.Diff(test.want, test.k.wait(opened, opened.Add(test.now))); diff != "" {
				t.Errorf("wait (-want +got):\n%s", diff)
			}
		})
	}
}

// TestPauses: the times at which a Kustomization is asked that never gets ready.
func TestPauses(t *testing.T) {
	var k kustomization
	var got []time.Duration
	for now := opened; now.Before(opened.Add(40 * time.Minute)); {
		wait := k.wait(opened, now)
		if wait == 0 {
			got = append(got, now.Sub(opened))
			k = asking(now.Format(time.RFC3339Nano), now.Format(time.RFC3339Nano)) // and handled at once
		}
		now = now.Add(wait)
	}
	const ms = time.Millisecond
	want := []time.Duration{0, 500 * ms, 1000 * ms, 2000 * ms, 4000 * ms, 8000 * ms, 16000 * ms, 32000 * ms, 64000 * ms, 128000 * ms, 256000 * ms, 512000 * ms,
		1024000 * ms, 1624000 * ms, 2224000 * ms}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("times of requests after the opening (-want +got):\n%s", diff)
	}
}

// TestAnOpeningWithoutItsTimeIsServed: a Gate whose status lacks openedAt.
func TestAnOpeningWithoutItsTimeIsServed(t *testing.T) {
	never := time.Time{}
	if got := (kustomization{}).wait(never, opened); got != 0 {
		t.Errorf("wait of one that was never asked: %s, expected none", got)
	}
	if got := asking(after(-time.Second), after(-time.Second)).wait(never, opened); got != notify.Longest-time.Second {
		t.Errorf("wait after a request that did not help: %s, expected %s", got, notify.Longest-time.Second)
	}
}
