package casskop

import "fmt"

// Reasons of a [Readiness].
const (
	// ReasonReady: nothing is missing.
	ReasonReady = "Ready"
	// ReasonAbsent: there is no such CassandraCluster.
	ReasonAbsent = "Absent"
	// ReasonUnreadable: a field that is needed is not of the type that CassKop writes.
	ReasonUnreadable = "Unreadable"
	// ReasonDeleting: the CassandraCluster is being deleted.
	ReasonDeleting = "Deleting"
	// ReasonCorrected: CassKop refused a change and put the old value back into spec.
	ReasonCorrected = "ChangeRefused"
	// ReasonNotTakenIn: status was computed from another spec than the live one, or from none yet.
	ReasonNotTakenIn = "NotTakenIn"
	// ReasonNotRunning: the phase of the whole is not Running.
	ReasonNotRunning = "NotRunning"
	// ReasonActionNotDone: the last action on the whole is not Done.
	ReasonActionNotDone = "ActionNotDone"
	// ReasonRackMissing: a rack of the topology is not in status.
	ReasonRackMissing = "RackMissing"
	// ReasonRackNotRunning: the phase of a rack is not Running.
	ReasonRackNotRunning = "RackNotRunning"
	// ReasonRackActionNotDone: the last action on a rack is not Done.
	ReasonRackActionNotDone = "RackActionNotDone"
)

// Readiness says whether a CassandraCluster runs as its spec wants it, and if not, what is missing. Its zero value is not ready.
type Readiness struct {
	// Ready says that CassKop has taken in the live spec and is done with it, in every rack.
	Ready bool
	// Stalled says that waiting does not help: a human must look.
	Stalled bool
	// Reason is one of the Reason constants.
	Reason string
	// Message is what was found and what is wanted, in words.
	Message string
}

// ReadinessOf judges a CassandraCluster as decoded from JSON; nil is one that does not exist. It is total: what cannot be
// read is not ready. It does not change the object.
func ReadinessOf(object map[string]any) Readiness {
	if object == nil {
		return notReady(ReasonAbsent, "there is no such CassandraCluster")
	}
	for _, check := range []func(map[string]any) (Readiness, error){
		checkDeletion, checkCorrection, checkTakenIn, checkPhase, checkRacks,
	} {
		found, err := check(object)
		if err != nil {
			return notReady(ReasonUnreadable, "%v", err)
		}
		if !found.Ready {
			return found
		}
	}
	return Readiness{Ready: true, Reason: ReasonReady, Message: "Running and Done in every rack"}
}

var passed = Readiness{Ready: true}

func notReady(reason, format string, args ...any) Readiness {
	return Readiness{Reason: reason, Message: fmt.Sprintf(format, args...)}
}

func checkDeletion(object map[string]any) (Readiness, error) {
	metadata, err := child(object, "metadata")
	if err != nil {
		return Readiness{}, err
	}
	if metadata["deletionTimestamp"] != nil {
		return notReady(ReasonDeleting, "it is being deleted"), nil
	}
	return passed, nil
}

// checkCorrection comes before checkTakenIn: after a correction spec and last-applied agree or not, depending on who wrote last,
// and neither tells that the change was refused.
func checkCorrection(object map[string]any) (Readiness, error) {
	action, err := text(object, "status", "lastClusterAction")
	if err != nil {
		return Readiness{}, err
	}
	if action == ActionCorrectCRDConfig {
		found := notReady(ReasonCorrected, "lastClusterAction is %s: CassKop refused a change and put the old value back", action)
		found.Stalled = true
		return found, nil
	}
	return passed, nil
}

func checkTakenIn(object map[string]any) (Readiness, error) {
	live, ok := object["spec"].(map[string]any)
	if !ok {
		return Readiness{}, fmt.Errorf("spec is not an object")
	}
	annotation, err := text(object, "metadata", "annotations", AnnotationLastApplied)
	if err != nil {
		return Readiness{}, err
	}
	if annotation == "" {
		return notReady(ReasonNotTakenIn, "CassKop has not worked on it yet"), nil
	}
	applied, err := decode(annotation)
	if err != nil {
		return Readiness{}, fmt.Errorf("annotation %s: %w", AnnotationLastApplied, err)
	}
	if !sameJSON(live, applied["spec"]) {
		return notReady(ReasonNotTakenIn, "CassKop has not worked on the live spec yet, its status speaks of an earlier one"), nil
	}
	return passed, nil
}

