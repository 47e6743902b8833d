// Package mistyped is what render and gate say alike about what was mistyped.
package mistyped

import (
	"errors"
	"fmt"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Flag adds to an error of a command's flags what a mistyped flag was probably meant to be, and where to look.
func Flag(c *cobra.Command, err error) error {
	hint := ""
	if unknown, is := errors.AsType[*pflag.NotExistError](err); is {
		var names []string
		c.Flags().VisitAll(func(f *pflag.Flag) { names = append(names, "--"+f.Name) })
		if hint = schema.Suggest("--"+unknown.GetSpecifiedName(), names); hint != "" {
			hint = "; " + hint
		}
	}
	return fmt.Errorf("%w%s; see %s --help", err, hint, c.CommandPath())
}
