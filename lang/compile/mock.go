package compile

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/pvar"
	"olelo/runtime/registry"
)

// Mock stands for a function: its arguments are bound and evaluated as ever,
// and Code is what it returns.
type Mock struct {
	Name  string
	Arity int // of the function; -1 is any
	Code  int
}

// checkMocks reports mocks of functions that there are not.
func (c *compiler) checkMocks() {
	for _, m := range c.opt.Mocks {
		known := len(c.env.arities(m.Name))+len(present(c.env, catalogue.Functions(m.Name))) > 0
		if m.Arity >= 0 {
			_, known = c.env.fn(m.Name, m.Arity)
		}
		if known {
			continue
		}
		if why := c.unknownFunc(m.Name, max(m.Arity, 0)); !why.taken() {
			why.text = "mock: " + why.text
			c.complain(ast.Range{}, "unknown-function", why)
		}
	}
}

func (c *compiler) mock(e *ast.Call) (Mock, bool) {
	for _, m := range c.opt.Mocks {
		if m.Name == e.Name && (m.Arity < 0 || m.Arity == len(e.Args)) {
			return m, true
		}
	}
	return Mock{}, false
}

// called is a bound call as mocks and the recorder want it. params are nil
// where olelo does not run the function.
func (c *compiler) called(e *ast.Call, args []registry.Arg, params []registry.ParamInfo, call registry.Call) registry.Call {
	m, mocked := c.mock(e)
	if mocked {
		call = c.mocked(e, args, params, m.Code)
	}
	if c.opt.Recorder == nil {
		return call
	}
	s := Site{Pos: e.Pos, Name: e.Name, Mocked: mocked}
	for _, a := range args {
		s.Args = append(s.Args, a.Text)
	}
	return c.opt.Recorder.Call(s, call)
}

// mocked evaluates the texts among the arguments, for the recorder to see, and
// returns code.
func (c *compiler) mocked(e *ast.Call, args []registry.Arg, params []registry.ParamInfo, code int) registry.Call {
	fx := c.site(e)
	var texts []*registry.Format
	for i, a := range args {
		if params != nil && (params[i].Kind == "word" || params[i].Kind == "pv") || !c.readable(a.Text) {
			continue
		}
		if f, err := fx.Format(a.Text); err == nil {
			texts = append(texts, f)
		}
	}
	return func(ctx *registry.Ctx) int {
		for _, f := range texts {
			f.Text(ctx)
		}
		return code
	}
}

// readable reports whether text is one with variables, all of them known: some
// functions take a $ for another thing.
func (c *compiler) readable(text string) bool {
	if !strings.Contains(text, "$") {
		return false
	}
	parts, err := pvar.Format(text)
	if err != nil {
		return false
	}
	for _, p := range parts {
		if p.Var == nil {
			continue
		}
		if _, ok := c.env.pvs[p.Var.Class]; !ok {
			return false
		}
	}
	return true
}
