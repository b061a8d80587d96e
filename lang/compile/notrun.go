package compile

import (
	"errors"
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/pvar"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// What Kamailio has and olelo does not run is checked against the catalogue,
// so that a configuration's own mistakes show all the same, and bound to what
// a lenient start needs: calls that log an error and are false, variables that
// are $null.

// notRun checks a call of a function that no loaded module has.
func (c *compiler) notRun(e *ast.Call) (registry.Call, bool) {
	m := c.unknownFunc(e.Name, len(e.Args))
	if !m.taken() {
		m.atEnd = true
		c.complain(e.Range, "unknown-function", m)
		return nil, false
	}
	rows := present(c.env, catalogue.FunctionsWith(e.Name, len(e.Args)))
	if len(rows) > 0 && !c.allowed(e, routesOf(rows)) {
		return nil, false
	}
	args, err := c.arguments(e, nil)
	if err != nil {
		return nil, false
	}
	if _, mocked := c.mock(e); !mocked {
		c.complain(e.Range, "", m)
		c.waitsFunc(e)
	}
	c.texts(e, args, rows)
	return c.called(e, args, nil, refuse(e)), true
}

// refuse is a call of a function that olelo does not run.
func refuse(e *ast.Call) registry.Call {
	where, name := place(e.Pos), e.Name
	return func(c *registry.Ctx) int {
		c.Log.Errorf(log.Core, "%s: %s() is not run by olelo yet", where, name)
		return -1
	}
}

// texts binds the arguments that are texts with variables in all rows, to find
// the mistakes in them. In the others, but for plain words, variables are noted
// only.
func (c *compiler) texts(e *ast.Call, args []registry.Arg, rows []catalogue.Function) {
	fx := c.site(e)
	c.late = true
	defer func() { c.late = false }()
	for i, a := range args {
		if a.IsInt {
			continue
		}
		text, word := len(rows) > 0, len(rows) > 0
		for _, r := range rows {
			text = text && i < len(r.Kinds) && r.Kinds[i] == "text"
			word = word && i < len(r.Kinds) && r.Kinds[i] == "word"
		}
		switch {
		case text:
			if _, err := fx.Format(a.Text); err != nil && !errors.Is(err, errReported) {
				c.errorAt(e.Range, "bad-parameter", err.Error(), "")
			}
		case !word:
			fx.locate(a.Text).mention(a.Text, 0)
		}
	}
}

// routesOf is where one of several functions of a name may stand.
func routesOf(rows []catalogue.Function) registry.Mask {
	var m registry.Mask
	for _, r := range rows {
		for word := range strings.SplitSeq(r.Routes, "|") {
			m |= routeMasks[word]
		}
	}
	return m
}

// routeMasks are the catalogue's words for the kinds of route blocks.
var routeMasks = map[string]registry.Mask{
	"ANY_ROUTE":            registry.Any,
	"REQUEST_ROUTE":        registry.Request,
	"FAILURE_ROUTE":        registry.Failure,
	"TM_ONREPLY_ROUTE":     registry.TmOnReply,
	"CORE_ONREPLY_ROUTE":   registry.CoreOnReply,
	"ONREPLY_ROUTE":        registry.TmOnReply | registry.CoreOnReply | registry.OnReply,
	"BRANCH_ROUTE":         registry.Branch,
	"BRANCH_FAILURE_ROUTE": registry.BranchFailure,
	"LOCAL_ROUTE":          registry.Local,
	"ONSEND_ROUTE":         registry.OnSend,
	"EVENT_ROUTE":          registry.Request | registry.Event,
}

func arities(rows []catalogue.Function) []int {
	var n []int
	for _, r := range rows {
		n = append(n, r.Params)
	}
	slices.Sort(n)
	return slices.Compact(n)
}

// absent is a variable that olelo does not run.
func absent(v *pvar.Var) registry.Var {
	b := registry.Var{Get: func(_ *registry.Ctx, v *value.Value) { *v = value.Value{} }}
	for _, row := range catalogue.Vars(v.Class) {
		if row.Writable {
			b.Set = refuseSet(v.Text)
		}
	}
	return b
}

// refuseSet assigns nothing to a variable that olelo does not assign.
func refuseSet(text string) registry.Setter {
	return func(c *registry.Ctx, _ *value.Value) bool {
		c.Log.Errorf(log.Core, "%s is not run by olelo yet: it is not assigned", text)
		return false
	}
}
