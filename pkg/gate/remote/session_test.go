package remote

import (
	"context"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	clocktesting "k8s.io/utils/clock/testing"
)

// watching begins at this time.
var noon = time.Date(2026, 11, 22, 12, 0, 0, 0, time.UTC)

// trial is a follower of wishes, and who is told of changes.
type trial struct {
	*follower[wish, wish]
	clock *clocktesting.FakeClock
	told  []string
}

func newTrial() *trial {
	tr := &trial{clock: clocktesting.NewFakeClock(noon)}
	tr.follower = &follower[wish, wish]{clock: tr.clock, read: wishOf, next: nextWish, rows: map[types.NamespacedName]wish{}}
	tr.moved = func(name types.NamespacedName) { tr.told = append(tr.told, name.Name) }
	return tr
}

// session begins one, and what ends it.
func (tr *trial) session() (*session[wish, wish], func()) {
	ctx, end := context.WithCancel(context.Background())
	return &session[wish, wish]{follower: tr.follower, ctx: ctx, began: tr.clock.Now()}, end
}

// news is who was told since the last call, sorted; "*" is everybody.
func (tr *trial) news() string {
	for i := range tr.told {
		if tr.told[i] == "" {
			tr.told[i] = "*"
		}
	}
	slices.Sort(tr.told)
	told := strings.Join(tr.told, " ")
	tr.told = nil
	return told
}

// wanting is a Gate that wants a revision.
func wanting(name, revision string) *unstructured.Unstructured {
	g := &unstructured.Unstructured{Object: map[string]any{"spec": map[string]any{"revision": revision}}}
	g.SetNamespace("ns")
	g.SetName(name)
	g.SetUID(types.UID("uid-" + name))
	g.SetGeneration(int64(len(revision)))
	return g
}

// TestSessionTellsWhatChanged: who looks at an object is told when something changed that a decision reads, and not otherwise.
func TestSessionTellsWhatChanged(t *testing.T) {
	tr := newTrial()
	s, end := tr.session()
	defer end()
	both := func(a, b string) []any { return []any{wanting("a", a), wanting("b", b)} }
	for _, step := range []struct {
		what string
		do   func() error
		want string
	}{
		{"the first list says also what is not there", func() error { return s.Replace(both("1", "1"), "") }, "*"},
		{"the same list", func() error { return s.Replace(both("1", "1"), "") }, ""},
		{"a list in which one has changed", func() error { return s.Replace(both("1", "22"), "") }, "b"},
		{"a list in which one is gone, and one is new", func() error { return s.Replace([]any{wanting("b", "22"), wanting("c", "1")}, "") }, "a c"},
		{"an event without news", func() error { return s.Update(wanting("b", "22")) }, ""},
		{"an event with news", func() error { return s.Update(wanting("b", "333")) }, "b"},
		{"one that appears", func() error { return s.Add(wanting("d", "1")) }, "d"},
		{"one that goes", func() error { return s.Delete(wanting("d", "1")) }, "d"},
		{"a bookmark", func() error { return s.Bookmark("") }, ""},
		{"an empty list", func() error { return s.Replace(nil, "") }, "b c"},
	} {
		if err := step.do(); err != nil {
			t.Errorf("%s: %v", step.what, err)
		}
		if got := tr.news(); got != step.want {
			t.Errorf("%s: told %q, want %q", step.what, got, step.want)
		}
	}
}

// TestEndedSessionIsDropped: what it brings late may come from another cluster than the one that is followed by then.
func TestEndedSessionIsDropped(t *testing.T) {
	tr := newTrial()
	s, end := tr.session()
	if err := s.Replace([]any{wanting("a", "1")}, ""); err != nil {
		t.Fatal(err)
	}
	end()
	tr.news()
	before := tr.view(named("a"))
	tr.clock.Step(time.Second)
	for what, do := range map[string]func() error{
		"Add":      func() error { return s.Add(wanting("b", "1")) },
		"Update":   func() error { return s.Update(wanting("a", "22")) },
		"Delete":   func() error { return s.Delete(wanting("a", "1")) },
		"Replace":  func() error { return s.Replace(nil, "") },
		"Bookmark": func() error { return s.Bookmark("") },
		"heard":    func() error { s.heard(); return nil },
		"fail":     func() error { s.fail(Failure{ReasonForbidden, "late"}); return nil },
	} {
		if err := do(); err != nil {
			t.Errorf("%s: %v", what, err)
		}
		if after := tr.view(named("a")); after != before || tr.view(named("b")).there {
			t.Errorf("%s after the end: it was %+v and is %+v", what, before, after)
		}
		if told := tr.news(); told != "" {
			t.Errorf("%s after the end: told %q", what, told)
		}
	}
}

