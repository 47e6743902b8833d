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
	Old    []byte // what the tree has; nil for a new file, and for one that stays, like Content
	Edited bool   // somebody changed the rendered file by hand
}

// Action says what becomes of a file.
type Action int

// The actions.
const (
	Keep    Action = iota // Keep: it is as it should be.
	Create                // Create: it is not there.
	Replace               // Replace: it says something else.
	Remove                // Remove: it was rendered and is no longer wanted.
)

// Changed reports whether there is anything to do.
func (p *Plan) Changed() bool {
	return slices.ContainsFunc(p.Changes, func(c Change) bool { return c.Action != Keep })
}

// Make reads all sources and plans the tree. tree is what stands in the output directory; against, if not nil, is what the
// guard rails compare with in its place. The same sources in any order give the same plan. With errors among the problems the
// plan must not be written; it is nil when an error is not a guard rail's.
func Make(sources []Source, opts Options, tree, against fs.FS) (*Plan, Problems) {
	if opts.Config == nil {
		opts.Config = DefaultConfig()
	}
	p := planner{opts: &opts, tree: rendered{tree}, against: rendered{tree}, plan: &Plan{old: map[string]map[string]*oldObject{}}}
	if against != nil {
		p.against, p.elsewhere = rendered{against}, true
	}
	if opts.syncs(v1alpha1.SyncArgoCD) && opts.Config.ArgoCD.RepoURL == "" {
		return nil, Problems{{Message: "argocd.repoURL: missing: Argo CD must know the repository that holds the tree", Hint: "set it in render.yaml"}}
	}
	p.rings(sources)
	p.checkNames()
	p.checkRemoved()
	if len(p.problems.Refused()) > 0 {
		return nil, p.problems.Sorted()
	}
	p.shared()
	p.stale()
	if len(p.problems.Refused()) > 0 {
		return nil, p.problems.Sorted()
	}
	slices.SortFunc(p.plan.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) })
	return p.plan, p.problems.Sorted()
}

type planner struct {
	opts          *Options
	tree, against rendered
	elsewhere     bool // against is not the tree
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

// ringPlan is what became of one document.
type ringPlan struct {
	ring    *Ring
	old     map[string]*oldObject
	changes []Change
}

// rings plans every ring by itself, so that only what the others and the report need stays in memory.
func (p *planner) rings(sources []Source) {
	var chunks []chunk
	for _, src := range sources {
		found, problems := split(src)
		chunks = append(chunks, found...)
		p.add(problems...)
	}
	planned := make([][]ringPlan, len(chunks))
	p.each(len(chunks), func(i int) Problems {
		docs, problems := chunks[i].parse()
		for _, doc := range docs {
			r, found := p.ring(doc)
			planned[i], problems = append(planned[i], r), append(problems, found...)
		}
		return problems
	})
	all := slices.Concat(planned...)
	if len(all) == 0 && len(p.problems) == 0 {
		p.add(Problem{File: sourceNames(sources), Message: "no MultiCasskop found: expected at least one document of kind " + casskop.KindMultiCasskop})
	}
	all = slices.DeleteFunc(all, func(r ringPlan) bool { return r.ring == nil })
	slices.SortStableFunc(all, func(a, b ringPlan) int {
		return cmp.Or(strings.Compare(a.ring.Name, b.ring.Name), strings.Compare(a.ring.named.File, b.ring.named.File),
			cmp.Compare(a.ring.named.Line, b.ring.named.Line))
	})
	for _, r := range all {
		p.plan.Rings = append(p.plan.Rings, r.ring)
		p.plan.old[r.ring.Name] = r.old
		p.plan.Changes = append(p.plan.Changes, r.changes...)
	}
}

// ring takes one document all the way to its files.
func (p *planner) ring(doc *document) (planned ringPlan, problems Problems) {
	if problems = identify(doc); len(problems) > 0 {
		return planned, problems
	}
	ring, problems := readRing(doc, p.opts)
	if ring == nil {
		return planned, problems
	}
	planned.ring = ring
	if problems = append(problems, p.settle(doc, ring)...); len(problems.Refused()) > 0 {
		return planned, problems
	}
	files, err := ring.files(p.opts)
	if err != nil {
		return planned, append(problems, Problem{File: doc.file, Message: fmt.Sprintf("ring %s cannot be written as YAML: %v", ring.Name, err)})
	}
	for _, f := range files {
		change, found := p.change(f)
		planned.changes, problems = append(planned.changes, change), append(problems, found...)
	}
	old, found := p.before(ring, planned.changes)
	problems = append(problems, found...)
	for _, c := range ring.Clusters {
		if before := old[c.Name]; before != nil && before.revision() != ring.Revision {
			problems = append(problems, guard(p.opts, c, before)...)
		}
	}
	planned.old = old
	if !p.opts.KeepObjects {
		ring.forget(old)
	}
	return planned, problems
}

// settle gives the clusters of a ring their seeds and revision, which complete its objects.
func (p *planner) settle(doc *document, ring *Ring) Problems {
	r := ringReader{doc: doc, opts: p.opts}
	r.settleSeeds(ring, p.tree)
	ring.markKept()
	settleRevision(ring)
	return r.problems
}

// before returns the objects that were rendered earlier, by cluster. Where the files stay as they are, so did the objects.
func (p *planner) before(ring *Ring, changes []Change) (map[string]*oldObject, Problems) {
	same := !p.elsewhere
	for _, c := range changes {
		if name := path.Base(c.Path); name == baseFile || name == overlayFile {
			same = same && c.Action == Keep
		}
	}
	var names []string
	old := map[string]*oldObject{}
	for _, c := range ring.Clusters {
		names = append(names, c.Name)
		if same {
			typed := *c.Typed
			typed.Annotations = map[string]string{v1alpha1.AnnotationRevision: ring.Revision, v1alpha1.AnnotationSeedlist: strings.Join(c.Seeds(), ",")}
			old[c.Name] = &oldObject{Typed: &typed}
		}
	}
	if same {
		return old, nil
	}
	return p.against.objects(ring.Name, names)
}

// forget drops what only the making of the ring needed; the objects stay where they differ from what was rendered before.
func (ring *Ring) forget(old map[string]*oldObject) {
	ring.base = nil
	for _, c := range ring.Clusters {
		c.source, c.encoded = origin{}, nil
		if before := old[c.Name]; before == nil || before.revision() == ring.Revision {
			c.Object = nil
			if before != nil {
				before.Object = nil
			}
		}
	}
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
		return Problems{doc.problem([]any{"kind"}, kind, "expected kind: "+casskop.KindMultiCasskop, "render reads MultiCasskops only; keep other objects in other files")}
	}
	if version != casskop.APIVersionV1alpha1 && version != casskop.APIVersionV2 {
		return Problems{doc.problem([]any{"apiVersion"}, version, "expected apiVersion: "+casskop.APIVersionV1alpha1+" or "+casskop.APIVersionV2, "")}
	}
	return nil
}

