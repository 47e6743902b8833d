package life

import (
	"context"
	"encoding/json"
	"fmt"
	"testing"

	apierrors "k8s.io/apimachinery/pkg/api/errors"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// deed is one write of an actor. It returns in a word what came of it.
type deed func(context.Context) (outcome string, err error)

// applyDenied is the outcome when the policies do not let a CassandraCluster in.
const applyDenied = "CassandraCluster: denied"

// deliver is Flux, which has fetched a commit and applies its Gate.
func (s *lifeSite) deliver(ring *lifeRing, commit int) deed {
	return func(ctx context.Context) (string, error) {
		revision, _ := ring.at(commit)
		g := &v1alpha1.Gate{}
		g.Namespace, g.Name = s.key.Namespace, s.key.Name
		patch := mustJSON(map[string]any{"spec": map[string]any{"revision": revision}})
		err := s.Client.Patch(ctx, g, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(bed.FluxManager))
		if err == nil {
			s.mu.Lock()
			s.wants = commit
			s.mu.Unlock()
		}
		return "Gate: delivered", err
	}
}

// apply is Flux, which applies the CassandraCluster, whatever the Gate says.
func (s *lifeSite) apply(revision string) deed {
	return func(ctx context.Context) (string, error) {
		cc := s.rendered.DeepCopy()
		annotations := cc.GetAnnotations()
		annotations[v1alpha1.AnnotationRevision] = revision
		cc.SetAnnotations(annotations)
		cc.Object["spec"].(map[string]any)["cassandraImage"] = image(revision)
		return s.wrote(revision, cc, s.Client.Apply(ctx, client.ApplyConfigurationFromUnstructured(cc), client.FieldOwner(bed.FluxManager), client.ForceOwnership))
	}
}

// set is somebody with kubectl, who patches the revision in. It costs the API server less than an apply. Where there is nothing yet, it is one.
func (s *lifeSite) set(revision string) deed {
	if _, cc := s.known(); cc == nil {
		return s.apply(revision)
	}
	return func(ctx context.Context) (string, error) {
		cc := bed.NewCassandraCluster(s.key)
		patch := mustJSON(map[string]any{
			"metadata": map[string]any{"annotations": map[string]any{v1alpha1.AnnotationRevision: revision}},
			"spec":     map[string]any{"cassandraImage": image(revision)},
		})
		return s.wrote(revision, cc, s.Client.Patch(ctx, cc, client.RawPatch(types.MergePatchType, patch), client.FieldOwner("kubectl-patch")))
	}
}

func image(revision string) string { return "cassandra:" + revision }

// wrote says what came of a write of the CassandraCluster, which is as the API server answered it.
func (s *lifeSite) wrote(revision string, cc *unstructured.Unstructured, err error) (string, error) {
	s.denied.Store(apierrors.IsForbidden(err))
	if apierrors.IsForbidden(err) {
		return applyDenied, nil
	}
	if err != nil {
		return "", err
	}
	_, before := s.known()
	s.see(cc)
	if before != nil && before.GetAnnotations()[v1alpha1.AnnotationRevision] == revision {
		return "CassandraCluster: written, the same revision", nil
	}
	return "CassandraCluster: written, a new revision", nil
}

// operate is CassKop: it takes in what it has not taken in, and then, when the pods have come up, says so. Until then it may repeat that
// they roll. Of a cluster that is ready the pods go down by themselves.
func (s *lifeSite) operate(cc *unstructured.Unstructured, comesUp bool) deed {
	state := bed.Ongoing
	switch readiness := casskop.ReadinessOf(cc.Object); {
	case readiness.Ready:
		state = bed.Pending
	case readiness.Reason == casskop.ReasonNotTakenIn:
		if phase, _, _ := casskop.Progress(cc.Object); phase == "" {
			state = bed.Initializing
		}
	case comesUp:
		state = bed.Done
	}
	return s.tell(cc, state)
}

// tell is the write at the end of a pass of CassKop on the object as it was seen: status, and beside it the spec that it is of.
func (s *lifeSite) tell(cc *unstructured.Unstructured, state bed.State) deed {
	return func(ctx context.Context) (string, error) {
		rack := map[string]any{"phase": state.Phase, "cassandraLastAction": map[string]any{"name": state.Action, "status": state.ActionStatus}}
		racks := map[string]any{}
		for _, name := range rackNames(cc) {
			racks[name] = rack
		}
		patch := mustJSON(map[string]any{
			"metadata": map[string]any{
				"resourceVersion": cc.GetResourceVersion(),
				"annotations":     map[string]any{casskop.AnnotationLastApplied: string(mustJSON(map[string]any{"spec": cc.Object["spec"]}))},
			},
			"status": map[string]any{"phase": state.Phase, "lastClusterAction": state.Action, "lastClusterActionStatus": state.ActionStatus,
				"cassandraRackStatus": racks},
		})
		after := bed.NewCassandraCluster(s.key)
		err := s.Client.Patch(ctx, after, client.RawPatch(types.MergePatchType, patch), client.FieldOwner(bed.OperatorUser))
		if apierrors.IsConflict(err) {
			return "CassKop: conflict", s.look(ctx)
		}
		if err != nil {
			return "", err
		}
		s.see(after)
		return "CassKop: " + state.Phase + ", " + state.ActionStatus, nil
	}
}

// look reads the CassandraCluster.
func (s *lifeSite) look(ctx context.Context) error {
	cc := bed.NewCassandraCluster(s.key)
	if err := s.Client.Get(ctx, s.key, cc); err != nil {
		return err
	}
	s.see(cc)
	return nil
}

// rackNames are those that render wrote, one in each datacenter.
func rackNames(cc *unstructured.Unstructured) (names []string) {
	dcs, _, _ := unstructured.NestedSlice(cc.Object, "spec", "topology", "dc") // as render wrote it
	for _, dc := range dcs {
		names = append(names, dc.(map[string]any)["name"].(string)+"-rack1")
	}
	return names
}

// settle does what brings a site nearer to a commit.
func (s *lifeSite) settle(ring *lifeRing, commit int) deed {
	wants, cc := s.known()
	revision, _ := ring.at(commit)
	switch {
	case wants != commit:
		return s.deliver(ring, commit)
	case cc != nil && !casskop.ReadinessOf(cc.Object).Ready:
		return s.operate(cc, true)
	}
	return s.apply(revision)
}

// come takes a cluster through a rollout: the CassandraCluster is let in and comes up.
func (r *lifeRing) come(t *testing.T, i int, revision string) {
	t.Helper()
	site := r.sites[i]
	bed.WaitFor(t, soon, site.Name+" lets the CassandraCluster in, and it comes up", func() (bool, string) {
		step := site.apply(revision)
		if _, cc := site.known(); cc != nil && cc.GetAnnotations()[v1alpha1.AnnotationRevision] == revision {
			step = site.operate(cc, true)
		}
		outcome, err := step(t.Context())
		// an API server that has just started knows neither what has a CRD (503) nor the kind of the Gate that a policy asks (422)
		if err != nil && !apierrors.IsServiceUnavailable(err) && !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
			t.Fatal(err)
		}
		return site.arrived(revision) == "", fmt.Sprint(outcome, err)
	})
}

// must does a deed that cannot fail.
func (s *lifeSite) must(t *testing.T, d deed) (outcome string) {
	t.Helper()
	outcome, err := d(t.Context())
	if err != nil {
		t.Fatalf("%s in %s: %s: %v", s.key, s.Name, outcome, err)
	}
	return outcome
}

func mustJSON(value any) []byte {
	encoded, err := json.Marshal(value)
	if err != nil {
		panic(err)
	}
	return encoded
}
