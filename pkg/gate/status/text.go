package status

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
	"text/tabwriter"
	"time"
	"unicode"

	"k8s.io/apimachinery/pkg/util/duration"
)

// Write prints rings for a human: of each a table with a row for each cluster, and below it what is not as it should be. Wide adds columns.
func Write(out io.Writer, rings []Ring, now time.Time, wide bool) {
	for i, r := range rings {
		if i > 0 {
			fmt.Fprintln(out)
		}
		fmt.Fprintf(out, "%s\n%s", plain(r.Title()), r.table(now, wide))
		for _, c := range r.Clusters {
			for _, p := range c.Problems {
				fmt.Fprintf(out, "\n%s\n", plain(c.Cluster+" "+p.sentence(c)))
				if p.NextStep != "" {
					fmt.Fprintf(out, "  %s.\n", p.NextStep)
				}
			}
		}
	}
}

// Title is its namespace and name. One of which nothing but clusters is known has none.
func (r Ring) Title() string {
	if r.Name == "" {
		return "no Gate was seen"
	}
	return r.Namespace + "/" + r.Name
}

// sentence is the problem in words that follow the name of the cluster.
func (p Problem) sentence(c Cluster) string {
	state := "is not ready"
	switch {
	case p.Kind == Unreached:
		state = "was not reached"
	case p.Kind == GateProblem && c.Gate.State == Missing:
		state = "has no Gate"
	case p.Kind == NotApplied:
		state = "is open, and waits for delivery"
	case p.Stalled:
		state = "is stalled"
	case p.Kind == GateProblem:
		state = "is held"
	}
	return state + ": " + p.Reason + ": " + p.Message
}

// Summary is what stands between the ring and its end, in a few words; empty if nothing does.
func (r Ring) Summary() string {
	var parts []string
	for _, c := range r.Clusters {
		for _, p := range c.Problems {
			if p.hinders() {
				state, _, _ := strings.Cut(p.sentence(c), ":")
				parts = append(parts, plain(c.Cluster+" "+state+": "+p.Reason))
				break
			}
		}
	}
	return strings.Join(parts, "; ")
}

var (
	header     = []string{"CLUSTER", "DC", "GATE", "REASON", "CASSKOP", "NODES", "REVISION", "AGE"}
	headerWide = []string{"REACHED BY", "SERVER", "MESSAGE"}
)

func (r Ring) table(now time.Time, wide bool) string {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 3, ' ', 0)
	rows := [][]string{slices.Clone(header)}
	if wide {
		rows[0] = slices.Concat(header, headerWide)
	}
	for _, c := range r.Clusters {
		cells := c.cells(now)
		if wide {
			cells = append(cells, cmp.Or(prefixed("context ", c.Context), prefixed("Secret ", c.Secret)), c.Server, c.message())
		}
		rows = append(rows, cells)
	}
	for _, cells := range rows {
		for i := range cells {
			cells[i] = plain(cmp.Or(cells[i], "-"))
		}
		fmt.Fprintln(w, strings.Join(cells, "\t"))
	}
	_ = w.Flush() // into memory
	return trimmed(text.String())
}

// trimmed has no spaces at the ends of lines.
func trimmed(text string) string {
	lines := strings.Split(text, "\n")
	for i := range lines {
		lines[i] = strings.TrimRight(lines[i], " ")
	}
	return strings.Join(lines, "\n")
}

func prefixed(prefix, text string) string {
	if text == "" {
		return ""
	}
	return prefix + text
}

func (c Cluster) cells(now time.Time) []string {
	reason, nodes, age := c.Gate.Reason, "", ""
	if !c.Reached {
		reason = c.Problems[0].Reason
	}
	if c.CassandraCluster.Exists {
		nodes = fmt.Sprintf("%d/%d", c.CassandraCluster.NodesReady, c.CassandraCluster.NodesWanted)
	}
	if c.Gate.Since != nil {
		age = duration.HumanDuration(max(now.Sub(c.Gate.Since.Time), 0))
	}
	return []string{c.Cluster, strings.Join(c.CassandraCluster.Datacenters, ","), strings.ToLower(string(c.Gate.State)), reason, c.progress(), nodes, c.revision(), age}
}

// progress is what CassKop says.
func (c Cluster) progress() string {
	return strings.Join(strings.Fields(c.CassandraCluster.Phase+" "+c.CassandraCluster.LastClusterAction+" "+c.CassandraCluster.LastClusterActionStatus), " ")
}

// revision is the one carried, and the one wanted if that is another.
func (c Cluster) revision() string {
	carries, wants := c.CassandraCluster.Carries, c.Gate.Wants
	if wants == "" || carries == wants {
		return carries
	}
	return cmp.Or(carries, "none") + " -> " + wants
}

// Line is the row of a cluster as one line without times: it changes when something has happened.
func (r Ring) Line(c Cluster) string {
	state := strings.ToLower(string(c.Gate.State))
	if !c.Reached {
		state = "not reached"
	}
	parts := []string{"gate " + state + prefixed(": ", c.why()), cmp.Or(c.progress(), "no CassandraCluster"), "revision " + cmp.Or(c.revision(), "none")}
	if !c.Reached {
		parts = []string{state + ": " + c.why()}
	}
	if c.CassandraCluster.Exists && !c.CassandraCluster.Ready {
		parts[1] += " (" + c.CassandraCluster.Reason + ")"
	}
	return plain(r.Title() + " " + c.Cluster + ": " + strings.Join(parts, "; "))
}

func (c Cluster) why() string {
	for _, p := range c.Problems {
		if p.Kind != NotReady && p.Kind != NotApplied {
			return p.Reason + ": " + p.Message
		}
	}
	return c.Gate.Reason
}

// plain is a text of other clusters without what would move a terminal's cursor.
func plain(text string) string {
	return strings.Map(func(r rune) rune {
		if !unicode.IsPrint(r) {
			return '?'
		}
		return r
	}, text)
}

// message is that of the Gate or, when it was not read, why not.
func (c Cluster) message() string {
	if !c.Reached {
		return c.Problems[0].Message
	}
	return c.Gate.Message
}
