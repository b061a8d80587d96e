package app

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"net/netip"
	"runtime/debug"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
	"olelo/runtime/vm"
)

// Unit is a configuration whose route blocks are run one at a time, without a
// server: no socket is opened, what would be sent is kept, all that the routes do
// is recorded. Functions run as in the server, but for those that are mocked.
// One worker runs all, so that $var, and with it hash tables and $shv, live on
// from run to run. Timers do not run. It is not safe for concurrent use.
type Unit struct {
	s       *server
	w       *worker
	rec     *recorder
	startup Result

	proto  transport.Proto // UnitOptions.Proto and Source
	source netip.AddrPort
}

// UnitOptions are a Unit's own.
type UnitOptions struct {
	Mocks []Mock
	// Source is where messages come from: 192.0.2.1:5060 where it is not valid.
	Source netip.AddrPort
	// Proto is what SIP messages come over: None is UDP. MSRP frames come over
	// TLS where that is asked for, otherwise over TCP.
	Proto transport.Proto
}

// Mock takes the place of a function, also of one that olelo does not run.
type Mock struct {
	Name string // "sl_send_reply", or with 2 parameters only "sl_send_reply/2"
	Code int    // what it returns: > 0 true, < 0 false, 0 ends the script
}

// ParseMock reads "sl_send_reply=1", "sl_send_reply/2=-1".
func ParseMock(text string) (Mock, error) {
	name, code, ok := strings.Cut(text, "=")
	n, err := strconv.Atoi(strings.TrimSpace(code))
	m := Mock{Name: strings.TrimSpace(name), Code: n}
	if !ok || err != nil || m.Name == "" {
		return m, fmt.Errorf("%q is no mock: it is written NAME=CODE or NAME/PARAMETERS=CODE, as in sl_send_reply=1", text)
	}
	_, err = m.compiled()
	return m, err
}

func (m Mock) compiled() (compile.Mock, error) {
	name, arity, ok := strings.Cut(m.Name, "/")
	c := compile.Mock{Name: name, Arity: -1, Code: m.Code}
	if !ok {
		return c, nil
	}
	n, err := strconv.Atoi(arity)
	if err != nil || n < 0 {
		return c, fmt.Errorf("mock %q: %q is no number of parameters", m.Name, arity)
	}
	c.Arity = n
	return c, nil
}

// Result is what one run did.
type Result struct {
	// Route is the block that ran last and was called by no other: of a run of one
	// block that one. "" is none, with End NotRun.
	Route string
	Code  int // its return code
	End   End

	Events []Event // all of it, in order; what follows is taken from there
	Calls  []Call
	Sent   []transport.Sent
	Log    []LogLine
}

// LoadUnit loads a configuration. The mistakes in it are written as by Run, to
// o.Stderr, and make an error.
func LoadUnit(o Options, u UnitOptions) (*Unit, error) {
	o.setDefaults()
	rec := &recorder{frameIn: -1, instead: -1}
	o.recorder = rec
	for _, m := range u.Mocks {
		c, err := m.compiled()
		if err != nil {
			return nil, err
		}
		o.mocks = append(o.mocks, c)
	}
	stderr := o.Stderr
	o.logHere()
	o.Stderr = rec
	s, diags := load(&o)
	o.Stderr = stderr
	if n := diags.Errors(); n > 0 {
		o.report(s.set, diags)
		s.cleanup()
		return nil, fmt.Errorf("%s has %s", o.File, plural(n, "mistake"))
	}
	unit := &Unit{s: s, rec: rec}
	unit.From(u.Proto, u.Source)
	if n, ok := s.prog.FindRoute("event_route", "msrp:frame-in"); ok {
		rec.frameIn = n
	}
	if err := unit.start(); err != nil {
		unit.Close()
		return nil, err
	}
	unit.result(&unit.startup)
	return unit, nil
}

// start is a server's start without its sockets, timers and control sockets.
func (u *Unit) start() error {
	cfg := u.s.transportConfig()
	cfg.Capture = u.rec.sent
	if err := u.s.open(context.Background(), cfg, transport.Handlers{}); err != nil {
		return err
	}
	var err error
	if u.w, err = u.s.workers.add("unit"); err != nil {
		return err
	}
	u.s.first = u.w
	if err := u.s.initFirstWorker(); err != nil {
		return err
	}
	u.s.net.Start()
	return nil
}

// Startup is what the start did: event routes such as htable:mod-init and
// core:worker-one-init, what it logged.
func (u *Unit) Startup() Result { return u.startup }

// Line is line n of a file of the configuration, "" where there is none.
func (u *Unit) Line(file string, n int) string { return u.s.set.Line(file, n) }

// Close ends the Unit.
func (u *Unit) Close() { u.s.stop() }

// From sets where the next messages come from, and over what; see UnitOptions.
func (u *Unit) From(p transport.Proto, a netip.AddrPort) {
	if !a.IsValid() {
		a = netip.AddrPortFrom(netip.AddrFrom4([4]byte{192, 0, 2, 1}), 5060)
	}
	u.proto, u.source = p, a
}

