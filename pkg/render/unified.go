package render

import (
	"github.com/aymanbagabas/go-udiff"
)

// noFile stands for the side of a diff on which there is no file, as in git.
const noFile = "/dev/null"

// Unified returns the change as a unified diff with three lines of context, such as `git apply` takes; empty for a file that
// stays as it is.
func (c Change) Unified() string {
	from, to := "a/"+c.Path, "b/"+c.Path
	switch c.Action {
	case Keep:
		return ""
	case Create:
		from = noFile
	case Remove:
		to = noFile
	}
	return udiff.Unified(from, to, string(c.Old), string(c.Content))
}
