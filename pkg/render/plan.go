package render

import (
	"bytes"
	"cmp"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"runtime"
	"slices"
	"strings"

	"golang.org/x/sync/errgroup"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// Plan is what a run would write: computed from the input and the tree, with nothing written yet.
type Plan struct {
	Rings   []*Ring  // by name
	Changes []Change // by path: every file of the plan, and those that go

	old map[string]map[string]*oldObject // ring, cluster: as rendered before
}

// Change is one file of the plan, held against the tree.
type Change struct {
	File
	Action Action
	Old    []byte // what the tree has; nil for a new file
	Edited bool   // somebody changed the rendered file by hand
}

// Action says what becomes of a file.
type Action int

const (
	Keep Action = iota // it is as it should be
	Create
	Replace
	Remove
)

// Changed reports whether there is anything to do.
func (p *Plan) Changed() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != Keep })
}

// Make reads all sources and plans the tree. tree is what stands in the output directory; against, if not nil, is what the
// guard rails compare with in its place. The same sources in any order give the same plan. With errors among the problems the
// plan is nil or incomplete and must not be written.
func Make(sources []Source, opts Options, tree, against fs.FS) (*Plan, Problems) {
	if opts.Config == nil {
		opts.Config = DefaultConfig()
	}
	if against == nil {
		against = tree
	}
	p := planner{opts: &opts, tree: rendered{tree}, against: rendered{against}, plan: &Plan{old: map[string]map[string]*oldObject{}}}
	if opts.syncs(v1alpha1.SyncArgoCD) {
		p.add(Problem{Message: "sync argocd: not yet", Hint: "use flux or none"})
		return nil, p.problems
	}
	p.readRings(sources)
	p.checkNames()
	if len(p.problems.Errors()) > 0 {
		return nil, p.problems.Sorted()
	}
	p.compare()
	if len(p.problems.Errors()) > 0 {
		return nil, p.problems.Sorted()
	}
	files := p.render()
	if len(p.problems.Errors()) > 0 {
		return nil, p.problems.Sorted()
	}
	p.changes(files)
	return p.plan, p.problems.Sorted()
}

type planner struct {
	opts          *Options
	tree, against rendered
	plan          *Plan
	problems      Problems
}

func (p *planner) add(problems ...Problem) { p.problems = append(p.problems, problems...) }

// each runs f for 0..n-1 on all processors, and collects what they find in order.
func (p *planner) each(n int, f func(i int) Problems) {
	found := make([]Problems, n)
	var group errgroup.Group
	group.SetLimit(runtime.GOMAXPROCS(0))
	for i := range n {
		group.Go(func() error {
			found[i] = f(i)
			return nil
		})
	}
	_ = group.Wait() // f returns no errors
	p.add(slices.Concat(found...)...)
}

func (p *planner) readRings(sources []Source) {
	parsed := make([][]*document, len(sources))
	p.each(len(sources), func(i int) (problems Problems) {
		parsed[i], problems = parseSource(sources[i])
		return problems
	})
	docs := slices.Concat(parsed...)
	rings := make([]*Ring, len(docs))
	p.each(len(docs), func(i int) (problems Problems) {
		if problems = identify(docs[i]); len(problems) == 0 {
			rings[i], problems = readRing(docs[i], p.opts)
		}
		return problems
	})
	if len(docs) == 0 && len(p.problems) == 0 {
		p.add(Problem{File: sourceNames(sources), Message: "no MultiCasskop found: expected at least one document of kind " + casskop.KindMultiCasskop})
	}
	p.plan.Rings = slices.DeleteFunc(rings, func(r *Ring) bool { return r == nil })
	slices.SortStableFunc(p.plan.Rings, func(a, b *Ring) int {
		return cmp.Or(strings.Compare(a.Name, b.Name), strings.Compare(a.doc.file, b.doc.file), cmp.Compare(a.doc.root.Line, b.doc.root.Line))
	})
}

func sourceNames(sources []Source) string {
	list := make([]string, len(sources))
	for i, s := range sources {
		list[i] = s.Name
	}
	return strings.Join(list, ", ")
}

