package app

import (
	"slices"
	"strconv"
	"strings"

	"olelo/lang/compile"
	"olelo/lang/coverage"
	"olelo/lang/program"
	"olelo/lang/pvar"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// recorder keeps what routes do, in order. It belongs to one Unit, which does
// one thing at a time.
type recorder struct {
	events []Event
	titles []string // of the blocks that are entered and not over
	calls  []int    // how many those were where the calls that run began

	// frameIn is the number of event_route[msrp:frame-in]; frames of a Unit may be
	// given to another block, instead.
	frameIn, instead int
}

var _ compile.Recorder = (*recorder)(nil)

// reset forgets what was recorded, for the next run.
func (r *recorder) reset() { r.events, r.titles, r.calls = nil, nil, nil }

func (r *recorder) add(e Event) {
	e.Depth = len(r.titles)
	r.events = append(r.events, e)
}

// Entered tells of a block that begins.
func (r *recorder) Entered(title string) program.Probe {
	return func(*registry.Ctx) {
		r.add(Event{Kind: Entered, Text: title})
		r.titles = append(r.titles, title)
	}
}

// Calling notes that a block is called.
func (r *recorder) Calling() program.Probe {
	return func(*registry.Ctx) { r.calls = append(r.calls, len(r.titles)) }
}

// Returned tells of a called block that is over, where there was one.
func (r *recorder) Returned() program.Probe {
	return func(c *registry.Ctx) {
		last := len(r.calls) - 1
		n := r.calls[last]
		r.calls = r.calls[:last]
		if n < len(r.titles) {
			title := r.titles[n]
			r.titles = r.titles[:n]
			r.add(Event{Kind: Left, Text: title, Code: c.RC})
		}
	}
}

// Reached tells of a place.
func (r *recorder) Reached(p coverage.Place) program.Probe {
	return func(*registry.Ctx) { r.add(Event{Kind: Reached, Place: p}) }
}

// Get tells of a variable that is read.
func (r *recorder) Get(text string, get registry.Getter) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		get(c, v)
		r.add(Event{Kind: Read, Text: text, Value: kept(v)})
	}
}

// Set tells of a variable that is assigned.
func (r *recorder) Set(text string, set registry.Setter) registry.Setter {
	return func(c *registry.Ctx, v *value.Value) bool {
		given := kept(v)
		ok := set(c, v)
		r.add(Event{Kind: Wrote, Text: text, Value: given, OK: ok})
		return ok
	}
}

// kept is a value that outlives the message.
func kept(v *value.Value) value.Value {
	k := *v
	k.S = strings.Clone(v.S)
	return k
}

// Test tells of an old-style test.
func (r *recorder) Test(text string, test program.Test) program.Test {
	return func(c *registry.Ctx, y *value.Value) bool {
		ok := test(c, y)
		r.add(Event{Kind: Tested, Text: text, OK: ok})
		return ok
	}
}

// Call tells of a call.
func (r *recorder) Call(s compile.Site, call registry.Call) registry.Call {
	args := make([][]pvar.Part, len(s.Args))
	for i, a := range s.Args {
		args[i], _ = pvar.Format(a) // of a text that is none the argument is shown as written
	}
	return func(c *registry.Ctx) int {
		at := len(r.events)
		r.add(Event{Kind: Called, Call: Call{Pos: s.Pos, Name: s.Name, Mocked: s.Mocked}})
		code := call(c)
		e := &r.events[at].Call
		e.Code = code
		for i, a := range s.Args {
			e.Args = append(e.Args, argument(a, args[i], r.events[at+1:]))
		}
		return code
	}
}

// argument is an argument with the values of its variables that were read.
func argument(written string, parts []pvar.Part, events []Event) string {
	if parts == nil {
		return written
	}
	var b strings.Builder
	for _, p := range parts {
		if p.Var == nil {
			b.WriteString(p.Text)
			continue
		}
		i := slices.IndexFunc(events, func(e Event) bool { return e.Kind == Read && e.Text == p.Var.Text })
		if i < 0 {
			b.WriteString(p.Var.Text)
			continue
		}
		v := events[i].Value
		b.WriteString(formatText(&v))
	}
	return b.String()
}

// formatText is a variable's value in a text.
func formatText(v *value.Value) string {
	switch {
	case v.IsStr():
		return v.S
	case v.IsInt():
		return strconv.FormatInt(v.I, 10)
	case v.I == 0:
		return "<null>"
	}
	return "" // a void
}

// recordedBlock is a block whose end is told.
type recordedBlock struct {
	block
	rec *recorder
}

// Run runs the block.
func (b recordedBlock) Run(c *registry.Ctx, kind registry.Mask) int {
	if b.n == b.rec.frameIn && b.rec.instead >= 0 {
		b.n = b.rec.instead
	}
	titles, calls := len(b.rec.titles), len(b.rec.calls)
	code := b.block.Run(c, kind)
	b.rec.titles, b.rec.calls = b.rec.titles[:titles], b.rec.calls[:calls]
	e := Event{Kind: Ended, Text: (*b.prog).Routes[b.n].Title(), Code: code, End: Return}
	switch {
	case c.Flow&registry.FlowDrop != 0:
		e.End = Drop
	case c.Flow&registry.FlowExit != 0:
		e.End = Exit
	}
	b.rec.add(e)
	return code
}

// Write takes a line of the log.
func (r *recorder) Write(line []byte) (int, error) {
	text := strings.TrimRight(string(line), "\n")
	if _, rest, ok := strings.Cut(text, ") "); ok { // " 1(4711) "
		text = rest
	}
	var l LogLine
	l.Level, l.Text, _ = strings.Cut(text, ": ")
	r.add(Event{Kind: Logged, Log: l})
	return len(line), nil
}

func (r *recorder) sent(s transport.Sent) { r.add(Event{Kind: Sent, Sent: s}) }
