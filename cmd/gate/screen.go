package main

import (
	"bytes"
	"fmt"
	"io"
	"os"
	"slices"
	"strings"
	"time"

	"golang.org/x/term"

	"github.com/casskop-gitops/casskop-gitops/pkg/gate/status"
)

// screen shows rings as they change: on a terminal a table that is drawn anew, elsewhere a line for each row that changed.
type screen struct {
	out   io.Writer
	size  func() (width, height int, err error) // of the terminal; nil: it is none
	shown []string
	clock *time.Ticker // for ages on a terminal
}

func newScreen(out io.Writer) *screen {
	s := &screen{out: out}
	if file, ok := out.(*os.File); ok && term.IsTerminal(int(file.Fd())) {
		s.size, s.clock = func() (int, int, error) { return term.GetSize(int(file.Fd())) }, time.NewTicker(time.Second)
	}
	return s
}

// tick is when ages have to be drawn anew; never where there is no terminal.
func (s *screen) tick() <-chan time.Time {
	if s.clock == nil {
		return nil
	}
	return s.clock.C
}

// news says whether a row has changed since it was asked last.
func (s *screen) news(rings []status.Ring) bool {
	rows := lines(rings)
	changed := !slices.Equal(s.shown, rows)
	s.shown = rows
	return changed
}

func (s *screen) show(rings []status.Ring, wide bool) {
	if s.size != nil {
		s.draw(rings, wide)
		return
	}
	before := s.shown
	if !s.news(rings) {
		return
	}
	for _, line := range s.shown {
		if !slices.Contains(before, line) {
			fmt.Fprintf(s.out, "%s %s\n", time.Now().UTC().Format(time.RFC3339), line)
		}
	}
}

// draw fills the terminal from its first line on, and cuts what does not fit.
func (s *screen) draw(rings []status.Ring, wide bool) {
	var text bytes.Buffer
	status.Write(&text, rings, time.Now(), wide)
	rows := strings.Split(strings.TrimRight(text.String(), "\n"), "\n")
	width, height, err := s.size()
	if err != nil || width <= 0 || height <= 0 { // a terminal may not know
		width, height = 80, 24
	}
	var frame bytes.Buffer
	frame.WriteString("\x1b[H")
	for _, row := range rows[:min(len(rows), max(height-1, 1))] {
		if runes := []rune(row); len(runes) > width {
			row = string(runes[:max(width-1, 0)]) + "…"
		}
		fmt.Fprintf(&frame, "%s\x1b[K\r\n", row)
	}
	frame.WriteString("\x1b[J")
	_, _ = s.out.Write(frame.Bytes()) // a terminal that is gone is not told so
}

func lines(rings []status.Ring) (all []string) {
	for _, r := range rings {
		for _, c := range r.Clusters {
			all = append(all, r.Line(c))
		}
	}
	return all
}