// TestFailureIsToldOnce: when it comes, when it becomes another one, and when it goes, which only a watch that began can say.
func TestFailureIsToldOnce(t *testing.T) {
	tr := newTrial()
	s, end := tr.session()
	defer end()
	if err := s.Replace(nil, ""); err != nil {
		t.Fatal(err)
	}
	tr.news()
	for _, step := range []struct {
		what string
		do   func()
		told string
		want string
	}{
		{"a failure", func() { s.fail(Failure{ReasonForbidden, "no"}) }, "*", ReasonForbidden},
		{"the same again", func() { s.fail(Failure{ReasonForbidden, "no"}) }, "", ReasonForbidden},
		{"a list that was answered", func() { _ = s.Replace(nil, "") }, "", ReasonForbidden},
		{"another failure", func() { s.fail(Failure{ReasonServerError, "500"}) }, "*", ReasonServerError},
		{"a watch that began", s.heard, "*", ""},
		{"a bookmark", func() { _ = s.Bookmark("") }, "", ""},
		{"a connection that breaks", func() { s.fail(Failure{ReasonConnectionFailed, "broke"}) }, "", ""},
		{"and comes back", s.heard, "", ""},
		{"a connection that breaks again", func() { s.fail(Failure{ReasonConnectionFailed, "broke"}) }, "", ""},
		{"and does not come back", func() { s.fail(Failure{ReasonConnectionFailed, "broke"}) }, "*", ReasonConnectionFailed},
		{"and is refused then", func() { s.fail(Failure{ReasonConnectionRefused, "refused"}) }, "*", ReasonConnectionRefused},
		{"and breaks once more", func() { s.fail(Failure{ReasonConnectionFailed, "broke"}) }, "*", ReasonConnectionFailed},
	} {
		step.do()
		reason := ""
		if failure := tr.view(named("a")).failure; failure != nil {
			reason = failure.Reason
		}
		if told := tr.news(); reason != step.want || told != step.told {
			t.Errorf("%s: the failure is %q, want %q; told %q, want %q", step.what, reason, step.want, told, step.told)
		}
	}
}

// TestSilenceEndsSession, so that a watch begins anew; each sign of life puts it off.
func TestSilenceEndsSession(t *testing.T) {
	tr := newTrial()
	s, end := tr.session()
	defer end()
	silent := make(chan struct{})
	go s.endSilence(func() { close(silent) })
	eventually(t, tr.clock.HasWaiters)
	for range 3 {
		tr.clock.Step(silenceLimit / 9 * 8)
		s.heard()
	}
	select {
	case <-silent:
		t.Fatal("the session ended although there were signs of life")
	default:
	}
	tr.clock.Step(silenceLimit)
	eventually(t, func() bool {
		select {
		case <-silent:
			return true
		default:
			return false
		}
	})
}

// TestWishKeepsItsAge as long as it is the same one, also over a new connection, and for a read of that very state alone.
func TestWishKeepsItsAge(t *testing.T) {
	tr := newTrial()
	first, end := tr.session()
	if err := first.Replace([]any{wanting("a", "1")}, ""); err != nil {
		t.Fatal(err)
	}
	end()
	tr.clock.Step(time.Hour)
	second, end := tr.session()
	defer end()
	if err := second.Replace([]any{wanting("a", "1")}, ""); err != nil {
		t.Fatal(err)
	}
	row := tr.view(named("a")).row
	if diff := cmp.Diff(noon, row.sinceOf(wishOf(wanting("a", "1").Object))); diff != "" {
		t.Errorf("unexpected age after a new connection (-want +got):\n%s", diff)
	}
	if since := row.sinceOf(wishOf(wanting("a", "22").Object)); !since.IsZero() {
		t.Errorf("a state that the watch did not bring is known since %s", since)
	}
	if since := row.sinceOf(wish{}); !since.IsZero() {
		t.Errorf("a Gate that is not there is known since %s", since)
	}
	if err := second.Update(wanting("a", "22")); err != nil {
		t.Fatal(err)
	}
	if diff := cmp.Diff(noon.Add(time.Hour), tr.view(named("a")).row.since); diff != "" {
		t.Errorf("unexpected age of a new wish (-want +got):\n%s", diff)
	}
}
