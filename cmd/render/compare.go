package main

import (
	"context"
	"embed"
	"fmt"

	"github.com/casskop-gitops/casskop-gitops/pkg/adopt"
	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// compared prints differences and sums them up.
func (a *app) compared(findings render.Problems, err error) error {
	if err != nil {
		return err
	}
	for _, f := range findings.Sorted() {
		fmt.Fprintln(a.stdout, f)
	}
	changes, stays := len(findings.Errors()), len(findings.Warnings())
	if changes == 0 {
		fmt.Fprintf(a.stdout, "the first sync changes nothing in the live CassandraClusters; what git does not have stays: %s\n", count(stays, "field"))
		return nil
	}
	fmt.Fprintf(a.stdout, "the first sync changes the live CassandraClusters: %s; what git does not have and nothing else takes away stays: %s\n",
		count(changes, "difference"), count(stays, "field"))
	return exitStatus(exitFound)
}

// liveFindings compares all rings of a plan with the clusters.
func (a *app) liveFindings(ctx context.Context, flags *liveFlags, plan *render.Plan, opts render.Options) (findings render.Problems, err error) {
	ignoring, err := a.ignoringZeroValues(opts)
	if err != nil {
		return nil, err
	}
	for i, ring := range plan.Rings {
		live, err := flags.read(ctx, ring)
		if err != nil {
			return nil, err
		}
		found, err := adopt.Findings(ring, ignoring.Rings[i], live)
		if err != nil {
			return nil, err
		}
		findings = append(findings, found...)
	}
	return findings, nil
}

// ignoringZeroValues is the plan that zeroValues: ignore would give, as Multi-CassKop made its objects.
func (a *app) ignoringZeroValues(opts render.Options) (*render.Plan, error) {
	sources, err := a.sources()
	if err != nil {
		return nil, err
	}
	config := *opts.Config
	config.ZeroValues = v1alpha1.ZeroValuesIgnore
	opts.Config = &config
	plan, problems := render.Make(sources, opts, embed.FS{}, nil)
	if plan == nil {
		return nil, fmt.Errorf("with zeroValues: ignore: %w", problems)
	}
	return plan, nil
}
