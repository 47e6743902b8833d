package render

import (
	"bytes"
	"errors"
	"io"
	"io/fs"
	"os"
	"path"
	"path/filepath"
	"slices"
	"strings"
	"testing"
	"testing/fstest"

	"github.com/google/go-cmp/cmp"
	yamlv3 "go.yaml.in/yaml/v3"
	"sigs.k8s.io/kustomize/api/krusty"
	"sigs.k8s.io/kustomize/kyaml/filesys"
	"sigs.k8s.io/yaml"
)

// treeCase is testdata/tree/<name>: multi-casskop.yaml, render.yaml if there is one, and below want the whole tree.
type treeCase struct {
	dir    string
	opts   Options
	source Source
	plan   *Plan
	files  fstest.MapFS
}

// treeCases renders every case into an empty tree.
func treeCases(t *testing.T, check func(t *testing.T, c *treeCase)) {
	t.Helper()
	dirs, err := filepath.Glob("testdata/tree/*")
	if err != nil || len(dirs) < 9 {
		t.Fatalf("want at least 9 cases, found %d: %v", len(dirs), err)
	}
	for _, dir := range dirs {
		t.Run(filepath.Base(dir), func(t *testing.T) { check(t, readTreeCase(t, dir)) })
	}
}

func readTreeCase(t *testing.T, dir string) *treeCase {
	t.Helper()
	c := &treeCase{dir: dir, opts: Options{Config: DefaultConfig()}}
	if config, err := os.ReadFile(filepath.Join(dir, "render.yaml")); !errors.Is(err, fs.ErrNotExist) {
		parsed, problems := ParseConfig(Source{Name: "render.yaml", Data: config})
		if err != nil || len(problems) > 0 {
			t.Fatal(err, problems)
		}
		c.opts.Config = parsed
	}
	c.source = Source{Name: "multi-casskop.yaml", Data: readFile(t, filepath.Join(dir, "multi-casskop.yaml"))}
	var problems Problems
	if c.plan, problems = Make([]Source{c.source}, c.opts, fstest.MapFS{}, nil); len(problems) > 0 {
		t.Fatal(problems)
	}
	c.files = written(c.plan, nil)
	return c
}

// rings are the rings with their complete objects, which a plan forgets.
func (c *treeCase) rings(t *testing.T) (rings []*Ring) {
	t.Helper()
	docs, _ := parseSource(c.source)
	for _, doc := range docs {
		ring, _ := readRing(doc, &c.opts)
		p := planner{opts: &c.opts, tree: rendered{fstest.MapFS{}}}
		if problems := p.settle(doc, ring); len(problems) > 0 {
			t.Fatal(problems)
		}
		rings = append(rings, ring)
	}
	return rings
}

func contents(tree fs.FS) (map[string]string, error) {
	files := map[string]string{}
	err := fs.WalkDir(tree, ".", func(name string, entry fs.DirEntry, err error) error {
		if err != nil || entry.IsDir() {
			return err
		}
		content, err := fs.ReadFile(tree, name)
		files[name] = string(content)
		return err
	})
	return files, err
}

func TestTreeGolden(t *testing.T) {
	treeCases(t, func(t *testing.T, c *treeCase) {
		want := filepath.Join(c.dir, "want")
		if *update {
			if err := errors.Join(os.RemoveAll(want), os.CopyFS(want, c.files)); err != nil {
				t.Fatal(err)
			}
		}
		wanted, err := contents(os.DirFS(want))
		if err != nil {
			t.Fatal(err)
		}
		got, err := contents(c.files)
		if err != nil {
			t.Fatal(err)
		}
		if diff := cmp.Diff(wanted, got); diff != "" {
			t.Errorf("(-want +got):\n%s", diff)
		}
		again, problems := Make([]Source{c.source}, c.opts, c.files, nil)
		if len(problems) > 0 || again.Changed() {
			t.Errorf("a second render: problems %v, changes %v", problems, again.Findings())
		}
	})
}

