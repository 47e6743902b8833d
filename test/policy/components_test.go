package policy

import (
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	appsv1 "k8s.io/api/apps/v1"
	corev1 "k8s.io/api/core/v1"
	networkingv1 "k8s.io/api/networking/v1"
	"k8s.io/apimachinery/pkg/apis/meta/v1/unstructured"
	"k8s.io/apimachinery/pkg/runtime"

	"github.com/casskop-gitops/casskop-gitops/pkg/api/v1alpha1"
	"github.com/casskop-gitops/casskop-gitops/test/bed"
)

// withComponents builds base/gate/controller with components, as a kustomization of yours does.
func withComponents(t *testing.T, components ...string) []*unstructured.Unstructured {
	t.Helper()
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "gate"), os.DirFS(baseGate())))
	text := "resources: [gate/controller]\ncomponents:\n"
	for _, component := range components {
		text += "- gate/" + component + "\n"
	}
	must(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600))
	manifests, err := bed.Build(dir)
	must(t, err)
	objects, err := bed.Decode(manifests)
	must(t, err)
	return objects
}

// TestComponents: what each adds to the controller.
func TestComponents(t *testing.T) {
	controller := kinds(withComponents(t))
	if !slices.Contains(controller, "Deployment casskop-gitops-gate") {
		t.Fatalf("the controller is not there: %q", controller)
	}
	for component, want := range map[string][]string{
		"policies": {"MutatingAdmissionPolicy casskop-gitops-labels", "MutatingAdmissionPolicy casskop-gitops-seedlist",
			"MutatingAdmissionPolicyBinding casskop-gitops-labels", "MutatingAdmissionPolicyBinding casskop-gitops-seedlist",
			"ValidatingAdmissionPolicy casskop-gitops-gate", "ValidatingAdmissionPolicyBinding casskop-gitops-gate"},
		v1alpha1.ComponentNetworkPolicies: {"NetworkPolicy casskop-gitops-gate"},
		v1alpha1.ComponentMonitoring:      {"PodMonitor casskop-gitops-gate", "PrometheusRule casskop-gitops-gate"},
		v1alpha1.ComponentDashboard:       {"ConfigMap casskop-gitops-gate-dashboard"},
		v1alpha1.ComponentArgoCD: {"Role casskop-gitops-gate-argocd", "RoleBinding casskop-gitops-gate-argocd",
			"ValidatingAdmissionPolicy casskop-gitops-gate-argocd", "ValidatingAdmissionPolicyBinding casskop-gitops-gate-argocd"},
	} {
		namespaces := []string{"", bed.GateNamespace}
		if component == v1alpha1.ComponentArgoCD {
			namespaces = append(namespaces, "argocd")
		}
		var got []string
		for _, o := range withComponents(t, component) {
			if name := o.GetKind() + " " + o.GetName(); !slices.Contains(controller, name) {
				got = append(got, name)
			}
			if ns := o.GetNamespace(); !slices.Contains(namespaces, ns) {
				t.Errorf("%s: %s %s is in namespace %s", component, o.GetKind(), o.GetName(), ns)
			}
		}
		slices.Sort(got)
		if diff := cmp.Diff(want, got); diff != "" {
			t.Errorf("%s (-want +got):\n%s", component, diff)
		}
	}
}

// TestArgoCDNamespace: the right is for the namespace of the argument, also where docs/gate.md moves both.
func TestArgoCDNamespace(t *testing.T) {
	document, err := os.ReadFile(filepath.Join(bed.Root(), "docs/gate.md"))
	must(t, err)
	_, example, _ := strings.Cut(string(document), "```yaml\nresources: [base/gate]\ncomponents: [base/gate/argocd]\n")
	example, _, _ = strings.Cut(example, "```")
	dir := t.TempDir()
	must(t, os.CopyFS(filepath.Join(dir, "base/gate"), os.DirFS(baseGate())))
	for namespace, patches := range map[string]string{"argocd": "", "gitops": example} {
		text := "resources: [base/gate]\ncomponents: [base/gate/argocd]\n" + patches
		must(t, os.WriteFile(filepath.Join(dir, "kustomization.yaml"), []byte(text), 0o600))
		manifests, err := bed.Build(dir)
		must(t, err)
		objects, err := bed.Decode(manifests)
		must(t, err)
		args := find[appsv1.Deployment](t, objects, "Deployment").Spec.Template.Spec.Containers[0].Args
		if diff := cmp.Diff([]string{"run", "--leader-elect", "--argocd-namespace=" + namespace}, args); diff != "" {
			t.Errorf("%s: arguments (-want +got):\n%s", namespace, diff)
		}
		rights := 0
		for _, o := range objects {
			if o.GetName() == "casskop-gitops-gate-argocd" && o.GetNamespace() == namespace {
				rights++
			}
		}
		if rights != 2 {
			t.Errorf("want Role and RoleBinding in namespace %s, got\n%s", namespace, manifests)
		}
	}
}

// TestDefault: `kubectl apply -k base/gate` is what Flux installs when render.yaml says nothing.
func TestDefault(t *testing.T) {
	manifests, err := bed.Build(baseGate())
	must(t, err)
	got, err := bed.Decode(manifests)
	must(t, err)
	if diff := cmp.Diff(kinds(withComponents(t, "policies", v1alpha1.ComponentNetworkPolicies)), kinds(got)); diff != "" {
		t.Errorf("(-want +got):\n%s", diff)
	}
}

