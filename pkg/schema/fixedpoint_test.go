package schema

import (
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
)

func TestFixedPoint(t *testing.T) {
	for name, test := range map[string]struct{ value, want object }{
		"zero values vanish": {
			value: object{"text": "", "flag": false, "small": int64(0), "large": int64(0), "ratio": 0.0, "kind": ""},
			want:  object{},
		},
		"other values stay": {
			value: object{"text": "a", "flag": true, "small": int64(1), "port": "http"},
			want:  object{"text": "a", "flag": true, "small": int64(1), "port": "http"},
		},
		"pointers keep false and 0": {
			value: object{"flagPtr": false, "smallPtr": int64(0)},
			want:  object{"flagPtr": false, "smallPtr": int64(0)},
		},
		"a quantity of 0 says something":  {value: object{"amount": "0", "amounts": object{"cpu": "0"}}, want: object{"amount": "0", "amounts": object{"cpu": "0"}}},
		"a field without omitempty stays": {value: object{"always": ""}, want: object{"always": ""}},
		"null vanishes":                   {value: object{"text": nil, "flagPtr": nil, "raw": nil, "inner": nil, "strings": object{"a": nil, "b": "x"}}, want: object{"strings": object{"b": "x"}}},
		"empty mappings and lists vanish": {value: object{"strings": object{}, "list": []any{}, "inner": object{}, "innerPtr": object{}, "items": []any{}}, want: object{}},
		"what becomes empty vanishes":     {value: object{"inner": object{"name": "", "count": int64(0)}}, want: object{}},
		"an empty string in a map stays":  {value: object{"strings": object{"a": ""}}, want: object{"strings": object{"a": ""}}},
		"an empty string in a list stays": {value: object{"list": []any{""}}, want: object{"list": []any{""}}},
		"raw values stay as they are":     {value: object{"raw": object{"a": "", "b": []any{}, "c": object{}}}, want: object{"raw": object{"a": "", "b": []any{}, "c": object{}}}},
		"raw zeros stay":                  {value: object{"raw": false}, want: object{"raw": false}},
		"unknown fields stay, less their nulls": {
			value: object{"other": object{"a": nil, "b": false, "c": object{"d": nil}}, "more": nil},
			want:  object{"other": object{"b": false, "c": object{}}},
		},
		"structs are written in the elements of lists, and only there": {
			value: object{"items": []any{object{"name": "a"}, object{"name": "b", "resources": object{"name": "", "count": int64(2)}}}},
			want:  object{"items": []any{object{"name": "a", "resources": object{}}, object{"name": "b", "resources": object{"count": int64(2)}}}},
		},
		"an element keeps false and 0 of pointers, and loses other zeros": {
			value: object{"items": []any{object{"name": "", "flag": false, "count": int64(0), "ptr": object{}, "config": object{}}}},
			want:  object{"items": []any{object{"flag": false, "count": int64(0), "ptr": object{}, "config": object{}, "resources": object{}}}},
		},
	} {
		t.Run(name, func(t *testing.T) {
			before := clone(test.value)
			got := everyType.FixedPoint(test.value)
			if diff := gocmp.Diff(test.want, got); diff != "" {
				t.Errorf("fixed point (-want +got):\n%s", diff)
			}
			if diff := gocmp.Diff(got, everyType.FixedPoint(got)); diff != "" {
				t.Errorf("twice (-once +twice):\n%s", diff)
			}
			if diff := gocmp.Diff(before, any(test.value)); diff != "" {
				t.Errorf("the value itself was changed (-want +got):\n%s", diff)
			}
		})
	}
}
