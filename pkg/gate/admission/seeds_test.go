package admission

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestSeeds(t *testing.T) {
	const annotated = `{"metadata":{"annotations":{"casskop-gitops.dev/seedlist":" a, b,"}},"status":STATUS}`
	tests := map[string]struct{ object, want string }{
		"no annotation":             {`{"status":{"seedlist":["x"]}}`, `null`},
		"no seed in it":             {strings.NewReplacer(" a, b,", " ,", "STATUS", "{}").Replace(annotated), `null`},
		"no status":                 {strings.Replace(annotated, `,"status":STATUS`, "", 1), `[{"op":"add","path":"/status","value":{"seedlist":["a","b"]}}]`},
		"a status that is null":     {strings.Replace(annotated, "STATUS", "null", 1), `[{"op":"add","path":"/status","value":{"seedlist":["a","b"]}}]`},
		"a status without the list": {strings.Replace(annotated, "STATUS", `{"phase":"Running"}`, 1), `[{"op":"add","path":"/status/seedlist","value":["a","b"]}]`},
		"another list":              {strings.Replace(annotated, "STATUS", `{"seedlist":["b","a"]}`, 1), `[{"op":"add","path":"/status/seedlist","value":["a","b"]}]`},
		"what is no list":           {strings.Replace(annotated, "STATUS", `{"seedlist":"a,b"}`, 1), `[{"op":"add","path":"/status/seedlist","value":["a","b"]}]`},
		"the list":                  {strings.Replace(annotated, "STATUS", `{"seedlist":["a","b"]}`, 1), `null`},
	}
	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			patch, err := read(t, request("", tt.object)).Seeds()
			if err != nil {
				t.Fatal(err)
			}
			got, err := json.Marshal(patch)
			if err != nil {
				t.Fatal(err)
			}
			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
	if _, err := read(t, request("", strings.Replace(annotated, "STATUS", `"no room"`, 1))).Seeds(); err == nil {
		t.Error("a status that cannot hold a list: want an error")
	}
}
