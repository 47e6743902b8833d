package policy

import (
	"bufio"
	"bytes"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionregistrationv1 "k8s.io/api/admissionregistration/v1"
	apierrors "k8s.io/apimachinery/pkg/api/errors"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/types"
	"k8s.io/client-go/kubernetes/scheme"
	"k8s.io/client-go/rest"
	"sigs.k8s.io/controller-runtime/pkg/client"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// TestSeedsThatAreThereAreNotWritten: CassKop writes every few seconds, and the policy stays out of its way.
func TestSeedsThatAreThereAreNotWritten(t *testing.T) {
	o := put(t, v1, annotation(seedlist, "a,b"))
	before := mutations(t)
	if err := as(t, operator).Update(t.Context(), edited(o, set("Running", "status", "phase"), lastApplied)); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(before, mutations(t)); diff != "" {
		t.Errorf("an update with its seeds: runs of the policy (-before +after):\n%s", diff)
	}
	if err := as(t, operator).Update(t.Context(), edited(o, without("status"))); err != nil {
		t.Fatal(err)
	}
	if cmp.Equal(before, mutations(t)) {
		t.Errorf("an update without its seeds is not among the runs of the policy:\n%s", strings.Join(before, "\n"))
	}
}

// mutations are the API server's counters of the runs of the seed list policy.
func mutations(t *testing.T) (lines []string) {
	t.Helper()
	config := rest.CopyConfig(cluster(t).Config)
	config.NegotiatedSerializer = scheme.Codecs.WithoutConversion()
	c, err := rest.UnversionedRESTClientFor(config)
	if err != nil {
		t.Fatal(err)
	}
	b, err := c.Get().AbsPath("/metrics").DoRaw(t.Context())
	if err != nil {
		t.Fatal(err)
	}
	for scanner := bufio.NewScanner(bytes.NewReader(b)); scanner.Scan(); {
		if line := scanner.Text(); strings.Contains(line, "check_total") && strings.Contains(line, `policy="casskop-gitops-seedlist"`) {
			lines = append(lines, line)
		}
	}
	return lines
}

// TestNoSeedsNoWrite: where the list cannot be written, nothing is.
func TestNoSeedsNoWrite(t *testing.T) { both(t, noSeedsNoWrite) }

func noSeedsNoWrite(t *testing.T) {
	key := client.ObjectKey{Namespace: seedsNamespace, Name: "no-room"}
	err := cluster(t).Client.Create(t.Context(), cassandraCluster(v2, key, annotation(seedlist, "a"), set("no room for a list", "status")))
	if !apierrors.IsForbidden(err) && !apierrors.IsInvalid(err) {
		t.Errorf("want a refusal, got: %v", err)
	}
}

// TestSeedsOfALateAnnotation: another policy changes the annotation when the seeds were written already. The API server shuffles
// policies whenever one of them changes, so the other is touched until it comes after.
func TestSeedsOfALateAnnotation(t *testing.T) {
	mustKubectl(t, "apply", "-f", "testdata/late.yaml")
	other := &admissionregistrationv1.MutatingAdmissionPolicy{ObjectMeta: metav1.ObjectMeta{Name: "late"}}
	touches := 0
	bed.WaitFor(t, patience, "the other policy comes after", func() (bool, string) {
		o := cassandraCluster(v2, seeded, set("true", "metadata", "labels", "late"), annotation(seedlist, "early"))
		o.SetName("late")
		if err := cluster(t).Client.Create(t.Context(), o, client.DryRunAll); err != nil {
			return false, err.Error()
		}
		if o.GetAnnotations()["order"] == "after" {
			if diff := cmp.Diff([]string{"late"}, seedsOf(t, o)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			return true, ""
		}
		touches++
		touch := client.RawPatch(types.MergePatchType, fmt.Appendf(nil, `{"metadata":{"labels":{"touches":"%d"}}}`, touches))
		return false, errorText(cluster(t).Client.Patch(t.Context(), other, touch))
	})
}
