package render

import (
	"bytes"
	"crypto/sha256"
	"embed"
	"encoding/hex"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"text/template"

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

// fileWriter collects files and keeps the first error.
type fileWriter struct {
	files []File
	err   error
}

func (w *fileWriter) add(cluster, name string, body []byte, err error) {
	if err != nil && w.err == nil {
		w.err = fmt.Errorf("%s: %w", name, err)
	}
	w.files = append(w.files, File{Path: name, Cluster: cluster, Content: append(header(body), body...)})
}

// object writes a file as YAML with sorted keys, so that the same object gives the same bytes.
func (w *fileWriter) object(cluster, name string, object map[string]any) {
	var body bytes.Buffer
	encoder := yaml.NewEncoder(&body)
	encoder.SetIndent(2)
	encoder.CompactSeqIndent()
	err := encoder.Encode(object)
	w.add(cluster, name, body.Bytes(), errors.Join(err, encoder.Close()))
}

//go:embed templates
var templateFiles embed.FS

var templates = template.Must(template.ParseFS(templateFiles, "templates/*.yaml"))

// text writes a file from its template; the view holds its values as YAML scalars.
func (w *fileWriter) text(cluster, name, template string, view any) {
	var body bytes.Buffer
	err := templates.ExecuteTemplate(&body, template, view)
	w.add(cluster, name, body.Bytes(), err)
}

// scalar writes a string as YAML: plain where it begins with a letter or a dot and is no word that means something else, as all
// names do but a few; else quoted.
func scalar(s string) string {
	if isPlain(s) {
		return s
	}
	return strconv.QuoteToASCII(s) // all of Go's escapes are YAML's; JSON leaves DEL and the line breaks of Unicode as they are
}

const letters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ"

func isPlain(s string) bool {
	if s == "" || strings.IndexByte(letters+".", s[0]) < 0 || strings.Trim(s, letters+"0123456789-./") != "" {
		return false
	}
	n := yaml.Node{Kind: yaml.ScalarNode, Value: s}
	return n.ShortTag() == "!!str" && !isOldBoolean(s)
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
