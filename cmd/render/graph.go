package main

import "github.com/spf13/cobra"

func newGraphCommand(*app) *cobra.Command { return &cobra.Command{Use: "graph"} }
