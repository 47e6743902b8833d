package gate

import "github.com/casskop-gitops/casskop-gitops/pkg/casskop"

// Reasons of an open gate.
const (
	// ReasonOpened: it was opened for this revision before and stays so until the spec changes. Nothing to do.
	ReasonOpened = "Opened"
	// ReasonCarried: the CassandraCluster here carries the revision already. Nothing to do.
	ReasonCarried = "RevisionCarried"
	// ReasonOpenedByHand: the annotation casskop-gitops.dev/open names this revision. Take it back with `gate close` once the rollout is through.
	ReasonOpenedByHand = "OpenedByHand"
	// ReasonRuleMet: every cluster waited for allows it. Nothing to do.
	ReasonRuleMet = "RuleMet"
)

// Reasons of a gate that is held for what it is itself.
const (
	// ReasonInvalid: the spec cannot be followed (stalled). Correct the Gate as the message says, by rendering it anew.
	ReasonInvalid = "InvalidSpec"
	// ReasonHold: spec.hold is true. Run `gate resume`, which also says when it was set in render.yaml and must be taken out there.
	ReasonHold = "Hold"
	// ReasonHereUnknown: the CassandraCluster here could not be read. Look at the API server here and at the gate's permissions.
	ReasonHereUnknown = "HereUnknown"
	// ReasonSettling: a Gate has only just changed, and the writes that its former spec let through may still be on their way. Wait
	// some seconds.
	ReasonSettling = "Settling"
	// ReasonNoSeedAnswers: a CassandraCluster is to be created beside datacenters that exist, and none of their seeds answers from
	// here. Make them reachable from the pods here, or see spec.seeds.
	ReasonNoSeedAnswers = "NoSeedAnswers"
	// ReasonSeedsNotAsked: the seeds must answer and were not asked yet. Wait some seconds.
	ReasonSeedsNotAsked = "SeedsNotAsked"
	// ReasonSeedsUnknown: the seeds must answer and it is not known whether they do. Look at the log of the gate.
	ReasonSeedsUnknown = "SeedsUnknown"
)

// Reasons of a cluster that is waited for and could not be judged.
const (
	// ReasonNotSeen: nothing is known of the cluster yet. Wait some seconds, then look at the log of the gate.
	ReasonNotSeen = "NotSeen"
	// ReasonStale: its last answer is too old to count. Look at the network and the API server there.
	ReasonStale = "Stale"
	// ReasonUnreadable: its CassandraCluster holds a field of an unexpected type. Compare it with its CRD; look for who wrote it.
	ReasonUnreadable = casskop.ReasonUnreadable
)

// Reasons of a cluster that is waited for and stands in the way.
const (
	// ReasonGateMissing: there is no Gate. Look why the gate folder of the ring was not applied there.
	ReasonGateMissing = "GateMissing"
	// ReasonRevisionsDiffer: the Gate there wants another revision. Wait until the same commit arrived in both clusters; if it does
	// not, look at the delivery tool there.
	ReasonRevisionsDiffer = "RevisionsDiffer"
	// ReasonNotCreated: the CassandraCluster there comes first and does not exist yet. Wait; if it stays so, look at its own Gate.
	ReasonNotCreated = "NotCreated"
	// ReasonNotCarried: the CassandraCluster there is ready and comes first, but does not carry the revision. Wait; if it stays so,
	// look at its own Gate.
	ReasonNotCarried = "RevisionNotCarried"
	// ReasonSoaking: the CassandraCluster there has not been ready for spec.stableFor yet. Wait.
	ReasonSoaking = "Soaking"
	// ReasonDeleting: the CassandraCluster there is being deleted. Wait until it is gone, or find out who deleted it.
	ReasonDeleting = casskop.ReasonDeleting
	// ReasonChangeRefused: CassKop there refused a change and put the old value back (stalled). Take the change back in git, see
	// docs/guard-rails.md, then open the gate by hand.
	ReasonChangeRefused = casskop.ReasonCorrected
	// ReasonNotTakenIn: CassKop there has not worked on the live spec yet. Wait; if it stays so, see whether CassKop runs.
	ReasonNotTakenIn = casskop.ReasonNotTakenIn
	// ReasonNotRunning: its phase is not Running. Wait; if it stays so, look at the pods there.
	ReasonNotRunning = casskop.ReasonNotRunning
	// ReasonActionNotDone: an action of CassKop there is under way. Wait; if it stays so, look at the pods and CassKop's log there.
	ReasonActionNotDone = casskop.ReasonActionNotDone
	// ReasonRackMissing: CassKop there has not begun with a rack. Wait; if it stays so, look at CassKop's log there.
	ReasonRackMissing = casskop.ReasonRackMissing
	// ReasonRackNotRunning: a rack there is not Running. Wait; if it stays so, look at the pods of that rack.
	ReasonRackNotRunning = casskop.ReasonRackNotRunning
	// ReasonRackActionNotDone: an action on a rack there is under way. Wait; if it stays so, look at the pods of that rack.
	ReasonRackActionNotDone = casskop.ReasonRackActionNotDone
)

// Reasons of a cluster that is waited for and does not stand in the way.
const (
	// ReasonReady: its CassandraCluster is ready, and all else that is asked of it holds. Nothing to do.
	ReasonReady = casskop.ReasonReady
	// ReasonNotThereYet: it comes later in the order, and its CassandraCluster does not exist yet. Nothing to do.
	ReasonNotThereYet = "NotThereYet"
)
