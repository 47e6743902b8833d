package policy

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// seedsNamespace holds CassandraClusters that no Gate holds: the seeds are written for them too.
const seedsNamespace = "seeds"

var seeded = client.ObjectKey{Namespace: seedsNamespace, Name: "demo"}

// seedsOf is status.seedlist; nil if there is none.
func seedsOf(t *testing.T, o *unstructured.Unstructured) []string {
	t.Helper()
	found, _, err := unstructured.NestedStringSlice(o.Object, "status", "seedlist")
	if err != nil {
		t.Fatal(err)
	}
	return found
}

func seeds(names ...any) edit { return set(names, "status", "seedlist") }

// put leaves the cluster with the object that a plain create of an edited one gives.
func put(t *testing.T, apiVersion string, edits ...edit) *unstructured.Unstructured {
	t.Helper()
	o := cassandraCluster(apiVersion, seeded, edits...)
	if err := cluster(t).Client.Delete(t.Context(), cassandraCluster(v2, seeded)); client.IgnoreNotFound(err) != nil {
		t.Fatal(err)
	}
	mustCreate(t, o)
	return o
}

// TestWhatTheAnnotationMeans: each value, on a new object without a status, and on one that has another list.
func TestWhatTheAnnotationMeans(t *testing.T) { both(t, whatTheAnnotationMeans) }

func whatTheAnnotationMeans(t *testing.T) {
	var many []string
	for i := range 1024 { // as many as a Gate takes
		many = append(many, fmt.Sprintf("cassandra-demo-dc1-rack1-%d.cassandra.a-rather-long-zone.example.com", i))
	}
	tests := map[string]struct {
		annotation string
		want       []string
	}{
		"one seed":             {"a", []string{"a"}},
		"seeds in their order": {"c,a,b", []string{"c", "a", "b"}},
		"spaces, empty entries and a comma at the end are no seeds": {" a , ,b,,\tc\n,", []string{"a", "b", "c"}},
		"a seed named twice stays so":                               {"a,b,a", []string{"a", "b", "a"}},
		"more than a hundred seeds":                                 {strings.Join(many, ","), many},
		"an empty one says nothing":                                 {"", nil},
		"commas and spaces alone say nothing":                       {" , ,", nil},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, version := range []string{v1, v2} {
				put(t, version, annotation(seedlist, tt.annotation))
				if diff := cmp.Diff(tt.want, seedsOf(t, live(t, version, seeded))); diff != "" {
					t.Errorf("created as %s (-want +got):\n%s", version, diff)
				}

				want := tt.want
				if want == nil {
					want = []string{"old"} // what says nothing changes nothing
				}
				put(t, version, seeds("old"))
				if err := cluster(t).Client.Update(t.Context(), edited(live(t, version, seeded), annotation(seedlist, tt.annotation))); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff(want, seedsOf(t, live(t, version, seeded))); diff != "" {
					t.Errorf("changed as %s (-want +got):\n%s", version, diff)
				}
			}
		})
	}
}

// TestSeedsForEveryClient: however an object with the annotation a,b is written, status.seedlist is a,b afterwards, and all else of it
// is as it was written.
func TestSeedsForEveryClient(t *testing.T) { both(t, seedsForEveryClient) }

