package gate

import (
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Presence says whether an object is there.
type Presence int

const (
	// Unknown means that it was not looked for, or there was no answer.
	Unknown Presence = iota
	// Absent means that the API server answered that there is no such object.
	Absent
	// Present means that the API server answered with the object.
	Present
)

// Sight is one look at a CassandraCluster: all that a decision reads of it, and no more, so that a watch on many is cheap.
type Sight struct {
	// Presence says what the look gave.
	Presence Presence
	// UID and Generation tell apart the states of the object. Empty and 0 if they cannot be read.
	UID        string
	Generation int64
	// Revision is the one that it carries. Empty: none that can be read.
	Revision string
	// Phase, Action and ActionStatus are those of the whole, for showing. Empty: none that can be read.
	Phase, Action, ActionStatus string
	// Readiness is the judgement on it.
	Readiness casskop.Readiness
}

// SightOf looks at a CassandraCluster as decoded from JSON; nil is one that does not exist. It is total: what cannot be read is
// not ready. It does not change the object.
func SightOf(object map[string]any) Sight {
	if object == nil {
		return Sight{Presence: Absent}
	}
	sight := Sight{Presence: Present, Revision: revision(object), Readiness: casskop.ReadinessOf(object)}
	sight.UID, sight.Generation = casskop.Identity(object)
	sight.Phase, sight.Action, sight.ActionStatus = casskop.Progress(object)
	for _, text := range []*string{&sight.UID, &sight.Revision, &sight.Phase, &sight.Action, &sight.ActionStatus, &sight.Readiness.Message} {
		*text = Brief(*text)
	}
	return sight
}

// longestText of another cluster that is kept and passed on, in bytes. It is input: nobody bounds it there.
const longestText = 300

// Brief is a text of another cluster, cut where it is too long.
func Brief(text string) string {
	text = strings.ToValidUTF8(text, "?")
	if len(text) <= longestText {
		return text
	}
	return strings.ToValidUTF8(text[:longestText], "") + "..."
}
