package remote

import (
	"context"
	"time"

	"k8s.io/apimachinery/pkg/types"
)

// session is one run of a reflector, and the store that it fills. What it brings after it has ended is dropped: it may come from
// another cluster than the one that is followed by then.
type session[F any, R comparable] struct {
	*follower[F, R]
	ctx    context.Context
	began  time.Time
	server string // as it is named in messages
	// broken says that the last try broke off, and was not told
	broken bool
}

// change runs under the lock, if the session has not ended, and says whether it did.
func (s *session[F, R]) change(do func(now time.Time)) bool {
	s.mu.Lock()
	defer s.mu.Unlock()
	if s.ctx.Err() != nil {
		return false
	}
	do(s.clock.Now())
	return true
}

// The exported methods are those of cache.ReflectorStore and cache.ReflectorBookmarkStore.

// Add takes in an object that appeared.
func (s *session[F, R]) Add(object any) error { return s.Update(object) }

// Update takes in a state of an object.
func (s *session[F, R]) Update(object any) error {
	found, err := s.reduced(object)
	if err != nil {
		return err
	}
	var before, after R
	full := false
	s.change(func(now time.Time) {
		if full = len(s.rows) >= mostObjects && !s.has(found.name); full {
			return
		}
		before = s.rows[found.name]
		after = s.next(before, found.facts, now)
		s.rows[found.name], s.seen = after, now
	})
	if full {
		s.fail(tooMany(s.server))
	}
	if before != after {
		s.moved(found.name)
	}
	return nil
}

// has runs under the lock.
func (s *session[F, R]) has(name types.NamespacedName) bool {
	_, there := s.rows[name]
	return there
}

// Delete takes in that an object is gone.
func (s *session[F, R]) Delete(object any) error {
	found, err := s.reduced(object)
	if err != nil {
		return err
	}
	if s.change(func(now time.Time) {
		delete(s.rows, found.name)
		s.seen = now
	}) {
		s.moved(found.name)
	}
	return nil
}

// Replace takes in all objects that there are.
func (s *session[F, R]) Replace(objects []any, _ string) error {
	var moved []types.NamespacedName
	var err error
	s.change(func(now time.Time) {
		var rows map[types.NamespacedName]R
		if rows, err = s.nextRows(objects, now); err != nil {
			return
		}
		moved = s.differences(rows)
		if !s.synced {
			moved = []types.NamespacedName{{}} // it is known now which objects are not there
		}
		s.rows, s.synced, s.seen = rows, true, now
	})
	for _, name := range moved {
		s.moved(name)
	}
	return err
}

func (s *session[F, R]) nextRows(objects []any, now time.Time) (map[types.NamespacedName]R, error) {
	rows := make(map[types.NamespacedName]R, len(objects))
	for _, object := range objects {
		found, err := s.reduced(object)
		if err != nil {
			return nil, err
		}
		rows[found.name] = s.next(s.rows[found.name], found.facts, now)
	}
	return rows, nil
}

// differences are the names whose row is another one in rows, or is only on one side.
func (s *session[F, R]) differences(rows map[types.NamespacedName]R) (names []types.NamespacedName) {
	for name, row := range rows {
		if before, there := s.rows[name]; !there || before != row {
			names = append(names, name)
		}
	}
	for name := range s.rows {
		if _, there := rows[name]; !there {
			names = append(names, name)
		}
	}
	return names
}

// Bookmark takes in a sign of life.
func (s *session[F, R]) Bookmark(string) error {
	s.heard()
	return nil
}

// Resync has nothing to do.
func (s *session[F, R]) Resync() error { return nil }

// heard records an answer.
func (s *session[F, R]) heard() {
	failed := false
	s.change(func(now time.Time) {
		failed = s.failure != nil
		s.failure, s.broken, s.seen = nil, false, now
	})
	if failed {
		s.moved(types.NamespacedName{})
	}
}

// fail records why there is no answer.
func (s *session[F, R]) fail(failure Failure) {
	news := false
	s.change(func(time.Time) {
		if failure.Reason == ReasonConnectionFailed && s.failure == nil && !s.broken {
			s.broken = true
			return // a connection may break and come back at once; the next try tells
		}
		news = s.failure == nil || *s.failure != failure
		s.failure = &failure
	})
	if news {
		s.moved(types.NamespacedName{})
	}
}

// endSilence ends the session when nothing has been heard for too long.
func (s *session[F, R]) endSilence(end func()) {
	ticker := s.clock.NewTicker(silenceLimit / 9)
	defer ticker.Stop()
	for {
		select {
		case <-s.ctx.Done():
			return
		case <-ticker.C():
		}
		silent := false
		s.change(func(now time.Time) { silent = min(now.Sub(s.seen), now.Sub(s.began)) >= silenceLimit })
		if silent {
			end()
			return
		}
	}
}
