package main

import (
	"testing"

	"github.com/spf13/cobra"

	"github.com/casskop-gitops/casskop-gitops/test/docs"
)

func TestDocumentedCommands(t *testing.T) {
	docs.CheckCommands(t, func() *cobra.Command { return newRootCommand(nil, nil) })
}
