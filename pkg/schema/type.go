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

func (c *Type) compileComposite(t reflect.Type) {
	switch t.Kind() {
	case reflect.String:
		c.kind = kindString
	case reflect.Bool:
		c.kind = kindBool
	case reflect.Int, reflect.Int64:
		c.kind, c.bits = kindInt, 64
	case reflect.Int32:
		c.kind, c.bits = kindInt, 32
	case reflect.Float32, reflect.Float64:
		c.kind = kindFloat
	case reflect.Interface:
		c.kind = kindRaw
	case reflect.Pointer:
		*c = *compile(t.Elem())
	case reflect.Slice:
		c.kind, c.elem = kindList, compile(t.Elem())
	case reflect.Map:
		c.kind, c.elem = kindMap, compile(t.Elem())
	case reflect.Struct:
		c.kind, c.fields = kindStruct, map[string]*field{}
		c.addFields(t)
	default:
		panic("schema: unsupported kind " + t.Kind().String())
	}
}

func (c *Type) addFields(t reflect.Type) {
	for i := range t.NumField() {
		f := t.Field(i)
		name, options, _ := strings.Cut(f.Tag.Get("json"), ",")
		if name == "-" || !f.IsExported() {
			continue
		}
		if f.Anonymous && name == "" {
			c.addFields(f.Type)
			continue
		}
		c.fields[name] = &field{
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
