package policy

import (
	"path/filepath"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"sigs.k8s.io/controller-runtime/pkg/client"
	"sigs.k8s.io/yaml"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// rendered are the objects that the sample gives its second cluster: CassandraCluster, Gate and all else.
var rendered = sync.OnceValues(func() (objects []*unstructured.Unstructured, err error) {
	for _, dir := range []string{overlay(), filepath.Join(overlay(), "gate")} {
		manifests, err := bed.Build(dir)
		if err != nil {
			return nil, err
		}
		found, err := bed.Decode(manifests)
		if err != nil {
			return nil, err
		}
		objects = append(objects, found...)
	}
	return objects, nil
})

// sample is the one rendered object of a kind, with changes.
func sample(t *testing.T, kind string, edits ...edit) *unstructured.Unstructured {
	t.Helper()
	objects, err := rendered()
	if err != nil {
		t.Fatal(err)
	}
	for _, o := range objects {
		if o.GetKind() == kind {
			return edited(o.DeepCopy(), edits...)
		}
	}
	t.Fatalf("%s holds no %s", overlay(), kind)
	return nil
}

func manifest(t *testing.T, o *unstructured.Unstructured) string {
	t.Helper()
	b, err := yaml.Marshal(o.Object)
	if err != nil {
		t.Fatal(err)
	}
	return write(t, string(b))
}

// run runs a command line of kubectl on the ring's CassandraCluster. In it OVERLAY is the rendered folder, FILE and FILE-V1 are files
// with what it builds, REVISION is its revision, and OBJECT the object itself. `kubectl edit` sets the revision.
func run(t *testing.T, line string) bed.Output {
	t.Helper()
	wanted := sampleRevision(t)
	words := strings.NewReplacer(
		"OVERLAY", overlay(),
		"FILE-V1", manifest(t, sample(t, "CassandraCluster", set(v1, "apiVersion"), without("spec", "config"), without("spec", "serverType"), without("spec", "serverVersion"))),
		"FILE", manifest(t, sample(t, "CassandraCluster")),
		"REVISION", wanted,
		"OBJECT", "-n "+ring.Namespace+" cassandraclusters.v2.db.orange.com/"+ring.Name)
	env := []string{"KUBE_EDITOR=sed -i s/" + r0 + "/" + wanted + "/", "TMPDIR=" + t.TempDir()}
	return cluster(t).Kubectl(t, env, strings.Fields(words.Replace(line))...)
}

func sampleRevision(t *testing.T) string {
	t.Helper()
	return sample(t, "CassandraCluster").GetAnnotations()[revision]
}

// TestEveryWayToWriteARevision: each is denied with the Gate's reason while the Gate is held, leaves the object as it was, and goes
// through once the Gate is open.
func TestEveryWayToWriteARevision(t *testing.T) { both(t, everyWayToWriteARevision) }

func everyWayToWriteARevision(t *testing.T) {
	tests := map[string]struct {
		carried string // empty: the object is not there
		command string
	}{
		"the first apply":             {"", "apply -k OVERLAY"},
		"the first server-side apply": {"", "apply --server-side -k OVERLAY"},
		"create":                      {"", "create -f FILE"},
		"create in v1alpha1":          {"", "create -f FILE-V1"},
		"apply":                       {r0, "apply -k OVERLAY"},
		"server-side apply":           {r0, "apply --server-side --force-conflicts -k OVERLAY"},
		"apply in v1alpha1":           {r0, "apply -f FILE-V1"},
		"apply --force which would delete the object if it were called invalid": {r0, "apply --force -k OVERLAY"},
		"replace":           {r0, "replace -f FILE"},
		"a patch":           {r0, `patch OBJECT --type=merge -p {"metadata":{"annotations":{"casskop-gitops.dev/revision":"REVISION"}}}`},
		"a patch of JSON":   {r0, `patch OBJECT --type=json -p [{"op":"add","path":"/metadata/annotations/casskop-gitops.dev~1revision","value":"REVISION"}]`},
		"annotate":          {r0, "annotate OBJECT --overwrite casskop-gitops.dev/revision=REVISION"},
		"edit by an editor": {r0, "edit OBJECT"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			wanted := sampleRevision(t)
			arrange(t, tt.carried)
			held(wanted, "NotRunning", initial)(t)
			before := live(t, v2, ring)

			got := run(t, tt.command)
			want := at.denied + "held at " + wanted + ": NotRunning: " + initial + describe
			if got.Code != 1 || !strings.Contains(got.Stderr, at.ringWords) || !strings.Contains(got.Stderr, want) {
				t.Errorf("held: want exit 1, %q and %q, got exit %d and\n%s%s", at.ringWords, want, got.Code, got.Stdout, got.Stderr)
			}
			if diff := cmp.Diff(before, live(t, v2, ring)); diff != "" {
				t.Errorf("the object changed although its Gate is held (-before +after):\n%s", diff)
			}

			opened(wanted)(t)
			if got := run(t, tt.command); got.Code != 0 {
				t.Errorf("open: want exit 0, got exit %d and\n%s%s", got.Code, got.Stdout, got.Stderr)
			}
			if diff := cmp.Diff(wanted, live(t, v2, ring).GetAnnotations()[revision]); diff != "" {
				t.Errorf("open: revision (-want +got):\n%s", diff)
			}
		})
	}
}

