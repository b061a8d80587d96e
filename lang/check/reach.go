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
		if leaves(s) {
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

// leaves reports whether control never goes on behind s. A while always may:
// it ends at max_while_loops.
func leaves(s ast.Stmt) bool {
	switch s := s.(type) {
	case *ast.Jump:
		return true
	case *ast.If:
		return s.Else != nil && leave(s.Then.Stmts) && leave(s.Else.Stmts)
	case *ast.Switch:
		hasDefault := false
		for _, k := range s.Cases {
			hasDefault = hasDefault || k.Default
			if breaks(k.Body) {
				return false
			}
		}
		// What does not leave falls into the next case.
		return hasDefault && leave(s.Cases[len(s.Cases)-1].Body)
	}
	return false
}

func leave(list []ast.Stmt) bool {
	for _, s := range list {
		if leaves(s) {
			return true
		}
	}
	return false
}

// breaks reports whether a break in list leaves the switch around it.
func breaks(list []ast.Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *ast.Jump:
			if s.Keyword == "break" {
				return true
			}
		case *ast.If:
			if breaks(s.Then.Stmts) || s.Else != nil && breaks(s.Else.Stmts) {
				return true
			}
		}
	}
	return false
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
