// Package registry is the module contract: what a module exports (functions,
// parameters, variables, transformations, event routes, RPC commands), what
// it is given at load time (Fixup, Host) and while routing (Ctx).
//
// Everything is bound while the configuration loads: a call site becomes a
// Call, a variable a Getter, a text with variables a Format. Nothing is
// looked up by name while routing.
package registry

import (
	"context"
	"fmt"

	"olelo/lang/source"
	"olelo/runtime/log"
)

// Module is one Kamailio module. Its state lives in the instance, never in
// package variables: two configurations can be alive side by side.
type Module interface{ Exports() Exports }

// The optional parts of a module, found by type assertion.
type (
	// Provisioner runs after all modparams are set and before routes are
	// compiled; an error stops the start. A configuration with mistakes, and one
	// that is only looked at, is compiled without it.
	Provisioner interface{ Provision(Host) error }
	// Starter runs once the sockets are open.
	Starter interface{ Start(context.Context) error }
	// Listener opens what the module listens on beside the server's sockets, such
	// as a control socket. It runs once all modules have started; not where single
	// routes are run without a server.
	Listener interface{ Listen(context.Context) error }
	// WorkerIniter runs once for each worker before its first message.
	WorkerIniter interface{ InitWorker(*Ctx) error }
	// RequestFilter sees each SIP request before its route; true ends it there:
	// the module has done all that there was to do.
	RequestFilter interface{ FilterRequest(*Ctx) (done bool) }
	// Tracer watches each action of the routes.
	Tracer interface {
		// Trace returns what runs before an action; it is called once for each,
		// when modules are provisioned. nil is nothing.
		Trace(Action) func(*Ctx)
		// TraceSet returns what runs behind an assignment that was done, nil for
		// nothing; v is the variable that is named text.
		TraceSet(text string, v Var) func(*Ctx)
		// TraceEdit returns the setter to use for a variable in place of set.
		TraceEdit(text string, set Setter) Setter
	}
	// WireFilter sees SIP messages as they are on the wire: each that has come in
	// before it is read, and each that goes out. What it returns, which lives as
	// long as the message being handled, takes its place. WireHost tells the server.
	WireFilter interface {
		FilterReceived(c *Ctx, raw []byte) []byte
		FilterSent(c *Ctx, b []byte) []byte
	}
	// Cleaner releases what Provision and Start took, also after a partial one.
	Cleaner interface{ Cleanup() error }
)

// Action is a statement or a call in a route block.
type Action struct {
	// Route is the block's name in [ ], "" of a main block; Kind is request_route,
	// route, event_route ….
	Kind, Route string
	// Name is "assign", "if", "while", "switch" (over numbers), "case" (a switch over
	// texts), "return", "exit", "drop", "break", "route", or a function's name.
	Name   string
	Params int // of a function
	File   string
	// Line is that which Kamailio gives the action: often that of its end.
	Line int
}

// Exports is all that a module offers.
type Exports struct {
	Funcs  []Func
	Params []Param
	PVs    []PV
	Trans  []Trans
	Events []string // event routes it raises: "msrp:frame-in"
	RPCs   []RPC
	Doc    string // one sentence for the generated README
	// Differs is what is meant to be other than in Kamailio.
	Differs []Difference
}

// Difference is one way in which olelo is meant to do otherwise than Kamailio
// 5.6: for the module's README and for who decides about a migration.
type Difference struct {
	// Of is what differs, as an inventory names it: "f()" a function of any
	// arity, "$x", "{s.len}", "event_route[…]", "modparam x", in the core's table
	// "x=" a global parameter; "" is the module as a whole.
	Of string
	// How is what is other, in a sentence without its final stop.
	How string
	// Idle tells that it is taken and has no effect; How then says why that is safe.
	Idle bool
	// With is a module without which it makes no difference; "" is none.
	With string
}

// NotRunError is what a parameter's Set or a Bind returns for what Kamailio
// runs and olelo does not run yet.
type NotRunError struct{ Msg string }

// NotRun returns a *NotRunError.
func NotRun(format string, a ...any) error { return &NotRunError{fmt.Sprintf(format, a...)} }

func (e *NotRunError) Error() string { return e.Msg }

// PosError is an error about a place in the configuration.
type PosError struct {
	Pos source.Pos
	Err error
}

