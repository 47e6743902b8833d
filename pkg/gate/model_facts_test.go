package gate_test

import (
	"fmt"
	"maps"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/gate"
)

// read is one confirming read of a gate.
type read struct {
	cluster int
	gate    bool // else the CassandraCluster
}

func (r read) String() string {
	kind := "CassandraCluster"
	if r.gate {
		kind = "Gate"
	}
	return fmt.Sprintf("the gate reads the %s of cluster %d", kind, r.cluster+1)
}

// reads are those of the gate of cluster i at a commit, in order.
func (m *model) reads(commit uint8, i int) []read {
	var reads []read
	for j := range clusters {
		switch {
		case j == i || !m.knows(commit, j):
		case m.chain:
			if j == m.previous(commit, i) {
				reads = append(reads, read{j, false})
			}
		default:
			reads = append(reads, read{j, true}, read{j, false})
		}
	}
	return reads
}

func (m *model) previous(commit uint8, i int) int {
	for j := i - 1; j >= 0; j-- {
		if m.knows(commit, j) {
			return j
		}
	}
	return -1
}

// question is what the decision is asked about one read: everything it may depend on.
type question struct {
	i       int
	commit  uint8
	read    read
	other   cluster
	atOnce  bool
	hereIs  uint8
	settled bool
}

// passes asks the real decision whether it would open with this read as it is and all others as good as can be.
func (m *model) passes(s state, i int, r read) bool {
	seen := s[r.cluster]
	seen.open, seen.reads, seen.kept = false, 0, 0
	if r.gate {
		seen = cluster{want: seen.want, flying: seen.flying}
	} else {
		seen.want, seen.flying = 0, 0
	}
	q := question{i: i, commit: s[i].want, read: r, other: seen}
	return m.ask(q, func() gate.Facts {
		facts := m.best(i, s[i].want)
		m.put(facts, r, seen)
		return facts
	})
}

// opensAtOnce asks it whether it opens without knowing anything of the others.
func (m *model) opensAtOnce(s state, i int) bool {
	q := question{i: i, commit: s[i].want, atOnce: true, hereIs: s[i].live, settled: !m.unsettled(s[i])}
	return m.ask(q, func() gate.Facts {
		facts := m.best(i, s[i].want)
		facts.Here = sight(s[i].live, s[i].live, done)
		facts.WantsSince = m.since(m.unsettled(s[i]))
		if len(facts.Gate.Spec.WaitFor) > 0 {
			facts.Others = nil
		}
		return facts
	})
}

func (m *model) unsettled(c cluster) bool {
	return c.flying != 0 && c.flying != m.revision(c.want) && m.without != settling
}

func (m *model) ask(q question, facts func() gate.Facts) bool {
	answer, known := m.memo[q]
	if !known {
		answer = gate.Decide(facts()).Open
		m.memo[q] = answer
	}
	return answer
}

var modelNow = time.Date(2026, 11, 1, 12, 0, 0, 0, time.UTC)

func (m *model) since(recent bool) time.Time {
	if recent {
		return modelNow
	}
	return modelNow.Add(-time.Hour)
}

// best are the facts with which the gate of cluster i opens at a commit, its own CassandraCluster not being there yet.
func (m *model) best(i int, commit uint8) gate.Facts {
	spec := v1alpha1.GateSpec{Revision: hash(m.revision(commit)), Serialize: v1alpha1.SerializeRing, StableFor: &metav1.Duration{Duration: time.Minute}}
	if m.chain {
		spec.Serialize = v1alpha1.SerializeChain
	}
	facts := gate.Facts{
		WantsSince: m.since(false), Here: gate.Sight{Presence: gate.Absent}, Others: map[string]gate.Other{}, Seeds: gate.SeedsAnswered, Now: modelNow,
	}
	for _, r := range m.reads(commit, i) {
		name := clusterName(r.cluster)
		if _, listed := facts.Others[name]; !listed {
			spec.WaitFor = append(spec.WaitFor, v1alpha1.WaitFor{Cluster: name, Before: r.cluster < i})
		}
		facts.Others[name] = gate.Other{
			Gate: gate.Present, Wants: spec.Revision, WantsSince: m.since(false), LastSeen: modelNow, ReadySince: m.since(false),
			Cluster: sight(m.revision(commit), m.revision(commit), done),
		}
	}
	facts.Gate = v1alpha1.Gate{Spec: spec}
	facts.Gate.Generation = 1
	return facts
}

// put replaces what one read gave by what is there, as the variant sees it.
func (m *model) put(facts gate.Facts, r read, c cluster) {
	other := facts.Others[clusterName(r.cluster)]
	switch {
	case r.gate && m.without == agreement:
	case r.gate && c.want == 0:
		other.Gate, other.Wants = gate.Absent, ""
	case r.gate:
		other.Wants, other.WantsSince = hash(m.revision(c.want)), m.since(m.unsettled(c))
	default:
		applied := c.applied
		if m.without == takenIn && c.live != 0 {
			applied = c.live
		}
		other.Cluster = sight(c.live, applied, c.operator)
		other.ReadySince = m.since(c.operator == touched && m.without != soaking)
	}
	facts.Others[clusterName(r.cluster)] = other
}

func clusterName(i int) string { return fmt.Sprintf("k8s-cluster%d", i+1) }

func hash(revision uint8) string { return fmt.Sprintf("%08x", revision) }

func sight(live, applied uint8, now operator) gate.Sight {
	return gate.SightOf(object(live, applied, now))
}

// object is a CassandraCluster as the API server would return it; nil at live 0.
func object(live, applied uint8, now operator) map[string]any {
	if live == 0 {
		return nil
	}
	annotations := map[string]any{v1alpha1.AnnotationRevision: hash(live)}
	object := map[string]any{
		"metadata": map[string]any{"name": "ring", "annotations": annotations},
		"spec":     map[string]any{"cassandraImage": "cassandra:" + hash(live)},
	}
	if applied != 0 {
		annotations[casskop.AnnotationLastApplied] = fmt.Sprintf(`{"spec":{"cassandraImage":"cassandra:%s"}}`, hash(applied))
		object["status"] = maps.Clone(statuses[now])
	}
	return object
}

var statuses = map[operator]map[string]any{
	done:    status("Running", "Done"),
	touched: status("Running", "Done"),
	rolling: status("Running", "Ongoing"),
	broken:  status("Pending", "Ongoing"),
	flapped: status("Pending", "Done"),
}

func status(phase, action string) map[string]any {
	return map[string]any{
		"phase": phase, "lastClusterAction": "UpdateDockerImage", "lastClusterActionStatus": action,
		"cassandraRackStatus": map[string]any{"dc1-rack1": map[string]any{
			"phase": phase, "cassandraLastAction": map[string]any{"name": "UpdateDockerImage", "status": action},
		}},
	}
}
