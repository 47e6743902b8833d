package render

import (
	"cmp"
	"encoding/json"
	"fmt"
	"maps"
	"strings"

	"k8s.io/apimachinery/pkg/util/validation"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/pkg/casskop"
	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// Ring is one MultiCasskop: one Cassandra cluster over several Kubernetes clusters.
type Ring struct {
	Name     string
	Clusters []*Cluster // in the order of the rollout
	Revision string     // over the objects of all clusters

	base      map[string]any // spec.base as CassKop would write it back, without a namespace
	keepsData bool           // deleteCassandraCluster is not true
	named     Problem        // where metadata.name stands, for problems with other rings
	listed    Problem        // where spec.override stands
}

// Cluster is the part of a ring that one Kubernetes cluster holds.
type Cluster struct {
	Name      string // the key in spec.override
	Namespace string
	Object    map[string]any            // the CassandraCluster
	Typed     *casskop.CassandraCluster // the same, decoded

	encoded    []byte // Object as JSON, before seeds and annotations of ours
	seedsGiven bool   // status.seedlist stands in the input
	source     origin
}

// APIVersion of the CassandraCluster, such as db.orange.com/v2.
func (c *Cluster) APIVersion() string { return c.Typed.APIVersion }

// Seeds returns the seed list that the datacenter starts with, in order.
func (c *Cluster) Seeds() []string { return c.Typed.Status.SeedList }

// Nodes counts the Cassandra nodes in this Kubernetes cluster.
func (c *Cluster) Nodes() (n int) {
	for _, dc := range c.Typed.Datacenters() {
		n += dc.Nodes()
	}
	return n
}

// Problem makes a Problem about a field of this cluster's object, at its place in the MultiCasskop. It needs Options.KeepObjects.
func (c *Cluster) Problem(at schema.Path, value any, message, hint string) Problem {
	return c.source.problem(at, value, message, hint)
}

// origin finds the line of the input that a field of a merged object came from.
type origin struct {
	doc            *document
	base, override schema.Path
}

func (o origin) problem(at schema.Path, value any, message, hint string) Problem {
	for _, prefix := range []schema.Path{o.override, o.base} {
		if path := prefix.Child(at...); o.doc.has(path) {
			return o.doc.problem(path, value, message, hint)
		}
	}
	return o.doc.problem(o.override.Child(at...), value, message, hint)
}

type multiCasskop struct {
	APIVersion string           `json:"apiVersion"`
	Kind       string           `json:"kind"`
	Metadata   objectMeta       `json:"metadata,omitempty"`
	Spec       multiCasskopSpec `json:"spec"`
	Status     json.RawMessage  `json:"status,omitempty"` // of the old operator; not read
}

type multiCasskopSpec struct {
	DeleteCassandraCluster *bool                      `json:"deleteCassandraCluster,omitempty"`
	Base                   json.RawMessage            `json:"base"`
	Override               map[string]json.RawMessage `json:"override"`
}

var multiCasskopType = schema.Of[multiCasskop]()

// readRing makes a ring of a MultiCasskop: its order, and each cluster's object, without what needs the rendered tree
// (seeds, revision). It returns nil with the problems when there is no ring to go on with.
func readRing(doc *document, opts *Options) (*Ring, Problems) {
	r := ringReader{doc: doc, opts: opts}
	if r.readHead(); len(r.problems.Errors()) > 0 {
		return nil, r.problems
	}
	ring := &Ring{keepsData: r.head["spec"].(map[string]any)["deleteCassandraCluster"] != true}
	base := r.checkObject(r.value("spec", "base"), schema.Path{"spec", "base"}, r.apiVersion())
	for _, name := range r.order() {
		if c := r.cluster(name, base); c != nil {
			ring.Clusters = append(ring.Clusters, c)
		}
	}
	if len(r.problems.Refused()) > 0 {
		return nil, r.problems
	}
	r.finish(ring, base)
	if len(r.problems.Refused()) > 0 {
		return nil, r.problems
	}
	return ring, r.problems
}

type ringReader struct {
	doc      *document
	opts     *Options
	head     map[string]any
	problems Problems
}

func (r *ringReader) add(p Problem)  { r.problems = append(r.problems, p) }
func (r *ringReader) warn(p Problem) { p.Warning = true; r.add(p) }

func (r *ringReader) fail(at schema.Path, value any, message, hint string) {
	r.add(r.doc.problem(at, value, message, hint))
}

func (r *ringReader) value(keys ...string) any {
	var v any = r.doc.value
	for _, k := range keys {
		m, _ := v.(map[string]any) // not a mapping: nothing below
		v = m[k]
	}
	return v
}

// apiVersion is the one that objects have which name none.
func (r *ringReader) apiVersion() string {
	v, _ := r.doc.value["apiVersion"].(string) // checked by identify
	return v
}

func (r *ringReader) readHead() {
	r.head, _ = multiCasskopType.Check(r.doc.value, "", r.headFinding).(map[string]any) // a document is a mapping
	if _, ok := r.value("spec").(map[string]any); !ok {
		r.fail(schema.Path{"spec"}, r.value("spec"), "expected spec.base and spec.override", "")
		return
	}
	if _, ok := r.value("spec", "base").(map[string]any); !ok {
		r.fail(schema.Path{"spec", "base"}, r.value("spec", "base"), "expected the CassandraCluster that all clusters share", "")
	}
	over, ok := r.value("spec", "override").(map[string]any)
	if !ok || len(over) == 0 {
		r.fail(schema.Path{"spec", "override"}, r.value("spec", "override"), "expected an entry for each Kubernetes cluster of the ring",
			"write spec.override.<cluster>: {} for one that takes the base as it is")
	}
	annotations, _ := r.value("metadata", "annotations").(map[string]any) // checked by its type
	for _, name := range sortedKeys(annotations) {
		if strings.HasPrefix(name, v1alpha1.Prefix) && name != v1alpha1.AnnotationRolloutOrder {
			r.fail(schema.Path{"metadata", "annotations", name}, annotations[name], "unknown annotation",
				schema.Suggest(name, []string{v1alpha1.AnnotationRolloutOrder}))
		}
	}
	if value := r.value("spec", "deleteCassandraCluster"); value == nil {
		p := r.doc.problem(schema.Path{"spec"}, nil, "deleteCassandraCluster is not set: false is assumed, removing the ring from git keeps its CassandraClusters",
			"write deleteCassandraCluster: false, or true to have them deleted")
		r.warn(p)
	}
}

// headFinding is about the MultiCasskop without base and override, which are checked by their own type.
func (r *ringReader) headFinding(f schema.Finding) {
	at := f.Path.String()
	switch {
	case f.Reason == schema.NullDropped, f.Reason == schema.UnknownField && f.Path[0] == "metadata":
	case f.Reason == schema.WrongType && (at == "spec" || at == "spec.override"): // readHead says what belongs there
	case f.Reason == schema.UnknownField:
		p := r.doc.problem(f.Path, f.Value, "unknown field, left out", f.Hint)
		p.Warning = !r.opts.Strict
		r.add(p)
	default:
		r.finding(r.doc, nil, f)
	}
}

// finding turns what a schema says into a problem of document doc, whose root is at prefix.
func (r *ringReader) finding(doc *document, prefix schema.Path, f schema.Finding) {
	p := doc.problem(prefix.Child(f.Path...), f.Value, f.Want, f.Hint)
	switch f.Reason {
	case schema.UnknownField, schema.OtherVersion:
		if f.Reason == schema.UnknownField {
			p.Message = "unknown field"
		}
		if p.Warning = !r.opts.Strict; p.Warning {
			p.Message += ", kept as it is"
		}
	case schema.NullDropped, schema.ZeroHonoured:
		p.Warning = true
	}
	r.add(p)
}

// cluster builds one cluster's object from the base and its override.
func (r *ringReader) cluster(name string, base map[string]any) *Cluster {
	at := schema.Path{"spec", "override", name}
	raw := r.value("spec", "override", name)
	if raw == nil {
		raw = map[string]any{}
	}
	version, _ := base["apiVersion"].(string) // checkObject left a string
	over := r.checkObject(raw, at, version)
	if base == nil || over == nil {
		return nil
	}
	zero := schema.HonourZero
	if r.opts.Config.ZeroValues == "ignore" {
		zero = schema.IgnoreZero
	}
	merged := clusterType.Merge(base, over, zero, func(f schema.Finding) { r.finding(r.doc, at, f) }).(map[string]any)
	c := &Cluster{Name: name, source: origin{doc: r.doc, base: schema.Path{"spec", "base"}, override: at}}
	r.checkVersion(c, merged, version)
	r.checkZeroNodes(c, merged)
	c.Object = clusterType.FixedPoint(merged).(map[string]any)
	if _, ok := c.Object["metadata"].(map[string]any); !ok {
		c.Object["metadata"] = map[string]any{}
	}
	r.namespace(c)
	r.decode(c)
	if c.Typed == nil {
		return nil
	}
	for _, p := range validate(c) {
		r.add(p)
	}
	return c
}

// checkVersion holds the fields of the base, which were checked by its own version, against the version of the override.
func (r *ringReader) checkVersion(c *Cluster, merged map[string]any, base string) {
	version := merged["apiVersion"].(string) // checkObject left a string
	if version == base {
		return
	}
	clusterType.Check(merged, strings.TrimPrefix(version, casskop.Group+"/"), func(f schema.Finding) {
		if f.Reason == schema.OtherVersion && !r.doc.has(c.source.override.Child(f.Path...)) {
			r.finding(r.doc, c.source.base, f)
		}
	})
}

// namespace settles where the object lives: override, base, the MultiCasskop's own, --namespace.
func (r *ringReader) namespace(c *Cluster) {
	at := schema.Path{"metadata", "namespace"}
	own, _ := r.value("metadata", "namespace").(string) // checked by readHead
	meta := c.Object["metadata"].(map[string]any)
	inObject, _ := meta["namespace"].(string) // checked by its type
	c.Namespace = cmp.Or(inObject, own, r.opts.Namespace)
	if c.Namespace == "" {
		r.add(c.source.problem(at, nil, "no namespace for cluster "+c.Name,
			"set it in the override, in spec.base, in the MultiCasskop's own metadata, or with --namespace"))
		return
	}
	meta["namespace"] = c.Namespace
	errs := validation.IsDNS1123Label(c.Namespace)
	if len(errs) == 0 {
		return
	}
	switch message := "cannot be a namespace: " + ruleOf(errs); c.Namespace {
	case inObject:
		r.add(c.source.problem(at, c.Namespace, message, ""))
	case own:
		r.fail(at, c.Namespace, message, "")
	default:
		r.add(Problem{Path: "--namespace", Value: shown(c.Namespace), Message: message})
	}
}

func (r *ringReader) decode(c *Cluster) {
	var err error
	if c.encoded, err = json.Marshal(c.Object); err == nil {
		c.Typed = &casskop.CassandraCluster{}
		err = json.Unmarshal(c.encoded, c.Typed)
	}
	if err != nil { // the schema let something through that encoding/json does not
		r.add(c.source.problem(nil, nil, "cannot be read as a CassandraCluster: "+err.Error(), ""))
		c.Typed = nil
	}
}

func decodeCluster(object map[string]any) (*casskop.CassandraCluster, error) {
	b, err := json.Marshal(object)
	if err != nil {
		return nil, err
	}
	typed := &casskop.CassandraCluster{}
	return typed, json.Unmarshal(b, typed)
}

// finish checks what concerns the clusters together, and sets what they share.
func (r *ringReader) finish(ring *Ring, base map[string]any) {
	first := ring.Clusters[0]
	ring.Name = first.Typed.Name
	ring.named = first.source.problem(schema.Path{"metadata", "name"}, ring.Name, "", "")
	ring.listed = r.doc.problem(schema.Path{"spec", "override"}, nil, "", "")
	for _, c := range ring.Clusters[1:] {
		if c.Typed.Name != ring.Name {
			odd, at := c, schema.Path{"metadata", "name"}
			if !r.doc.has(c.source.override.Child(at...)) { // it has the base's, so the first one does not
				odd = first
			}
			r.add(odd.source.problem(at, odd.Typed.Name, fmt.Sprintf("clusters of one ring must have the same metadata.name: %s has %s, %s has %s",
				first.Name, ring.Name, c.Name, c.Typed.Name), "the name is that of the Cassandra cluster: remove it from the override, or make two MultiCasskops"))
		}
	}
	r.checkDuplicateDatacenters(ring)
	for _, p := range reservedRingName(first) {
		r.add(p)
	}
	ring.base = clusterType.FixedPoint(base).(map[string]any)
	meta, _ := ring.base["metadata"].(map[string]any) // empty ones vanish
	meta = maps.Clone(meta)
	if meta == nil {
		meta = map[string]any{}
	}
	delete(meta, "namespace") // each overlay sets its own
	meta["name"] = ring.Name
	ring.base["metadata"] = meta
	ring.base["apiVersion"] = first.Typed.APIVersion
	for _, c := range ring.Clusters {
		c.seedsGiven = len(c.Typed.Status.SeedList) > 0
	}
}
