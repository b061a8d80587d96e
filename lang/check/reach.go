package check

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/source"
)

// reachable warns of the first statement of each list that stands behind one
// that control does not leave at its end. Jumps alone are no such statement:
// `exit; break;` is how many write the end of a case.
func (c *checker) reachable(list []ast.Stmt) {
	var stop ast.Stmt
	for _, s := range list {
		if stop != nil {
			if _, jump := s.(*ast.Jump); jump {
				continue
			}
			c.unreachable(s, stop)
			return
		}
		switch s := s.(type) {
		case *ast.If:
			c.reachable(s.Then.Stmts)
			if s.Else != nil {
				c.reachable(s.Else.Stmts)
			}
		case *ast.While:
			c.reachable(s.Body.Stmts)
		case *ast.Switch:
			for _, k := range s.Cases {
				c.reachable(k.Body)
			}
		}
		if ast.Leaves(s) {
			stop = s
		}
	}
}

func (c *checker) unreachable(s, stop ast.Stmt) {
	at, before := placeOf(s), placeOf(stop)
	if c.depends(before.Pos, at.Pos) {
		return
	}
	what, that := "every way through the statement before it leaves", "that statement"
	if j, ok := stop.(*ast.Jump); ok {
		what, that = j.Keyword+" stands before it", "the "+j.Keyword
	}
	c.warn(at, "unreachable", "this statement never runs: "+what, "").
		Notes = []diag.Note{{Pos: before.Pos, Msg: that}}
}

// depends reports whether an #!ifdef or its like decides which of the text
// from one place to the other is there.
func (c *checker) depends(from, to source.Pos) bool {
	if from.Filename != to.Filename || len(c.set.Origin(from)) != len(c.set.Origin(to)) {
		return true
	}
	for _, f := range c.set.Origin(from) {
		if f.Kind == source.Define {
			return true
		}
	}
	for n := from.Line; n < to.Line; n++ {
		line := strings.TrimSpace(c.set.Line(from.Filename, n))
		if len(line) > 2 && (line[0] == '#' || line[0] == '!') && line[1] == '!' {
			switch word := strings.Fields(line[2:]); {
			case len(word) == 0:
			case strings.HasPrefix(word[0], "if"), word[0] == "else", word[0] == "endif":
				return true
			}
		}
	}
	return false
}

// placeOf is where a statement stands, its first word where it has blocks.
func placeOf(s ast.Stmt) ast.Range {
	switch s := s.(type) {
	case *ast.Assign:
		return s.Range
	case *ast.ExprStmt:
		return s.Range
	case *ast.Jump:
		return s.Range
	case *ast.If:
		return ast.Range{Pos: s.Pos}
	case *ast.While:
		return ast.Range{Pos: s.Pos}
	case *ast.Switch:
		return ast.Range{Pos: s.Pos}
	case *ast.BadStmt:
		return s.Range
	}
	return ast.Range{}
}
