package render

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"path"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
)

// rendered reads what an earlier run left in a tree: the objects that are, or are about to be, live.
type rendered struct {
	tree fs.FS
}

// objects returns the CassandraCluster of ring in each of the named clusters that has one, by cluster. They are put together
// as kustomize would: the base with the overlay's patch.
func (r rendered) objects(ring string, clusters []string) (map[string]*oldObject, Problems) {
	out := map[string]*oldObject{}
	var base map[string]any
	for _, cluster := range clusters {
		patch, problem := r.read(overlayPath(cluster, ring, overlayFile))
		if problem != nil {
			return nil, Problems{*problem}
		}
		if patch == nil {
			continue
		}
		if base == nil {
			if base, problem = r.read(basePath(ring, baseFile)); problem != nil {
				return nil, Problems{*problem}
			}
			if base == nil { // an overlay alone is half an object
				return nil, Problems{unreadable(basePath(ring, baseFile), "expected the base of "+overlayPath(cluster, ring, overlayFile))}
			}
		}
		old := &oldObject{Object: applyPatch(base, patch)}
		typed, err := decodeCluster(old.Object)
		if err != nil {
			return nil, Problems{unreadable(overlayPath(cluster, ring, overlayFile), err.Error())}
		}
		if typed.Namespace, problem = r.namespace(cluster, ring); problem != nil {
			return nil, Problems{*problem}
		}
		old.Typed = typed
		out[cluster] = old
	}
	return out, nil
}

// namespace returns where a cluster's overlay puts its object; empty where the kustomization is gone.
func (r rendered) namespace(cluster, ring string) (string, *Problem) {
	kustomization, problem := r.read(overlayPath(cluster, ring, kustomizationFile))
	namespace, _ := kustomization["namespace"].(string) // absent: not known
	return namespace, problem
}

// oldObject is a CassandraCluster as an earlier run rendered it.
type oldObject struct {
	Object map[string]any
	Typed  *casskop.CassandraCluster
}

func (o *oldObject) revision() string { return o.Typed.Annotations[v1alpha1.AnnotationRevision] }

// seeds returns the seed list that a cluster is rendered with; nil when there is none. expected spares the parsing where it is right.
func (r rendered) seeds(ring, cluster string, expected []string) ([]string, *Problem) {
	name := overlayPath(cluster, ring, overlayFile)
	content, problem := r.content(name)
	if content == nil {
		return nil, problem
	}
	if line := " " + v1alpha1.AnnotationSeedlist + ": " + strings.Join(expected, ",") + "\n"; bytes.Contains(content, []byte(line)) {
		return expected, nil
	}
	patch, problem := parseRendered(name, content)
	if problem != nil {
		return nil, problem
	}
	old, err := decodeCluster(patch)
	if err != nil {
		p := unreadable(name, err.Error())
		return nil, &p
	}
	if list := old.Annotations[v1alpha1.AnnotationSeedlist]; list != "" {
		return strings.Split(list, ","), nil
	}
	return nil, nil
}

// content returns a rendered file, or nil when there is no such file or it is not ours.
func (r rendered) content(name string) ([]byte, *Problem) {
	content, err := fs.ReadFile(r.tree, name)
	switch {
	case errors.Is(err, fs.ErrNotExist):
		return nil, nil
	case err != nil:
		p := unreadable(name, err.Error())
		return nil, &p
	case len(content) == 0:
		p := unreadable(name, "it is empty")
		return nil, &p
	case !ours(content):
		return nil, nil
	}
	return content, nil
}

// read returns the one document of a rendered file, or nil when there is no such file or it is not ours.
func (r rendered) read(name string) (map[string]any, *Problem) {
	content, problem := r.content(name)
	if content == nil {
		return nil, problem
	}
	return parseRendered(name, content)
}

func parseRendered(name string, content []byte) (map[string]any, *Problem) {
	if !bytes.HasSuffix(content, []byte("\n")) { // what is left may be YAML all the same
		p := unreadable(name, "it ends in the middle of a line")
		return nil, &p
	}
	docs, problems := parseSource(Source{Name: name, Data: content})
	if len(problems) > 0 {
		p := problems[0]
		p.InTree = true
		p.Hint = restoreHint(name)
		return nil, &p
	}
	if len(docs) != 1 {
		p := unreadable(name, fmt.Sprintf("expected one document, found %d", len(docs)))
		return nil, &p
	}
	return docs[0].value, nil
}

func unreadable(name, why string) Problem {
	return Problem{File: name, InTree: true, Line: 1, Message: "cannot tell what is rendered here: " + why, Hint: restoreHint(name)}
}

func restoreHint(name string) string {
	return "the guard rails compare with it: restore it (git checkout HEAD -- " + name + "), then render again"
}

// rings lists the clusters that hold each ring, as the tree has them.
func (r rendered) rings() (map[string][]string, error) {
	out := map[string][]string{}
	clusters, err := readDir(r.tree, clustersDir)
	if err != nil {
		return nil, err
	}
	for _, cluster := range clusters {
		if !cluster.IsDir() {
			continue
		}
		rings, err := readDir(r.tree, path.Join(clustersDir, cluster.Name()))
		if err != nil {
			return nil, err
		}
		for _, ring := range rings {
			if _, reserved := reservedNames[ring.Name()]; reserved || !ring.IsDir() {
				continue
			}
			content, err := fs.ReadFile(r.tree, overlayPath(cluster.Name(), ring.Name(), overlayFile))
			if err == nil && ours(content) {
				out[ring.Name()] = append(out[ring.Name()], cluster.Name())
			}
		}
	}
	return out, nil
}

// readDir is fs.ReadDir, with nothing in a folder that is not there.
func readDir(tree fs.FS, dir string) ([]fs.DirEntry, error) {
	entries, err := fs.ReadDir(tree, dir)
	if errors.Is(err, fs.ErrNotExist) {
		return nil, nil
	}
	return entries, err
}
