package main

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"runtime/debug"
	"strings"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
	v1 "github.com/google/go-containerregistry/pkg/v1"
	"github.com/google/go-containerregistry/pkg/v1/empty"
	"github.com/google/go-containerregistry/pkg/v1/mutate"
	"github.com/google/go-containerregistry/pkg/v1/partial"
	"github.com/google/go-containerregistry/pkg/v1/static"
	"github.com/google/go-containerregistry/pkg/v1/types"
)

// billType is the media type of a bill of materials.
const billType = "application/vnd.cyclonedx+json"

// bill is the bill of materials of an image, in CycloneDX: what Go says is in the binary, and the certificates. It has no serial
// number, which would be another one each time.
func (o *Options) bill(binary string) ([]byte, error) {
	info, err := buildinfo.ReadFile(binary)
	if err != nil {
		return nil, err
	}
	main := module(&debug.Module{Path: info.Main.Path, Version: o.Version})
	main.Type = cyclonedx.ComponentTypeApplication
	components := []cyclonedx.Component{module(&debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")})}
	for _, m := range info.Deps {
		components = append(components, module(m))
	}
	roots, err := rootsVersion()
	if err != nil {
		return nil, err
	}
	components = append(components, module(roots))
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: o.Created.Format(time.RFC3339), Component: &main}
	bom.Components = &components
	var out bytes.Buffer
	err = cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
	return out.Bytes(), err
}

// module is a Go module as a component, that which replaces it if one does.
func module(m *debug.Module) cyclonedx.Component {
	if m.Replace != nil {
		m = m.Replace
	}
	purl := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	return cyclonedx.Component{BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl}
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
