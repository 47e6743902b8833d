// Package advice says what a human can do about a reason. Its table is made from the comments on the constants named Reason... of the packages
// that give reasons, as the tables of the documents are: `go test ./test/docs -update` writes both, and without -update holds them
// against the code. It knows every such reason, and nothing else.
package advice

// For is what to do about a reason, as a sentence; empty if the reason is not known.
func For(reason string) string {
	return remedies[reason]
}
