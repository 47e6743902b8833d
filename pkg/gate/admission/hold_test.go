package admission

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	admissionv1 "k8s.io/api/admission/v1"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/utils/ptr"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

const (
	r0 = `{"metadata":{"annotations":{"casskop-gitops.dev/revision":"00000000"}}}`
	r1 = `{"metadata":{"annotations":{"casskop-gitops.dev/revision":"11111111"}}}`
	// bare is one that no ring has marked.
	bare = `{"metadata":{"name":"demo"}}`
)

// request asks about a change of one object to another; without the first about a creation.
func request(before, after string) *admissionv1.AdmissionRequest {
	r := &admissionv1.AdmissionRequest{Namespace: "ns", Name: "demo", Operation: admissionv1.Create, Object: runtime.RawExtension{Raw: []byte(after)}}
	if before != "" {
		r.Operation, r.OldObject = admissionv1.Update, runtime.RawExtension{Raw: []byte(before)}
	}
	return r
}

// openFor is a Gate that is open for a revision.
func openFor(revision string) *v1alpha1.Gate {
	return &v1alpha1.Gate{
		ObjectMeta: metav1.ObjectMeta{Namespace: "ns", Name: "demo", Generation: 3},
		Spec:       v1alpha1.GateSpec{Revision: revision},
		Status:     v1alpha1.GateStatus{ObservedGeneration: 3, OpenedRevision: revision},
	}
}

func held(message string) *v1alpha1.Gate {
	gate := openFor("11111111")
	gate.Status.OpenedRevision = "00000000"
	gate.Status.Conditions = []metav1.Condition{{Type: "Ready", Status: metav1.ConditionFalse, Reason: "NotRunning", Message: message}}
	return gate
}

func read(t *testing.T, r *admissionv1.AdmissionRequest) *Write {
	t.Helper()
	w, err := Read(r)
	if err != nil {
		t.Fatal(err)
	}
	return w
}

// TestDenial holds what no API server can be made to ask. All else is in test/policy, on API servers.
func TestDenial(t *testing.T) {
	const noGate = "no Gate: there is no Gate ns/demo, and the CassandraCluster carries annotation casskop-gitops.dev/revision, or did; " +
		"apply the folder gate/ of the ring first"
	const other = "another revision than the one that its Gate wants; apply both from one commit, the Gate first"
	tests := map[string]struct {
		before, after string
		gate          *v1alpha1.Gate
		want          string
	}{
		"open":                                {r0, r1, openFor("11111111"), ""},
		"created while open":                  {"", r1, openFor("11111111"), ""},
		"no Gate, never marked":               {bare, bare, nil, ""},
		"no Gate, never marked, created":      {"", bare, nil, ""},
		"no Gate, the same revision":          {r0, r0, nil, ""},
		"no Gate, marked by this write":       {bare, r1, nil, noGate},
		"no Gate, the mark taken off":         {r0, bare, nil, noGate},
		"no Gate, created with an empty mark": {"", `{"metadata":{"annotations":{"casskop-gitops.dev/revision":""}}}`, nil, noGate},
		"the same revision, held":             {r1, r1, held("x"), ""},
		"a revision of two lines":             {r0, `{"metadata":{"annotations":{"casskop-gitops.dev/revision":"1\n2"}}}`, openFor("11111111"), other},
		"a field Metadata is no metadata":     {r0, strings.Replace(r0, `{"metadata"`, `{"Metadata":{"annotations":{"casskop-gitops.dev/revision":"11111111"}},"metadata"`, 1), held("x"), ""},
		"metadata that Metadata would hide": {r0, strings.Replace(r1, `}}}`, `}},"METADATA":{"annotations":{"casskop-gitops.dev/revision":"00000000"}}}`, 1), held("why"),
			"held at 11111111: NotRunning: why; see kubectl describe gate -n ns demo"},
		"a message of 5 KiB": {r0, r1, held(strings.Repeat("x", longest-len("held at 11111111: NotRunning: ; see kubectl describe gate -n ns demo"))),
			"held at 11111111: NotRunning: " + strings.Repeat("x", longest-len("held at 11111111: NotRunning: ; see kubectl describe gate -n ns demo")) + "; see kubectl describe gate -n ns demo"},
		"a message of a byte more": {r0, r1, held(strings.Repeat("x", longest-len("held at 11111111: NotRunning: ; see kubectl describe gate -n ns demo")+1)),
			"held, and why is too long to tell here; see kubectl describe gate"},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			if diff := cmp.Diff(tt.want, read(t, request(tt.before, tt.after)).Denial(tt.gate)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
			dry := request(tt.before, tt.after)
			dry.DryRun = ptr.To(true)
			if diff := cmp.Diff("", read(t, dry).Denial(tt.gate)); diff != "" {
				t.Errorf("dry-run (-want +got):\n%s", diff)
			}
		})
	}
}

func TestWhatIsNoWrite(t *testing.T) {
	for name, r := range map[string]*admissionv1.AdmissionRequest{
		"a deletion":                    {Operation: admissionv1.Delete, OldObject: runtime.RawExtension{Raw: []byte(r0)}},
		"no object":                     request(r0, ""),
		"no old object":                 {Operation: admissionv1.Update, Object: runtime.RawExtension{Raw: []byte(r0)}},
		"a list":                        request("", "[]"),
		"annotations that are no texts": request("", `{"metadata":{"annotations":{"casskop-gitops.dev/revision":1}}}`),
	} {
		if _, err := Read(r); err == nil {
			t.Errorf("%s: want an error", name)
		}
	}
}

// FuzzDenialNeverLetsAnUnopenedRevisionIn: whatever the objects are, a write that passes has the revision that its Gate is open for, or the
// one that it had, or belongs to no ring.
func FuzzDenialNeverLetsAnUnopenedRevisionIn(f *testing.F) {
	for _, after := range []string{r0, r1, bare, "null", `{"METADATA":{"annotations":{"casskop-gitops.dev/revision":"11111111"}}}`} {
		for _, before := range []string{"", r0, bare} {
			f.Add([]byte(before), []byte(after), before == "", true, int64(3), "11111111")
		}
	}
	f.Fuzz(func(t *testing.T, before, after []byte, creates, hasGate bool, observed int64, opened string) {
		r := request("x", "")
		r.Object.Raw, r.OldObject.Raw = after, before
		if creates {
			r.Operation = admissionv1.Create
		}
		w, err := Read(r)
		if err != nil {
			return // refused
		}
		var gate *v1alpha1.Gate
		if hasGate {
			gate = openFor("11111111")
			gate.Status.ObservedGeneration, gate.Status.OpenedRevision = observed, opened
		}
		now, was := revisionIn(after), ""
		if !creates {
			was = revisionIn(before)
		}
		isOpen := hasGate && observed == 3 && now == "11111111" && opened == now
		if changed := creates && now != "" || now != was; changed && !isOpen && w.Denial(gate) == "" {
			t.Errorf("%s became %s and was let through, the Gate being %+v", before, after, gate)
		}
		if creates && hasGate && !isOpen && w.Denial(gate) == "" {
			t.Errorf("%s was created, the Gate being %+v", after, gate)
		}
		_, _ = w.Seeds() // it must not panic
	})
}

// revisionIn reads an object as a test may: by way of a map, in which capitals count.
func revisionIn(raw []byte) string {
	var o map[string]any
	if json.Unmarshal(raw, &o) != nil {
		return ""
	}
	metadata, _ := o["metadata"].(map[string]any)
	annotations, _ := metadata["annotations"].(map[string]any)
	revision, _ := annotations[v1alpha1.AnnotationRevision].(string)
	return revision
}
