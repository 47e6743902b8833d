package main

import (
	"crypto/sha256"
	"fmt"
	"os"
	"path/filepath"
	"strings"

	"github.com/casskop-gitops/casskop-gitops/tools/image/internal/program"
)

// Platform is an operating system and an architecture, as Go names them.
type Platform struct{ OS, Arch string }

// Platforms are those of a release. Windows is not among them: render takes a lock on its tree that only Unix has.
var Platforms = []Platform{{"darwin", "amd64"}, {"darwin", "arm64"}, {"linux", "amd64"}, {"linux", "arm64"}}

// Options say what is built from what.
type Options struct {
	program.Source
	// Out is the folder that is made. A release that is there already is replaced, anything else is an error.
	Out string
	// Platforms are those for which it is built.
	Platforms []Platform
}

// sumsFile is in the format of sha256sum. It marks a folder as a release.
const sumsFile = "SHA256SUMS"

// Build makes the release and returns its checksums. After an error the old one is there as it was.
func Build(o Options) (sums string, err error) {
	if strings.ContainsAny(o.Version, "/\\ \t\n") || o.Version == "" {
		return "", fmt.Errorf("version %q cannot be part of a file's name: use one such as v1.2.3", o.Version)
	}
	if err := replaceable(o.Out); err != nil {
		return "", err
	}
	if err := os.MkdirAll(filepath.Dir(o.Out), 0o755); err != nil {
		return "", err
	}
	stage, err := os.MkdirTemp(filepath.Dir(o.Out), ".release-")
	if err != nil {
		return "", err
	}
	defer func() {
		if removeErr := os.RemoveAll(stage); err == nil {
			err = removeErr
		}
	}()
	done := filepath.Join(stage, "release")
	if err := os.Mkdir(done, 0o755); err != nil {
		return "", err
	}
	for _, p := range o.Platforms {
		if err := o.platform(p, stage, done); err != nil {
			return "", fmt.Errorf("%s/%s: %w", p.OS, p.Arch, err)
		}
	}
	if sums, err = sumUp(done); err != nil {
		return "", err
	}
	if err := os.RemoveAll(o.Out); err != nil {
		return "", err
	}
	return sums, os.Rename(done, o.Out)
}

// programs are in each archive.
var programs = []string{"render", "gate"}

// platform writes the archive and the bill of materials of one platform.
func (o *Options) platform(p Platform, stage, done string) error {
	name := fmt.Sprintf("casskop-gitops_%s_%s_%s", o.Version, p.OS, p.Arch)
	var binaries []string
	files := []file{{"LICENSE", filepath.Join(o.Dir, "LICENSE"), 0o644}}
	for _, each := range programs {
		binary := filepath.Join(stage, each)
		if err := o.Compile(each, p.OS, p.Arch, binary); err != nil {
			return err
		}
		binaries = append(binaries, binary)
		files = append(files, file{each, binary, 0o755})
	}
	packed, err := archive(name, files, o.Created)
	if err != nil {
		return err
	}
	bill, err := o.Bill(binaries)
	if err != nil {
		return err
	}
	if err := os.WriteFile(filepath.Join(done, name+".tar.gz"), packed, 0o644); err != nil {
		return err
	}
	return os.WriteFile(filepath.Join(done, name+".cdx.json"), bill, 0o644)
}

// sumUp writes the checksums of all files of a folder, in the order of their names.
func sumUp(dir string) (string, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return "", err
	}
	sums := &strings.Builder{}
	for _, entry := range entries {
		content, err := os.ReadFile(filepath.Join(dir, entry.Name()))
		if err != nil {
			return "", err
		}
		fmt.Fprintf(sums, "%x  %s\n", sha256.Sum256(content), entry.Name())
	}
	return sums.String(), os.WriteFile(filepath.Join(dir, sumsFile), []byte(sums.String()), 0o644)
}

// replaceable says no to a folder that is there and no release.
func replaceable(dir string) error {
	if _, err := os.Lstat(dir); os.IsNotExist(err) {
		return nil
	}
	if _, err := os.Stat(filepath.Join(dir, sumsFile)); err != nil {
		return fmt.Errorf("%s is there and has no %s: remove it, or choose another folder with --out", dir, sumsFile)
	}
	return nil
}
