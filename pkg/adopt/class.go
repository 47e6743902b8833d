package adopt

import (
	"reflect"
	"slices"

	"github.com/casskop-gitops/casskop-gitops/pkg/schema"
)

// operators are the field managers of CassKop, first, and Multi-CassKop: the names of their binaries.
var operators = []string{"casskop", "multi-casskop"}

// defaults are the values of fields that CassKop, Multi-CassKop and their CRDs fill in when they are absent. nil: whatever is there, since each version has
// its own.
var defaults = map[string]any{
	"spec.cassandraImage": nil, "spec.bootstrapImage": nil, "spec.configBuilderImage": nil, "spec.backRestSidecar.image": nil, "spec.initContainerImage": nil,
	"spec.initContainerCmd": nil, "spec.imagepullpolicy": "Always", "spec.serviceAccountName": "cassandra-cluster-node", "spec.serverType": "cassandra",
	"spec.readOnlyRootFilesystem": true, "spec.runAsUser": 999.0, "spec.fsGroup": 1.0, "spec.nodesPerRacks": 1.0, "spec.maxPodUnavailable": 1.0,
	"spec.livenessInitialDelaySeconds": 120.0, "spec.livenessHealthCheckTimeout": 20.0, "spec.livenessHealthCheckPeriod": 10.0,
	"spec.readinessInitialDelaySeconds": 60.0, "spec.readinessHealthCheckTimeout": 10.0, "spec.readinessHealthCheckPeriod": 10.0,
}

func (c *classifier) class(d Difference) Class {
	multi := valueAt(c.multi, d.Field)
	switch {
	case multi != nil && reflect.DeepEqual(multi, d.Live) && !reflect.DeepEqual(multi, d.Rendered):
		return IgnoredZero
	case d.Rendered == nil && c.defaulted(d):
		return Defaulted
	case d.Rendered != nil && byOperators(d.Managers):
		return NotCarried
	}
	return Elsewhere
}

// defaulted: CassKop alone wrote it; or the field is one that is filled in, and nobody but an operator owns it or its value is the one that is filled in.
func (c *classifier) defaulted(d Difference) bool {
	if slices.Equal(d.Managers, operators[:1]) || d.Field[0] == "status" && byOperators(d.Managers) {
		return true
	}
	if isLimits(d.Field) { // those of requests
		requests := schema.Path{"spec", "resources", "requests"}
		return reflect.DeepEqual(d.Live, valueAt(c.wanted, requests.Child(d.Field[3:]...)))
	}
	value, fillsIn := defaults[d.Field.String()]
	return fillsIn && (reflect.DeepEqual(value, d.Live) || value == nil && byOperators(d.Managers))
}

func isLimits(at schema.Path) bool {
	return len(at) == 4 && reflect.DeepEqual(at[:3], schema.Path{"spec", "resources", "limits"})
}

// byOperators: nobody else owns it, as far as is known.
func byOperators(managers []string) bool {
	return !slices.ContainsFunc(managers, func(m string) bool { return !slices.Contains(operators, m) })
}
