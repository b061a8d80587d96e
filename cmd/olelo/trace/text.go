// Package trace shows what a configuration does with one message.
package trace

import (
	"bytes"
	"fmt"
	"io"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/coverage"
	"olelo/runtime/app"
	"olelo/runtime/transport"
)

// Text writes a trace for people: each line that ran, below it the values that it
// read (→), wrote (←) and what its conditions said, then what would have been
// sent and how it ended.
func Text(w io.Writer, r *app.Result, line Line) error {
	t := &text{line: line, events: r.Events, names: names(r.Events), shown: map[int]bool{}}
	for i := range r.Events {
		if p := r.Events[i].Place; p.File != "" {
			t.width = max(t.width, len(t.place(p)))
		}
	}
	for i := range r.Events {
		if !t.shown[i] {
			t.event(i)
		}
	}
	t.flush()
	for i := range r.Sent {
		t.message(&r.Sent[i])
	}
	if len(r.Events) > 0 {
		t.out.WriteByte('\n')
	}
	switch r.End {
	case app.NotRun:
		t.out.WriteString("no route block ran\n")
	case app.Return:
		fmt.Fprintf(&t.out, "%s returned %d\n", r.Route, r.Code)
	default:
		fmt.Fprintf(&t.out, "%s ended by %s, code %d\n", r.Route, r.End, r.Code)
	}
	_, err := w.Write(t.out.Bytes())
	return err
}

// text is a trace that is being written.
type text struct {
	out    bytes.Buffer
	line   Line
	events []app.Event
	shown  map[int]bool      // events that are shown with an earlier one
	names  map[string]string // of the files, as shown
	width  int               // of the places
	depth  int               // of the statement
	at     coverage.Place    // of the statement
	reads  []string          // of the statement, not written yet
	read   map[string]bool   // since anything else was shown
}

// names are the files' last parts, where that tells them apart.
func names(events []app.Event) map[string]string {
	shown, taken := map[string]string{}, map[string]bool{}
	for i := range events {
		f := events[i].Place.File
		if shown[f] != "" || f == "" {
			continue
		}
		shown[f] = filepath.Base(f)
		if taken[shown[f]] {
			shown[f] = f
		}
		taken[shown[f]] = true
	}
	return shown
}

func (t *text) place(p coverage.Place) string { return t.names[p.File] + ":" + strconv.Itoa(p.Line) }

// event shows event i.
func (t *text) event(i int) {
	e := &t.events[i]
	switch e.Kind {
	case app.Entered:
		t.flush()
		fmt.Fprintf(&t.out, "%s%s\n", strings.Repeat("  ", e.Depth), e.Text)
	case app.Left:
		t.depth = e.Depth - 1
		t.detail(e.Text + " returned " + strconv.Itoa(e.Code))
	case app.Reached:
		if e.Place.Kind == coverage.Statement {
			t.flush()
			t.depth, t.at, t.read = e.Depth-1, e.Place, nil
			fmt.Fprintf(&t.out, "%s  %-*s  %s\n", strings.Repeat("  ", t.depth), t.width, t.place(e.Place), Statement(e.Place, t.line))
			return
		}
		t.detail(Outcome(e.Place, t.line))
	case app.Read:
		t.value(e)
	case app.Wrote:
		if !internal(e.Text) {
			t.detail(e.Text + " ← " + Value(e.Value) + ifNot(e.OK, ", which it does not take"))
		}
	case app.Tested:
		if i+1 < len(t.events) && t.events[i+1].Kind == app.Reached && t.events[i+1].Place.Kind != coverage.Statement {
			return // which says the same
		}
		t.detail(e.Text + " is " + strconv.FormatBool(e.OK))
	case app.Called:
		t.call(i)
	case app.Sent:
		t.outside(e.Depth)
		t.detail("sends " + Message(&e.Sent))
	case app.Logged:
		t.outside(e.Depth)
		t.detail("log " + e.Log.Level + ": " + shorten(e.Log.Text))
	case app.Ended:
		t.depth = max(e.Depth-1, 0)
		if e.Depth > 0 { // an event route, in the middle of another block
			t.detail(fmt.Sprintf("%s is over by %s, code %d", e.Text, e.End, e.Code))
		}
	}
}