func TestTreeBuildsWithKustomize(t *testing.T) {
	treeCases(t, func(t *testing.T, c *treeCase) {
		tree := inMemory(t, c.plan)
		for _, ring := range c.rings(t) {
			for _, cluster := range ring.Clusters {
				built := buildOne(t, tree, overlayPath(cluster.Name, ring.Name, ""))
				if diff := cmp.Diff(throughJSON(t, cluster.Object), built); diff != "" {
					t.Errorf("%s/%s (-object +kustomize build):\n%s", cluster.Name, ring.Name, diff)
				}
				if got := built["metadata"].(map[string]any)["namespace"]; got != cluster.Namespace {
					t.Errorf("%s/%s: want namespace %s, got %v", cluster.Name, ring.Name, cluster.Namespace, got)
				}
				checkGateFolder(t, tree, c.files, overlayPath(cluster.Name, ring.Name, "gate"))
			}
		}
	})
}

// checkGateFolder builds a gate folder: every object of its files, and nothing else, comes out of it as it stands there.
func checkGateFolder(t *testing.T, tree filesys.FileSystem, files fstest.MapFS, dir string) {
	t.Helper()
	built, err := krusty.MakeKustomizer(krusty.MakeDefaultOptions()).Run(tree, "/"+dir)
	if err != nil {
		t.Errorf("kustomize build %s: %v", dir, err)
		return
	}
	want, got := map[string]any{}, map[string]any{}
	id := func(object map[string]any) string {
		meta := object["metadata"].(map[string]any)
		namespace, _ := meta["namespace"].(string) // what is cluster-wide has none
		return object["kind"].(string) + " " + namespace + "/" + meta["name"].(string)
	}
	for name, file := range files {
		if path.Dir(name) == dir && path.Base(name) != kustomizationFile {
			for _, object := range documents(t, name, file.Data) {
				want[id(object)] = object
			}
		}
	}
	for _, r := range built.Resources() {
		text, err := r.AsYAML()
		if err != nil {
			t.Fatal(err)
		}
		for _, object := range documents(t, dir, text) {
			got[id(object)] = object
		}
	}
	if diff := cmp.Diff(want, got); diff != "" || len(want) < 2 {
		t.Errorf("%s (-files +kustomize build):\n%s", dir, diff)
	}
}

// documents reads YAML as kubectl does, and as everybody else does, which must come to the same.
func documents(t *testing.T, name string, content []byte) (objects []map[string]any) {
	t.Helper()
	for _, text := range strings.Split(string(content), "\n---\n") {
		var object map[string]any
		if err := yaml.UnmarshalStrict([]byte(text), &object); err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		if object != nil { // the header stands alone above a first marker
			objects = append(objects, object)
		}
	}
	var others []map[string]any
	for decoder := yamlv3.NewDecoder(bytes.NewReader(content)); ; {
		var object map[string]any
		if err := decoder.Decode(&object); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatalf("%s: %v", name, err)
		}
		others = append(others, throughJSON(t, object))
	}
	if diff := cmp.Diff(others, objects); diff != "" {
		t.Errorf("%s (-yaml/v3 +sigs.k8s.io/yaml):\n%s", name, diff)
	}
	return objects
}

func TestTreeIsTheSameToEveryYAMLLibrary(t *testing.T) {
	treeCases(t, func(t *testing.T, c *treeCase) {
		for name, file := range c.files {
			if len(documents(t, name, file.Data)) == 0 {
				t.Errorf("%s holds nothing", name)
			}
			if !ours(file.Data) || edited(file.Data) {
				t.Errorf("%s: the header does not fit", name)
			}
		}
	})
}

