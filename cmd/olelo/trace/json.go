package trace

import (
	"encoding/json"
	"io"

	"olelo/lang/coverage"
	"olelo/runtime/app"
	"olelo/runtime/value"
)

// document is a trace as JSON.
type document struct {
	Route  string      `json:"route"` // the block that ran last; "" is none
	End    string      `json:"end"`   // return, exit, drop, not run
	Code   int         `json:"code"`
	Events []jsonEvent `json:"events"`
}

// jsonEvent is one thing that happened; which members it has follows from Event.
type jsonEvent struct {
	Event string `json:"event"` // enter, leave, statement, condition, switch, read, write, test, call, send, log, end
	Depth int    `json:"depth"` // how many blocks are entered and not over

	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`

	Route     string   `json:"route,omitempty"`
	Text      string   `json:"text,omitempty"`
	Outcome   *bool    `json:"outcome,omitempty"`
	Variable  string   `json:"variable,omitempty"`
	Value     any      `json:"value,omitempty"`
	Null      bool     `json:"null,omitempty"`
	Refused   bool     `json:"refused,omitempty"`
	Function  string   `json:"function,omitempty"`
	Arguments []string `json:"arguments,omitempty"`
	Mocked    bool     `json:"mocked,omitempty"`
	Code      *int     `json:"code,omitempty"`
	End       string   `json:"end,omitempty"`
	Proto     string   `json:"proto,omitempty"`
	To        string   `json:"to,omitempty"`
	From      string   `json:"from,omitempty"`
	Message   string   `json:"message,omitempty"`
	Close     bool     `json:"close,omitempty"`
	Level     string   `json:"level,omitempty"`
}

// JSON writes a trace as one JSON object, nothing shortened.
func JSON(w io.Writer, r *app.Result, line Line) error {
	d := document{Route: r.Route, End: r.End.String(), Code: r.Code, Events: make([]jsonEvent, 0, len(r.Events))}
	for i := range r.Events {
		d.Events = append(d.Events, jsonOf(&r.Events[i], line))
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

func jsonOf(e *app.Event, line Line) jsonEvent {
	j := jsonEvent{Depth: e.Depth}
	switch e.Kind {
	case app.Entered:
		j.Event, j.Route = "enter", e.Text
	case app.Left:
		j.Event, j.Route, j.Code = "leave", e.Text, &e.Code
	case app.Reached:
		j.reached(e.Place, line)
	case app.Read:
		j.Event, j.Variable = "read", e.Text
		j.value(e.Value)
	case app.Wrote:
		j.Event, j.Variable, j.Refused = "write", e.Text, !e.OK
		j.value(e.Value)
	case app.Tested:
		j.Event, j.Text, j.Outcome = "test", e.Text, &e.OK
	case app.Called:
		c := &e.Call
		j.Event, j.Function, j.Arguments, j.Mocked, j.Code = "call", c.Name, c.Args, c.Mocked, &c.Code
		j.File, j.Line, j.Column = c.Pos.Filename, c.Pos.Line, c.Pos.Column
	case app.Sent:
		s := &e.Sent
		j.Event, j.Proto, j.To, j.From, j.Message, j.Close = "send", s.Proto.String(), s.To.String(), s.From.Text, string(s.Bytes), s.Close
	case app.Logged:
		j.Event, j.Level, j.Text = "log", e.Log.Level, e.Log.Text
	case app.Ended:
		j.Event, j.Route, j.Code, j.End = "end", e.Text, &e.Code, e.End.String()
	}
	return j
}

func (j *jsonEvent) reached(p coverage.Place, line Line) {
	j.File, j.Line, j.Column, j.Route = p.File, p.Line, p.Col, p.Route
	switch j.Text = span(p, line); p.Kind {
	case coverage.Statement:
		j.Event, j.Text = "statement", closed(j.Text)
	case coverage.True, coverage.False:
		yes := p.Kind == coverage.True
		j.Event, j.Outcome = "condition", &yes
	case coverage.Case, coverage.NoCase:
		yes := p.Kind == coverage.Case
		j.Event, j.Outcome = "switch", &yes
	}
}

func (j *jsonEvent) value(v value.Value) {
	switch {
	case v.IsStr():
		j.Value = v.S
	case v.IsInt():
		j.Value = v.I
	default:
		j.Null = true
	}
}
