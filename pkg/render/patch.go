package render

import (
	"reflect"
)

// diffPatch returns the patch that makes want of base: changed keys, and null for keys that go. It is a JSON merge patch
// (RFC 7386), and as a strategic merge patch kustomize takes it the same way for kinds whose schema it does not know.
func diffPatch(base, want map[string]any) map[string]any {
	patch := map[string]any{}
	for k, w := range want {
		b, present := base[k]
		bm, baseIsMap := b.(map[string]any)
		wm, wantIsMap := w.(map[string]any)
		switch {
		case present && reflect.DeepEqual(b, w):
		case baseIsMap && wantIsMap:
			patch[k] = diffPatch(bm, wm)
		default:
			patch[k] = w
		}
	}
	for k := range base {
		if _, stays := want[k]; !stays {
			patch[k] = nil
		}
	}
	return patch
}

// applyPatch is the inverse of diffPatch: base with a JSON merge patch applied. Neither is changed.
func applyPatch(base, patch map[string]any) map[string]any {
	out := make(map[string]any, len(base)+len(patch))
	for k, v := range base {
		out[k] = v
	}
	for k, p := range patch {
		pm, isMap := p.(map[string]any)
		switch {
		case p == nil:
			delete(out, k)
		case isMap:
			bm, _ := out[k].(map[string]any) // anything else is replaced
			out[k] = applyPatch(bm, pm)
		default:
			out[k] = p
		}
	}
	return out
}

// withoutClashes returns base without the values that are of another type in want, neither of which is changed. kustomize 5
// cannot put a mapping in the place of a scalar, and leaves the quotes of a string around the number that replaces it (kyaml
// 0.21 merge2). What the base does not say, each overlay says for itself.
func withoutClashes(base, want map[string]any) map[string]any {
	out := make(map[string]any, len(base))
	for k, b := range base {
		w, present := want[k]
		if present && reflect.TypeOf(b) != reflect.TypeOf(w) {
			continue
		}
		bm, baseIsMap := b.(map[string]any)
		wm, wantIsMap := w.(map[string]any)
		if baseIsMap && wantIsMap {
			b = withoutClashes(bm, wm)
		}
		out[k] = b
	}
	return out
}
