package adopt

import (
	"encoding/json"
	"fmt"
	"slices"
	"strings"

	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/structured-merge-diff/v6/fieldpath"
	"sigs.k8s.io/structured-merge-diff/v6/merge"
	"sigs.k8s.io/structured-merge-diff/v6/typed"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// fluxManager is the field manager of Flux's kustomize-controller.
const fluxManager = "kustomize-controller"

// oneVersion: CassKop's CRD converts between its versions by name alone.
const oneVersion fieldpath.APIVersion = "v"

// owners are the field managers of a live object, each with the fields it owns.
type owners []owner

type owner struct {
	metav1.ManagedFieldsEntry
	set *fieldpath.Set
}

func ownersOf(live map[string]any) (all owners, err error) {
	encoded, err := json.Marshal(valueAt(live, schema.Path{"metadata", "managedFields"}))
	if err != nil {
		return nil, err
	}
	var entries []metav1.ManagedFieldsEntry
	if err := json.Unmarshal(encoded, &entries); err != nil {
		return nil, fmt.Errorf("metadata.managedFields: %w", err)
	}
	for _, entry := range entries {
		set := fieldpath.NewSet()
		if entry.FieldsV1 != nil {
			if err := set.FromJSON(entry.FieldsV1.GetRawReader()); err != nil {
				return nil, fmt.Errorf("metadata.managedFields of %s: %w", entry.Manager, err)
			}
		}
		all = append(all, owner{entry, set})
	}
	return all, nil
}

// becomesFlux: kustomize-controller takes over, before it applies, what these own, and then removes of it what it does not apply (1.9.5,
// kustomization_controller.go, apply; fluxcd/pkg/ssa, matchFieldManager). Any other manager's fields it leaves.
func (o *owner) becomesFlux() bool {
	if o.Subresource != "" {
		return false
	}
	update := o.Operation == metav1.ManagedFieldsOperationUpdate
	return strings.HasPrefix(o.Manager, "kubectl") || o.Manager == fluxManager && !update ||
		update && (strings.HasPrefix(o.Manager, "before-first-apply") || strings.HasPrefix(o.Manager, fluxManager))
}

// of names the managers that own the value at a path, or, inside a list, the list.
func (all owners) of(at schema.Path) (names []string) {
	path := fieldpath.Path{}
	for _, elem := range at {
		name, isKey := elem.(string)
		if !isKey {
			break // a list is owned as one
		}
		path = append(path, fieldpath.PathElement{FieldName: &name})
	}
	for _, o := range all {
		if owned := o.set.Has(path); owned && !slices.Contains(names, o.Manager) {
			names = append(names, o.Manager)
		}
	}
	slices.Sort(names)
	return names
}

// applied is what the live object becomes when Flux applies another one. Both are decoded, and hold only what [Compare] looks at.
func applied(live, wanted map[string]any, all owners) (map[string]any, error) {
	managers, last := fieldpath.ManagedFields{}, fieldpath.NewSet()
	for i, o := range all {
		if o.becomesFlux() {
			last = last.Union(o.set)
			continue
		}
		managers[fmt.Sprint(i)] = fieldpath.NewVersionedSet(o.set, oneVersion, o.Operation == metav1.ManagedFieldsOperationApply)
	}
	if !last.Empty() {
		managers[fluxManager] = fieldpath.NewVersionedSet(last, oneVersion, true)
	}
	before, err := typed.DeducedParseableType.FromUnstructured(live)
	if err != nil {
		return nil, err
	}
	config, err := typed.DeducedParseableType.FromUnstructured(wanted)
	if err != nil {
		return nil, err
	}
	updater := (&merge.UpdaterBuilder{Converter: sameVersion{}, ReturnInputOnNoop: true}).BuildUpdater()
	after, _, err := updater.Apply(before, config, oneVersion, managers, fluxManager, true)
	if err != nil {
		return nil, err
	}
	object, _ := after.AsValue().Unstructured().(map[string]any) // as the live one
	return decoded(object)
}

// sameVersion converts nothing.
type sameVersion struct{}

// Convert implements merge.Converter.
func (sameVersion) Convert(object *typed.TypedValue, _ fieldpath.APIVersion) (*typed.TypedValue, error) {
	return object, nil
}

// IsMissingVersionError implements merge.Converter.
func (sameVersion) IsMissingVersionError(error) bool { return false }
