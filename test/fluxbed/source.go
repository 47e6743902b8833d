package fluxbed

import (
	"bytes"
	"cmp"
	"crypto/sha256"
	"encoding/hex"
	"encoding/json"
	"net/http"
	"net/http/httptest"
	"sync"
	"testing"
	"time"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/types"
	"sigs.k8s.io/controller-runtime/pkg/client"
)

// store gives out artifacts by their path.
type store struct {
	server    *httptest.Server
	artifacts sync.Map // path to []byte
}

func newStore(t testing.TB) *store {
	s := &store{}
	s.server = httptest.NewServer(http.HandlerFunc(func(w http.ResponseWriter, r *http.Request) {
		content, found := s.artifacts.Load(r.URL.Path)
		if !found {
			http.NotFound(w, r)
			return
		}
		http.ServeContent(w, r, "", time.Time{}, bytes.NewReader(content.([]byte)))
	}))
	t.Cleanup(s.server.Close)
	return s
}

// add stores a tree and returns it as status.artifact of a GitRepository.
func (s *store) add(t testing.TB, tree Tree, commit string) map[string]any {
	t.Helper()
	content := tree.archive(t)
	sum := sha256.Sum256(content)
	digest := hex.EncodeToString(sum[:])
	path := "/" + digest + ".tar.gz"
	s.artifacts.Store(path, content)
	return map[string]any{
		"path": path, "url": s.server.URL + path, "digest": "sha256:" + digest, "revision": "main@sha1:" + cmp.Or(commit, digest[:40]),
		"size": len(content), "lastUpdateTime": time.Now().UTC().Format(time.RFC3339),
	}
}

// Push has this Flux see a tree as the newest commit of its source. Other clusters' do not see it. It returns the commit's name in the
// status of Kustomizations: a digest, so that pushing the newest tree once more changes nothing.
func (f *Flux) Push(t testing.TB, tree Tree) (commit string) {
	t.Helper()
	return f.PushCommit(t, tree, "")
}

// PushCommit is Push for a tree that has the name of a commit: another name is a change, whatever the tree holds.
func (f *Flux) PushCommit(t testing.TB, tree Tree, name string) (commit string) {
	t.Helper()
	artifact := f.store.add(t, tree, name)
	patch, err := json.Marshal(map[string]any{"status": map[string]any{
		"observedGeneration": 1,
		"artifact":           artifact,
		"conditions": []metav1.Condition{{Type: "Ready", Status: metav1.ConditionTrue, Reason: "Succeeded", Message: "stored artifact",
			LastTransitionTime: metav1.Now(), ObservedGeneration: 1}},
	}})
	must(t, err)
	must(t, f.cluster.Client.Status().Patch(t.Context(), f.gitRepository(), client.RawPatch(types.MergePatchType, patch)))
	return artifact["revision"].(string)
}

func (f *Flux) gitRepository() *unstructured.Unstructured {
	return &unstructured.Unstructured{Object: map[string]any{
		"apiVersion": sourceGroup + "/v1", "kind": "GitRepository",
		"metadata": map[string]any{"name": f.source, "namespace": Namespace},
		"spec":     map[string]any{"interval": "1m", "url": "https://git.example.com/" + f.source, "ref": map[string]any{"branch": "main"}},
	}}
}
