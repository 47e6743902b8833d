package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"strings"
	"text/tabwriter"
	"time"

	svg "github.com/ajstarks/svgo"
	"golang.org/x/term"
)

// screen is where the show is seen: on a terminal a table that is drawn over and over, else a line for each change.
type screen struct {
	out    io.Writer
	live   bool
	width  int
	began  time.Time
	drawn  int   // lines of the table that is on the terminal
	last   []row // that were shown
	record []string
}

func newScreen(out io.Writer) *screen {
	s := &screen{out: out, began: time.Now(), width: 200}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.live = true
		if width, _, err := term.GetSize(int(file.Fd())); err == nil {
			s.width = width
		}
	}
	return s
}

// say prints a line of its own.
func (s *screen) say(format string, args ...any) {
	line := fmt.Sprintf("%6.1f s  %s", time.Since(s.began).Seconds(), fmt.Sprintf(format, args...))
	s.record = append(s.record, line)
	s.drawn, s.last = 0, nil
	fmt.Fprintln(s.out, line)
}

// follow shows how things stand until every cluster is through with a revision.
func (s *screen) follow(stage *stage, w *watcher, revision string) {
	deadline := time.Now().Add(patience)
	tick := time.NewTicker(250 * time.Millisecond)
	defer tick.Stop()
	for through := 0; through < len(w.ring.Members); {
		rows := w.rows(stage)
		s.show(rows)
		through = 0
		for _, r := range rows {
			if r.Through && r.Revision == revision {
				through++
			}
		}
		if time.Now().After(deadline) {
			stage.Fatalf("the rollout is not through after %s", patience)
		}
		select {
		case <-tick.C:
		case <-stage.ctx.Done():
			stage.FailNow()
		}
	}
}

func (s *screen) show(rows []row) {
	changed := len(s.last) == 0
	for i := range s.last {
		changed = changed || s.last[i] != rows[i]
	}
	table := s.table(rows)
	if changed && s.telling(rows) {
		s.record = append(s.record, fmt.Sprintf("%6.1f s", time.Since(s.began).Seconds()))
		s.record = append(s.record, table...)
	}
	if s.live {
		if s.drawn > 0 {
			fmt.Fprintf(s.out, "\x1b[%dA", s.drawn)
		}
		for _, line := range append(table, fmt.Sprintf("%6.1f s", time.Since(s.began).Seconds())) {
			fmt.Fprintf(s.out, "\x1b[2K%s\n", line)
		}
		s.drawn = len(table) + 1
	} else {
		if len(s.last) == 0 {
			fmt.Fprintf(s.out, "          %s\n", strings.Join(header.cells(), " | "))
		}
		for i, r := range rows {
			if len(s.last) == 0 || s.last[i] != r {
				fmt.Fprintf(s.out, "%6.1f s  %s\n", time.Since(s.began).Seconds(), strings.Join(r.cells(), " | "))
			}
		}
	}
	s.last = rows
}

// telling says whether a table is worth a picture: a gate has opened, or a cluster has come through.
func (s *screen) telling(rows []row) bool {
	for i := range s.last {
		if before, now := s.last[i], rows[i]; before.Gate != now.Gate && now.Gate == "open" || !before.Through && now.Through {
			return true
		}
	}
	return false
}

// table are the lines of the table, no longer than the terminal is wide.
func (s *screen) table(rows []row) []string {
	var text bytes.Buffer
	w := tabwriter.NewWriter(&text, 0, 0, 2, ' ', 0)
	for _, r := range append([]row{header}, rows...) {
		fmt.Fprintln(w, strings.Join(r.cells(), "\t"))
	}
	_ = w.Flush() // into memory
	lines := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	for i, line := range lines {
		if runes := []rune(line); len(runes) > s.width {
			lines[i] = string(runes[:s.width-1]) + "…"
		}
	}
	return lines
}

// picture is what was recorded, as an SVG.
func (s *screen) picture() []byte {
	const lineHeight, charWidth, margin = 18, 7.9, 16
	longest := 0
	for _, line := range s.record {
		longest = max(longest, len([]rune(line)))
	}
	var out bytes.Buffer
	canvas := svg.New(&out)
	width, height := int(float64(longest)*charWidth)+2*margin, len(s.record)*lineHeight+2*margin
	canvas.Start(width, height)
	canvas.Roundrect(0, 0, width, height, 6, 6, "fill:#1e2430")
	for i, line := range s.record {
		colour := "#c8d0e0"
		switch {
		case strings.Contains(line, "  open "):
			colour = "#8fd694"
		case strings.Contains(line, "  held "):
			colour = "#f0c674"
		case strings.Contains(line, "CLUSTER") || strings.HasSuffix(line, " s"):
			colour = "#7f8aa3"
		}
		spaced := strings.ReplaceAll(line, " ", "\u00a0") // or several become one
		canvas.Text(margin, margin+(i+1)*lineHeight-5, spaced, "font-family:ui-monospace,Menlo,Consolas,monospace;font-size:13px;fill:"+colour)
	}
	canvas.End()
	return out.Bytes()
}
