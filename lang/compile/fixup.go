package compile

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/lang/pvar"
	"olelo/lang/source"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// errReported stands for an error that is in the diagnostics already.
var errReported = errors.New("reported")

// fixup is the compiler at one place in the configuration, as registry.Fixup.
type fixup struct {
	c     *compiler
	at    ast.Range
	text  int        // column offset of the text's first byte behind at.Pos, -1 if columns do not map
	args  []*ast.Lit // of a call site, to place a mistake at the right one
	quiet bool       // what is bound does not stand at this place
}

// locate returns f at the argument whose text is bound, where that can be told.
func (f *fixup) locate(text string) *fixup {
	for _, a := range f.args {
		if a == nil || a.Text != text {
			continue
		}
		in := *f
		in.at, in.text, in.args = a.Range, -1, nil
		if a.EndLine <= a.Pos.Line && f.c.width(a.Range) == len(text)+2 { // quotes, and no escapes
			in.text = 1
		}
		return &in
	}
	if f.foreign(text) {
		in := *f
		in.quiet = true
		return &in
	}
	return f
}

var _ registry.Fixup = (*fixup)(nil)

// Format binds a text with variables.
func (f *fixup) Format(text string) (*registry.Format, error) {
	if !strings.Contains(text, "$") {
		return registry.NewFormat(constPart(text)), nil
	}
	f = f.locate(text)
	parts, err := pvar.Format(text)
	if err != nil {
		return nil, f.syntax(err)
	}
	out := make([]registry.FormatPart, 0, len(parts))
	wrong := false
	for _, p := range parts {
		if p.Var == nil {
			out = append(out, registry.FormatPart{Text: p.Text})
			continue
		}
		v, err := f.bind(p.Var)
		if err != nil && err != errReported {
			return nil, err
		}
		wrong = wrong || err != nil
		out = append(out, registry.FormatPart{Get: v.Get})
	}
	if wrong { // all that is has been reported
		return nil, errReported
	}
	return registry.NewFormat(out), nil
}

func constPart(text string) []registry.FormatPart {
	if text == "" {
		return nil
	}
	return []registry.FormatPart{{Text: text}}
}

// Var binds one variable.
func (f *fixup) Var(text string) (registry.Var, error) {
	f = f.locate(text)
	v, n, err := pvar.Parse(text)
	if err != nil {
		return registry.Var{}, f.syntax(err)
	}
	if n < len(text) {
		return registry.Var{}, errors.New(strconv.Quote(text[n:]) + " follows the variable " + text[:n])
	}
	return f.bind(&v)
}

// bind finds the variable's class and its transformations.
func (f *fixup) bind(v *pvar.Var) (registry.Var, error) {
	bound, err := f.class(v)
	if err != nil {
		return bound, err
	}
	if len(v.Trans) == 0 {
		return f.c.recorded(v.Text, bound), nil
	}
	chain := make([]registry.TransFunc, 0, len(v.Trans))
	for i := range v.Trans {
		t, err := f.transformation(&v.Trans[i])
		if err != nil {
			return registry.Var{}, err
		}
		chain = append(chain, t)
	}
	return f.c.recorded(v.Text, registry.Var{Get: transformed(bound.Get, chain)}), nil
}

