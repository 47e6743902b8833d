package docs

import (
	"encoding/xml"
	"html"
	"strings"
	"testing"
)

// TestPicture: what the picture of the architecture says, the diagram in text says too.
func TestPicture(t *testing.T) {
	var picture struct {
		Texts []string `xml:"text"`
	}
	if err := xml.Unmarshal([]byte(Text(t, "docs/images/architecture.svg")), &picture); err != nil || len(picture.Texts) == 0 {
		t.Fatalf("docs/images/architecture.svg holds %d texts: %v", len(picture.Texts), err)
	}
	for _, b := range RunBy(t) {
		for _, text := range picture.Texts {
			if !strings.Contains(html.UnescapeString(b.Text), text) {
				t.Errorf("%s does not say %q", b, text)
			}
		}
	}
}
