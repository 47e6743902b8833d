package policy

import (
	"context"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// TestWhereWebhooksDiffer: only where the Gate is missing. The API server refuses all writes then, since a binding looks for its Gate
// first; the webhooks know a ring by its annotation, and refuse what changes its revision.
func TestWhereWebhooksDiffer(t *testing.T) {
	under(t, webhooks)
	serveWebhook(t)
	unmarked := without("metadata", "annotations")
	tests := map[string]struct {
		// carries is what the object carries before; empty: it is not there
		carries string
		write   func(*unstructured.Unstructured) error
		want    outcome
	}{
		"one that was never marked is created": {"", func(*unstructured.Unstructured) error {
			return at.c.Client.Create(t.Context(), cassandraCluster(v2, ring))
		}, outcome{}},
		"one of the ring is created": {"", func(*unstructured.Unstructured) error {
			return at.c.Client.Create(t.Context(), cassandraCluster(v2, ring, carries(r1)))
		}, forbidden(gateMissing)},
		"a dry-run creates one": {"", func(*unstructured.Unstructured) error {
			return at.c.Client.Create(t.Context(), cassandraCluster(v2, ring, carries(r1)), client.DryRunAll)
		}, outcome{}},
		"its revision changes": {r0, func(o *unstructured.Unstructured) error {
			return at.c.Client.Update(t.Context(), edited(o, carries(r1)))
		}, forbidden(gateMissing)},
		"its revision is taken off": {r0, func(o *unstructured.Unstructured) error {
			return at.c.Client.Update(t.Context(), edited(o, unmarked))
		}, forbidden(gateMissing)},
		"CassKop writes its status": {r0, func(o *unstructured.Unstructured) error {
			return as(t, operator).Update(t.Context(), edited(o, set("Running", "status", "phase"), lastApplied))
		}, outcome{}},
		"a dry-run changes it": {r0, func(o *unstructured.Unstructured) error {
			return at.c.Client.Update(t.Context(), edited(o, carries(r1)), client.DryRunAll)
		}, outcome{}},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			arrange(t, tt.carries)
			missing(t)
			if diff := cmp.Diff(tt.want, outcomeOf(tt.write(live(t, v2, ring)))); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestTheGateIsDown: while no replica answers, nothing is created, no revision and no list of seeds changes, and CassKop writes as ever.
func TestTheGateIsDown(t *testing.T) {
	under(t, webhooks)
	gate := serveWebhook(t)
	arrange(t, r0)
	opened(r1)(t)
	if err := at.c.Client.Update(t.Context(), edited(live(t, v2, ring), annotation(seedlist, "a, b"))); err != nil {
		t.Fatal(err)
	}
	newFront().remove(gate.address)
	if err := gate.Stop(); err != nil {
		t.Fatal(err)
	}
	refused := map[string]func() error{
		"a new revision": func() error { return at.c.Client.Update(t.Context(), edited(live(t, v2, ring), carries(r1))) },
		"a revision taken off": func() error {
			return at.c.Client.Update(t.Context(), edited(live(t, v1, ring), without("metadata", "annotations")))
		},
		"new seeds": func() error {
			return at.c.Client.Update(t.Context(), edited(live(t, v2, ring), annotation(seedlist, "a,c")))
		},
		"a creation": func() error {
			return at.c.Client.Create(t.Context(), cassandraCluster(v2, seeded, annotation(seedlist, "a")))
		},
		"a creation of one that no ring holds": func() error { return at.c.Client.Create(t.Context(), cassandraCluster(v1, seeded)) },
	}
	for name, write := range refused {
		if err := write(); err == nil {
			t.Errorf("%s: want a refusal, it passed", name)
		}
	}
	casskop := as(t, operator)
	passes := map[string][]edit{
		"the status":                  {set("Running", "status", "phase"), lastApplied},
		"the spec":                    {set(int64(2), "spec", "nodesPerRacks")},
		"a finalizer":                 {set([]any{"kubernetes.io/pvc-to-delete"}, "metadata", "finalizers")},
		"a finalizer taken off":       {without("metadata", "finalizers")},
		"a status without the list":   {without("status")},
		"the same list spelt anew":    {seeds("a", "b")},
		"another annotation, a label": {annotation("other", "x"), set("x", "metadata", "labels", "other")},
	}
	for name, edits := range passes {
		for _, version := range []string{v1, v2} {
			if err := casskop.Update(t.Context(), edited(live(t, version, ring), edits...)); err != nil {
				t.Errorf("%s, %s: %v", name, version, err)
			}
		}
	}
	if err := casskop.Update(t.Context(), edited(live(t, v2, ring), without("metadata", "finalizers"))); err != nil { // whatever came last
		t.Error(err)
	}
	if err := at.c.Client.Update(t.Context(), edited(live(t, v2, ring), carries(r1)), client.DryRunAll); err != nil {
		t.Errorf("a dry-run of a new revision: %v", err)
	}
}

// TestBefore128: without conditions in the configurations, which older servers do not know, CassKop is not in the way either. What is lost is
// that a revision passes while no replica answers.
func TestBefore128(t *testing.T) {
	under(t, webhooks)
	gate := serveWebhook(t)
	apply := func(folder string) {
		if err := at.c.Apply(context.Background(), "bed", webhookObjects(t, folder)...); err != nil {
			t.Fatal(err)
		}
	}
	apply("webhook-before-1.28")
	t.Cleanup(func() { apply("webhook") })
	arrange(t, r0)
	held(r1, "NotRunning", initial)(t)
	newRevision := func(options ...client.UpdateOption) error {
		return at.c.Client.Update(t.Context(), edited(live(t, v2, ring), carries(r1), annotation(seedlist, "a")), options...)
	}
	status := func() error {
		return as(t, operator).Update(t.Context(), edited(live(t, v1, ring), set("Running", "status", "phase"), lastApplied))
	}
	if diff := cmp.Diff(forbidden("held at "+r1+": NotRunning: "+initial+describe), outcomeOf(newRevision())); diff != "" {
		t.Errorf("a new revision (-want +got):\n%s", diff)
	}
	for name, err := range map[string]error{"a dry-run": newRevision(client.DryRunAll), "CassKop's status": status()} {
		if err != nil {
			t.Errorf("%s: %v", name, err)
		}
	}
	newFront().remove(gate.address)
	if err := gate.Stop(); err != nil {
		t.Fatal(err)
	}
	if err := at.c.Client.Create(t.Context(), cassandraCluster(v2, seeded)); err == nil {
		t.Error("without the gate, a creation: want a refusal, it passed")
	}
	for name, err := range map[string]error{"CassKop's status": status(), "a new revision": newRevision()} {
		if err != nil {
			t.Errorf("without the gate, %s: %v", name, err)
		}
	}
}
