package v1alpha1

import (
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	metav1 "k8s.io/apimachinery/pkg/apis/meta/v1"
	"sigs.k8s.io/yaml"
)

const fullyDefaulted = `apiVersion: casskop-gitops.dev/v1alpha1
argocd:
  namespace: argocd
  path: .
  project: default
  revision: HEAD
flux:
  interval: 10m0s
  namespace: flux-system
  path: .
  retryInterval: 10m0s
  sourceRef:
    kind: GitRepository
    name: flux-system
gate:
  components:
  - network-policies
  reader: casskop-gitops-reader
  seeds:
    policy: Require
    port: 8778
  serialize: Ring
  stableFor: 1m0s
kind: RenderConfig
seeds: auto
sync:
- flux
zeroValues: honour
`

const everythingSet = `apiVersion: casskop-gitops.dev/v1alpha1
argocd:
  destinations:
    k8s-cluster1:
      name: one
    k8s-cluster2:
      server: https://two.example.com
  namespace: cd
  path: .
  project: databases
  repoURL: https://git.example.com/rings.git
  revision: main
flux:
  interval: 1m0s
  namespace: flux
  path: deploy/rings
  retryInterval: 2m0s
  sourceRef:
    kind: OCIRepository
    name: rings
    namespace: sources
gate:
  components: []
  hold:
  - k8s-cluster2
  image: registry.example.com/gate:v1
  reader: cassandra-operator
  secrets:
    k8s-cluster1: one-credentials
  seeds:
    policy: "Off"
    port: 9042
  serialize: Chain
  stableFor: 0s
kind: RenderConfig
seeds: unmanaged
sync:
- flux
- argocd
zeroValues: ignore
`

func TestRenderConfigDefault(t *testing.T) {
	tests := map[string]struct{ input, want string }{
		"an empty file gets every default":           {input: "", want: fullyDefaulted},
		"an empty list of tools is flux":             {input: "sync: []", want: fullyDefaulted},
		"a second call changes nothing":              {input: fullyDefaulted, want: fullyDefaulted},
		"what is set stays, a soak of zero included": {input: everythingSet, want: everythingSet},
	}

	for name, tt := range tests {
		t.Run(name, func(t *testing.T) {
			var config RenderConfig
			if err := yaml.UnmarshalStrict([]byte(tt.input), &config); err != nil {
				t.Fatal(err)
			}

			config.Default()

			got, err := yaml.Marshal(config)
			if err != nil {
				t.Fatal(err)
			}

			if diff := cmp.Diff(tt.want, string(got)); diff != "" {
				t.Errorf("defaulted file (-want +got):\n%s", diff)
			}
		})
	}
}

func TestRenderConfigDefaultDurations(t *testing.T) {
	var config RenderConfig

	config.Default()

	want := []*metav1.Duration{{Duration: time.Minute}, {Duration: 10 * time.Minute}, {Duration: 10 * time.Minute}}
	got := []*metav1.Duration{config.Gate.StableFor, config.Flux.Interval, config.Flux.RetryInterval}

	if diff := cmp.Diff(want, got); diff != "" {
		t.Errorf("stableFor, interval, retryInterval (-want +got):\n%s", diff)
	}
}
