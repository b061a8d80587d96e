package compile

import (
	"olelo/lang/ast"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// trace tells the tracer of an action whose code begins here.
func (c *compiler) trace(name string, params int, at ast.Range, line int) {
	if c.opt.Tracer == nil {
		return
	}
	do := c.opt.Tracer.Trace(registry.Action{
		Kind: c.kind, Route: c.name, Name: name, Params: params, File: at.Pos.Filename, Line: line,
	})
	if do != nil {
		c.probe("trace "+name, do)
	}
}

// traceStmt traces all statements but calls, which call traces wherever they
// stand.
func (c *compiler) traceStmt(s ast.Stmt) {
	switch s := s.(type) {
	case *ast.Assign:
		c.trace("assign", 0, s.Range, s.Line)
	case *ast.If:
		c.trace("if", 0, s.Range, s.Line)
	case *ast.While:
		c.trace("while", 0, s.Range, s.Line)
	case *ast.Switch:
		c.trace(c.switchName(s), 0, s.Range, s.EndLine)
	case *ast.Jump:
		c.trace(s.Keyword, 0, s.Range, s.Line)
	}
}

// switchName is "case" where a switch compares texts.
func (c *compiler) switchName(s *ast.Switch) string {
	for _, k := range s.Cases {
		if k.Regex != nil {
			return "case"
		}
		if k.Value != nil {
			if v, ok := c.constant(k.Value); ok && v.K != value.Int {
				return "case"
			}
		}
	}
	return "switch"
}

// traced is a variable that is assigned, as the tracer wants it.
func (c *compiler) traced(to *ast.Var, v registry.Var) registry.Var {
	if c.opt.Tracer != nil && v.Set != nil {
		v.Set = c.opt.Tracer.TraceEdit(to.Text, v.Set)
	}
	return v
}

// traceSet traces that a variable was assigned.
func (c *compiler) traceSet(to *ast.Var, v registry.Var) {
	if c.opt.Tracer == nil {
		return
	}
	if do := c.opt.Tracer.TraceSet(to.Text, v); do != nil {
		c.probe("traced "+to.Text, do)
	}
}
