package gate_test

import (
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// state of one CassandraCluster with an identity
func identified(uid string, generation int64, live, applied uint8, now operator) gate.Sight {
	o := object(live, applied, now)
	o["metadata"].(map[string]any)["uid"] = uid
	o["metadata"].(map[string]any)["generation"] = generation
	return gate.SightOf(o)
}

func TestSoakBeginsAnewWithEachBreak(t *testing.T) {
	for name, test := range map[string]struct {
		second gate.Sight
		kept   bool
	}{
		"the same state again goes on":                           {identified("a", 5, 1, 1, done), true},
		"one more generation, ready before and after, goes on":   {identified("a", 6, 1, 1, done), true},
		"two more generations hide a state that was not seen":    {identified("a", 7, 1, 1, done), false},
		"another revision that changes nothing here begins anew": {identified("a", 5, 2, 2, done), false},
		"another object of the same name begins anew":            {identified("b", 5, 1, 1, done), false},
		"an earlier generation, as after a restore, begins anew": {identified("a", 4, 1, 1, done), false},
	} {
		t.Run(name, func(t *testing.T) {
			soak := gate.Soak{}.Next(identified("a", 5, 1, 1, done), ago(time.Hour)).Next(test.second, modelNow)
			want := modelNow
			if test.kept {
				want = ago(time.Hour)
			}
			if got := soak.Of(test.second); !got.Equal(want) {
				t.Errorf("want %s, got %s", want, got)
			}
		})
	}
}

func TestSoakKnowsNothingOf(t *testing.T) {
	ready := identified("a", 5, 1, 1, done)
	soak := gate.Soak{}.Next(ready, modelNow)
	for name, got := range map[string]time.Time{
		"an object that is not ready":             soak.Next(identified("a", 6, 1, 1, flapped), modelNow).Since,
		"an object that is gone":                  soak.Next(gate.SightOf(nil), modelNow).Since,
		"an object without identity":              gate.Soak{}.Next(sight(1, 1, done), modelNow).Since,
		"a state that the watch has not brought":  soak.Of(identified("a", 6, 1, 1, done)),
		"a revision that the watch has not seen":  soak.Of(identified("a", 5, 2, 2, done)),
		"another object":                          soak.Of(identified("b", 5, 1, 1, done)),
		"anything before the first state is seen": gate.Soak{}.Of(ready),
	} {
		if !got.IsZero() {
			t.Errorf("%s: got %s", name, got)
		}
	}
}