// outside says, once, that the server does what follows, and no route.
func (t *text) outside(depth int) {
	if depth > 0 || t.at.File == "" {
		return
	}
	t.flush()
	t.at, t.depth = coverage.Place{}, 0
	t.out.WriteString("behind the route\n")
}

// call shows a call behind what it reads for its arguments, and with the outcome
// of the condition that it is.
func (t *text) call(i int) {
	c := &t.events[i].Call
	for j := i + 1; j < len(t.events) && t.events[j].Kind == app.Read; j++ {
		t.value(&t.events[j])
		t.shown[j] = true
	}
	line := Call(c)
	if t.at.Line == c.Pos.Line && t.at.Col == c.Pos.Column && !c.Mocked && !strings.Contains(span(t.at, t.line), "$") {
		line = "= " + strconv.Itoa(c.Code) // the statement says the rest
	}
	for j := i + 1; j < len(t.events); j++ {
		p := t.events[j].Place
		if t.events[j].Kind != app.Reached || t.events[j].Depth > t.events[i].Depth {
			continue
		}
		if p.Kind != coverage.Statement && p.Line == c.Pos.Line && p.Col == c.Pos.Column {
			line += ", " + p.Kind.String()
			t.shown[j] = true
		}
		break
	}
	t.detail(line)
}

// value keeps what was read for the next flush, the same only once.
func (t *text) value(e *app.Event) {
	s := e.Text + " → " + Value(e.Value)
	if internal(e.Text) || t.read[s] {
		return
	}
	if t.read == nil {
		t.read = map[string]bool{}
	}
	t.read[s] = true
	t.reads = append(t.reads, s)
}

// lineWidth is how long a line of several values may become, in bytes.
const lineWidth = 100

// flush writes the values that were read, as many on a line as fit.
func (t *text) flush() {
	reads := t.reads
	t.reads = nil
	for len(reads) > 0 {
		line, n := reads[0], 1
		for n < len(reads) && len(line)+3+len(reads[n]) <= lineWidth {
			line += "   " + reads[n]
			n++
		}
		t.below(line)
		reads = reads[n:]
	}
}

// detail writes a line below a statement.
func (t *text) detail(s string) {
	t.flush()
	t.read = nil
	t.below(s)
}

func (t *text) below(s string) {
	fmt.Fprintf(&t.out, "%s%*s%s\n", strings.Repeat("  ", t.depth), t.width+6, "", s)
}

// message shows a message as it would have been sent, its body shortened.
func (t *text) message(s *transport.Sent) {
	fmt.Fprintf(&t.out, "\nsent to %s:%s from %s%s\n", s.Proto, s.To, s.From.Text, ifNot(!s.Close, ", and the connection closed"))
	head, body, _ := bytes.Cut(bytes.TrimRight(s.Bytes, "\r\n"), []byte("\r\n\r\n"))
	for l := range strings.SplitSeq(string(head), "\r\n") {
		fmt.Fprintf(&t.out, "  %s\n", printable(l))
	}
	if len(body) == 0 {
		return
	}
	lines := slices.Collect(strings.SplitSeq(string(body), "\r\n"))
	t.out.WriteByte('\n')
	for _, l := range lines[:min(len(lines), bodyLines)] {
		fmt.Fprintf(&t.out, "  %s\n", printable(shorten(l)))
	}
	if len(lines) > bodyLines {
		fmt.Fprintf(&t.out, "  … %d lines more\n", len(lines)-bodyLines)
	}
}

// bodyLines is how many lines of a body are shown.
const bodyLines = 12