// Run gives a message, a SIP message or an MSRP frame with its CRLF line ends,
// to a route block: "route[AUTH]", "reply_route", "event_route[msrp:frame-in]".
// With "" it is handled as the server would, with all that goes before and
// behind the block: event_route[core:pre-routing], modules that take requests,
// the forwarding of a reply. A block may be run without a message where it
// needs none.
//
// The error tells that nothing was run, or that olelo itself failed.
func (u *Unit) Run(route string, message []byte) (r Result, err error) {
	n := -1
	if route != "" {
		if n, err = u.block(route); err != nil {
			return r, err
		}
	}
	u.rec.events, u.rec.titles, u.rec.calls = nil, nil, nil
	u.w.ctx.Lock()
	defer u.w.ctx.Unlock()
	defer func() {
		if p := recover(); p != nil {
			err = fmt.Errorf("a mistake in olelo, please report it: %v\n%s", p, debug.Stack())
			u.w.ctx.VM = vm.New(u.s.prog)
		}
		u.result(&r)
	}()
	switch {
	case len(message) == 0 && n < 0:
		return r, errors.New("there is no message")
	case len(message) == 0:
		u.run(u.w.begin(), n)
		return r, nil
	case bytes.HasPrefix(message, []byte("MSRP ")):
		return r, u.frame(n, message)
	}
	return r, u.message(n, message)
}

// message gives a SIP message to block n, or where that is negative to the server.
func (u *Unit) message(n int, raw []byte) error {
	p := u.proto
	if p == transport.None {
		p = transport.UDP
	}
	r, err := u.incoming(p)
	if err != nil {
		return err
	}
	h := handler{u.s, u.w}
	if n < 0 {
		h.sip(r, raw)
		return nil
	}
	c, err := h.message(r, raw)
	if err != nil {
		return fmt.Errorf("the message cannot be routed: %w; it begins %.80q", err, raw)
	}
	switch want := u.s.prog.Routes[n].Mask; {
	case want == registry.Request && !c.Msg.IsRequest() && u.s.prog.Routes[n].Kind == "request_route":
		return errors.New("request_route is run for requests, and this is a reply")
	case want&registry.Reply != 0 && c.Msg.IsRequest():
		return fmt.Errorf("%s is run for replies, and this is a request", u.s.prog.Routes[n].Title())
	}
	u.run(c, n)
	return nil
}

// frame gives an MSRP frame to block n, or where that is negative to
// event_route[msrp:frame-in].
func (u *Unit) frame(n int, raw []byte) error {
	switch {
	case u.s.frames == nil:
		return errors.New("an MSRP frame needs the module msrp, which is not loaded")
	case u.rec.frameIn < 0:
		return errors.New("an MSRP frame needs event_route[msrp:frame-in], which there is not")
	}
	p := transport.TCP
	if u.proto == transport.TLS {
		p = transport.TLS
	}
	r, err := u.incoming(p)
	if err != nil {
		return err
	}
	h := handler{u.s, u.w}
	if n >= 0 {
		if _, err := h.frame(r, raw); err != nil {
			return fmt.Errorf("the frame cannot be routed: %w; it begins %.80q", err, raw)
		}
	}
	u.rec.instead = n
	defer func() { u.rec.instead = -1 }()
	h.msrp(r, raw)
	return nil
}

// incoming is how a message comes in: on the first socket that can.
func (u *Unit) incoming(p transport.Proto) (*transport.Recv, error) {
	for _, s := range u.s.sockets {
		if s.Proto == p && s.Addr.Addr().Is4() == u.source.Addr().Is4() {
			return u.s.net.Incoming(s, u.source)
		}
	}
	return nil, fmt.Errorf("the configuration has no listen=%s:… that a message from %s could come in on", p, u.source)
}

// run runs block n as the kind that it is.
func (u *Unit) run(c *registry.Ctx, n int) {
	kind := u.s.prog.Routes[n].Mask
	if kind&registry.Request != 0 { // an event route, as the core raises it
		kind = registry.Request
	}
	u.s.block(n).Run(c, kind)
}

// result sums up what was recorded.
func (u *Unit) result(r *Result) {
	r.Events = u.rec.events
	for i := range r.Events {
		switch e := &r.Events[i]; e.Kind {
		case Called:
			r.Calls = append(r.Calls, e.Call)
		case Sent:
			r.Sent = append(r.Sent, e.Sent)
		case Logged:
			r.Log = append(r.Log, e.Log)
		case Ended:
			r.Route, r.Code, r.End = e.Text, e.Code, e.End
		}
	}
}

// Eval is the text of variables, as "$var(x)" or "$rU@$rd", for the message of
// the last run and in the state that it has left behind. null tells that the
// text is one variable that has no value.
func (u *Unit) Eval(text string) (val string, null bool, err error) {
	f, err := compile.Bind(u.s.prog, u.s.env, text)
	if err != nil {
		return "", false, err
	}
	c := &u.w.ctx
	c.Lock()
	defer c.Unlock()
	c.Vars = append(c.Vars, newVars(u.s.prog)[len(c.Vars):]...)
	if get, one := f.Single(); one {
		v := c.Eval(get)
		if v.K == value.Null {
			return "", true, nil
		}
		return strings.Clone(formatText(&v)), false, nil
	}
	return strings.Clone(f.Text(c)), false, nil
}

// block is the number of a route block.
func (u *Unit) block(title string) (int, error) {
	kind, name, _ := strings.Cut(strings.TrimSuffix(title, "]"), "[")
	kind, name = (&ast.Route{Kind: kind, Name: name}).Canonical()
	if n, ok := u.s.prog.FindRoute(kind, name); ok {
		return n, nil
	}
	titles := make([]string, len(u.s.prog.Routes))
	for n := range u.s.prog.Routes {
		titles[n] = u.s.prog.Routes[n].Title()
	}
	hint := ""
	if near := diag.Nearest(title, titles); near != "" {
		hint = ": did you mean " + near + "?"
	}
	return 0, fmt.Errorf("there is no %s%s", title, hint)
}
