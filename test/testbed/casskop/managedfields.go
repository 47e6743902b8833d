package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"net/http"
	"strings"
)

// noManagedFields keeps metadata.managedFields of CassandraClusters from a client, as the API servers did for which CassKop 1.1.5 was built.
// It copies them, with the time of its own last write, into the annotation with what it applied last: when a pass takes longer than a
// second, each of its writes would be cause for another one, for ever, and how busy the machine is would decide whether it comes to rest.
type noManagedFields struct{ next http.RoundTripper }

func withoutManagedFields(next http.RoundTripper) http.RoundTripper { return noManagedFields{next} }

// RoundTrip changes answers about CassandraClusters.
func (n noManagedFields) RoundTrip(r *http.Request) (*http.Response, error) {
	answer, err := n.next.RoundTrip(r)
	if err != nil || !strings.Contains(r.URL.Path, "/cassandraclusters") {
		return answer, err
	}
	answer.Body = &answerBody{lines: bufio.NewReader(answer.Body), change: dropManagedFields, Closer: answer.Body}
	unknownLength(answer)
	return answer, nil
}

// dropManagedFields takes the field out of an object, of all in a list, or of that of an event of a watch.
func dropManagedFields(document []byte) []byte {
	decoder := json.NewDecoder(bytes.NewReader(document))
	decoder.UseNumber()
	var content map[string]any
	if err := decoder.Decode(&content); err != nil {
		return document // it is none
	}
	objects := []any{content, content["object"]}
	if items, ok := content["items"].([]any); ok {
		objects = append(objects, items...)
	}
	for _, o := range objects {
		if o, ok := o.(map[string]any); ok {
			if metadata, ok := o["metadata"].(map[string]any); ok {
				delete(metadata, "managedFields")
			}
		}
	}
	encoded, err := json.Marshal(content)
	if err != nil {
		return document // it was decoded from JSON, so this cannot be
	}
	return append(encoded, '\n')
}
