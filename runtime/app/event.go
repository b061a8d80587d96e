package app

import (
	"olelo/lang/coverage"
	"olelo/lang/source"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// EventKind is what an Event tells of.
type EventKind uint8

// The kinds of Event; behind each, the fields that it sets.
const (
	Entered EventKind = iota // Text: a route block begins
	Left                     // Text, Code: a block that was called by route() is over
	Reached                  // Place: a statement begins; a condition or a switch has gone a way
	Read                     // Text, Value: a variable was read
	Wrote                    // Text, Value, OK: a variable was assigned
	Tested                   // Text, OK: an old-style test such as src_ip==myself
	Called                   // Call
	Sent                     // Sent
	Logged                   // Log
	Ended                    // Text, Code, End: a block that was not called by route() is over
)

// Event is one thing that a route did.
type Event struct {
	Kind  EventKind
	Depth int // how many blocks are entered and not over
	Place coverage.Place
	Text  string
	Value value.Value
	OK    bool
	Call  Call
	Sent  transport.Sent
	Log   LogLine
	Code  int
	End   End
}

// Call is a call of a module's or the core's function.
type Call struct {
	Pos  source.Pos
	Name string
	// Args are the arguments as the function saw them: variables that it did not
	// evaluate stand there as written.
	Args   []string
	Code   int
	Mocked bool
}

// LogLine is a line of the log.
type LogLine struct {
	Level string // INFO, as Kamailio writes it
	Text  string // what follows it: "<script>: hello"
}

// End is how a route block ended.
type End uint8

// The ends. A block that is over by its last statement returns; return 0, and a
// function that returns 0, exit.
const (
	NotRun End = iota
	Return
	Exit
	Drop
)

// String is the statement that ends so.
func (e End) String() string { return [...]string{"not run", "return", "exit", "drop"}[e] }

// Result is what one run did.
type Result struct {
	// Route is the block that ran: of a message as the server handles it the main
	// one, or the event route that kept it from that. "" is none, with End NotRun.
	Route string
	Code  int // its return code
	End   End

	Events []Event // all of it, in order; what follows is taken from there
	Calls  []Call
	Sent   []transport.Sent
	Log    []LogLine
}