// identify refuses documents that are no MultiCasskop: render is not a general tool.
func identify(doc *document) Problems {
	kind, version := doc.value["kind"], doc.value["apiVersion"]
	if kind != casskop.KindMultiCasskop {
		return Problems{doc.problem([]any{"kind"}, kind, fmt.Sprintf("expected kind: %s, found %s", casskop.KindMultiCasskop, orNone(shown(kind))),
			"render reads MultiCasskops only; keep other objects in other files")}
	}
	if version != casskop.APIVersionV1alpha1 && version != casskop.APIVersionV2 {
		return Problems{doc.problem([]any{"apiVersion"}, version, fmt.Sprintf("expected apiVersion: %s or %s, found %s", casskop.APIVersionV1alpha1,
			casskop.APIVersionV2, orNone(shown(version))), "")}
	}
	return nil
}

// checkNames refuses rings that would take each other's place in the tree or in Flux.
func (p *planner) checkNames() {
	taken := map[string]*Ring{}
	for _, ring := range p.plan.Rings {
		at := []any{"spec", "base", "metadata", "name"}
		if first, twice := taken[ring.Name]; twice {
			p.add(ring.doc.problem(at, ring.Name, fmt.Sprintf("ring %s is in %s:%d already", ring.Name, first.doc.file, first.doc.root.Line),
				"a ring's name is that of its folders: choose another, or render the two into different trees with --out"))
			continue
		}
		taken[ring.Name] = ring
	}
	for _, ring := range p.plan.Rings {
		if other, clash := taken[fluxGateName(ring)]; clash {
			p.add(other.doc.problem([]any{"spec", "base", "metadata", "name"}, other.Name, "ring "+ring.Name+" has a Flux Kustomization of this name",
				"choose another"))
		}
	}
}

// compare reads what was rendered before, settles seeds and revisions, and minds the guard rails.
func (p *planner) compare() {
	old, err := p.against.rings()
	if err != nil {
		p.add(Problem{File: clustersDir, Message: err.Error()})
		return
	}
	p.removed(old)
	before := make([]map[string]*oldObject, len(p.plan.Rings))
	p.each(len(p.plan.Rings), func(i int) (problems Problems) {
		before[i], problems = p.compareRing(p.plan.Rings[i])
		return problems
	})
	for i, ring := range p.plan.Rings {
		p.plan.old[ring.Name] = before[i]
	}
}

func (p *planner) compareRing(ring *Ring) (map[string]*oldObject, Problems) {
	clusters := make([]string, len(ring.Clusters))
	for i, c := range ring.Clusters {
		clusters[i] = c.Name
	}
	here, problems := p.tree.objects(ring.Name, clusters)
	if len(problems) > 0 {
		return nil, problems
	}
	r := ringReader{doc: ring.doc, opts: p.opts}
	r.settleSeeds(ring, func(c *Cluster) []string { return here[c.Name].seeds() })
	ring.markKept()
	if err := settleRevision(ring); err != nil {
		return nil, append(r.problems, Problem{File: ring.doc.file, Message: err.Error()})
	}
	before := here
	if p.against != p.tree {
		if before, problems = p.against.objects(ring.Name, clusters); len(problems) > 0 {
			return nil, append(r.problems, problems...)
		}
	}
	for _, c := range ring.Clusters {
		if old := before[c.Name]; old != nil && old.revision() != ring.Revision {
			r.problems = append(r.problems, guard(p.opts, c, old)...)
		}
	}
	return before, r.problems
}

// markKept tells Flux and Argo CD to leave the CassandraCluster when its manifest goes, unless deleteCassandraCluster is true.
func (ring *Ring) markKept() {
	if !ring.keepsData {
		return
	}
	for _, c := range ring.Clusters {
		c.annotate("kustomize.toolkit.fluxcd.io/prune", "disabled")
		c.annotate("argocd.argoproj.io/sync-options", syncOptions(c.Typed.Annotations["argocd.argoproj.io/sync-options"]))
	}
}

// syncOptions adds to the options that the user gave.
func syncOptions(given string) string {
	var options []string
	for _, o := range strings.Split(given, ",") {
		if o = strings.TrimSpace(o); o != "" && !strings.HasPrefix(o, "Prune=") && !strings.HasPrefix(o, "Delete=") {
			options = append(options, o)
		}
	}
	return strings.Join(append(options, "Prune=false", "Delete=false"), ",")
}

