package main

import (
	"fmt"
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
	return plan, problems, nil
}

// plan is make with the problems printed; an error among them ends the command.
func (a *app) plan(opts render.Options, tree *treeOnDisk) (*render.Plan, error) {
	plan, problems, err := a.make(opts, tree)
	if err != nil {
		return nil, err
	}
	a.printProblems(problems)
	if len(problems.Errors()) > 0 {
		return nil, exitStatus(exitUsage)
	}
	return plan, nil
}

// render writes the tree and says what it did.
func (a *app) render() error {
	opts, err := a.options()
	if err != nil {
		return err
	}
	tree, err := a.openTree()
	if err != nil {
		return err
	}
	defer tree.close()
	if err := tree.recover(a); err != nil {
		return err
	}
	plan, err := a.plan(opts, tree)
	if err != nil {
		return err
	}
	if plan.Changed() {
		if err := tree.write(a, plan); err != nil {
			return fmt.Errorf("nothing was changed in %s: %w", a.flags.out, err)
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

func (t *treeOnDisk) write(a *app, plan *render.Plan) error {
	if t.tree == nil { // the directory was not there when the plan was made
		if err := os.MkdirAll(a.flags.out, 0o755); err != nil {
			return err
		}
		opened, err := a.openTree()
		if err != nil {
			return err
		}
		*t = *opened
	}
	return t.tree.Write(plan)
}