// At returns a *PosError; err itself where pos is none.
func At(pos source.Pos, err error) error {
	if !pos.IsValid() {
		return err
	}
	return &PosError{pos, err}
}

func (e *PosError) Error() string {
	return fmt.Sprintf("%s:%d: %v", e.Pos.Filename, e.Pos.Line, e.Err)
}

func (e *PosError) Unwrap() error { return e.Err }

// StartError is what a variable's Bind returns for a mistake that Kamailio finds
// only when it starts; it is told once, wherever the variable is used.
type StartError struct{ Msg string }

func (e *StartError) Error() string { return e.Msg }

// Mask says in which kinds of route block a function may stand.
type Mask uint16

// The route kinds, and Any for all of them.
const (
	Request Mask = 1 << iota
	Failure
	TmOnReply
	Branch
	OnReply
	Error
	Local
	CoreOnReply
	BranchFailure
	OnSend
	Event
	Any   Mask = 1<<iota - 1
	Reply Mask = TmOnReply | CoreOnReply | OnReply
)

// Call is a bound call site: > 0 is true, < 0 false, 0 ends the script.
type Call func(*Ctx) int

// Func is one function with one arity; a function with optional parameters
// has a row for each arity.
type Func struct {
	Name   string
	Params []ParamInfo
	Routes Mask
	Doc    string
	Bind   func(Fixup, []Arg) (Call, error) // called once a call site
	// Logs, where not nil, tells that all that a call with these arguments does is
	// to write a log line, and its level: where the log writes no lines of that, the
	// function is not called and its code is 1.
	Logs func([]Arg) (log.Level, bool)
}

// ParamInfo names and types a function parameter for `olelo check` and READMEs.
type ParamInfo struct{ Name, Kind string }

// Arg is a function argument as written: a constant.
type Arg struct {
	Text  string
	Int   int64
	IsInt bool
	Pos   source.Pos
}

// P is a typed function parameter. Bind makes, once a call site, the function
// that yields its value; ok is false where a message has no such value (the
// call then logs an error and returns -1).
type P[T any] struct {
	ParamInfo
	Bind func(Fixup, Arg) (func(*Ctx) (v T, ok bool), error)
}

// Param is a modparam. Set is called once for each modparam line, in order.
type Param struct {
	Name string
	Type ParamType
	Doc  string
	Set  func(v ParamValue) error
}

// ParamType is what a modparam takes.
type ParamType uint8

// The modparam types.
const (
	ParamInt ParamType = 1 << iota
	ParamStr
)

// ParamValue is the value of a modparam line; which field counts follows from
// the Param's Type (both bits: IsInt tells).
type ParamValue struct {
	Str   string
	Int   int64
	IsInt bool
	Pos   source.Pos
}

// RPC is one RPC command.
type RPC struct {
	Name string
	Doc  string
	Run  func(RPCCall) error
	// List tells that the reply is a list of values even where it holds one
	// or none; JSON-RPC clients see the difference.
	List bool
}

// RPCCall is a running RPC command: its arguments and its reply, in
// Kamailio's reply structure.
type RPCCall interface {
	// Arg is the i-th argument as the client sent it: a string, an int64, a
	// float64, and over JSON a bool or nil; ok is false past the last.
	Arg(i int) (v any, ok bool)
	// Text and Int read the i-th argument, which must be a text or an integer;
	// ok is false where it is another or there is none. Kamailio's manuals have
	// them as S and d. What counts as which is the transport's to say.
	Text(i int) (s string, ok bool)
	Int(i int) (n int64, ok bool)
	// AsText and AsInt take what can be made one too: .S and .d.
	AsText(i int) (s string, ok bool)
	AsInt(i int) (n int64, ok bool)
	// Refuse ends the command with the transport's fault of the argument that was
	// last read in vain, unless the reply has values; not all transports have one.
	Refuse()
	// Add appends a value to the reply: string, int, int64, float64, *RPCStruct.
	Add(v any)
	// Fault ends the command with a code and text, as Kamailio's rpc->fault.
	Fault(code int, text string)
}

// RPCStruct is an ordered structure in an RPC reply; Array lists in it are []any.
type RPCStruct struct {
	Names  []string
	Values []any
}

// Set appends a member and returns s.
func (s *RPCStruct) Set(name string, v any) *RPCStruct {
	s.Names = append(s.Names, name)
	s.Values = append(s.Values, v)
	return s
}