// class binds a variable without its transformations.
func (f *fixup) class(v *pvar.Var) (registry.Var, error) {
	x, ok := f.c.env.pvs[v.Class]
	if !ok {
		m := f.c.unknownVar(v.Class)
		f.report(v.Off, v.Off+len(v.Text), "unknown-variable", m)
		if m.taken() {
			f.waitsVar(v.Class, v.Off)
			f.mention(v.Inner, v.InnerOff)
			f.mention(v.Index, v.IndexOff)
			return absent(v), nil
		}
		return registry.Var{}, errReported
	}
	ref := registry.Ref{Class: v.Class, Inner: v.Inner, HasInner: v.HasInner, Pos: f.at.Pos}
	if v.HasIndex {
		index, err := f.index(v.Index)
		if err != nil {
			return registry.Var{}, err
		}
		ref.Index = index
	}
	inner := *f
	inner.text = f.inside(v.InnerOff)
	bound, err := x.it.Bind(&inner, ref)
	if err != nil {
		if errors.Is(err, errReported) {
			return registry.Var{}, err
		}
		var start *registry.StartError
		if errors.As(err, &start) {
			f.c.atStart(f.part(v.Off, v.Off+len(v.Text)), "bad-variable", fmt.Errorf("%s: %w", v.Text, err))
			return registry.Var{}, errReported
		}
		var notRun *registry.NotRunError
		f.report(v.Off, v.Off+len(v.Text), "bad-variable", message{text: about(v.Text, err), known: errors.As(err, &notRun)})
		if notRun != nil {
			f.c.waits(inventory.Variable, "$"+v.Class, []owner{{x.module, "5.6, 6.1"}}, f.place(v.Off))
			return absent(v), nil
		}
		return registry.Var{}, errReported
	}
	f.only6Var(v.Off, v.Off+len(v.Text), v.Class)
	if f.c.opt.Uses != nil {
		f.runs(inventory.Variable, "$"+v.Class, x.module, v.Off)
	}
	return bound, nil
}

// about is err's text, with what it is about in front unless it says so itself.
func about(what string, err error) string {
	if msg := err.Error(); strings.HasPrefix(msg, what) || strings.HasPrefix(msg, "$") {
		return msg
	}
	return what + ": " + err.Error()
}

// transformed is a getter followed by a chain of transformations.
func transformed(get registry.Getter, chain []registry.TransFunc) registry.Getter {
	if len(chain) == 1 {
		t := chain[0]
		return func(c *registry.Ctx, v *value.Value) {
			get(c, v)
			t(c, v)
		}
	}
	return func(c *registry.Ctx, v *value.Value) {
		get(c, v)
		for _, t := range chain {
			t(c, v)
		}
	}
}

func (f *fixup) index(text string) (registry.Index, error) {
	if text == "*" {
		return registry.Index{Kind: registry.IndexAll}, nil
	}
	if n, err := strconv.ParseInt(text, 10, 32); err == nil {
		return registry.Index{Kind: registry.IndexInt, N: n}, nil
	}
	if strings.HasPrefix(text, "$") {
		v, err := f.Var(text)
		if err != nil {
			return registry.Index{}, err
		}
		return registry.Index{Kind: registry.IndexVar, Get: v.Get}, nil
	}
	return registry.Index{}, errors.New("the index [" + text + "] is no number, no variable and not *")
}

func (f *fixup) transformation(t *pvar.Tr) (registry.TransFunc, error) {
	written := t.Class + "." + t.Key
	end := t.Off + len(written) + 1
	x, ok := f.c.env.trans[t.Class]
	if !ok {
		m := f.c.unknownTrans(t.Class)
		f.report(t.Off, end, "unknown-transformation", m)
		if m.taken() {
			f.waitsTrans(t.Class, t.Key, t.Off)
			f.mention(t.Args, t.ArgsOff)
			return func(_ *registry.Ctx, v *value.Value) { *v = value.Value{} }, nil
		}
		return nil, errReported
	}
	for _, k := range x.it.Keys {
		if !strings.EqualFold(k.Key, t.Key) { // {s.LEN} is {s.len}; classes are in small letters
			continue
		}
		f.only6Trans(t.Off, end, t.Class, t.Key, k.Only6)
		inner := *f
		inner.text = f.inside(t.ArgsOff)
		tr, err := k.Bind(&inner, t.Args, t.HasArgs)
		if err != nil && !errors.Is(err, errReported) {
			f.report(t.Off, end+len(t.Args), "bad-transformation", message{text: "{" + written + "}: " + err.Error()})
			err = errReported
		}
		if err == nil && f.c.opt.Uses != nil {
			f.runs(inventory.Transformation, "{"+written+"}", x.module, t.Off)
		}
		return tr, err
	}
	keys := make([]string, len(x.it.Keys))
	for i, k := range x.it.Keys {
		keys[i] = k.Key
	}
	m := message{text: "there is no transformation {" + written + "}"}
	if near := diag.Nearest(t.Key, keys); near != "" {
		m.hint = "did you mean {" + t.Class + "." + near + "}?"
	}
	f.report(t.Off, end, "unknown-transformation", m)
	return nil, errReported
}

