// Package compile turns a configuration's route blocks into bytecode. All
// that has a name is bound here: functions, variables, transformations,
// routes, regular expressions; a name that cannot be bound is a diagnostic.
package compile

import (
	"cmp"
	"errors"

	"olelo/lang/ast"
	"olelo/lang/coverage"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/lang/source"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Options are what the language's meaning depends on.
type Options struct {
	// Dialect6 gives the meaning of Kamailio 6 in place of 5.6's: integers of
	// 64 bits, and a text that is no number fails its expression.
	Dialect6 bool
	// RawCodes makes a call in an expression its code, and in a condition true
	// where that is not 0: return_mode=1.
	RawCodes bool
	MaxLoops int // max_while_loops: iterations, 0 for no bound
	MaxLevel int // max_recursive_level: nested routes and blocks
	// LogPrefix is a text with variables to bind beside the routes (log_prefix).
	LogPrefix string
	// Uses, where not nil, gets every name that the routes use.
	Uses *inventory.List
	// Coverage, where not nil, gets the statements and conditions of the routes,
	// which count in it while they run.
	Coverage *coverage.Counters
	// Recorder, where not nil, is told all that the routes do.
	Recorder Recorder
	// Tracer, where not nil, is told of each action before it runs.
	Tracer registry.Tracer
	// Mocks take the place of functions, also of those that olelo does not run.
	Mocks []Mock
	// MaxErrors is how many errors are reported; 0 is diag.MaxErrors.
	MaxErrors int
}

// Compile compiles the route blocks of file. What is wrong goes to diags; the
// program is only to be run where that has no errors.
func Compile(file *ast.File, env *Env, opt Options, diags *diag.List) *program.Program {
	c := &compiler{
		file: file, attributes: file.Attributes,
		env:    env,
		opt:    opt,
		diags:  diags,
		slots:  map[string]int{},
		warned: map[string]bool{},
		places: map[coverage.Place][]any{},
		consts: map[value.Value]int{}, regexes: map[regexKey]int{},
		prog: &program.Program{
			Wrap32: !opt.Dialect6, MaxLoops: opt.MaxLoops, MaxLevel: opt.MaxLevel,
			MatchText: matchText(ere.NewCache(dynamicPatterns)),
		},
	}
	env.file = file
	c.opt.MaxErrors = cmp.Or(opt.MaxErrors, diag.MaxErrors)
	c.checkMocks()
	if opt.Tracer != nil { // it may evaluate any variable
		c.prog.Whole = &program.Use{Text: "the debugger"}
	}
	routes := c.declare(file)
	for _, r := range routes {
		c.route(r)
	}
	c.logPrefix(file)
	c.prog.Seal()
	return c.prog
}

// dynamicPatterns is how many patterns that are only known while routing are
// kept compiled.
const dynamicPatterns = 1024

func matchText(cache *ere.Cache) func(text, pattern string) (bool, error) {
	return func(text, pattern string) (bool, error) {
		re, err := cache.Get(pattern, ere.IgnoreCase)
		if err != nil {
			return false, err
		}
		return re.Match(text)
	}
}

// compiler is the state of one compilation.
type compiler struct {
	env        *Env
	opt        Options
	diags      *diag.List
	prog       *program.Program
	slots      map[string]int // $var slots by class and name
	consts     map[value.Value]int
	regexes    map[regexKey]int
	file       *ast.File
	warned     map[string]bool          // warnings given once a configuration
	places     map[coverage.Place][]any // the conditions and cases at each place
	errors     int                      // mistakes that were found
	attributes bool                     // $name is an AVP where no variable has that name

	// Of the route that is compiled.
	mask   registry.Mask
	title  string // route[AUTH]
	kind   string // route
	name   string // AUTH
	dead   int    // > 0: it never runs
	regs   int    // registers in use
	most   int    // most registers ever in use
	depth  int    // blocks around the statement
	breaks []jumpList
	pos    source.Pos // of the code that is emitted
	label  int        // where jumps last went to
	late   bool       // Kamailio finds what is wrong here only when it starts
	sealed bool       // the program is made: slots and prog are read alone
}

func (c *compiler) logPrefix(file *ast.File) {
	if c.opt.LogPrefix == "" {
		return
	}
	c.late = true
	var at ast.Range
	for _, it := range file.Items {
		if g, ok := it.(*ast.Global); ok && g.Name == "log_prefix" && len(g.Values) == 1 {
			at = g.Values[0].Range
		}
	}
	f := fixup{c: c, at: at, text: -1, quiet: true}                         // its variables are noted with the global parameters
	if at.EndLine <= at.Pos.Line && c.width(at) == len(c.opt.LogPrefix)+2 { // quotes, and no escapes
		f.text = 1
	}
	c.opt.Recorder = nil // a log line is no part of a route
	prefix, err := f.Format(c.opt.LogPrefix)
	if err != nil && !errors.Is(err, errReported) {
		c.errorAt(at, "bad-parameter", "log_prefix: "+err.Error(), "")
	}
	c.prog.LogPrefix = prefix
}

// block is one named route with the bodies that are appended to each other.
type block struct {
	*ast.Route
	more []*ast.Block
	n    int // its number in the program
}

// kinds are the route kinds: their masks, and whether blocks of one name are
// appended to each other, as the main blocks are.
var kinds = map[string]struct {
	mask registry.Mask
	join bool
}{
	"request_route": {registry.Request, true},
	"route":         {registry.Request, false},
	"reply_route":   {registry.CoreOnReply, true},
	"onreply_route": {registry.TmOnReply, false},
	"failure_route": {registry.Failure, false},
	"branch_route":  {registry.Branch, false},
	"onsend_route":  {registry.OnSend, true},
	"event_route":   {registry.Request | registry.Event, false},
}

// declare numbers all route blocks, so that calls can be bound in any order.
func (c *compiler) declare(file *ast.File) []*block {
	var list []*block
	seen := map[string]*block{}
	for _, it := range file.Items {
		r, ok := it.(*ast.Route)
		if !ok || r.Body == nil {
			continue
		}
		kind, name := r.Canonical()
		k := kinds[kind]
		c.routeKind(kind, r)
		if first := seen[kind+"/"+name]; first != nil {
			if k.join {
				first.more = append(first.more, r.Body)
				continue
			}
			c.errorAt(r.NamAt, "duplicate-route", kind+"["+name+"] is defined twice",
				"the first one is at "+place(first.Pos)+"; rename one of them")
			continue
		}
		if kind == "event_route" {
			c.event(r)
		}
		b := &block{Route: &ast.Route{Range: r.Range, Kind: kind, Name: name, NamAt: r.NamAt, Body: r.Body}}
		b.n = c.prog.AddRoute(program.Route{Kind: kind, Name: name, Mask: k.mask, Pos: r.Pos})
		seen[kind+"/"+name] = b
		list = append(list, b)
	}
	return list
}

// tail is the register that holds a route's code while its last statement runs.
const tail = 0

func (c *compiler) route(b *block) {
	c.mask, c.regs, c.most, c.depth, c.breaks = kinds[b.Kind].mask, 1, 1, 0, nil
	c.pos, c.title = b.Pos, c.prog.Routes[b.n].Title()
	c.kind, c.name = b.Kind, b.Name
	entry := len(c.prog.Code)
	stmts := b.Body.Stmts
	for _, m := range b.more {
		stmts = append(stmts[:len(stmts):len(stmts)], m.Stmts...)
	}
	if c.opt.Recorder != nil {
		c.probe("enter", c.opt.Recorder.Entered(c.title))
	}
	c.stmts(stmts, tail)
	c.emit(program.Instr{Op: program.OpEnd, A: tail})
	r := &c.prog.Routes[b.n]
	r.Entry, r.Regs = int32(entry), int32(c.most)
}

// ---- emitting ----

func (c *compiler) emit(in program.Instr) int {
	c.prog.Code = append(c.prog.Code, in)
	c.prog.Pos = append(c.prog.Pos, c.pos)
	return len(c.prog.Code) - 1
}

func (c *compiler) here() int { return len(c.prog.Code) }

// jumpList is jumps that wait for their target.
type jumpList []int

func (c *compiler) patch(l jumpList) {
	for _, at := range l {
		c.prog.Code[at].D = int32(c.here())
		c.label = c.here()
	}
}

// reg reserves a register until release.
func (c *compiler) reg() uint8 {
	if c.regs > 255 {
		c.errorAt(ast.Range{Pos: c.pos}, "too-complex", "this expression needs more than 255 intermediate values",
			"split it over several assignments")
		c.regs = 1
	}
	c.regs++
	c.most = max(c.most, c.regs)
	return uint8(c.regs - 1)
}

// release gives back all registers reserved since mark was c.regs.
func (c *compiler) release(mark int) { c.regs = mark }
