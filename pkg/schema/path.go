package schema

import (
	"fmt"
	"regexp"
	"strings"
)

// Path names a place in a document from its root: a string is a key of a mapping, an int an index of a list.
type Path []any

var plainKey = regexp.MustCompile(`^[A-Za-z0-9_-]+$`)

// Child returns the path of a key or index below p. p itself is never changed.
func (p Path) Child(elem ...any) Path {
	return append(p[:len(p):len(p)], elem...)
}

// String writes the path as kubectl explain does, with keys that hold dots or slashes in brackets:
// spec.pod.annotations[cni.projectcalico.org/ipv4pools], topology.dc[0].name.
func (p Path) String() string {
	var b strings.Builder
	for _, elem := range p {
		switch e := elem.(type) {
		case int:
			fmt.Fprintf(&b, "[%d]", e)
		case string:
			if !plainKey.MatchString(e) {
				fmt.Fprintf(&b, "[%s]", e)
				continue
			}
			if b.Len() > 0 {
				b.WriteByte('.')
			}
			b.WriteString(e)
		}
	}
	return b.String()
}
