package monitoring

import (
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	appsv1 "k8s.io/api/apps/v1"
	"sigs.k8s.io/yaml"
)

const root = "../.."

func read(t *testing.T, name string) string {
	t.Helper()
	b, err := os.ReadFile(filepath.Join(root, name))
	if err != nil {
		t.Fatal(err)
	}
	return string(b)
}

// decode reads the first document of a file, which may have no field that its type does not know.
func decode[T any](t *testing.T, name string) *T {
	t.Helper()
	o := new(T)
	document, _, _ := strings.Cut(read(t, name), "\n---\n")
	if err := yaml.UnmarshalStrict([]byte(document), o); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	return o
}

// rules are all alerts of base/gate/monitoring.
func rules(t *testing.T) (all []monitoringv1.Rule) {
	t.Helper()
	for _, group := range decode[monitoringv1.PrometheusRule](t, "base/gate/monitoring/prometheus-rule.yaml").Spec.Groups {
		all = append(all, group.Rules...)
	}
	if len(all) == 0 {
		t.Fatal("there are no rules")
	}
	return all
}

// TestPodMonitor: it selects the pods of the Deployment, by a port that they have, and keeps the namespace of the Gates.
func TestPodMonitor(t *testing.T) {
	monitor := decode[monitoringv1.PodMonitor](t, "base/gate/monitoring/pod-monitor.yaml")
	deployment := decode[appsv1.Deployment](t, "base/gate/controller/deployment.yaml")
	if diff := cmp.Diff(deployment.Spec.Selector, &monitor.Spec.Selector); diff != "" {
		t.Errorf("selector (-Deployment +PodMonitor):\n%s", diff)
	}
	if monitor.Namespace != deployment.Namespace {
		t.Errorf("namespace: want %s, got %s", deployment.Namespace, monitor.Namespace)
	}
	var ports []string
	for _, port := range deployment.Spec.Template.Spec.Containers[0].Ports {
		ports = append(ports, port.Name)
	}
	for _, endpoint := range monitor.Spec.PodMetricsEndpoints {
		if !strings.Contains(strings.Join(ports, " "), *endpoint.Port) || !endpoint.HonorLabels {
			t.Errorf("want one of the ports %q, and honorLabels; got %s, %t", ports, *endpoint.Port, endpoint.HonorLabels)
		}
	}
}

// TestEveryAlertSaysWhatToDo: in its annotations, and in its section of docs/install.md, to which it links.
func TestEveryAlertSaysWhatToDo(t *testing.T) {
	document := read(t, "docs/install.md")
	const page = "https://github.com/casskop-gitops/casskop-gitops/blob/main/docs/install.md#"
	for _, rule := range rules(t) {
		for _, key := range []string{"summary", "description"} {
			if rule.Annotations[key] == "" {
				t.Errorf("%s has no %s", rule.Alert, key)
			}
		}
		if severity := rule.Labels["severity"]; severity != "warning" && severity != "critical" {
			t.Errorf("%s has severity %q", rule.Alert, severity)
		}
		if diff := cmp.Diff(page+strings.ToLower(rule.Alert), rule.Annotations["runbook_url"]); diff != "" {
			t.Errorf("runbook of %s (-want +got):\n%s", rule.Alert, diff)
		}
		if !strings.Contains(document, "\n### "+rule.Alert+"\n") {
			t.Errorf("docs/install.md has no section %s", rule.Alert)
		}
	}
}