// checkNames refuses rings that would take each other's place in the tree or in Flux.
func (p *planner) checkNames() {
	taken := map[string]*Ring{}
	for _, ring := range p.plan.Rings {
		if first, twice := taken[ring.Name]; twice {
			p.add(ring.named.saying(fmt.Sprintf("ring %s is in %s already", ring.Name, first.named.Where()),
				"a ring's name is that of its folders: choose another, or render the two into different trees with --out"))
			continue
		}
		taken[ring.Name] = ring
	}
	for _, ring := range p.plan.Rings {
		if other, clash := taken[fluxGateName(ring)]; clash {
			p.add(other.named.saying("ring "+ring.Name+" has a Flux Kustomization of this name", "choose another"))
		}
	}
	p.checkApplications()
}

func (p *planner) checkRemoved() {
	old, err := p.against.rings()
	if err != nil {
		p.add(Problem{File: clustersDir, InTree: true, Message: err.Error()})
		return
	}
	if len(p.problems.Refused()) == 0 { // a ring that could not be read is not gone
		p.removed(old)
	}
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

// clusters are those of all rings.
func (p *planner) clusters() map[string]bool {
	clusters := map[string]bool{}
	for _, ring := range p.plan.Rings {
		for _, c := range ring.Clusters {
			clusters[c.Name] = true
		}
	}
	return clusters
}

// shared plans the files that belong to no one ring.
func (p *planner) shared() {
	files, err := gateControllerFiles(sortedKeys(p.clusters()), p.opts)
	if err != nil {
		p.add(Problem{Message: err.Error()})
	}
	for _, f := range files {
		change, found := p.change(f)
		p.plan.Changes = append(p.plan.Changes, change)
		p.add(found...)
	}
}

// stale finds the rendered files that are no longer wanted.
func (p *planner) stale() {
	wanted := make(map[string]bool, len(p.plan.Changes))
	for _, c := range p.plan.Changes {
		wanted[c.Path] = true
	}
	for _, dir := range []string{baseDir, clustersDir} {
		err := fs.WalkDir(p.tree.tree, dir, func(name string, entry fs.DirEntry, err error) error {
			if err != nil || !entry.Type().IsRegular() || wanted[name] {
				return ignoreNotExist(err)
			}
			content, err := fs.ReadFile(p.tree.tree, name)
			if err == nil && ours(content) {
				p.plan.Changes = append(p.plan.Changes,
					Change{File: File{Path: name, Cluster: clusterOf(name)}, Action: Remove, Old: content, Edited: edited(content)})
			}
			return err
		})
		if err != nil {
			p.add(Problem{File: dir, InTree: true, Message: err.Error()})
		}
	}
}

func (p *planner) change(f File) (Change, Problems) {
	old, err := fs.ReadFile(p.tree.tree, f.Path)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return Change{File: f, Action: Create}, nil
	case err != nil:
		return Change{}, Problems{{File: f.Path, InTree: true, Message: err.Error(), Hint: "render never follows a link out of the output directory, nor writes over a folder"}}
	case bytes.Equal(old, f.Content):
		return Change{File: File{Path: f.Path, Cluster: f.Cluster}, Action: Keep}, nil
	case len(old) == 0:
		return Change{}, Problems{unreadable(f.Path, "it is empty")}
	case !ours(old):
		return Change{}, Problems{{File: f.Path, InTree: true, Line: 1, Message: "this file was not rendered, and render wants to write here", Hint: "move it away, or render into another " +
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
	case len(parts) == 3 && parts[0] == baseDir && parts[1] != gateDir:
		return parts[1]
	case len(parts) < 4 || parts[0] != clustersDir || path.Base(name) == gateControllerFile:
	case parts[2] == "flux" || parts[2] == "argocd":
		return strings.TrimSuffix(parts[3], ".yaml")
	default:
		return parts[2]
	}
	return ""
}
