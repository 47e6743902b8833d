package schema

import (
	"encoding/json"
	"reflect"
	"strings"
	"sync"

	"k8s.io/apimachinery/pkg/api/resource"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"k8s.io/apimachinery/pkg/util/intstr"
)

type kind int

const (
	kindString kind = iota
	kindBool
	kindInt
	kindFloat
	kindQuantity
	kindIntOrString
	kindText // a string with rules of its own, such as a time or a duration
	kindRaw  // any value: json.RawMessage
	kindStruct
	kindMap
	kindList
)

// Type is the compiled form of a Go type.
type Type struct {
	kind   kind
	bits   int                // kindInt: 32 or 64
	parse  func([]byte) error // kindText: decodes the JSON string
	elem   *Type              // kindMap, kindList
	fields map[string]*field  // kindStruct
}

type field struct {
	*Type
	pointer   bool
	omitEmpty bool
	version   string // of tag `api`: the only API version that has this field
}

// Of compiles the Go type T. Fields follow encoding/json's tags; a tag `api:"v2"` limits a field to one API version.
// It panics on kinds that no API type has (channels, functions), which is a mistake in the program.
func Of[T any]() *Type {
	return compile(reflect.TypeFor[T]())
}

var compiled sync.Map // reflect.Type -> *Type

var leaves = map[reflect.Type]Type{
	reflect.TypeFor[resource.Quantity]():  {kind: kindQuantity},
	reflect.TypeFor[intstr.IntOrString](): {kind: kindIntOrString},
	reflect.TypeFor[json.RawMessage]():    {kind: kindRaw},
	reflect.TypeFor[metav1.Duration]():    {kind: kindText, parse: decodes[metav1.Duration]},
	reflect.TypeFor[metav1.Time]():        {kind: kindText, parse: decodes[metav1.Time]},
}

func decodes[T any](b []byte) error {
	var v T
	return json.Unmarshal(b, &v)
}

func compile(t reflect.Type) *Type {
	if c, ok := compiled.Load(t); ok {
		return c.(*Type)
	}
	c := &Type{}
	switch leaf, isLeaf := leaves[t]; {
	case isLeaf:
		*c = leaf
	default:
		c.compileComposite(t)
	}
	compiled.Store(t, c)
	return c
}

func (t *Type) compileComposite(from reflect.Type) {
	switch from.Kind() {
	case reflect.String:
		t.kind = kindString
	case reflect.Bool:
		t.kind = kindBool
	case reflect.Int, reflect.Int64:
		t.kind, t.bits = kindInt, 64
	case reflect.Int32:
		t.kind, t.bits = kindInt, 32
	case reflect.Float32, reflect.Float64:
		t.kind = kindFloat
	case reflect.Interface:
		t.kind = kindRaw
	case reflect.Pointer:
		*t = *compile(from.Elem())
	case reflect.Slice:
		t.kind, t.elem = kindList, compile(from.Elem())
	case reflect.Map:
		t.kind, t.elem = kindMap, compile(from.Elem())
	case reflect.Struct:
		t.kind, t.fields = kindStruct, map[string]*field{}
		t.addFields(from)
	default:
		panic("schema: unsupported kind " + from.Kind().String())
	}
}

func (t *Type) addFields(from reflect.Type) {
	for i := range from.NumField() {
		f := from.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if f.Anonymous && name == "" {
			t.addFields(f.Type)
			continue
		}
		t.fields[name] = &field{
			Type:      compile(f.Type),
			pointer:   f.Type.Kind() == reflect.Pointer,
			omitEmpty: strings.Contains(options, "omitempty"),
			version:   f.Tag.Get("api"),
		}
	}
}

// Field returns the type of the field at a path of json names; false where the type has no such field.
func (t *Type) Field(names ...string) (*Type, bool) {
	for _, name := range names {
		f := t.at(name)
		if f == nil {
			return nil, false
		}
		t = f.Type
	}
	return t, true
}
