package v1alpha1

// Prefix begins every annotation and label of this project.
const Prefix = "casskop-gitops.dev/"

// Annotations.
const (
	// AnnotationRevision is set on each CassandraCluster of a ring: the revision it was rendered from. It is the same in all
	// clusters once a rollout is through.
	AnnotationRevision = Prefix + "revision"

	// AnnotationSeedlist is set on each CassandraCluster of a ring: its seeds, separated by commas. It repeats status.seedlist,
	// which delivery tools drop or ignore.
	AnnotationSeedlist = Prefix + "seedlist"

	// AnnotationRolloutOrder is read from a MultiCasskop: the names of its clusters, first to last, separated by commas.
	AnnotationRolloutOrder = Prefix + "rollout-order"

	// AnnotationOpen is read from a Gate: the revision that a human lets through whatever the gate waits for. Any other
	// revision than spec.revision has no effect.
	AnnotationOpen = Prefix + "open"

	// AnnotationOpenReason is read from a Gate beside AnnotationOpen: why, in words, for the record.
	AnnotationOpenReason = Prefix + "open-reason"

	// AnnotationHoldReason is read from a Gate beside spec.hold: why, in words, for the record.
	AnnotationHoldReason = Prefix + "hold-reason"
	// AnnotationExportedFrom is set on the Secret of another cluster: whose token it holds, and where, for humans. Nothing reads it.
	AnnotationExportedFrom = Prefix + "exported-from"

	// AnnotationTokenExpires is set on the Secret of another cluster: when its token ends, for humans. Nothing reads it: the token
	// says so itself.
	AnnotationTokenExpires = Prefix + "token-expires"
)

// Labels.
const (
	// LabelRing is set on rendered objects: the name of the ring, which is the name of its CassandraClusters.
	LabelRing = Prefix + "ring"

	// LabelCluster is set on rendered objects: the cluster they are meant for, by its key in spec.override of the MultiCasskop.
	LabelCluster = Prefix + "cluster"
)