func checkPhase(object map[string]any) (Readiness, error) {
	status, err := child(object, "status")
	if err != nil {
		return Readiness{}, err
	}
	phase, err := text(status, "phase")
	if err != nil {
		return Readiness{}, err
	}
	if phase != PhaseRunning {
		return notReady(ReasonNotRunning, "phase is %q, want %s", phase, PhaseRunning), nil
	}
	action, err := text(status, "lastClusterAction")
	if err != nil {
		return Readiness{}, err
	}
	done, err := text(status, "lastClusterActionStatus")
	if err != nil {
		return Readiness{}, err
	}
	if done != StatusDone {
		return notReady(ReasonActionNotDone, "action %s is %q, want %s", action, done, StatusDone), nil
	}
	return passed, nil
}

func checkRacks(object map[string]any) (Readiness, error) {
	racks, err := rackKeys(object)
	if err != nil {
		return Readiness{}, err
	}
	status, err := child(object, "status", "cassandraRackStatus")
	if err != nil {
		return Readiness{}, err
	}
	for _, rack := range racks {
		if found, err := checkRack(rack, status[rack]); err != nil || !found.Ready {
			return found, err
		}
	}
	return passed, nil
}

func checkRack(name string, value any) (Readiness, error) {
	if value == nil {
		return notReady(ReasonRackMissing, "rack %s is not in status.cassandraRackStatus", name), nil
	}
	rack, ok := value.(map[string]any)
	if !ok {
		return Readiness{}, fmt.Errorf("status.cassandraRackStatus.%s is not an object", name)
	}
	phase, err := text(rack, "phase")
	if err != nil {
		return Readiness{}, fmt.Errorf("rack %s: %w", name, err)
	}
	if phase != PhaseRunning {
		return notReady(ReasonRackNotRunning, "rack %s: phase is %q, want %s", name, phase, PhaseRunning), nil
	}
	done, err := text(rack, "cassandraLastAction", "status")
	if err != nil {
		return Readiness{}, fmt.Errorf("rack %s: %w", name, err)
	}
	if done != StatusDone {
		return notReady(ReasonRackActionNotDone, "rack %s: last action is %q, want %s", name, done, StatusDone), nil
	}
	return passed, nil
}

// rackKeys are the keys of the racks of the topology in cassandraRackStatus, CassKop's defaults applied.
func rackKeys(object map[string]any) ([]string, error) {
	dcs, err := DatacentersOf(object)
	if err != nil {
		return nil, err
	}
	var keys []string
	for _, dc := range dcs {
		for _, rack := range dc.Racks {
			keys = append(keys, dc.Name+"-"+rack)
		}
	}
	return keys, nil
}

// Annotation reads an annotation of an object decoded from JSON; empty if there is none that can be read.
func Annotation(object map[string]any, name string) string {
	value, _ := text(object, "metadata", "annotations", name) // what cannot be read is no annotation
	return value
}

// Progress reads phase, last action and its status of a CassandraCluster decoded from JSON, each empty if it cannot be read.
func Progress(object map[string]any) (phase, action, actionStatus string) {
	phase, _ = text(object, "status", "phase") // for showing only: ReadinessOf says what is wrong with it
	action, _ = text(object, "status", "lastClusterAction")
	actionStatus, _ = text(object, "status", "lastClusterActionStatus")
	return phase, action, actionStatus
}

// Identity reads uid and generation of an object decoded from JSON; empty and 0 if they cannot be read.
func Identity(object map[string]any) (uid string, generation int64) {
	metadata, _ := child(object, "metadata") // what cannot be read has no identity
	uid, _ = metadata["uid"].(string)
	generation, _ = integer(metadata["generation"])
	return uid, generation
}
