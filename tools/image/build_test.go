package main

import (
	"archive/tar"
	"bytes"
	"crypto/x509"
	"errors"
	"fmt"
	"io"
	"log"
	"net/http/httptest"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"runtime"
	"strconv"
	"strings"
	"sync"
	"testing"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	"github.com/google/go-cmp/cmp"
	"github.com/google/go-containerregistry/pkg/name"
	"github.com/google/go-containerregistry/pkg/registry"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/match"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/remote"
	"github.com/google/go-containerregistry/pkg/v1/validate"
)

const root = "../.."

var created = time.Date(2026, 11, 22, 8, 0, 0, 0, time.UTC)

func options(source, out string) Options {
	return Options{Source: source, Out: out, Version: "v1.2.3", Revision: "0123abc", Created: created}
}

var scratch string

func TestMain(m *testing.M) {
	dir, err := os.MkdirTemp("", "casskop-gitops-image-")
	if err != nil {
		log.Fatal(err)
	}
	scratch = dir
	code := m.Run()
	if err := os.RemoveAll(dir); err != nil {
		log.Fatal(err)
	}
	os.Exit(code)
}

var build = sync.OnceValues(func() (v1.Hash, error) { return Build(options(root, filepath.Join(scratch, "image"))) })

// built is the index of the layout that the tests share.
func built(t *testing.T) v1.ImageIndex {
	t.Helper()
	if _, err := build(); err != nil {
		t.Fatal(err)
	}
	path, err := layout.FromPath(filepath.Join(scratch, "image"))
	must(t, err)
	top, err := path.ImageIndex()
	must(t, err)
	found, err := partial.FindIndexes(top, func(v1.Descriptor) bool { return true })
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("the layout holds %d indexes, want 1", len(found))
	}
	return found[0]
}

func imageFor(t *testing.T, arch string) v1.Image {
	t.Helper()
	found, err := partial.FindImages(built(t), match.Platforms(v1.Platform{OS: "linux", Architecture: arch}))
	must(t, err)
	if len(found) != 1 {
		t.Fatalf("%d images are for linux/%s, want 1", len(found), arch)
	}
	return found[0]
}

// TestReproducible: another build, from a copy of the source in another folder, has the same digest.
func TestReproducible(t *testing.T) {
	want, err := build()
	must(t, err)
	other := filepath.Join(t.TempDir(), "a", "copy")
	for _, folder := range []string{"cmd", "pkg"} {
		must(t, os.CopyFS(filepath.Join(other, folder), os.DirFS(filepath.Join(root, folder))))
	}
	for _, file := range []string{"go.mod", "go.sum"} {
		b, err := os.ReadFile(filepath.Join(root, file))
		must(t, err)
		must(t, os.WriteFile(filepath.Join(other, file), b, 0o600))
	}
	got, err := Build(options(other, filepath.Join(t.TempDir(), "image")))
	must(t, err)
	if diff := cmp.Diff(want.String(), got.String()); diff != "" {
		t.Errorf("digest (-first +second):\n%s", diff)
	}
}

// TestConfig: the layout is whole, and each image runs gate as nobody, by number.
func TestConfig(t *testing.T) {
	must(t, validate.Index(built(t)))
	for _, arch := range architectures {
		file, err := imageFor(t, arch).ConfigFile()
		must(t, err)
		want := v1.Config{User: nobody, WorkingDir: "/", Entrypoint: []string{"/gate"}, Labels: map[string]string{
			"org.opencontainers.image.title":       "casskop-gitops-gate",
			"org.opencontainers.image.description": "Holds a Cassandra datacenter until the clusters before it in the ring are done",
			"org.opencontainers.image.source":      "https://github.com/casskop-gitops/casskop-gitops",
			"org.opencontainers.image.licenses":    "Apache-2.0",
			"org.opencontainers.image.version":     "v1.2.3",
			"org.opencontainers.image.revision":    "0123abc",
			"org.opencontainers.image.created":     "2026-11-22T08:00:00Z",
		}}
		if diff := cmp.Diff(want, file.Config); diff != "" {
			t.Errorf("linux/%s (-want +got):\n%s", arch, diff)
		}
		user, _, _ := strings.Cut(file.Config.User, ":")
		if id, err := strconv.Atoi(user); err != nil || id == 0 {
			t.Errorf("user %q: want a number other than 0, or runAsNonRoot refuses it", user)
		}
		if !file.Created.Equal(created) || file.RootFS.Type != "layers" || len(file.RootFS.DiffIDs) != 1 {
			t.Errorf("linux/%s: created %s, root %+v", arch, file.Created, file.RootFS)
		}
	}
}

