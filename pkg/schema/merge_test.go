package schema

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestMerge(t *testing.T) {
	took := func(value any, path ...any) Finding {
		return Finding{Path: path, Reason: ZeroHonoured, Value: value, Want: "takes away what the base says",
			Hint: "Multi-CassKop ignored such a value, so an object that it made still has the base's; zeroValues: ignore keeps that"}
	}
	for name, test := range map[string]struct {
		base, over object
		honoured   object
		findings   []Finding
		ignored    object // with IgnoreZero; nil where it is the same
	}{
		"mappings merge key by key": {
			base:     object{"text": "a", "inner": object{"name": "x", "count": int64(1)}, "strings": object{"a": "1", "b": "2"}},
			over:     object{"inner": object{"count": int64(2)}, "strings": object{"b": "3", "c": "4"}},
			honoured: object{"text": "a", "inner": object{"name": "x", "count": int64(2)}, "strings": object{"a": "1", "b": "3", "c": "4"}},
		},
		"a struct behind a pointer merges too": {
			base:     object{"innerPtr": object{"name": "x"}},
			over:     object{"innerPtr": object{"count": int64(2)}},
			honoured: object{"innerPtr": object{"name": "x", "count": int64(2)}},
		},
		"a list is replaced whole": {
			base:     object{"items": []any{object{"name": "a", "count": int64(1)}, object{"name": "b"}}, "list": []any{"x", "y"}},
			over:     object{"items": []any{object{"name": "a"}}, "list": []any{"z"}},
			honoured: object{"items": []any{object{"name": "a"}}, "list": []any{"z"}},
		},
		"a raw value is replaced whole": {
			base:     object{"raw": object{"cassandra-yaml": object{"num_tokens": int64(16), "authenticator": "x"}, "jvm": object{}}},
			over:     object{"raw": object{"cassandra-yaml": object{"num_tokens": int64(8)}}},
			honoured: object{"raw": object{"cassandra-yaml": object{"num_tokens": int64(8)}}},
		},
		"an empty raw value replaces as well": {
			base: object{"raw": object{"a": int64(1)}}, over: object{"raw": object{}}, honoured: object{"raw": object{}},
		},
		"an unknown mapping merges": {
			base: object{"other": object{"a": int64(1)}}, over: object{"other": object{"b": int64(2)}}, honoured: object{"other": object{"a": int64(1), "b": int64(2)}},
		},
		"another type replaces": {
			base: object{"other": object{"a": int64(1)}}, over: object{"other": "x"}, honoured: object{"other": "x"},
		},
		"zero values take away, mergo kept the base's": {
			base:     object{"text": "a", "flag": true, "small": int64(3), "ratio": 1.5, "list": []any{"x"}},
			over:     object{"text": "", "flag": false, "small": int64(0), "ratio": 0.0, "list": []any{}},
			honoured: object{"text": "", "flag": false, "small": int64(0), "ratio": 0.0, "list": []any{}},
			findings: []Finding{took(false, "flag"), took([]any{}, "list"), took(0.0, "ratio"), took(int64(0), "small"), took("", "text")},
			ignored:  object{"text": "a", "flag": true, "small": int64(3), "ratio": 1.5, "list": []any{"x"}},
		},
		"zero values over nothing say nothing": {
			base:     object{"text": "", "small": int64(0)},
			over:     object{"text": "", "small": int64(0), "flag": false},
			honoured: object{"text": "", "small": int64(0), "flag": false},
			ignored:  object{"text": "", "small": int64(0)},
		},
		"a pointer to zero loses against the base under mergo": {
			base:     object{"flagPtr": true, "smallPtr": int64(3)},
			over:     object{"flagPtr": false, "smallPtr": int64(0)},
			honoured: object{"flagPtr": false, "smallPtr": int64(0)},
			findings: []Finding{took(false, "flagPtr"), took(int64(0), "smallPtr")},
			ignored:  object{"flagPtr": true, "smallPtr": int64(3)},
		},
		"a pointer to zero wins under mergo where the base has none": {
			base: object{}, over: object{"flagPtr": false, "smallPtr": int64(0)}, honoured: object{"flagPtr": false, "smallPtr": int64(0)},
		},
		"zero values in maps win under mergo too": {
			base:     object{"strings": object{"a": "x"}},
			over:     object{"strings": object{"a": "", "b": ""}},
			honoured: object{"strings": object{"a": "", "b": ""}},
		},
		"null removes, mergo ignored it": {
			base:     object{"text": "a", "inner": object{"name": "x"}, "list": []any{"x"}, "raw": object{"a": int64(1)}},
			over:     object{"text": nil, "inner": object{"name": nil}, "list": nil, "raw": nil, "flag": nil},
			honoured: object{"inner": object{}},
			findings: []Finding{took(nil, "inner", "name"), took(nil, "list"), took(nil, "raw"), took(nil, "text")},
			ignored:  object{"text": "a", "inner": object{"name": "x"}, "list": []any{"x"}, "raw": object{"a": int64(1)}},
		},
		"null in a map removes the key, mergo decoded it to the zero value": {
			base:     object{"strings": object{"a": "x", "b": "y"}, "amounts": object{"cpu": "1", "memory": "1Gi"}},
			over:     object{"strings": object{"a": nil}, "amounts": object{"cpu": nil}},
			honoured: object{"strings": object{"b": "y"}, "amounts": object{"memory": "1Gi"}},
			findings: []Finding{took(nil, "amounts", "cpu"), took(nil, "strings", "a")},
			ignored:  object{"strings": object{"a": "", "b": "y"}, "amounts": object{"cpu": "0", "memory": "1Gi"}},
		},
		"an empty mapping changes nothing": {
			base: object{"inner": object{"name": "x"}, "strings": object{"a": "1"}}, over: object{"inner": object{}, "strings": object{}},
			honoured: object{"inner": object{"name": "x"}, "strings": object{"a": "1"}},
		},
		"items of lists never merge, so their zeros stay": {
			base: object{"items": []any{object{"count": int64(3)}}}, over: object{"items": []any{object{"count": int64(0), "flag": false}}},
			honoured: object{"items": []any{object{"count": int64(0), "flag": false}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			base, over := clone(test.base).(object), clone(test.over).(object)
			var findings, none found
			if diff := gocmp.Diff(test.honoured, everyType.Merge(base, over, HonourZero, findings.add)); diff != "" {
				t.Errorf("zero honoured (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(test.findings, findings.sorted()); diff != "" {
				t.Errorf("findings (-want +got):\n%s", diff)
			}
			ignored := test.ignored
			if ignored == nil {
				ignored = test.honoured
			}
			if diff := gocmp.Diff(ignored, everyType.Merge(base, over, IgnoreZero, none.add)); diff != "" {
				t.Errorf("zero ignored (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff([]Finding(nil), none.sorted()); diff != "" {
				t.Errorf("zero ignored, findings (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff([]any{test.base, test.over}, []any{base, over}); diff != "" {
				t.Errorf("the merge changed what it was given (-want +got):\n%s", diff)
			}
		})
	}
}

func clone(v any) any {
	switch e := v.(type) {
	case object:
		out := object{}
		for k, item := range e {
			out[k] = clone(item)
		}
		return out
	case []any:
		out := make([]any, len(e))
		for i, item := range e {
			out[i] = clone(item)
		}
		return out
	}
	return v
}
