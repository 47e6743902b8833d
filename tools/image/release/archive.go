package main

import (
	"archive/tar"
	"bytes"
	"compress/gzip"
	"os"
	"time"
)

// file goes into an archive under a name.
type file struct {
	name, from string
	mode       int64
}

// archive packs files into one folder, with fixed times, owners and order.
func archive(folder string, files []file, created time.Time) ([]byte, error) {
	var out bytes.Buffer
	compressed, err := gzip.NewWriterLevel(&out, gzip.BestCompression)
	if err != nil {
		return nil, err
	}
	packed := tar.NewWriter(compressed)
	for _, f := range files {
		content, err := os.ReadFile(f.from)
		if err != nil {
			return nil, err
		}
		header := &tar.Header{Name: folder + "/" + f.name, Mode: f.mode, Size: int64(len(content)), ModTime: created, Typeflag: tar.TypeReg, Format: tar.FormatPAX}
		if err := packed.WriteHeader(header); err != nil {
			return nil, err
		}
		if _, err := packed.Write(content); err != nil {
			return nil, err
		}
	}
	if err := packed.Close(); err != nil {
		return nil, err
	}
	if err := compressed.Close(); err != nil {
		return nil, err
	}
	return out.Bytes(), nil
}
