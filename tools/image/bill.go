package main

import (
	"fmt"
	"runtime/debug"

	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// billType is the media type of a bill of materials.
const billType = "application/vnd.cyclonedx+json"

// bill is the bill of materials of an image: of the binary, and of the certificates.
func (o *Options) bill(binary string) ([]byte, error) {
	roots, err := rootsVersion()
	if err != nil {
		return nil, err
	}
	return o.program().Bill([]string{binary}, roots)
}

// rootsVersion is the module of the certificates that this program was built with.
func rootsVersion() (*debug.Module, error) {
	info, ok := debug.ReadBuildInfo()
	if ok {
		for _, m := range info.Deps {
			if m.Path == rootsModule {
				return m, nil
			}
		}
	}
	return nil, fmt.Errorf("this program does not know the version of %s that it was built with", rootsModule)
}

// artifactOf is a bill of materials as an artifact that refers to its image.
func artifactOf(bill []byte, image v1.Image) (v1.Image, error) {
	base := mutate.ConfigMediaType(mutate.MediaType(empty.Image, types.OCIManifestSchema1), billType) // which makes it the artifact's type
	artifact, err := mutate.Append(base, mutate.Addendum{Layer: static.NewLayer(bill, billType)})
	if err != nil {
		return nil, err
	}
	subject, err := partial.Descriptor(image)
	if err != nil {
		return nil, err
	}
	return mutate.Subject(artifact, *subject).(v1.Image), nil
}