// TestDashboardIsFound: the sidecar of Grafana looks for the label, and reads each key as a file.
func TestDashboardIsFound(t *testing.T) {
	config := find[corev1.ConfigMap](t, withComponents(t, v1alpha1.ComponentDashboard), "ConfigMap")
	want, err := os.ReadFile(filepath.Join(baseGate(), "dashboard/casskop-gitops-gate.json"))
	must(t, err)
	if diff := cmp.Diff(map[string]string{"casskop-gitops-gate.json": string(want)}, config.Data); diff != "" {
		t.Errorf("data (-want +got):\n%s", diff)
	}
	if diff := cmp.Diff(map[string]string{"grafana_dashboard": "1"}, config.Labels); diff != "" {
		t.Errorf("labels (-want +got):\n%s", diff)
	}
	must(t, cluster(t).Apply(t.Context(), "test", func() *unstructured.Unstructured {
		o, err := runtime.DefaultUnstructuredConverter.ToUnstructured(config)
		must(t, err)
		return &unstructured.Unstructured{Object: o}
	}()))
}

// TestNetworkPolicy: no CNI runs here, so the rules are read as one would. Ports by name are those of the Deployment.
func TestNetworkPolicy(t *testing.T) {
	objects := withComponents(t, v1alpha1.ComponentNetworkPolicies)
	policy := find[networkingv1.NetworkPolicy](t, objects, "NetworkPolicy")
	pod := find[appsv1.Deployment](t, objects, "Deployment").Spec.Template
	if diff := cmp.Diff(pod.Labels, policy.Spec.PodSelector.MatchLabels); diff != "" {
		t.Errorf("selected pods (-Deployment +NetworkPolicy):\n%s", diff)
	}
	if diff := cmp.Diff([]networkingv1.PolicyType{networkingv1.PolicyTypeIngress, networkingv1.PolicyTypeEgress}, policy.Spec.PolicyTypes); diff != "" {
		t.Errorf("types (-want +got):\n%s", diff)
	}
	var in, out [][]networkingv1.NetworkPolicyPort
	for _, rule := range policy.Spec.Ingress {
		in = append(in, rule.Ports)
	}
	for _, rule := range policy.Spec.Egress {
		out = append(out, rule.Ports)
	}
	numbers := map[string]int32{"webhook": 9443}
	for _, port := range pod.Spec.Containers[0].Ports {
		numbers[port.Name] = port.ContainerPort
	}
	for name, tt := range map[string]struct {
		rules    [][]networkingv1.NetworkPolicyPort
		protocol corev1.Protocol
		port     int32
		passes   bool
	}{
		"in: metrics":                 {in, corev1.ProtocolTCP, 8080, true},
		"in: the webhook":             {in, corev1.ProtocolTCP, 9443, true},
		"in: health":                  {in, corev1.ProtocolTCP, 8081, false},
		"in: anything else":           {in, corev1.ProtocolTCP, 443, false},
		"out: DNS":                    {out, corev1.ProtocolUDP, 53, true},
		"out: DNS over TCP":           {out, corev1.ProtocolTCP, 53, true},
		"out: an API server":          {out, corev1.ProtocolTCP, 6443, true},
		"out: one behind a balancer":  {out, corev1.ProtocolTCP, 443, true},
		"out: a seed":                 {out, corev1.ProtocolTCP, v1alpha1.DefaultSeedPort, true},
		"out: Cassandra itself":       {out, corev1.ProtocolTCP, 9042, false},
		"out: metadata of a provider": {out, corev1.ProtocolTCP, 80, false},
	} {
		if got := passes(tt.rules, numbers, tt.protocol, tt.port); got != tt.passes {
			t.Errorf("%s: want it to pass: %t, got %t", name, tt.passes, got)
		}
	}
}

// passes says whether a rule names the port. No rule may be without ports: that would be all of them.
func passes(rules [][]networkingv1.NetworkPolicyPort, numbers map[string]int32, protocol corev1.Protocol, number int32) bool {
	return slices.ContainsFunc(rules, func(ports []networkingv1.NetworkPolicyPort) bool {
		return len(ports) == 0 || slices.ContainsFunc(ports, func(p networkingv1.NetworkPolicyPort) bool {
			return *p.Protocol == protocol && (p.Port.IntVal == number || p.Port.StrVal != "" && numbers[p.Port.StrVal] == number)
		})
	})
}

func kinds(objects []*unstructured.Unstructured) (names []string) {
	for _, o := range objects {
		names = append(names, o.GetKind()+" "+o.GetName())
	}
	slices.Sort(names)
	return names
}

func find[T any](t *testing.T, objects []*unstructured.Unstructured, kind string) *T {
	t.Helper()
	for _, o := range objects {
		if o.GetKind() == kind {
			typed := new(T)
			must(t, runtime.DefaultUnstructuredConverter.FromUnstructuredWithValidation(o.Object, typed, true))
			return typed
		}
	}
	t.Fatalf("there is no %s", kind)
	return nil
}