// VarSlot is the place+1 of a $var or $vn.
func (f *fixup) VarSlot(name string, null bool) int { return f.c.slot(name, null) + 1 }

func slotKey(name string, null bool) string {
	if null {
		return "vn/" + name
	}
	return "var/" + name
}

func (c *compiler) slot(name string, null bool) int {
	key := slotKey(name, null)
	n, ok := c.slots[key]
	if !ok && c.sealed {
		return c.slots[slotKey("", null)]
	}
	if !ok {
		n = len(c.prog.Slots)
		c.slots[key] = n
		c.prog.Slots = append(c.prog.Slots, program.Slot{Name: name, Null: null})
	}
	return n
}

// EventRoute finds event_route[name]; nil where the configuration has none.
func (f *fixup) EventRoute(name string) registry.Block {
	if n, ok := f.c.prog.FindRoute("event_route", name); ok {
		return f.c.env.Block(n)
	}
	return nil
}

// RouteBlock finds route[name].
func (f *fixup) RouteBlock(name string) (registry.Block, bool) {
	n, ok := f.c.prog.FindRoute("route", name)
	if !ok {
		return nil, false
	}
	return f.c.env.Block(n), true
}

// Define returns the text of a #!define.
func (f *fixup) Define(name string) (string, bool) {
	d, ok := f.c.file.Define(name)
	return d.Value, ok
}

// Module returns a loaded module's instance.
func (f *fixup) Module(name string) (registry.Module, bool) { return f.c.env.Module(name) }

// Wrap32 tells that integers wrap at 32 bits.
func (f *fixup) Wrap32() bool { return !f.c.opt.Dialect6 }

// WholeFrame says that what reads bodies of MSRP frames.
func (f *fixup) WholeFrame(what string) {
	if f.c.prog.Whole == nil {
		f.c.prog.Whole = &program.Use{Text: what, Pos: f.at.Pos}
	}
}

// Route is the route block that is compiled.
func (f *fixup) Route() (kind, name string) { return f.c.kind, f.c.name }

// Pos is the place in the configuration that is bound.
func (f *fixup) Pos() source.Pos { return f.at.Pos }

// Warn says something about that place, once a configuration for each code
// and message.
func (f *fixup) Warn(code, msg, hint string) {
	if key := code + "\x00" + msg; !f.c.warned[key] {
		f.c.warned[key] = true
		f.c.diags.Add(diag.Diagnostic{
			Severity: diag.Warning, Code: code, Msg: msg, Hint: hint, Late: true,
			Pos: f.at.Pos, EndLine: f.at.EndLine, EndCol: f.at.EndCol,
		})
	}
}

// inside is the column offset of a text that starts off bytes into f's text.
func (f *fixup) inside(off int) int {
	if f.text < 0 {
		return -1
	}
	return f.text + off
}

// syntax reports a pvar.Error.
func (f *fixup) syntax(err error) error {
	var e *pvar.Error
	if !errors.As(err, &e) {
		return err
	}
	f.report(e.Off, e.End, "bad-variable", message{text: e.Msg, hint: e.Hint})
	return errReported
}

// part is where bytes off to end (exclusive) of f's text stand.
func (f *fixup) part(off, end int) ast.Range {
	at := f.at
	if f.text >= 0 {
		at.Pos = f.place(off)
		at.EndLine, at.EndCol = at.Pos.Line, f.at.Pos.Column+f.text+max(end-1, off)
	}
	return at
}

// report adds an error about bytes off to end (exclusive) of f's text.
func (f *fixup) report(off, end int, code string, m message) {
	f.c.complain(f.part(off, end), code, m)
}
