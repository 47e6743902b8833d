package argocd

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/notify"
)

var opened = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// waiting is an Application whose last attempt was denied so long after the Gate opened, and that is to try again.
func waiting(denied time.Duration) *application {
	a := &application{Operation: &struct{}{}}
	a.Spec.SyncPolicy.Automated = &automated{}
	s := &operationState{Phase: "Running", FinishedAt: new(metav1.NewTime(opened.Add(denied)))}
	s.Operation.InitiatedBy.Automated = true
	a.Status.OperationState = s
	return a
}

type answer struct {
	Retry bool
	After time.Duration
}

func TestNext(t *testing.T) {
	const second = time.Second
	retry := answer{true, notify.Shortest}
	for claim, test := range map[string]struct {
		denied time.Duration // before or after the opening
		change func(*application)
		now    time.Duration // after the opening
		want   answer
	}{
		"one that was denied before the opening tries again now":        {-10 * second, nil, 10 * time.Millisecond, retry},
		"even if its backoff has grown to hours":                        {-2 * time.Hour, nil, 10 * time.Millisecond, retry},
		"and after a restart of the gate":                               {-10 * second, nil, 12 * second, retry},
		"one denied in the same second waits a moment":                  {0, nil, 100 * time.Millisecond, answer{After: 400 * time.Millisecond}},
		"and tries again then":                                          {0, nil, 500 * time.Millisecond, retry},
		"one that was denied for another reason waits twice as long":    {4 * second, nil, 5 * second, answer{After: 3 * second}},
		"so that Argo CD's backoff is the shorter one, soon":            {30 * second, nil, 44 * second, answer{After: 16 * second}},
		"and never longer than ten minutes":                             {50 * time.Hour, nil, 50 * time.Hour, answer{After: notify.Longest}},
		"an attempt under way is not disturbed":                         {0, func(a *application) { a.Status.OperationState.FinishedAt = nil }, 80 * time.Millisecond, answer{After: notify.Shortest}},
		"and looked at the more seldom the longer it takes":             {0, func(a *application) { a.Status.OperationState.FinishedAt = nil }, 80 * second, answer{After: 10 * second}},
		"what was hastened is not hastened again":                       {0, func(a *application) { a.Status.OperationState.FinishedAt = new(metav1.NewTime(longAgo)) }, 8 * second, answer{After: second}},
		"nor what is being terminated":                                  {-second, func(a *application) { a.Status.OperationState.Phase = "Terminating" }, 8 * second, answer{After: second}},
		"nor what has failed for good":                                  {-second, func(a *application) { a.Status.OperationState.Phase = "Failed" }, 8 * second, answer{After: second}},
		"nor what has ended":                                            {-second, func(a *application) { a.Operation = nil }, 8 * second, answer{After: second}},
		"nor one that never did anything":                               {0, func(a *application) { a.Operation, a.Status.OperationState = nil, nil }, 8 * second, answer{After: second}},
		"nor one that was only just asked":                              {0, func(a *application) { a.Status.OperationState = nil }, 8 * second, answer{After: second}},
		"what a human started is the human's":                           {-second, func(a *application) { a.Status.OperationState.Operation.InitiatedBy.Automated = false }, 8 * second, answer{After: second}},
		"an Application with manual sync is left alone":                 {-second, func(a *application) { a.Spec.SyncPolicy.Automated = nil }, second, answer{After: notify.Longest}},
		"and one whose automated sync is switched off":                  {-second, func(a *application) { a.Spec.SyncPolicy.Automated.Enabled = new(false) }, second, answer{After: notify.Longest}},
		"not one whose automated sync is switched on":                   {-second, func(a *application) { a.Spec.SyncPolicy.Automated.Enabled = new(true) }, second, retry},
		"one that Argo CD was told to skip is left alone":               {-second, annotated("true"), second, answer{After: notify.Longest}},
		"however that is written":                                       {-second, annotated("1"), second, answer{After: notify.Longest}},
		"not one that it was told not to skip":                          {-second, annotated("false"), second, retry},
		"nor one with what Argo CD does not understand":                 {-second, annotated("yes, please"), second, retry},
		"one that is being deleted is left alone":                       {-second, func(a *application) { a.Metadata.DeletionTimestamp = new(metav1.Now()) }, second, answer{After: notify.Longest}},
		"the clock of Argo CD may be ahead: then its backoff does it":   {5 * second, nil, second, answer{After: 9 * second}},
		"the clock of Argo CD may be behind: one attempt is for naught": {-5 * second, nil, second, retry},
	} {
		t.Run(claim, func(t *testing.T) {
			a := waiting(test.denied)
			if test.change != nil {
				test.change(a)
			}
			var got answer
			got.Retry, got.After = a.next(opened, opened.Add(test.now))
			if diff := cmp.Diff(test.want, got); diff != "" {
				t.Errorf("next (-want +got):\n%s", diff)
			}
		})
	}
}

func annotated(skip string) func(*application) {
	return func(a *application) { a.Metadata.Annotations = map[string]string{skipReconcile: skip} }
}

// TestAttempts: when Argo CD tries what is denied for ever, with a backoff of 15 s and attempts that take a second.
func TestAttempts(t *testing.T) {
	const backoff, takes = 15 * time.Second, time.Second
	var got []time.Duration
	denied := opened.Add(time.Second - backoff)
	for now := opened; now.Before(opened.Add(time.Minute)); {
		retry, after := waiting(denied.Sub(opened)).next(opened, now)
		due := denied.Add(backoff).Sub(now)
		if !retry && due > 0 {
			now = now.Add(min(after, due))
			continue
		}
		got = append(got, now.Sub(opened))
		now = now.Add(takes)
		denied = now
	}
	const second = time.Second
	want := []time.Duration{0, 2 * second, 6 * second, 14 * second, 30 * second, 46 * second} // from the fifth on it is the backoff
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("attempts after the opening (-want +got):\n%s", diff)
	}
}

// TestAnOpeningWithoutItsTime: of a Gate whose status lacks openedAt, nobody knows whether an attempt was made since.
func TestAnOpeningWithoutItsTime(t *testing.T) {
	if retry, after := waiting(-time.Second).next(time.Time{}, opened); retry || after != notify.Longest-time.Second {
		t.Errorf("want to look again ten minutes after the denial, got %t, %s", retry, after)
	}
}
