package bed

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"os"
	"strings"
	"testing"
	"time"
)

// Event is an answered request in an audit log or, with stage ResponseStarted, a watch that began.
type Event struct {
	// AuditID is the same in all events of one request.
	AuditID string
	// Stage is ResponseStarted, ResponseComplete or Panic.
	Stage string
	// StageTimestamp is when the answer was given, RequestReceivedTimestamp when the request came, both to the microsecond.
	StageTimestamp, RequestReceivedTimestamp time.Time
	// Verb is get, list, watch, create, update, patch, delete or deletecollection.
	Verb string
	// RequestURI is the path with its query.
	RequestURI string
	// User made the request; UserAgent is the program, as it names itself.
	User      struct{ Username string }
	UserAgent string
	// ObjectRef is what the request is about. It is nil for what is not a resource, as /readyz.
	ObjectRef *ObjectRef
	// ResponseStatus has the HTTP status code.
	ResponseStatus struct{ Code int }
	// RequestObject and ResponseObject are there for writes of CassandraClusters and Gates. What is sent is what the client sent: for
	// a patch that is the patch, and for a JSON patch a list. What is answered is the object, or for a refused one a Status.
	RequestObject  any
	ResponseObject map[string]any
}

// ObjectRef is what a request is about.
type ObjectRef struct{ Resource, Namespace, Name, APIGroup, APIVersion, Subresource string }

// Is reports whether the event is about a resource, as in "gates" or "gates/status".
func (e Event) Is(resource string) bool {
	if e.ObjectRef == nil {
		return false
	}
	found := e.ObjectRef.Resource
	if e.ObjectRef.Subresource != "" {
		found += "/" + e.ObjectRef.Subresource
	}
	return found == resource
}

// Write reports whether the event is a write that was carried out: neither refused nor a dry run.
func (e Event) Write() bool {
	switch e.Verb {
	case "create", "update", "patch", "delete", "deletecollection":
		return e.Stage == "ResponseComplete" && e.ResponseStatus.Code < 300 && !e.dryRun()
	}
	return false
}

// dryRun reports whether the request asked for a dry run: in its query or, of a delete, in its body.
func (e Event) dryRun() bool {
	options, _ := e.RequestObject.(map[string]any)
	return strings.Contains(e.RequestURI, "dryRun=") || options["kind"] == "DeleteOptions" && options["dryRun"] != nil
}

// Audit reads an audit log from where it was opened on.
type Audit struct {
	file   *os.File
	offset int64
}

// Audit opens the audit log at its present end: what comes from now on is read by Next.
func (c *Cluster) Audit(t testing.TB) *Audit {
	t.Helper()
	a := c.AuditFromStart(t)
	end, err := a.file.Seek(0, io.SeekEnd)
	if err != nil {
		t.Fatal(err)
	}
	a.offset = end
	return a
}

// AuditFromStart opens the audit log at its beginning.
func (c *Cluster) AuditFromStart(t testing.TB) *Audit {
	t.Helper()
	file, err := os.Open(c.AuditLog)
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { _ = file.Close() }) // it was only read
	return &Audit{file: file}
}

// Next returns the events that were written since the last call, in the order of the log: that of their answers. A request that was
// answered may be missing for some milliseconds yet.
func (a *Audit) Next(t testing.TB) []Event {
	t.Helper()
	return a.NextIn(t, "")
}

// NextIn is Next without the events of namespaces that do not begin with a prefix, which are not even decoded.
func (a *Audit) NextIn(t testing.TB, prefix string) []Event {
	t.Helper()
	content, err := io.ReadAll(io.NewSectionReader(a.file, a.offset, 1<<62))
	if err != nil {
		t.Fatal(err)
	}
	whole := bytes.LastIndexByte(content, '\n') + 1 // the last line may be half written
	lines := content[:whole]
	if prefix != "" {
		lines = linesWith(lines, `"namespace":"`+prefix)
	}
	events, err := parseAudit(lines)
	if err != nil {
		t.Fatalf("%s from byte %d: %v", a.file.Name(), a.offset, err)
	}
	a.offset += int64(whole)
	return events
}

func linesWith(lines []byte, text string) (found []byte) {
	for line := range bytes.Lines(lines) {
		if bytes.Contains(line, []byte(text)) {
			found = append(found, line...)
		}
	}
	return found
}

func parseAudit(lines []byte) (events []Event, err error) {
	decoder := json.NewDecoder(bytes.NewReader(lines))
	for {
		var e Event
		if err := decoder.Decode(&e); errors.Is(err, io.EOF) {
			return events, nil
		} else if err != nil {
			return nil, fmt.Errorf("event %d: %w", len(events), err)
		}
		events = append(events, e)
	}
}