// files are what is in the image for this machine, by name.
func files(t *testing.T) (listing string, contents map[string][]byte) {
	t.Helper()
	layers, err := imageFor(t, runtime.GOARCH).Layers()
	must(t, err)
	unpacked, err := layers[0].Uncompressed()
	must(t, err)
	contents = map[string][]byte{}
	for r := tar.NewReader(unpacked); ; {
		header, err := r.Next()
		if errors.Is(err, io.EOF) {
			return listing, contents
		}
		must(t, err)
		listing += fmt.Sprintf("%s %d:%d %s %s\n", header.FileInfo().Mode(), header.Uid, header.Gid, header.ModTime.UTC().Format(time.RFC3339), header.Name)
		contents[header.Name], err = io.ReadAll(r)
		must(t, err)
	}
}

func TestFiles(t *testing.T) {
	listing, contents := files(t)
	want := `drwxr-xr-x 0:0 2026-11-22T08:00:00Z etc/
drwxr-xr-x 0:0 2026-11-22T08:00:00Z etc/ssl/
drwxr-xr-x 0:0 2026-11-22T08:00:00Z etc/ssl/certs/
-rw-r--r-- 0:0 2026-11-22T08:00:00Z etc/ssl/certs/ca-certificates.crt
-rwxr-xr-x 0:0 2026-11-22T08:00:00Z gate
`
	if diff := cmp.Diff(want, listing); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
	pem := contents["etc/ssl/certs/ca-certificates.crt"]
	if n := bytes.Count(pem, []byte("BEGIN CERTIFICATE")); n < 100 || !x509.NewCertPool().AppendCertsFromPEM(pem) {
		t.Errorf("%d certificates, want more than 100 that can be read", n)
	}
}

// TestGateRuns: what is in the image for this machine runs.
func TestGateRuns(t *testing.T) {
	_, contents := files(t)
	binary := filepath.Join(t.TempDir(), "gate")
	must(t, os.WriteFile(binary, contents["gate"], 0o700))
	out, err := exec.Command(binary, "version").CombinedOutput()
	want := fmt.Sprintf("gate v1.2.3 (%s, linux/%s)\n", runtime.Version(), runtime.GOARCH)
	if diff := cmp.Diff(want, string(out)); err != nil || diff != "" {
		t.Errorf("%v, (-want +got):\n%s", err, diff)
	}
}

// TestBill: beside the layout and in it, for each architecture, is what go.mod says.
func TestBill(t *testing.T) {
	built(t)
	list := exec.Command("go", "list", "-m", "-f", "{{.Version}}", "sigs.k8s.io/controller-runtime")
	list.Dir = root
	wanted, err := list.Output()
	must(t, err)
	for _, arch := range architectures {
		file, err := os.Open(filepath.Join(scratch, billName(arch)))
		must(t, err)
		bom := &cyclonedx.BOM{}
		must(t, errors.Join(cyclonedx.NewBOMDecoder(file, cyclonedx.BOMFileFormatJSON).Decode(bom), file.Close()))
		versions := map[string]string{bom.Metadata.Component.Name: bom.Metadata.Component.Version}
		for _, c := range *bom.Components {
			if versions[c.Name] != "" || c.Version == "" || c.PackageURL == "" {
				t.Errorf("linux/%s: %+v", arch, c)
			}
			versions[c.Name] = c.Version
		}
		for name, want := range map[string]string{
			"github.com/casskop-gitops/casskop-gitops": "v1.2.3",
			"sigs.k8s.io/controller-runtime":           strings.TrimSpace(string(wanted)),
			"std":                                      strings.TrimPrefix(runtime.Version(), "go"),
		} {
			if versions[name] != want {
				t.Errorf("linux/%s: %s: want %s, got %q", arch, name, want, versions[name])
			}
		}
		if versions[rootsModule] == "" {
			t.Errorf("linux/%s: it does not list the certificates", arch)
		}
	}
}

