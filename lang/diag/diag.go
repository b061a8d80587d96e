// Package diag is what is said about a configuration: errors, warnings and
// hints with their positions, as a list, never one at a time.
package diag

import "olelo/lang/source"

// Severity orders diagnostics; an Error stops a start.
type Severity uint8

// The severities, most severe first.
const (
	Error Severity = iota
	Warning
	Info
)

// String is the severity's word in messages.
func (s Severity) String() string {
	switch s {
	case Error:
		return "error"
	case Warning:
		return "warning"
	}
	return "info"
}

// Diagnostic is one remark about a configuration.
type Diagnostic struct {
	Severity Severity
	Code     string     // stable, lower-case with dashes: "unknown-function"
	Pos      source.Pos // where; the zero Pos is the configuration as a whole
	EndLine  int        // where the marked text ends (0: at Pos's token)
	EndCol   int        // last marked column, inclusive
	Msg      string     // one sentence, no final stop
	Hint     string     // what to do; may be empty
	// Mark is the token that the caret shows where it is not the one at Pos:
	// Kamailio stops at the token after the one that is wrong. Zero: Pos.
	Mark  source.Pos
	Notes []Note // other places that belong to it
	// Late tells that Kamailio's parser does not find it: Kamailio says it
	// when it starts, or not at all.
	Late bool
	// SeenLine and SeenCol are where Kamailio sees it, in Pos's file, where that
	// is not at Pos: the end of the call that it is in. 0: at Pos.
	SeenLine, SeenCol int
	// Address tells that it is about an address or a user of this host, which Kamailio
	// looks up once the whole text is read and found good.
	Address bool
	// NotRun tells that Kamailio takes it, and olelo does not run it yet.
	NotRun bool
}

// Note is a second place of a diagnostic.
type Note struct {
	Pos source.Pos
	Msg string
}

// MaxErrors is how many mistakes are told where nothing else is asked for: a
// reader needs no more, and looking for the names that were meant takes time.
const MaxErrors = 100

// List collects diagnostics in the order found.
type List struct {
	Items []Diagnostic
	// Lenient makes warnings of the errors that are NotRun.
	Lenient bool
	// ParserOnly makes warnings of the errors that are Late and not NotRun: what
	// kamailio -c does not find.
	ParserOnly bool
}

// Add appends d.
func (l *List) Add(d Diagnostic) {
	switch {
	case d.Severity != Error:
	case d.NotRun && l.Lenient:
		d.Severity = Warning
	case d.Late && !d.NotRun && l.ParserOnly:
		d.Severity, d.Msg = Warning, "a start fails here: "+d.Msg
	}
	l.Items = append(l.Items, d)
}

// Errors counts the diagnostics that stop a start.
func (l *List) Errors() int { return l.count(Error) }

// Warnings counts the probable mistakes that do not.
func (l *List) Warnings() int { return l.count(Warning) }

func (l *List) count(s Severity) int {
	n := 0
	for i := range l.Items {
		if l.Items[i].Severity == s {
			n++
		}
	}
	return n
}
