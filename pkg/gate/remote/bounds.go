package remote

import (
	"bytes"
	"fmt"
	"io"
)

// Bounds on what another cluster can make the gate keep in memory. What it sends is input: a broken or hostile API server must not
// take the memory that all other gates need.
const (
	// largestAnswer is the most bytes of one object, one page of a list or one event of a watch. A CassandraCluster with all that
	// CassKop writes into it has some 50 KiB.
	largestAnswer = 1 << 20
	// mostValues are the JSON values in that: each takes far more memory than its text. Commas and brackets are counted, in texts too.
	mostValues = 1 << 16
	// pageSize is how many objects a list asks for at a time.
	pageSize = 10
	// mostObjects are looked at in one namespace.
	mostObjects = 5000
	// largestHeader is the most bytes of the header of an answer.
	largestHeader = 64 << 10
)

// bounded is the body of an answer. Of a watch, which has no end, each line is bounded: it is an event.
type bounded struct {
	io.ReadCloser
	server string
	lines  bool
	bytes  int // that may still come
	values int
}

func bound(body io.ReadCloser, server string, lines bool) io.ReadCloser {
	return &bounded{body, server, lines, largestAnswer, mostValues}
}

// Read returns a [*Failure] as its error when the bound is passed.
func (b *bounded) Read(p []byte) (int, error) {
	n, err := b.ReadCloser.Read(p)
	if !b.fits(p[:n]) {
		return 0, &Failure{ReasonAnswerTooLarge, fmt.Sprintf("an answer of %s has more than %d MiB or %d values", b.server, largestAnswer>>20, mostValues)}
	}
	return n, err
}

func (b *bounded) fits(read []byte) bool {
	for b.lines {
		line, rest, ended := bytes.Cut(read, []byte("\n"))
		if !ended || !b.take(line) {
			break
		}
		read, b.bytes, b.values = rest, largestAnswer, mostValues
	}
	return b.take(read)
}

func (b *bounded) take(text []byte) bool {
	b.bytes -= len(text)
	for _, mark := range []string{",", "[", "{"} {
		b.values -= bytes.Count(text, []byte(mark))
	}
	return b.bytes >= 0 && b.values >= 0
}

func tooMany(server string) Failure {
	return Failure{ReasonAnswerTooLarge, fmt.Sprintf("%s has more than %d objects of the kind in the namespace", server, mostObjects)}
}
