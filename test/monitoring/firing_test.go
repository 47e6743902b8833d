package monitoring

import (
	"fmt"
	"log/slog"
	"slices"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
	monitoringv1 "github.com/prometheus-operator/prometheus-operator/pkg/apis/monitoring/v1"
	"github.com/prometheus/prometheus/model/labels"
	"github.com/prometheus/prometheus/promql/parser"
	"github.com/prometheus/prometheus/promql/promqltest"
	promrules "github.com/prometheus/prometheus/rules"
)

// leads keeps CasskopGateControllerAbsent quiet.
const leads = "leader_election_master_status{name=\"casskop-gitops-gate\",pod=\"a\"} 1+0x60\nleader_election_master_status{name=\"casskop-gitops-gate\",pod=\"b\"} 0+0x60\n"

// TestFiring evaluates all alerts once a minute over an hour of samples, a minute apart, which begins in 1970.
func TestFiring(t *testing.T) {
	const gate, other = `namespace="ns",name="ring"`, `namespace="ns",name="ring",cluster="k1"`
	held := func(reason string, values string) string {
		return leads + "casskop_gitops_gate_held_seconds{" + gate + `,pod="a"} ` + values + "\ncasskop_gitops_gate_held_seconds{" + gate + `,pod="b"} ` + values +
			"\ncasskop_gitops_gate_reason{" + gate + `,reason="` + reason + "\",pod=\"a\"} 1+0x60\n"
	}
	stalled := "casskop_gitops_gate_stalled{" + gate + `,pod="a"} `
	failure := "casskop_gitops_gate_cluster_failure{" + other + `,pod="a",reason="Unreachable"} `
	age := "casskop_gitops_gate_last_answer_age_seconds{" + other + `,pod="a"} `
	ends := "casskop_gitops_gate_credentials_expiry_timestamp_seconds{" + other + `,pod="a"} `
	for name, tt := range map[string]struct {
		samples string
		after   time.Duration
		want    []string
	}{
		"nothing but a leader":                                   {leads, time.Hour, nil},
		"a revision held for six hours":                          {held("NotRunning", "21600+0x60"), time.Hour, nil},
		"a revision held for longer":                             {held("NotRunning", "21661+0x60"), 0, []string{"CasskopGateHeldTooLong warning ns ring"}},
		"a revision held for longer because render.yaml says so": {held("Hold", "21661+0x60"), time.Hour, nil},
		"a gate that stalled four minutes ago":                   {leads + stalled + "1+0x60", 4 * time.Minute, nil},
		"a gate that stalled five minutes ago":                   {leads + stalled + "1+0x60", 5 * time.Minute, []string{"CasskopGateStalled warning ns ring"}},
		"a gate that stalled and is well again":                  {leads + stalled + "1+0x10 0+0x49", time.Hour, nil},
		"a cluster that cannot be reached, for nine minutes":     {leads + failure + "1+0x60", 9 * time.Minute, nil},
		"a cluster that cannot be reached, for ten minutes":      {leads + failure + "1+0x60", 10 * time.Minute, []string{"CasskopGateClusterUnseen warning ns ring k1"}},
		"a cluster that was out of reach":                        {leads + failure + "1+0x20 stale", time.Hour, nil},
		"a cluster that answers each minute":                     {leads + age + "61+0x60", time.Hour, nil},
		"a cluster that is silent for fourteen minutes":          {leads + age + "0+60x60", 14 * time.Minute, nil},
		"a cluster that is silent for longer":                    {leads + age + "0+60x60", 16 * time.Minute, []string{"CasskopGateClusterUnseen warning ns ring k1"}},
		"a former leader that has not heard of a cluster since":  {leads + age + "0+60x60\n" + strings.Replace(age, `"a"`, `"b"`, 1) + "1+0x60", time.Hour, nil},
		"credentials for eight days":                             {leads + ends + "691200+0x60", time.Hour, nil},
		"credentials for seven days":                             {leads + ends + "604800+0x60", time.Minute, []string{"CasskopGateCredentialsExpiring warning ns ring k1"}},
		"credentials for a day": {leads + ends + "86400+0x60", time.Minute,
			[]string{"CasskopGateCredentialsExpiring critical ns ring k1", "CasskopGateCredentialsExpiring warning ns ring k1"}},
		"credentials that have ended": {leads + ends + "60+0x60", time.Hour,
			[]string{"CasskopGateCredentialsExpiring critical ns ring k1", "CasskopGateCredentialsExpiring warning ns ring k1"}},
		"credentials that were renewed":        {leads + ends + "60+0x10 691200+0x49", time.Hour, nil},
		"no controller, for nine minutes":      {"up 1", 9 * time.Minute, nil},
		"no controller, for ten minutes":       {"up 1", 10 * time.Minute, []string{"CasskopGateControllerAbsent warning"}},
		"two replicas, neither of which leads": {strings.ReplaceAll(leads, "} 1", "} 0"), 10 * time.Minute, []string{"CasskopGateControllerAbsent warning"}},
	} {
		t.Run(name, func(t *testing.T) {
			var got []string
			for _, alert := range firing(t, tt.samples, tt.after) {
				got = append(got, strings.Join(strings.Fields(strings.Join([]string{alert.Labels.Get("alertname"), alert.Labels.Get("severity"),
					alert.Labels.Get("namespace"), alert.Labels.Get("name"), alert.Labels.Get("cluster")}, " ")), " "))
			}
			slices.Sort(got)
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// TestWords: what an alert says, with the reason that it asks for.
func TestWords(t *testing.T) {
	for name, tt := range map[string]struct{ samples, want string }{
		"held": {`casskop_gitops_gate_held_seconds{namespace="ns",name="ring"} 90000x60` + "\n" + `casskop_gitops_gate_reason{namespace="ns",name="ring",reason="NotRunning"} 1x60`,
			"Gate ns/ring has held its revision for 1d 1h 0m 0s\nThe reason is NotRunning. See kubectl describe gate -n ns ring: it names the cluster that is waited for, and what to do."},
		"held and no reason": {`casskop_gitops_gate_held_seconds{namespace="ns",name="ring"} 90000x60`,
			"Gate ns/ring has held its revision for 1d 1h 0m 0s\nThe reason is not known. See kubectl describe gate -n ns ring: it names the cluster that is waited for, and what to do."},
		"stalled": {`casskop_gitops_gate_stalled{namespace="ns",name="ring"} 1x60` + "\n" + `casskop_gitops_gate_reason{namespace="ns",name="ring",reason="ChangeRefused"} 1x60`,
			"Gate ns/ring is stalled\nWaiting does not help: ChangeRefused. See kubectl describe gate -n ns ring, and correct what it names."},
		"unseen": {`casskop_gitops_gate_cluster_failure{namespace="ns",name="ring",cluster="k1",reason="Unauthorized"} 1x60`,
			"Gate ns/ring cannot see k1\nThe reason is Unauthorized. The gate holds every new revision until it can. See the network to the API server of k1, and its Secret in namespace ns."},
		"silent": {`casskop_gitops_gate_last_answer_age_seconds{namespace="ns",name="ring",cluster="k1"} 600x60`,
			"Gate ns/ring cannot see k1\nThe reason is that it has not answered for minutes. The gate holds every new revision until it can. See the network to the API server of k1, and its Secret in namespace ns."},
		"expiring": {`casskop_gitops_gate_credentials_expiry_timestamp_seconds{namespace="ns",name="ring",cluster="k1"} 600000x60`,
			"The credentials of Gate ns/ring for k1 end at 1970-01-07 22:40:00 +0000 UTC\nFrom then on the gate holds every new revision. Renew the Secret for k1 in namespace ns; it is taken up at once."},
	} {
		t.Run(name, func(t *testing.T) {
			alerts := firing(t, leads+tt.samples, time.Hour)
			if len(alerts) != 1 {
				t.Fatalf("%d alerts fire, want 1", len(alerts))
			}
			got := alerts[0].Annotations.Get("summary") + "\n" + alerts[0].Annotations.Get("description")
			if diff := cmp.Diff(tt.want, got); diff != "" {
				t.Errorf("(-want +got):\n%s", diff)
			}
		})
	}
}

// firing are the alerts that fire some time after the first sample.
func firing(t *testing.T, samples string, after time.Duration) (all []*promrules.Alert) {
	t.Helper()
	storage := promqltest.LoadedStorage(t, "load 1m\n  "+strings.ReplaceAll(strings.TrimSpace(samples), "\n", "\n  ")+"\n")
	query := promrules.EngineQueryFunc(promqltest.NewTestEngine(t, false, 0, 100_000), storage)
	for _, rule := range rules(t) {
		alerting := alertingRule(t, rule)
		for at := time.Duration(0); at <= after; at += time.Minute {
			if _, err := alerting.Eval(t.Context(), 0, time.Unix(0, 0).Add(at), query, nil, 0); err != nil {
				t.Fatalf("%s after %s: %v", rule.Alert, at, err)
			}
		}
		for _, alert := range alerting.ActiveAlerts() {
			if alert.State == promrules.StateFiring {
				all = append(all, alert)
			}
		}
	}
	return all
}

func alertingRule(t *testing.T, rule monitoringv1.Rule) *promrules.AlertingRule {
	t.Helper()
	expression, err := parser.NewParser(parser.Options{}).ParseExpr(rule.Expr.String())
	if err != nil {
		t.Fatal(fmt.Errorf("%s: %w", rule.Alert, err))
	}
	var hold time.Duration
	if rule.For != nil {
		if hold, err = time.ParseDuration(string(*rule.For)); err != nil {
			t.Fatal(err)
		}
	}
	return promrules.NewAlertingRule(rule.Alert, expression, hold, 0, labels.FromMap(rule.Labels), labels.FromMap(rule.Annotations), labels.EmptyLabels(), "", true,
		slog.New(slog.DiscardHandler))
}
