package main

import (
	"os"
	"regexp"
	"strings"
	"testing"

	"github.com/spf13/cobra"
	"github.com/spf13/pflag"
)

func TestBadUsageFromAWorkstation(t *testing.T) {
	t.Setenv("HOME", t.TempDir())
	t.Setenv("KUBECONFIG", kubeconfig(t, "https://"+closedPort(t)))
	see := func(command string) string { return "; see gate " + command + " --help" }
	for name, tt := range map[string]struct {
		args []string
		want string
	}{
		"two rings":                               {[]string{"status", "a", "b"}, `want the name of one ring, got ["a" "b"]` + see("status")},
		"an empty ring":                           {[]string{"status", ""}, `want the name of one ring, got [""]` + see("status")},
		"no ring to wait for":                     {[]string{"wait", "--for=open"}, "want the name of one ring, got []" + see("wait")},
		"no ring to open":                         {[]string{"open"}, "want the name of one ring, got []" + see("open")},
		"no ring to close":                        {[]string{"close"}, "want the name of one ring, got []" + see("close")},
		"no ring to hold":                         {[]string{"hold"}, "want the name of one ring, got []" + see("hold")},
		"no ring to resume":                       {[]string{"resume"}, "want the name of one ring, got []" + see("resume")},
		"an output that is not known":             {[]string{"status", "-o", "xml"}, `--output "xml": want wide, json or yaml` + see("status")},
		"context and contexts":                    {[]string{"status", "--context", "a", "--contexts", "a"}, "--context and --contexts exclude each other" + see("status")},
		"one namespace and all":                   {[]string{"status", "-n", "a", "-A"}, "--namespace and --all-namespaces exclude each other" + see("status")},
		"a context twice":                         {[]string{"status", "--contexts", "a,a"}, `--contexts a,a: "a" is empty or there twice` + see("status")},
		"a context without a name":                {[]string{"status", "--contexts", "a,"}, `--contexts a,: "" is empty or there twice` + see("status")},
		"a context that is not there":             {[]string{"status", "--contexts", "a,b"}, `kubeconfig: context "b" does not exist` + see("status")},
		"no time to answer":                       {[]string{"status", "--request-timeout", "0s"}, "--request-timeout 0s: want more than 0" + see("status")},
		"nothing to wait for":                     {[]string{"wait", "ring"}, `--for "": want open or rolled-out` + see("wait")},
		"a goal that is not known":                {[]string{"wait", "ring", "--for=done"}, `--for "done": want open or rolled-out` + see("wait")},
		"a revision to wait for that is none":     {[]string{"wait", "ring", "--for=open", "--revision=HEAD"}, `--revision "HEAD": want 8 to 64 hexadecimal digits, in lower case` + see("wait")},
		"no time to wait":                         {[]string{"wait", "ring", "--for=open", "--timeout=0"}, "--timeout 0s: want more than 0" + see("wait")},
		"to open without a reason":                {[]string{"open", "ring", "--revision", "00000000"}, "--reason is empty: say why, for the record" + see("open")},
		"to open for white space":                 {[]string{"open", "ring", "--revision", "00000000", "--reason", " \n"}, "--reason is empty: say why, for the record" + see("open")},
		"to open without a revision":              {[]string{"open", "ring", "--reason", "x"}, `--revision "": want 8 to 64 hexadecimal digits, in lower case` + see("open")},
		"to hold without a reason":                {[]string{"hold", "ring"}, "--reason is empty: say why, for the record" + see("hold")},
		"a reason that no Event has room for":     {[]string{"hold", "ring", "--reason", strings.Repeat("x", 501)}, "--reason has 501 bytes: want 500 at most" + see("hold")},
		"a context to hold in that is not there":  {[]string{"hold", "ring", "--reason", "x", "--context", "b"}, `kubeconfig: context "b" does not exist` + see("hold")},
		"a kubeconfig that is not there to close": {[]string{"close", "ring", "--kubeconfig", "none"}, "kubeconfig: stat none: no such file or directory" + see("close")},
	} {
		t.Run(name, func(t *testing.T) {
			want := result{code: 2, stderr: "error: " + tt.want + "\n"}
			if got := program(t, tt.args...); got != want {
				t.Errorf("want %+v\ngot  %+v", want, got)
			}
		})
	}
}

