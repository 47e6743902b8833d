package main

import (
	"fmt"
	"os"
	"path/filepath"
	"time"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/layout"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/types"

	"github.com/casskop-gitops/casskop-gitops/tools/image/internal/program"
)

// Options say what is built from what.
type Options struct {
	// Source is the repository, Out the folder of the layout. An OCI layout that is there already is replaced.
	Source, Out string
	// Version and Revision are those of the source, Created is when it was made.
	Version, Revision string
	Created           time.Time
}

func (o *Options) program() program.Source {
	return program.Source{Dir: o.Source, Version: o.Version, Created: o.Created}
}

// architectures of the image, all for linux.
var architectures = []string{"amd64", "arm64"}

// Build writes the layout, and the bills of materials beside it, and returns the digest of the index over all architectures. After an
// error the old layout is there as it was.
func Build(o Options) (digest v1.Hash, err error) {
	if err := replaceable(o.Out); err != nil {
		return v1.Hash{}, err
	}
	if err := os.MkdirAll(filepath.Dir(o.Out), 0o755); err != nil {
		return v1.Hash{}, err
	}
	stage, err := os.MkdirTemp(filepath.Dir(o.Out), ".image-")
	if err != nil {
		return v1.Hash{}, err
	}
	defer func() {
		if removeErr := os.RemoveAll(stage); err == nil {
			err = removeErr
		}
	}()
	index := mutate.IndexMediaType(empty.Index, types.OCIImageIndex)
	for _, arch := range architectures {
		added, err := o.architecture(stage, arch)
		if err != nil {
			return v1.Hash{}, fmt.Errorf("linux/%s: %w", arch, err)
		}
		index = mutate.AppendManifests(index, added...)
	}
	index = mutate.Annotations(index, o.labels()).(v1.ImageIndex)
	if err := o.write(stage, index); err != nil {
		return v1.Hash{}, err
	}
	return index.Digest()
}

// architecture builds the image of one architecture and its bill of materials, which is an artifact that refers to the image. Both
// are in the index, so that whatever copies that takes them along; as a platform nobody asks for it is never run.
func (o *Options) architecture(stage, arch string) ([]mutate.IndexAddendum, error) {
	binary := filepath.Join(stage, "gate-"+arch)
	if err := o.program().Compile("gate", "linux", arch, binary); err != nil {
		return nil, err
	}
	image, err := o.image(binary, arch)
	if err != nil {
		return nil, err
	}
	bill, err := o.bill(binary)
	if err != nil {
		return nil, err
	}
	if err := os.WriteFile(filepath.Join(stage, billName(arch)), bill, 0o644); err != nil {
		return nil, err
	}
	artifact, err := artifactOf(bill, image)
	if err != nil {
		return nil, err
	}
	return []mutate.IndexAddendum{
		{Add: image, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "linux", Architecture: arch}}},
		{Add: artifact, Descriptor: v1.Descriptor{Platform: &v1.Platform{OS: "unknown", Architecture: "unknown"}}},
	}, nil
}

func billName(arch string) string { return "gate-linux-" + arch + ".cdx.json" }

// write puts the layout and the bills in place.
func (o *Options) write(stage string, index v1.ImageIndex) error {
	staged := filepath.Join(stage, "layout")
	path, err := layout.Write(staged, empty.Index)
	if err != nil {
		return err
	}
	name := layout.WithAnnotations(map[string]string{"org.opencontainers.image.ref.name": o.Version})
	if err := path.AppendIndex(index, name); err != nil {
		return err
	}
	for _, arch := range architectures {
		if err := os.Rename(filepath.Join(stage, billName(arch)), filepath.Join(filepath.Dir(o.Out), billName(arch))); err != nil {
			return err
		}
	}
	if err := os.RemoveAll(o.Out); err != nil {
		return err
	}
	return os.Rename(staged, o.Out)
}

// replaceable says no to a folder that is there and no layout.
func replaceable(dir string) error {
	if _, err := os.Lstat(dir); os.IsNotExist(err) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, "oci-layout")); err != nil {
		return fmt.Errorf("%s is there and no OCI layout: remove it, or choose another folder with --out", dir)
	}
	return nil
}