// TestWhatAHeldGateLetsThrough: dry-runs, and all that leaves the revision as it is.
func TestWhatAHeldGateLetsThrough(t *testing.T) { both(t, whatAHeldGateLetsThrough) }

func whatAHeldGateLetsThrough(t *testing.T) {
	tests := map[string]struct {
		carried string
		command string
		code    int
		// writes: the object is not the same after it
		writes bool
	}{
		"a server-side dry-run of the first apply":     {"", "apply --dry-run=server -k OVERLAY", 0, false},
		"a client-side dry-run of the first apply":     {"", "apply --dry-run=client -k OVERLAY", 0, false},
		"a dry-run of create":                          {"", "create --dry-run=server -f FILE", 0, false},
		"a server-side dry-run of an apply":            {r0, "apply --dry-run=server -k OVERLAY", 0, false},
		"a client-side dry-run of an apply":            {r0, "apply --dry-run=client -k OVERLAY", 0, false},
		"a dry-run of a server-side apply":             {r0, "apply --server-side --force-conflicts --dry-run=server -k OVERLAY", 0, false},
		"a dry-run that takes the revision off":        {r0, "annotate OBJECT --dry-run=server casskop-gitops.dev/revision-", 0, false},
		"diff":                                         {r0, "diff -k OVERLAY", 1, false}, // 1: there are differences
		"a label set":                                  {r0, "label OBJECT team=storage", 0, true},
		"a label taken off":                            {r0, "label OBJECT cluster-", 0, true},
		"another annotation":                           {r0, "annotate OBJECT team=storage", 0, true},
		"a change of the spec under the same revision": {r0, `patch OBJECT --type=merge -p {"spec":{"nodesPerRacks":2}}`, 0, true},
		"the revision that it has written anew":        {r0, "annotate OBJECT --overwrite team=storage casskop-gitops.dev/revision=" + r0, 0, true},
		"delete":                                       {r0, "delete OBJECT", 0, true},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			arrange(t, tt.carried)
			held(sampleRevision(t), "NotRunning", initial)(t)
			before := live(t, v2, ring)

			if got := run(t, tt.command); got.Code != tt.code {
				t.Errorf("want exit %d, got exit %d and\n%s%s", tt.code, got.Code, got.Stdout, got.Stderr)
			}
			if changed := !cmp.Equal(before, live(t, v2, ring)); changed != tt.writes {
				t.Errorf("the object changed: want %t, got %t", tt.writes, changed)
			}
		})
	}
}

// TestTakingOffDoesNotFree: neither a label nor the annotations can be taken off so that the object is no longer held.
func TestTakingOffDoesNotFree(t *testing.T) { both(t, takingOffDoesNotFree) }

func takingOffDoesNotFree(t *testing.T) {
	const set = "annotate OBJECT --overwrite casskop-gitops.dev/revision=REVISION"
	tests := map[string]struct {
		// first passes, then is denied
		first, then, want string
	}{
		"the label":                        {"label OBJECT cluster-", set, "held at "},
		"the revision":                     {"label OBJECT cluster=other --overwrite", "annotate OBJECT casskop-gitops.dev/revision-", noRevision},
		"the revision by setting it empty": {"label OBJECT cluster=other --overwrite", "annotate OBJECT --overwrite casskop-gitops.dev/revision=", noRevision},
		"all annotations":                  {"label OBJECT cluster=other --overwrite", `patch OBJECT --type=merge -p {"metadata":{"annotations":null}}`, noRevision},
		"the object":                       {"delete OBJECT", "apply -k OVERLAY", "held at "},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			arrange(t, r0)
			held(sampleRevision(t), "NotRunning", initial)(t)
			if got := run(t, tt.first); got.Code != 0 {
				t.Fatalf("%s: %s", tt.first, got.Stderr)
			}
			if got := run(t, tt.then); got.Code != 1 || !strings.Contains(got.Stderr, at.denied+tt.want) {
				t.Errorf("want exit 1 and %q, got exit %d and\n%s%s", tt.want, got.Code, got.Stdout, got.Stderr)
			}
		})
	}
}

// TestOthersAreNotHeld: a binding speaks of one object, by name and namespace.
func TestOthersAreNotHeld(t *testing.T) { both(t, othersAreNotHeld) }

func othersAreNotHeld(t *testing.T) {
	missing(t)
	for _, key := range []client.ObjectKey{{Namespace: ring.Namespace, Name: "cassandra-demo2"}, {Namespace: seedsNamespace, Name: ring.Name}} {
		o := cassandraCluster(v2, key)
		mustCreate(t, o)
		if err := cluster(t).Client.Delete(t.Context(), o); err != nil {
			t.Error(err)
		}
	}
}
