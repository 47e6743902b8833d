package main

import (
	"strings"
	"testing"
)

func TestBadUsage(t *testing.T) {
	const see = "; see gate run --help"
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"an unknown flag":                       {[]string{"run", "--bogus"}, "unknown flag: --bogus" + see},
		"a mistyped flag":                       {[]string{"status", "--contxt", "a"}, "unknown flag: --contxt; did you mean --context?; see gate status --help"},
		"a flag without its value":              {[]string{"run", "--namespace"}, "flag needs an argument: --namespace" + see},
		"a mistyped command":                    {[]string{"rn"}, `unexpected argument "rn": did you mean run?; see gate --help`},
		"an unknown command":                    {[]string{"export-all"}, `unexpected argument "export-all"; see gate --help`},
		"an argument to run":                    {[]string{"run", "all"}, `unexpected argument "all"` + see},
		"an argument to version":                {[]string{"version", "x"}, `unexpected argument "x"; see gate version --help`},
		"a shell that is not known":             {[]string{"completion", "tcsh"}, `unexpected argument "tcsh"; see gate completion --help`},
		"a level that is not known":             {[]string{"run", "--log-level", "warn"}, `--log-level "warn": want debug, info or error` + see},
		"a format that is not known":            {[]string{"run", "--log-format", "xml"}, `--log-format "xml": want json or text` + see},
		"leader election that is neither":       {[]string{"run", "--leader-elect=maybe"}, `invalid argument "maybe" for "--leader-elect" flag: strconv.ParseBool: parsing "maybe": invalid syntax` + see},
		"a metrics address without a port":      {[]string{"run", "--metrics-bind-address", "localhost"}, `--metrics-bind-address "localhost": want host:port, :port, or 0 for none` + see},
		"a health address with a port too high": {[]string{"run", "--health-probe-bind-address", ":65536"}, `--health-probe-bind-address ":65536": want host:port, :port, or 0 for none` + see},
		"a webhook address without a port":      {[]string{"run", "--webhook-bind-address", "localhost"}, `--webhook-bind-address "localhost": want host:port, :port, or 0 for none` + see},
		"webhooks for one namespace":            {[]string{"run", "--webhook-bind-address", ":9443", "--namespace", "a"}, "--webhook-bind-address with --namespace: the API server asks about all namespaces, leave --namespace out" + see},
		"a namespace that is empty":             {[]string{"run", "--namespace", ""}, "--namespace is empty: leave it out for all namespaces" + see},
		"a namespace of Argo CD that is empty":  {[]string{"run", "--argocd-namespace", ""}, `--argocd-namespace "": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')` + see},
		"a namespace of Argo CD that is none":   {[]string{"run", "--argocd-namespace", "Argo_CD"}, `--argocd-namespace "Argo_CD": a lowercase RFC 1123 label must consist of lower case alphanumeric characters or '-', and must start and end with an alphanumeric character (e.g. 'my-name',  or '123-abc', regex used for validation is '[a-z0-9]([-a-z0-9]*[a-z0-9])?')` + see},
		"a kubeconfig that is not there":        {[]string{"run", "--kubeconfig", "none"}, "--kubeconfig: stat none: no such file or directory"},
		"no API server at all":                  {[]string{"run"}, `no API server: --kubeconfig is not given, KUBECONFIG ("") names no file with one, and this is no pod`},
	} {
		t.Run(name, func(t *testing.T) {
			want := result{code: 2, stderr: "error: " + tt.want + "\n"}
			if got := program(t, tt.args...); got != want {
				t.Errorf("want %+v\ngot  %+v", want, got)
			}
		})
	}
}

func TestBadNamespaces(t *testing.T) {
	for _, namespaces := range []string{"A", "a_b", "a,", "a,B", strings.Repeat("a", 64)} {
		got := program(t, "run", "--namespace", namespaces)
		if got.code != 2 || !strings.HasPrefix(got.stderr, "error: --namespace \"") {
			t.Errorf("%s: %+v", namespaces, got)
		}
	}
}

func TestBadKubeconfig(t *testing.T) {
	bad := write(t, "bad", "clusters: [")
	for name, tt := range map[string]struct {
		env  string
		args []string
		want string
	}{
		"in the flag":                          {"", []string{"run", "--kubeconfig", bad}, "error: --kubeconfig: "},
		"in the environment":                   {bad, []string{"run"}, "error: KUBECONFIG: "},
		"not there, in the environment":        {"/none", []string{"run"}, `error: no API server: --kubeconfig is not given, KUBECONFIG ("/none") names no file`},
		"the flag goes before the environment": {bad, []string{"run", "--kubeconfig", "none"}, "error: --kubeconfig: stat none"},
	} {
		t.Run(name, func(t *testing.T) {
			t.Setenv("KUBECONFIG", tt.env)
			if got := program(t, tt.args...); got.code != 2 || !strings.HasPrefix(got.stderr, tt.want) {
				t.Errorf("want exit 2 and %q, got %+v", tt.want, got)
			}
		})
	}
}

func TestHelp(t *testing.T) {
	for _, args := range [][]string{{}, {"--help"}, {"help"}, {"run", "--help"}, {"help", "run"}, {"export", "--help"}, {"rotate", "--help"}, {"completion"}} {
		if got := program(t, args...); got.code != 0 || got.stdout == "" || got.stderr != "" {
			t.Errorf("%v: %+v", args, got)
		}
	}
	flags := program(t, "run", "--help").stdout
	for _, flag := range []string{"kubeconfig", "namespace", "leader-elect", "metrics-bind-address", "health-probe-bind-address", "webhook-bind-address", "argocd-namespace", "log-level", "log-format"} {
		if !strings.Contains(flags, "--"+flag+" ") {
			t.Errorf("help does not tell of --%s:\n%s", flag, flags)
		}
	}
}
