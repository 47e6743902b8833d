package main

import (
	"bufio"
	"bytes"
	"encoding/json"
	"io"
	"net/http"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
)

// CassKop 1.1.5 makes PodDisruptionBudgets of the old version. The new one has the same fields.
const (
	oldVersion, oldPath = "policy/v1beta1", "/apis/policy/v1beta1"
	newVersion, newPath = "policy/v1", "/apis/policy/v1"
)

// policyV1beta1 lets a client speak policy/v1beta1 with a Kubernetes that has policy/v1 alone (1.25 and later).
type policyV1beta1 struct{ next http.RoundTripper }

func withPolicyV1beta1(next http.RoundTripper) http.RoundTripper { return policyV1beta1{next} }

// RoundTrip changes what is about the old version, and the list of groups.
func (p policyV1beta1) RoundTrip(r *http.Request) (*http.Response, error) {
	switch {
	case r.URL.Path == "/apis":
		return p.groups(r)
	case r.URL.Path == oldPath || strings.HasPrefix(r.URL.Path, oldPath+"/"):
		return p.translate(r)
	}
	return p.next.RoundTrip(r)
}

// translate asks for the new version, and gives out the answer as of the old one.
func (p policyV1beta1) translate(r *http.Request) (*http.Response, error) {
	r = r.Clone(r.Context())
	r.URL.Path = newPath + strings.TrimPrefix(r.URL.Path, oldPath)
	if r.Body != nil {
		sent, err := io.ReadAll(r.Body)
		_ = r.Body.Close() // all was read, or the error says why not
		if err != nil {
			return nil, err
		}
		sent = replaceVersion(sent, oldVersion, newVersion)
		r.Body, r.ContentLength = io.NopCloser(bytes.NewReader(sent)), int64(len(sent))
	}
	answer, err := p.next.RoundTrip(r)
	if err != nil {
		return nil, err
	}
	back := func(line []byte) []byte { return replaceVersion(line, newVersion, oldVersion) }
	answer.Body = &answerBody{lines: bufio.NewReader(answer.Body), change: back, Closer: answer.Body}
	unknownLength(answer)
	return answer, nil
}

// groups adds the old version to the list of what the API server has.
func (p policyV1beta1) groups(r *http.Request) (*http.Response, error) {
	answer, err := p.next.RoundTrip(r)
	if err != nil || answer.StatusCode != http.StatusOK {
		return answer, err
	}
	defer answer.Body.Close()
	var list metav1.APIGroupList
	if err := json.NewDecoder(answer.Body).Decode(&list); err != nil {
		return nil, err
	}
	for i := range list.Groups {
		if group := &list.Groups[i]; group.Name == "policy" {
			group.Versions = append(group.Versions, metav1.GroupVersionForDiscovery{GroupVersion: oldVersion, Version: "v1beta1"})
		}
	}
	encoded, err := json.Marshal(list)
	answer.Body = io.NopCloser(bytes.NewReader(encoded))
	unknownLength(answer)
	return answer, err
}

// answerBody changes an answer line by line, so that each event of a watch comes when it comes.
type answerBody struct {
	lines  *bufio.Reader
	change func(line []byte) []byte
	line   []byte // what is left to be read of it
	io.Closer
}

func (b *answerBody) Read(p []byte) (int, error) {
	if len(b.line) == 0 {
		line, err := b.lines.ReadBytes('\n')
		if len(line) == 0 {
			return 0, err
		}
		b.line = b.change(line) // an error comes again with the next line
	}
	n := copy(p, b.line)
	b.line = b.line[n:]
	return n, nil
}

func replaceVersion(document []byte, from, to string) []byte {
	return bytes.ReplaceAll(document, []byte(`"`+from+`"`), []byte(`"`+to+`"`))
}

func unknownLength(answer *http.Response) {
	answer.ContentLength = -1
	answer.Header.Del("Content-Length")
}
