package gate

import (
	"time"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// Facts is all that a decision knows. The zero value of each part means that nothing is known of it.
//
// A verdict that opens is only worth recording if Here and Others were read with quorum, the Gate before the CassandraCluster
// of each cluster, after Gate was; and if the status is written on condition that Gate has not changed since.
type Facts struct {
	// Gate is the Gate to decide about: its spec, generation, annotations and status.
	Gate v1alpha1.Gate
	// WantsSince is since when the Gate has been seen with its present generation.
	WantsSince time.Time
	// Here is the CassandraCluster that the Gate holds.
	Here Sight
	// HereMessage is why Here is unknown, in words.
	HereMessage string
	// Others are what was seen of the clusters in spec.waitFor, by cluster.
	Others map[string]Other
	// Seeds is what the seeds in spec.seeds answered.
	Seeds SeedAnswer
	// SeedsMessage is the same in words.
	SeedsMessage string
	// Now is the time of the decision.
	Now time.Time
}

// Other is what was seen of another cluster of the ring.
type Other struct {
	// Failure is why the cluster could not be seen, as a CamelCase word; empty if it could.
	Failure string
	// FailureMessage is the same in words.
	FailureMessage string
	// Gate says whether the Gate there was read. Chain does not ask for it.
	Gate Presence
	// Wants is spec.revision of the Gate there.
	Wants string
	// WantsSince is since when the Gate there has been seen with its present generation.
	WantsSince time.Time
	// Cluster is the CassandraCluster there.
	Cluster Sight
	// ReadySince is since when that very object has been ready without a break, as [Soak] counts it.
	ReadySince time.Time
	// LastSeen is when the cluster last answered.
	LastSeen time.Time
}

// SeedAnswer is what the seeds said.
type SeedAnswer int

const (
	// SeedsUnknown means that the answer is not known.
	SeedsUnknown SeedAnswer = iota
	// SeedsNotAsked means that they were not asked yet.
	SeedsNotAsked
	// SeedsSilent means that they were asked and none answered.
	SeedsSilent
	// SeedsAnswered means that at least one answered.
	SeedsAnswered
)

const (
	// Settle is how long a Gate must have been seen with its present generation before its wish counts. A write of the
	// CassandraCluster that was admitted just before the Gate changed lands in this time.
	Settle = 2 * time.Second
	// FreshFor is how long an answer of a cluster counts. A watch brings at least a bookmark a minute.
	FreshFor = 2 * time.Minute
	// DefaultStableFor applies if spec.stableFor is absent.
	DefaultStableFor = time.Minute
)
