package main

import (
	"fmt"
	"io/fs"
	"os"

	"github.com/casskop-gitops/casskop-gitops/pkg/render"
)

// make reads everything and computes what the tree should be.
func (a *app) make(opts render.Options, tree *treeOnDisk) (*render.Plan, render.Problems, error) {
	sources, err := a.sources()
	if err != nil {
		return nil, nil, err
	}
	against, err := a.treeAt(a.flags.against)
	if err != nil {
		return nil, nil, err
	}
	plan, problems := render.Make(sources, opts, tree.files, against)
	return plan, a.inTree(problems), nil
}

// plan is make with the problems printed; an error among them ends the command.
func (a *app) plan(opts render.Options, tree *treeOnDisk) (*render.Plan, error) {
	plan, problems, err := a.make(opts, tree)
	if err != nil {
		return nil, err
	}
	return plan, a.accept(problems)
}

// accept prints problems; an error among them ends the command.
func (a *app) accept(problems render.Problems) error {
	a.printProblems(problems)
	if len(problems.Errors()) > 0 {
		return exitStatus(exitUsage)
	}
	return nil
}

// render writes the tree and says what it did.
func (a *app) render(opts render.Options, tree *treeOnDisk) error {
	if err := tree.recover(a); err != nil {
		return err
	}
	plan, problems, err := a.make(opts, tree)
	if err == nil && tree.tree == nil && len(problems.Errors()) == 0 {
		plan, problems, err = a.create(opts, tree, plan, problems)
	}
	if err != nil {
		return err
	}
	if err := a.accept(problems); err != nil {
		return err
	}
	if plan.Changed() {
		if err := tree.tree.Write(plan); err != nil {
			return err
		}
	}
	a.printReport(plan)
	return nil
}

func (t *treeOnDisk) recover(a *app) error {
	if t.tree == nil || !t.tree.Interrupted() {
		return nil
	}
	fmt.Fprintf(a.stderr, "an earlier render in %s was interrupted: undoing what it had begun\n", a.flags.out)
	return t.tree.Recover()
}

// create makes the output directory, now that the input is known to be good. What another render has put there in the meantime
// makes a new plan.
func (a *app) create(opts render.Options, tree *treeOnDisk, plan *render.Plan, problems render.Problems) (*render.Plan, render.Problems, error) {
	if err := os.MkdirAll(a.flags.out, 0o755); err != nil {
		return nil, nil, fmt.Errorf("--out: %w", err)
	}
	opened, err := a.openTree()
	if err != nil {
		return nil, nil, err
	}
	*tree = *opened
	if err := tree.recover(a); err != nil {
		return nil, nil, err
	}
	entries, err := fs.ReadDir(tree.files, ".")
	if err != nil || len(entries) == 0 {
		return plan, problems, err
	}
	return a.make(opts, tree)
}