// repeated lists the paths at which a patch says what the base says already, or nothing.
func repeated(at string, base, patch map[string]any) (paths []string) {
	for k, p := range patch {
		here := at + "." + k
		b, present := base[k]
		bm, baseIsMap := b.(map[string]any)
		pm, patchIsMap := p.(map[string]any)
		switch {
		case baseIsMap && patchIsMap && len(pm) > 0:
			paths = append(paths, repeated(here, bm, pm)...)
		case present && cmp.Equal(b, p), !present && p == nil, baseIsMap && patchIsMap:
			paths = append(paths, here)
		}
	}
	return paths
}

func TestOverridesAreMinimalPatches(t *testing.T) {
	treeCases(t, func(t *testing.T, c *treeCase) {
		for _, ring := range c.rings(t) {
			base := manifest(t, c.files, basePath(ring.Name, baseFile))
			if _, given := base["metadata"].(map[string]any)["namespace"]; given {
				t.Errorf("the base of ring %s has a namespace", ring.Name)
			}
			for _, cluster := range ring.Clusters {
				patch := manifest(t, c.files, overlayPath(cluster.Name, ring.Name, overlayFile))
				for _, key := range []string{"apiVersion", "kind"} { // what kustomize finds the base by
					if patch[key] != base[key] {
						t.Errorf("%s: want %s %v, got %v", cluster.Name, key, base[key], patch[key])
					}
					delete(patch, key)
				}
				meta := patch["metadata"].(map[string]any)
				if meta["name"] != ring.Name {
					t.Errorf("%s: want name %s, got %v", cluster.Name, ring.Name, meta["name"])
				}
				delete(meta, "name")
				if paths := repeated("", base, patch); len(paths) > 0 {
					t.Errorf("%s/%s repeats the base in %q", cluster.Name, ring.Name, paths)
				}
			}
		}
	})
}

// Every file of the tree is in a folder that names its cluster and its ring, so that owners and reviews can be split.
func TestTreeFilesTellTheirClusterAndRing(t *testing.T) {
	treeCases(t, func(t *testing.T, c *treeCase) {
		rings := map[string]bool{"": true}
		for _, ring := range c.plan.Rings {
			rings[ring.Name] = true
		}
		if !slices.IsSortedFunc(c.plan.Changes, func(a, b Change) int { return strings.Compare(a.Path, b.Path) }) {
			t.Error("the changes are not in order")
		}
		for _, change := range c.plan.Changes {
			if got := clusterOf(change.Path); got != change.Cluster {
				t.Errorf("%s: want cluster %q, got %q", change.Path, change.Cluster, got)
			}
			if ring := RingOf(change.Path); !rings[ring] {
				t.Errorf("%s: no such ring: %q", change.Path, ring)
			}
		}
	})
}

func TestGateImage(t *testing.T) {
	const digest = "sha256:0123456789abcdef0123456789abcdef0123456789abcdef0123456789abcdef"
	for ref, want := range map[string]map[string]any{
		"gate":                               {"newName": "gate"},
		"gate:1.0":                           {"newName": "gate", "newTag": "1.0"},
		"gate@" + digest:                     {"newName": "gate", "digest": digest},
		"registry:5000/gate":                 {"newName": "registry:5000/gate"},
		"registry:5000/gate:v1":              {"newName": "registry:5000/gate", "newTag": "v1"},
		"registry:5000/a/gate:v1@" + digest:  {"newName": "registry:5000/a/gate", "newTag": "v1", "digest": digest},
		"gate:1e3@a: b # not a digest\nx: y": {"newName": "gate", "newTag": "1e3", "digest": "a: b # not a digest\nx: y"},
	} {
		t.Run(ref, func(t *testing.T) {
			opts := Options{Config: DefaultConfig()}
			opts.Config.Gate.Image = ref
			tree := written(mustPlan(t, threeClusters(), opts, fstest.MapFS{}), nil)
			spec := manifest(t, tree, path.Join(fluxDir("k1"), gateControllerFile))["spec"].(map[string]any)
			want["name"] = "casskop-gitops-gate"
			if diff := cmp.Diff([]any{want}, spec["images"]); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}
