package render

import (
	"bytes"
	"crypto/sha256"
	"encoding/hex"
	"fmt"
	"strings"

	"go.yaml.in/yaml/v3"
)

// Marker begins every rendered file. Files without it are never replaced or deleted.
const Marker = "# Rendered by casskop-gitops."

const (
	headerLine   = Marker + " Do not edit: change the MultiCasskop, run `render`, commit both.\n"
	contentLine  = "# casskop-gitops.dev/content: "
	contentBytes = 8 // of the SHA-256: enough to notice an edit, it guards against nobody
)

// File is one file of the rendered tree.
type File struct {
	Path    string // below the output directory, with slashes
	Cluster string // the Kubernetes cluster that reads it; empty for what all share
	Content []byte
}

// manifest writes objects as YAML documents below the header. Keys are sorted, so that the same objects give the same bytes.
func manifest(objects ...any) ([]byte, error) {
	var body bytes.Buffer
	encoder := yaml.NewEncoder(&body)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	for _, o := range objects {
		if err := encoder.Encode(o); err != nil {
			return nil, err
		}
	}
	if err := encoder.Close(); err != nil {
		return nil, err
	}
	return append(header(body.Bytes()), body.Bytes()...), nil
}

func header(body []byte) []byte {
	sum := sha256.Sum256(body)
	return fmt.Appendf(nil, "%s%s%s\n", headerLine, contentLine, hex.EncodeToString(sum[:contentBytes]))
}

// ours reports whether a file was rendered, by its first line.
func ours(content []byte) bool { return bytes.HasPrefix(content, []byte(Marker)) }

// edited reports whether a rendered file was changed after it was written: its content line does not fit its content.
func edited(content []byte) bool {
	lines := strings.SplitAfterN(string(content), "\n", 3)
	if len(lines) < 3 {
		return true
	}
	return !bytes.Equal([]byte(lines[0]+lines[1]), header([]byte(lines[2])))
}