func seedsForEveryClient(t *testing.T) {
	ab := annotation(seedlist, "a,b")
	apply := func(t *testing.T, o *unstructured.Unstructured) error {
		return cluster(t).Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("kustomize-controller"), client.ForceOwnership)
	}
	patch := func(kind types.PatchType, body string) func(*testing.T, *unstructured.Unstructured) error {
		return func(t *testing.T, o *unstructured.Unstructured) error {
			return cluster(t).Client.Patch(t.Context(), o, client.RawPatch(kind, []byte(body)))
		}
	}
	update := func(edits ...edit) func(*testing.T, *unstructured.Unstructured) error {
		return func(t *testing.T, o *unstructured.Unstructured) error {
			return as(t, operator).Update(t.Context(), edited(o, edits...))
		}
	}
	tests := map[string]struct {
		// before is what is there; nil: nothing
		before []edit
		write  func(*testing.T, *unstructured.Unstructured) error
	}{
		"a server-side apply without a status, as Flux does, makes it": {nil, func(t *testing.T, _ *unstructured.Unstructured) error {
			return apply(t, cassandraCluster(v2, seeded, ab))
		}},
		"a server-side apply without a status changes it": {[]edit{annotation(seedlist, "a")}, func(t *testing.T, _ *unstructured.Unstructured) error {
			return apply(t, cassandraCluster(v2, seeded, ab))
		}},
		"kubectl makes it": {nil, func(t *testing.T, _ *unstructured.Unstructured) error {
			mustKubectl(t, "apply", "-f", manifest(t, cassandraCluster(v2, seeded, ab)))
			return nil
		}},
		"kubectl apply changes it": {[]edit{annotation(seedlist, "a")}, func(t *testing.T, _ *unstructured.Unstructured) error {
			mustKubectl(t, "apply", "-f", manifest(t, cassandraCluster(v2, seeded, ab)))
			return nil
		}},
		"kubectl annotate changes it": {[]edit{annotation(seedlist, "a")}, func(t *testing.T, _ *unstructured.Unstructured) error {
			mustKubectl(t, "annotate", "-n", seeded.Namespace, "cassandraclusters.v2.db.orange.com/"+seeded.Name, "--overwrite", seedlist+"=a,b")
			return nil
		}},
		"made with a status that has no list": {nil, func(t *testing.T, _ *unstructured.Unstructured) error {
			return cluster(t).Client.Create(t.Context(), cassandraCluster(v2, seeded, ab, set("Initializing", "status", "phase")))
		}},
		"made with another list": {nil, func(t *testing.T, _ *unstructured.Unstructured) error {
			return cluster(t).Client.Create(t.Context(), cassandraCluster(v2, seeded, ab, seeds("x")))
		}},
		"a merge patch":                         {[]edit{annotation(seedlist, "a")}, patch(types.MergePatchType, `{"metadata":{"annotations":{"`+seedlist+`":"a,b"}}}`)},
		"a JSON patch":                          {[]edit{annotation(seedlist, "a")}, patch(types.JSONPatchType, `[{"op":"replace","path":"/metadata/annotations/casskop-gitops.dev~1seedlist","value":"a,b"}]`)},
		"a PUT that changes the annotation":     {[]edit{annotation(seedlist, "a")}, update(ab)},
		"a PUT that drops the list":             {[]edit{ab}, update(without("status", "seedlist"))},
		"a PUT that drops the status":           {[]edit{ab}, update(without("status"))},
		"a PUT that empties the list":           {[]edit{ab}, update(seeds([]any{}...))},
		"a PUT with null for the list":          {[]edit{ab}, update(seeds())},
		"a PUT with null for the status":        {[]edit{ab}, update(set(nil, "status"))},
		"a PUT with another list":               {[]edit{ab}, update(seeds("x", "y", "z"))},
		"a PUT with the list in another order":  {[]edit{ab}, update(seeds("b", "a"))},
		"a patch that takes the status away":    {[]edit{ab}, patch(types.MergePatchType, `{"status":null}`)},
		"CassKop's status beside the same list": {[]edit{ab}, update(set("Running", "status", "phase"), lastApplied)},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			for _, version := range []string{v1, v2} {
				if err := client.IgnoreNotFound(cluster(t).Client.Delete(t.Context(), cassandraCluster(v2, seeded))); err != nil {
					t.Fatal(err)
				}
				o := cassandraCluster(version, seeded)
				if tt.before != nil {
					o = put(t, version, tt.before...)
				}
				if err := tt.write(t, o); err != nil {
					t.Fatal(err)
				}
				if diff := cmp.Diff([]string{"a", "b"}, seedsOf(t, live(t, version, seeded))); diff != "" {
					t.Errorf("%s: status.seedlist (-want +got):\n%s", version, diff)
				}
			}
		})
	}
}

// TestSeedsLeaveAllElseAlone: the rest of the object is stored as it was written.
func TestSeedsLeaveAllElseAlone(t *testing.T) { both(t, seedsLeaveAllElseAlone) }

func seedsLeaveAllElseAlone(t *testing.T) {
	written := []edit{
		annotation(seedlist, "a"), annotation("other", "x"), set("Running", "status", "phase"), set("Done", "status", "lastClusterActionStatus"),
		set(map[string]any{"cassandra-yaml": map[string]any{"float": 1.5, "large": int64(1) << 62}}, "spec", "config"),
	}
	want := edited(put(t, v2, append(written, seeds("a"))...), without("metadata"))
	got := edited(put(t, v2, written...), without("metadata"))
	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("(-created with its seeds +created without):\n%s", diff)
	}
}

// TestNoAnnotationNoSeeds: the list of a ring that is not ours stays as CassKop writes it.
func TestNoAnnotationNoSeeds(t *testing.T) { both(t, noAnnotationNoSeeds) }

func noAnnotationNoSeeds(t *testing.T) {
	o := put(t, v1, seeds("casskop"))
	if err := as(t, operator).Update(t.Context(), edited(o, seeds("casskop", "more"), annotation("other", "x"))); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"casskop", "more"}, seedsOf(t, live(t, v1, seeded))); diff != "" {
		t.Errorf("status.seedlist (-want +got):\n%s", diff)
	}
}

// TestADryRunShowsTheSeeds: what a dry-run answers is what would be written, so tools that compare see no drift.
func TestADryRunShowsTheSeeds(t *testing.T) { both(t, aDryRunShowsTheSeeds) }

func aDryRunShowsTheSeeds(t *testing.T) {
	o := put(t, v2, annotation(seedlist, "a"))
	if err := cluster(t).Client.Update(t.Context(), edited(o, annotation(seedlist, "a,b")), client.DryRunAll); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff([]string{"a", "b"}, seedsOf(t, o)); diff != "" {
		t.Errorf("answered (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff([]string{"a"}, seedsOf(t, live(t, v2, seeded))); diff != "" {
		t.Errorf("stored (-want +got):\n%s", diff)
	}
}

// TestFluxAndSeedsAreAtPeace: applied again, without a status, nothing changes, and Flux does not own the list.
func TestFluxAndSeedsAreAtPeace(t *testing.T) { both(t, fluxAndSeedsAreAtPeace) }

func fluxAndSeedsAreAtPeace(t *testing.T) {
	put(t, v2, annotation(seedlist, "a,b"))
	var versions [2]string
	for i := range versions {
		o := cassandraCluster(v2, seeded, annotation(seedlist, "a,b"))
		if err := cluster(t).Client.Apply(t.Context(), client.ApplyConfigurationFromUnstructured(o), client.FieldOwner("kustomize-controller"), client.ForceOwnership); err != nil {
			t.Fatal(err)
		}
		versions[i] = o.GetResourceVersion()
	}
	if diff := cmp.Diff(versions[0], versions[1]); diff != "" {
		t.Errorf("resourceVersion (-first +second):\n%s", diff)
	}
}