func (p *planner) render() []File {
	files := make([][]File, len(p.plan.Rings)+1)
	p.each(len(p.plan.Rings), func(i int) Problems {
		ring := p.plan.Rings[i]
		var err error
		if files[i], err = ring.files(p.opts); err != nil {
			return Problems{{File: ring.doc.file, Message: fmt.Sprintf("ring %s cannot be written as YAML: %v", ring.Name, err)}}
		}
		return nil
	})
	shared, err := p.sharedFiles()
	if err != nil {
		p.add(Problem{Message: err.Error()})
	}
	files[len(p.plan.Rings)] = shared
	all := slices.Concat(files...)
	slices.SortFunc(all, func(a, b File) int { return strings.Compare(a.Path, b.Path) })
	return all
}

func (p *planner) sharedFiles() (files []File, err error) {
	if !p.opts.syncs(v1alpha1.SyncFlux) {
		return nil, nil
	}
	clusters := map[string]bool{}
	for _, ring := range p.plan.Rings {
		for _, c := range ring.Clusters {
			clusters[c.Name] = true
		}
	}
	for _, name := range sortedKeys(clusters) {
		f, fileErr := gateControllerFile(name, p.opts)
		files, err = append(files, f), errors.Join(err, fileErr)
	}
	return files, err
}

// changes holds the files against the tree, and finds the rendered ones that are no longer wanted.
func (p *planner) changes(files []File) {
	changes := make([]Change, len(files))
	p.each(len(files), func(i int) (problems Problems) {
		changes[i], problems = p.change(files[i])
		return problems
	})
	wanted := make(map[string]bool, len(files))
	for _, f := range files {
		wanted[f.Path] = true
	}
	for _, dir := range []string{baseDir, clustersDir} {
		err := fs.WalkDir(p.tree.tree, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || wanted[name] {
				return ignoreNotExist(err)
			}
			content, err := fs.ReadFile(p.tree.tree, name)
			if err == nil && ours(content) {
				changes = append(changes, Change{File: File{Path: name, Cluster: clusterOf(name)}, Action: Remove, Old: content, Edited: edited(content)})
			}
			return err
		})
		if err != nil {
			p.add(Problem{File: dir, Message: err.Error()})
		}
	}
	slices.SortFunc(changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	p.plan.Changes = changes
}

func (p *planner) change(f File) (Change, Problems) {
	old, err := fs.ReadFile(p.tree.tree, f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Change{File: f, Action: Create}, nil
	case err != nil:
		return Change{}, Problems{{File: f.Path, Message: err.Error(), Hint: "render never follows a link out of the output directory, nor writes over a folder"}}
	case bytes.Equal(old, f.Content):
		return Change{File: f, Action: Keep, Old: old}, nil
	case !ours(old):
		return Change{}, Problems{{File: f.Path, Line: 1, Message: "this file was not rendered, and render wants to write here", Hint: "move it away, or render into another " +
			"directory with --out"}}
	}
	return Change{File: f, Action: Replace, Old: old, Edited: edited(old)}, nil
}

func ignoreNotExist(err error) error {
	if errors.Is(err, fs.ErrNotExist) {
		return nil
	}
	return err
}

// clusterOf returns the Kubernetes cluster that reads a path of the tree.
func clusterOf(name string) string {
	rest, found := strings.CutPrefix(name, clustersDir+"/")
	if !found {
		return ""
	}
	cluster, _, _ := strings.Cut(rest, "/")
	return cluster
}

// RingOf returns the ring that a path of the tree belongs to; empty for what all rings share.
func RingOf(name string) string {
	parts := strings.Split(name, "/")
	switch {
	case len(parts) == 3 && parts[0] == baseDir:
		return parts[1]
	case len(parts) == 4 && parts[2] == "flux" && path.Base(name) != gateControllerFileName:
		return strings.TrimSuffix(parts[3], ".yaml")
	case len(parts) >= 4 && parts[0] == clustersDir && parts[2] != "flux":
		return parts[2]
	}
	return ""
}
