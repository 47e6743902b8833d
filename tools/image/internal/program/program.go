// Package program compiles the programs of the repository for others than this machine, to the byte the same from the same source by the same
// Go, and tells what is in them.
package program

import (
	"bytes"
	"debug/buildinfo"
	"fmt"
	"os"
	"os/exec"
	"runtime/debug"
	"strings"
	"time"

	cyclonedx "github.com/CycloneDX/cyclonedx-go"
)

// Source is the repository, and what is said of it.
type Source struct {
	// Dir is its folder.
	Dir string
	// Version is what the programs say of themselves, Created is when the source was made.
	Version string
	Created time.Time
}

// Compile builds cmd/<name> for an operating system and architecture: static, and without a trace of where it was built.
func (s Source) Compile(name, goos, goarch, binary string) error {
	cmd := exec.Command("go", "build", "-trimpath", "-buildvcs=false", "-ldflags=-s -w -buildid= -X main.version="+s.Version, "-o", binary, "./cmd/"+name)
	cmd.Dir = s.Dir
	cmd.Env = append(os.Environ(), "CGO_ENABLED=0", "GOOS="+goos, "GOARCH="+goarch, "GOAMD64=v1", "GOARM64=v8.0", "GOWORK=off", "GOFLAGS=", "GOEXPERIMENT=")
	if out, err := cmd.CombinedOutput(); err != nil {
		return fmt.Errorf("go build ./cmd/%s in %s: %w\n%s", name, s.Dir, err, out)
	}
	return nil
}

// Bill is the bill of materials of binaries, in CycloneDX: what Go says is in them, and further modules. It has no serial number, which would
// be another one each time.
func (s Source) Bill(binaries []string, further ...*debug.Module) ([]byte, error) {
	var main cyclonedx.Component
	modules := &list{known: map[string]bool{}}
	for _, binary := range binaries {
		info, err := buildinfo.ReadFile(binary)
		if err != nil {
			return nil, err
		}
		main = component(&debug.Module{Path: info.Main.Path, Version: s.Version})
		modules.add(&debug.Module{Path: "std", Version: strings.TrimPrefix(info.GoVersion, "go")})
		modules.add(info.Deps...)
	}
	modules.add(further...)
	main.Type = cyclonedx.ComponentTypeApplication
	bom := cyclonedx.NewBOM()
	bom.Metadata = &cyclonedx.Metadata{Timestamp: s.Created.Format(time.RFC3339), Component: &main}
	bom.Components = &modules.components
	var out bytes.Buffer
	err := cyclonedx.NewBOMEncoder(&out, cyclonedx.BOMFileFormatJSON).SetPretty(true).EncodeVersion(bom, cyclonedx.SpecVersion1_6)
	return out.Bytes(), err
}

// list holds each module once.
type list struct {
	known      map[string]bool
	components []cyclonedx.Component
}

func (l *list) add(modules ...*debug.Module) {
	for _, m := range modules {
		if c := component(m); !l.known[c.BOMRef] {
			l.known[c.BOMRef] = true
			l.components = append(l.components, c)
		}
	}
}

// component is a Go module, or that which replaces it if one does.
func component(m *debug.Module) cyclonedx.Component {
	if m.Replace != nil {
		m = m.Replace
	}
	purl := "pkg:golang/" + m.Path + "@" + strings.ReplaceAll(m.Version, "+", "%2B")
	return cyclonedx.Component{BOMRef: purl, Type: cyclonedx.ComponentTypeLibrary, Name: m.Path, Version: m.Version, PackageURL: purl}
}
