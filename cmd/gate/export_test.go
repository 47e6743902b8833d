package main

import (
	"strings"
	"testing"
)

// TestBadExport: bad input asks no server for anything.
func TestBadExport(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no name for the Secret":                   {nil, "--as is missing: want the name of the cluster in the MultiCasskop, which is that of the Secret"},
		"two ServiceAccounts":                      {[]string{"a", "b", "--as", "c"}, `unexpected argument "b": want one ServiceAccount`},
		"a token that ends and one that does not":  {[]string{"--as", "c", "--duration", "1h", "--long-lived"}, "--duration and --long-lived: want one of them"},
		"a duration that is none":                  {[]string{"--as", "c", "--duration", "1y"}, `invalid argument "1y" for "--duration" flag: time: unknown unit "y" in duration "1y"`},
		"a duration that no API server grants":     {[]string{"--as", "c", "--duration", "9m59s"}, "--duration 9m59s: want 10m0s at least, no API server grants less"},
		"an account that renews itself":            {[]string{"--as", "c", "a", "--renews", "a"}, "--renews a: want another account than itself, or whoever steals its token renews it for ever"},
		"an account by default that renews itself": {[]string{"--as", "c", "--renews", "casskop-gitops-reader"}, "--renews casskop-gitops-reader: want another account than itself, or whoever steals its token renews it for ever"},
	} {
		t.Run(name, func(t *testing.T) {
			want := result{code: 2, stderr: "error: " + tt.want + "; see gate export --help\n"}
			if got := program(t, append([]string{"export"}, tt.args...)...); got != want {
				t.Errorf("want %+v\ngot  %+v", want, got)
			}
		})
	}
}

// TestBadRotate: the same.
func TestBadRotate(t *testing.T) {
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"no Secret":                 {[]string{"--from-context", "a"}, "0 arguments: want the name of one Secret"},
		"two Secrets":               {[]string{"a", "b", "--from-context", "a"}, "2 arguments: want the name of one Secret"},
		"no cluster to get it from": {[]string{"a"}, "--from-context and --from-kubeconfig are missing: want the cluster whose token it is"},
		"an account without a name": {[]string{"a", "--from-context", "a", "--service-account", ""}, "--service-account is empty: leave it out for casskop-gitops-reader"},
		"a time before now":         {[]string{"a", "--from-context", "a", "--if-expires-within=-1h"}, "--if-expires-within -1h0m0s: want 0 or more"},
		"a duration of nothing":     {[]string{"a", "--from-context", "a", "--duration", "0"}, "--duration 0s: want 10m0s at least, no API server grants less"},
	} {
		t.Run(name, func(t *testing.T) {
			want := result{code: 2, stderr: "error: " + tt.want + "; see gate rotate --help\n"}
			if got := program(t, append([]string{"rotate"}, tt.args...)...); got != want {
				t.Errorf("want %+v\ngot  %+v", want, got)
			}
		})
	}
}

func TestBadNames(t *testing.T) {
	for flag, args := range map[string][]string{
		"ServiceAccount":    {"export", "A", "--as", "c"},
		"--as":              {"export", "--as", "A"},
		"--renews":          {"export", "--as", "c", "--renews", "A"},
		"--namespace":       {"export", "--as", "c", "-n", "A"},
		"--to-namespace":    {"export", "--as", "c", "--to-namespace", "A"},
		"Secret":            {"rotate", "A", "--from-context", "c"},
		"--service-account": {"rotate", "c", "--from-context", "c", "--service-account", "A"},
		"--from-namespace":  {"rotate", "c", "--from-context", "c", "--from-namespace", "A"},
	} {
		got := program(t, args...)
		if want := "error: " + flag + ` "A": a lowercase RFC 1123 `; got.code != 2 || !strings.HasPrefix(got.stderr, want) {
			t.Errorf("%v: want exit 2 and %q, got %+v", args, want, got)
		}
	}
}

// TestNoAPIServer: of neither cluster.
func TestNoAPIServer(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	here := kubeconfig(t, "https://"+closedPort(t))
	for name, args := range map[string][]string{
		"export":                         {"export", "--as", "c", "--kubeconfig", "none"},
		"rotate here":                    {"rotate", "c", "--kubeconfig", "none", "--from-context", "a"},
		"rotate there":                   {"rotate", "c", "--kubeconfig", here, "--from-kubeconfig", "none"},
		"rotate, a context of one there": {"rotate", "c", "--kubeconfig", here, "--from-context", "b"},
	} {
		if got := program(t, args...); got.code != 2 || strings.Count(got.stderr, "\n") != 1 || got.stdout != "" {
			t.Errorf("%s: want exit 2 and one line, got %+v", name, got)
		}
	}
}
