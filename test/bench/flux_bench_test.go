package bench

import (
	"fmt"
	"slices"
	"testing"
	"time"

	"github.com/casskop-gitops/casskop-gitops/test/bed"
	"github.com/casskop-gitops/casskop-gitops/test/casskopbed"
	"github.com/casskop-gitops/casskop-gitops/test/chronicle"
	"github.com/casskop-gitops/casskop-gitops/test/fleet"
)

// ringsPerWay is how many rings are delivered in each way: each gives a sample of a creation and one of a change.
const ringsPerWay = 5

// way is how a change of some rings gets into two clusters, the second after the first.
type way struct {
	name string
	// starts is how long the pods of a ring take to start, by its number.
	starts func(int) time.Duration
	// deliver has Flux see a commit of a ring.
	deliver func(b *testing.B, r *fleet.Ring, c fleet.Commit)
}

// BenchmarkFlux takes rings over two clusters, with the real Flux and CassKop in them, through a creation and a change of the image: with the gate,
// and with what there would be without it, one Flux in a hub with dependsOn. It reads from the audit logs how soon the second cluster
// followed the first, and whether it did: with the gate it must.
func BenchmarkFlux(b *testing.B) {
	clusters := bed.Start(b, "k8s-cluster1", "k8s-cluster2", "hub")
	sites := fleet.Start(b, clusters[:2]...)
	hub := newHub(b, clusters[2], sites)
	holds := columns("way", "changes", "second cluster changed before the first was done", "nodes down at one time, of 2")
	for _, w := range []way{
		{"gate", func(int) time.Duration { return 5 * time.Second }, func(b *testing.B, r *fleet.Ring, c fleet.Commit) { r.Push(b, c, r.Members...) }},
		// a period of the hub's 30 s is covered, and a change takes longer than that, as it does where a node needs minutes
		{"dependsOn", func(i int) time.Duration { return time.Duration(20+4*i) * time.Second }, hub.deliver},
	} {
		early, down := w.measure(b, sites)
		holds.add(w.name, ringsPerWay, early, down)
		if w.name == "gate" && (early > 0 || down > 1) {
			b.Errorf("with the gate the second cluster was changed early %d times, and %d nodes of a ring were down at one time", early, down)
		}
	}
	record.table("hold", holds)
}

// measure delivers new rings and then another image for each. It returns how many second clusters were changed before the first was done,
// and how many nodes of a ring were down at one time at most.
func (w way) measure(b *testing.B, sites []*fleet.Site) (early, down int) {
	b.Helper()
	var rings []*fleet.Ring
	for i := range ringsPerWay {
		m := fleet.Small(fmt.Sprintf("by-%s-%d", w.folder(), i), "k8s-cluster1", "k8s-cluster2")
		rings = append(rings, fleet.NewRing(b, m, casskopbed.Options{StartTime: w.starts(i)}, sites...))
	}
	scribe := chronicle.NewScribe(b, "by-"+w.folder()+"-", sites[0].Cluster, sites[1].Cluster)
	w.roll(b, rings)
	created := followed(b, scribe)
	record.samples(w.name+", create", created)
	var pods []*fleet.PodLog
	for _, r := range rings {
		pods = append(pods, r.WatchPods(b))
		r.Spec["cassandraImage"] = "cassandra:3.11.10"
	}
	w.roll(b, rings)
	changed := followed(b, scribe)[len(created):]
	if len(created) != ringsPerWay {
		b.Errorf("%s: %d second clusters were made after the first was ready, want %d", w.name, len(created), ringsPerWay)
	}
	if len(changed) > 0 {
		record.samples(w.name+", change", changed)
	}
	for _, log := range pods {
		_, most := log.Stopped()
		down = max(down, most)
	}
	for _, r := range rings {
		for _, m := range r.Members {
			if err := m.CassKop.Stop(); err != nil {
				b.Error(err)
			}
		}
	}
	return ringsPerWay - len(changed), down
}

func (w way) folder() string {
	if w.name == "gate" {
		return w.name
	}
	return "hub"
}

// roll delivers what has changed of all rings, and waits until it is through.
func (w way) roll(b *testing.B, rings []*fleet.Ring) {
	b.Helper()
	revisions := make([]string, len(rings))
	for i, r := range rings {
		c := r.Repository.Commit(b, r.MultiCasskop)
		revisions[i] = c.Revision
		w.deliver(b, r, c)
	}
	for i, r := range rings {
		fleet.WaitThrough(b, 5*time.Minute, revisions[i], r.Members...)
	}
}

// followed are the times from a first cluster ready to the second one written, of all rings, for creations before changes. There is none for
// one that was written before the first was ready.
func followed(b *testing.B, scribe *chronicle.Scribe) (times durations) {
	b.Helper()
	scribe.Read(b)
	var changes durations
	for _, c := range scribe.Chronicles(func(string) time.Duration { return 0 }) {
		found := c.Followed()
		times, changes = append(times, found[:min(1, len(found))]...), append(changes, found[min(1, len(found)):]...)
	}
	slices.Sort(changes)
	return append(times, changes...)
}