// TestPush: crane copies the layout into a registry as docs/install.md has it, and there each image has its bill as a referrer.
func TestPush(t *testing.T) {
	built(t)
	server := httptest.NewServer(registry.New(registry.Logger(log.New(io.Discard, "", 0)), registry.WithReferrersSupport(true)))
	defer server.Close()
	ref, err := name.ParseReference(strings.TrimPrefix(server.URL, "http://")+"/casskop-gitops-gate:v1.2.3", name.Insecure)
	must(t, err)
	push := exec.Command("sh", "-c", crane(t, filepath.Join(scratch, "image"), ref.String()))
	push.Dir = root
	if out, err := push.CombinedOutput(); err != nil {
		t.Fatalf("%v\n%s", err, out)
	}
	pushed, err := remote.Index(ref)
	must(t, err)
	want, err := build()
	must(t, err)
	if got, err := pushed.Digest(); err != nil || got != want {
		t.Errorf("digest: want %s, got %s, %v", want, got, err)
	}
	for _, arch := range architectures {
		digest, err := imageFor(t, arch).Digest()
		must(t, err)
		referrers, err := remote.Referrers(ref.Context().Digest(digest.String()))
		must(t, err)
		list, err := referrers.IndexManifest()
		must(t, err)
		if len(list.Manifests) != 1 || list.Manifests[0].ArtifactType != billType {
			t.Errorf("linux/%s: referrers %+v, want one of type %s", arch, list.Manifests, billType)
		}
	}
}

// crane is the command of docs/install.md, with a layout and a registry of the test.
func crane(t *testing.T, layout, ref string) string {
	t.Helper()
	content, err := os.ReadFile(filepath.Join(root, "docs/install.md"))
	must(t, err)
	command := regexp.MustCompile(`(?m)^go -C tools/image tool crane push .*$`).FindString(string(content))
	replaced := strings.NewReplacer("$PWD/bin/image", layout, "registry.example.com/casskop-gitops-gate:v1", ref).Replace(command)
	if !strings.HasSuffix(replaced, layout+" "+ref) {
		t.Fatalf("docs/install.md does not push $PWD/bin/image to registry.example.com/casskop-gitops-gate:v1: %s", command)
	}
	return replaced
}

// TestAfterAnError: what was there stays.
func TestAfterAnError(t *testing.T) {
	out := t.TempDir()
	must(t, os.WriteFile(filepath.Join(out, "notes.txt"), nil, 0o600))
	_, err := Build(options(root, out))
	want := out + " is there and no OCI layout: remove it, or choose another folder with --out"
	if fmt.Sprint(err) != want {
		t.Errorf("want %q, got %v", want, err)
	}
	if _, err := os.Stat(filepath.Join(out, "notes.txt")); err != nil {
		t.Error(err)
	}
	folder := t.TempDir()
	if _, err := Build(options(t.TempDir(), filepath.Join(folder, "image"))); err == nil || !strings.Contains(err.Error(), "go build ./cmd/gate in") {
		t.Errorf("no source: %v", err)
	}
	if left, err := os.ReadDir(folder); err != nil || len(left) > 0 {
		t.Errorf("it left %v, %v", left, err)
	}
}

func must(t *testing.T, err error) {
	t.Helper()
	if err != nil {
		t.Fatal(err)
	}
}
