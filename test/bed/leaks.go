package bed

import (
	"bufio"
	"bytes"
	"context"
	"encoding/base64"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"

	eventsv1 "k8s.io/api/events/v1"
	apimeta "k8s.io/apimachinery/pkg/api/meta"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
)

// secretMarks are in every token (the header of a JWT) and every private key (PEM), in plain text or, as in the data of a Secret, in base64.
var secretMarks = func() (marks [][]byte) {
	for _, mark := range []string{`eyJhbGciOi`, `PRIVATE KEY-----`} {
		marks = append(marks, []byte(mark))
		for before := range 3 { // where it begins in a group of three bytes
			encoded := base64.StdEncoding.EncodeToString([]byte("xxx"[:before] + mark))
			first, rest := (before*8+5)/6, len(mark)*8-((before*8+5)/6*6-before*8) // what of it depends on the mark alone
			marks = append(marks, []byte(encoded[first:first+rest/6]))
		}
	}
	return marks
}()

// Leaks is an error if what is read holds a token or a private key, which is not shown.
func Leaks(what string, from io.Reader) error {
	const overlap = 64 // more than a mark has
	reader := bufio.NewReaderSize(from, 1<<20)
	for at := 0; ; {
		chunk, err := reader.Peek(1 << 20)
		for _, mark := range secretMarks {
			if i := bytes.Index(chunk, mark); i >= 0 {
				return fmt.Errorf("%s holds a token or a private key at byte %d", what, at+i)
			}
		}
		if err != nil && !errors.Is(err, io.EOF) {
			return err
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		n, err := reader.Discard(len(chunk) - overlap)
		if err != nil {
			return err
		}
		at += n
	}
}

func leaksInFile(name string) error {
	file, err := os.Open(name)
	if err != nil {
		return err
	}
	defer func() { _ = file.Close() }() // nothing was written
	return Leaks(name, file)
}

// leaks looks for secret bytes in the logs of the cluster, its Events and its Gates.
func (c *Cluster) leaks() error {
	logs, err := filepath.Glob(filepath.Join(c.Dir, "*.log"))
	failed := []error{err}
	for _, name := range logs {
		failed = append(failed, leaksInFile(name))
	}
	if c.Client == nil || c.apiServer.Signal(0) != nil {
		return errors.Join(failed...) // it never came up, or was stopped
	}
	var events eventsv1.EventList
	var gates v1alpha1.GateList
	if err := c.Client.List(context.Background(), &events); err != nil {
		return errors.Join(append(failed, err)...)
	}
	if err := c.Client.List(context.Background(), &gates); err != nil && !apimeta.IsNoMatchError(err) {
		failed = append(failed, err)
	}
	for what, list := range map[string]any{"an Event": events, "a Gate": gates} {
		content, err := json.Marshal(list)
		failed = append(failed, err, Leaks(what+" of "+c.Name, bytes.NewReader(content)))
	}
	return errors.Join(failed...)
}
