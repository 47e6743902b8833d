package bed

import (
	"encoding/json"
	"fmt"
	"os"
	"os/exec"
	"path/filepath"
	"sync"

	apiextensionsv1 "k8s.io/apiextensions-apiserver/pkg/apis/apiextensions/v1"
	"sigs.k8s.io/yaml"
)

// crds are the Gate's, Flux's Kustomization and CassKop's CassandraCluster, each from where it comes from. Flux's GitRepository
// is not among them: no module that can be had carries its CRD.
var crds = sync.OnceValues(func() ([]*apiextensionsv1.CustomResourceDefinition, error) {
	flux, err := moduleDir("flux", "github.com/fluxcd/kustomize-controller")
	if err != nil {
		return nil, err
	}
	casskop, err := moduleDir("casskop", "github.com/Orange-OpenSource/casskop")
	if err != nil {
		return nil, err
	}
	var all []*apiextensionsv1.CustomResourceDefinition
	for _, file := range []string{
		filepath.Join(Root(), "base/gate/controller/casskop-gitops.dev_gates.yaml"),
		filepath.Join(flux, "config/crd/bases/kustomize.toolkit.fluxcd.io_kustomizations.yaml"),
		filepath.Join(casskop, "deploy/crds/db.orange.com_cassandraclusters_crd.yaml"),
	} {
		crd, err := readCRD(file)
		if err != nil {
			return nil, err
		}
		all = append(all, crd)
	}
	addV2(all[2])
	return all, nil
})

// addV2 serves v2 without a schema beside v1alpha1: CassKop's module has only that one, and its 2.x cannot be had.
func addV2(casskop *apiextensionsv1.CustomResourceDefinition) {
	keep := true
	casskop.Spec.Versions = append(casskop.Spec.Versions, apiextensionsv1.CustomResourceDefinitionVersion{Name: "v2", Served: true,
		Schema: &apiextensionsv1.CustomResourceValidation{OpenAPIV3Schema: &apiextensionsv1.JSONSchemaProps{Type: "object", XPreserveUnknownFields: &keep}}})
}

func readCRD(file string) (*apiextensionsv1.CustomResourceDefinition, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, err
	}
	crd := &apiextensionsv1.CustomResourceDefinition{}
	if err := yaml.UnmarshalStrict(b, crd); err != nil {
		return nil, fmt.Errorf("%s: %w", file, err)
	}
	return crd, nil
}

// moduleDir downloads a module that a folder of test/testbed pins, and returns where it is.
func moduleDir(folder, module string) (string, error) {
	cmd := exec.Command("go", "mod", "download", "-json", module)
	cmd.Dir = filepath.Join(Root(), "test/testbed", folder)
	cmd.Env = append(os.Environ(), "GOWORK=off", "GOFLAGS=")
	out, err := cmd.Output()
	var info struct{ Dir, Error string }
	if jsonErr := json.Unmarshal(out, &info); err != nil || jsonErr != nil || info.Dir == "" {
		return "", fmt.Errorf("go mod download %s in %s: %s: %w", module, cmd.Dir, info.Error, err)
	}
	return info.Dir, nil
}
