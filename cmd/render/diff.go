package main

import "github.com/spf13/cobra"

func newDiffCommand(*app) *cobra.Command { return &cobra.Command{Use: "diff"} }
