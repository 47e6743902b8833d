package remote

import (
	"encoding/json"
	"fmt"
	"io"
	"net/http"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"
	"k8s.io/apimachinery/pkg/types"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

func TestBoundOfAnAnswer(t *testing.T) {
	half := strings.Repeat("x", largestAnswer/2)
	for name, tt := range map[string]struct {
		body  string
		lines bool
		fits  bool
	}{
		"as large as can be":                       {half + half, false, true},
		"larger by one byte":                       {half + half + "x", false, false},
		"larger, in lines, and it is no watch":     {half + "\n" + half, false, false},
		"events of a watch, each small enough":     {half + "\n" + half + "\n" + half + half + "\n", true, true},
		"an event of a watch that is too large":    {"x\n" + half + half + "x\n", true, false},
		"the beginning of one that is too large":   {"x\n" + half + half + "x", true, false},
		"as many values as can be":                 {strings.Repeat("[{,", mostValues/3) + "xx", false, true},
		"one more value":                           {strings.Repeat("[{,", mostValues/3) + "[{,", false, false},
		"values in the events of a watch":          {strings.Repeat(strings.Repeat("[", mostValues)+"\n", 3), true, true},
		"an event with one more value":             {"x\n" + strings.Repeat("[", mostValues+1) + "\n", true, false},
		"a small event, in one piece with another": {strings.Repeat("x\n", largestAnswer), true, true},
	} {
		t.Run(name, func(t *testing.T) {
			read, err := io.ReadAll(bound(io.NopCloser(strings.NewReader(tt.body)), "https://there", tt.lines))
			if fits := err == nil; fits != tt.fits || fits && string(read) != tt.body {
				t.Errorf("want it to fit: %v; got %d of %d bytes, %v", tt.fits, len(read), len(tt.body), err)
			}
		})
	}
}

// pages is an API server that lists count objects, or never comes to an end. It counts its pages.
type pages struct {
	count, size, asked int
	withoutEnd         bool
}

func (p *pages) ServeHTTP(w http.ResponseWriter, r *http.Request) {
	p.asked++
	query := r.URL.Query()
	var from, limit int
	_, _ = fmt.Sscan(query.Get("continue"), &from) // 0 on the first page
	_, _ = fmt.Sscan(query.Get("limit"), &limit)
	var items []any
	for i := from; i < min(from+limit, p.count); i++ {
		items = append(items, map[string]any{
			"apiVersion": "v1", "kind": "Gate", "metadata": map[string]any{"namespace": "ns", "name": fmt.Sprint(i)},
			"spec": map[string]any{"revision": fmt.Sprint(i), "rest": strings.Repeat("x", p.size)},
		})
	}
	meta := map[string]any{"resourceVersion": "7"}
	if from+limit < p.count || p.withoutEnd {
		meta["continue"] = fmt.Sprint(from + limit)
	}
	w.Header().Set("Content-Type", "application/json")
	_ = json.NewEncoder(w).Encode(map[string]any{"apiVersion": "v1", "kind": "List", "metadata": meta, "items": items}) // who does not read it has hung up
}

// TestLists: in pages, each of which is bounded, to an end.
func TestLists(t *testing.T) {
	for name, tt := range map[string]struct {
		pages
		want   int
		reason string
		asked  int
	}{
		"nothing":                    {pages{}, 0, "", 1},
		"a page":                     {pages{count: pageSize}, pageSize, "", 1},
		"one more":                   {pages{count: pageSize + 1}, pageSize + 1, "", 2},
		"more than one answer holds": {pages{count: 3 * pageSize, size: largestAnswer / pageSize * 3 / 4}, 3 * pageSize, "", 3},
		"objects that are too large": {pages{count: 3 * pageSize, size: largestAnswer / pageSize}, 0, ReasonAnswerTooLarge, 1},
		"as many as can be":          {pages{count: mostObjects}, mostObjects, "", mostObjects / pageSize},
		"one more than that":         {pages{count: mostObjects + 1}, 0, ReasonAnswerTooLarge, mostObjects/pageSize + 1},
		"pages without end":          {pages{withoutEnd: true}, 0, ReasonAnswerTooLarge, mostObjects/pageSize + 1},
	} {
		t.Run(name, func(t *testing.T) {
			connection, err := dial(configOf(newTLSServer(t, &tt.pages)))
			if err != nil {
				t.Fatal(err)
			}
			var failed []string
			f := &follower[wish, wish]{read: wishOf}
			l := &listWatch{
				server: connection.server, resource: connection.Resource(gatesResource).Namespace("ns"), reduce: f.reduce,
				failed: func(err error) { failed = append(failed, failureOf(connection.server, err).Reason) },
			}
			list, err := l.ListWithContext(t.Context(), metav1.ListOptions{ResourceVersion: "0"})
			got, names := 0, map[types.NamespacedName]bool{}
			if err == nil {
				for _, item := range list.(*reducedList).Items {
					found := item.(*reduced[wish])
					names[found.name] = true
					if found.facts.revision != found.name.Name {
						t.Errorf("%s wants %q", found.name, found.facts.revision)
					}
				}
				got = len(names)
			}
			if got != tt.want || tt.asked != tt.pages.asked || strings.Join(failed, " ") != tt.reason {
				t.Errorf("want %d objects, %q, in %d pages; got %d, %q, in %d", tt.want, tt.reason, tt.asked, got, failed, tt.pages.asked)
			}
		})
	}
}

// TestWatchThatBringsTooMany: those above the bound are not kept, and the whole is not trusted any more.
func TestWatchThatBringsTooMany(t *testing.T) {
	tr := newTrial()
	s, end := tr.session()
	defer end()
	for i := range mostObjects {
		if err := s.Add(wanting(fmt.Sprint(i), "1")); err != nil {
			t.Fatal(err)
		}
	}
	if failure := tr.view(named("0")).failure; failure != nil {
		t.Fatalf("after %d objects: %v", mostObjects, failure)
	}
	if err := s.Add(wanting("one more", "1")); err != nil {
		t.Fatal(err)
	}
	if failure := tr.view(named("0")).failure; failure == nil || failure.Reason != ReasonAnswerTooLarge || tr.view(named("one more")).there {
		t.Errorf("want %s, and the object not kept, got %v", ReasonAnswerTooLarge, failure)
	}
	if err := s.Update(wanting("0", "22")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff("22", tr.view(named("0")).row.revision); diff != "" {
		t.Errorf("one that is kept (-want +got):\n%s", diff)
	}
}

// TestNothingLongIsKept of an object: texts are cut, whatever another cluster writes into them.
func TestNothingLongIsKept(t *testing.T) {
	long := strings.Repeat("é", 1<<20)
	object := &unstructured.Unstructured{Object: map[string]any{
		"metadata": map[string]any{"namespace": "ns", "name": "ring", "uid": long, "annotations": map[string]any{
			"casskop-gitops.dev/revision": long, "cassandraclusters.db.orange.com/last-applied-configuration": `{"spec":{}}`,
		}},
		"spec": map[string]any{"revision": long}, "status": map[string]any{"phase": long, "lastClusterAction": long, "lastClusterActionStatus": long},
	}}
	for _, kept := range []runtime.Object{
		(&follower[wish, wish]{read: wishOf}).reduce(object),
		(&follower[gate.Sight, cassandra]{read: gate.SightOf}).reduce(object),
	} {
		if size := len(fmt.Sprintf("%+v", kept)); size > 2000 {
			t.Errorf("%T keeps %d bytes", kept, size)
		}
	}
}