// TestNobodyAnswers: what needs the cluster here fails with the reason.
func TestNobodyAnswers(t *testing.T) {
	server := closedPort(t)
	t.Setenv("KUBECONFIG", kubeconfig(t, "https://"+server))
	for _, args := range [][]string{{"close", "ring"}, {"resume", "ring"}, {"hold", "ring", "--reason", "x"}, {"open", "ring", "--reason", "x", "--revision", "00000000"}} {
		want := result{code: 1, stderr: "error: read Gate default/ring in context a: nothing listens at https://" + server + "\n"}
		if got := program(t, args...); got != want {
			t.Errorf("want %+v\ngot  %+v", want, got)
		}
	}
}

// documents that list commands and flags.
var documents = map[string]string{
	"run": "docs/gate.md", "version": "docs/gate.md",
	"status": "docs/operate.md", "wait": "docs/operate.md", "open": "docs/operate.md", "close": "docs/operate.md", "hold": "docs/operate.md", "resume": "docs/operate.md",
	"export": "docs/credentials.md", "rotate": "docs/credentials.md",
}

// TestDocsListEveryFlag: each command that has a document here has its row, and each of its flags a row with its default.
func TestDocsListEveryFlag(t *testing.T) {
	for _, c := range newRootCommand(nil, nil).Commands() {
		name, documented := documents[c.Name()]
		if !documented {
			continue
		}
		content, err := os.ReadFile("../../" + name)
		if err != nil {
			t.Fatal(err)
		}
		text := string(content)
		if !strings.Contains(text, "`"+c.CommandPath()+"`") {
			t.Errorf("%s does not tell of %s", name, c.CommandPath())
		}
		c.LocalFlags().VisitAll(func(f *pflag.Flag) {
			row := rowOf(text, "`--"+f.Name+"`")
			switch {
			case f.Name == "help":
			case row == "":
				t.Errorf("%s has no row for --%s of %s", name, f.Name, c.CommandPath())
			case f.Shorthand != "" && !strings.Contains(row, "`-"+f.Shorthand+"`"):
				t.Errorf("%s does not tell of -%s of %s", name, f.Shorthand, c.CommandPath())
			case !strings.Contains(row, defaultOf(f)):
				t.Errorf("%s: --%s of %s has the default %s, and its row is %s", name, f.Name, c.CommandPath(), defaultOf(f), row)
			}
		})
		checkHelp(t, c)
	}
}

func checkHelp(t *testing.T, c *cobra.Command) {
	t.Helper()
	if c.Example == "" || c.Short == "" {
		t.Errorf("the help of %s has no example", c.CommandPath())
	}
}

// rowOf is the row of a table that begins with a flag, perhaps after its short form.
func rowOf(text, flag string) string {
	for line := range strings.Lines(text) {
		if first, _, _ := strings.Cut(strings.TrimPrefix(line, "| "), " |"); strings.HasPrefix(line, "|") && strings.Contains(first, flag) {
			return line
		}
	}
	return ""
}

// defaultOf is how a default is written; empty for one that is told in words.
func defaultOf(f *pflag.Flag) string {
	switch f.DefValue {
	case "", "[]", "0s":
		return ""
	case "false":
		return "| off |"
	}
	whole := f.DefValue
	if f.Value.Type() == "duration" { // Go writes 8760h as 8760h0m0s, and 10s as 10s
		whole = regexp.MustCompile(`([hm])0[ms](0s)?$`).ReplaceAllString(whole, "$1")
	}
	return "`" + whole + "`"
}
