package compile

import "olelo/lang/ast"

// unreachable warns of a statement behind one that leaves the block. A second
// jump is none: `exit; break;` is how many write the end of a case.
func (c *compiler) unreachable(list []ast.Stmt) {
	for i := 1; i < len(list); i++ {
		j, ok := list[i-1].(*ast.Jump)
		if !ok {
			continue
		}
		if _, jump := list[i].(*ast.Jump); jump {
			continue
		}
		if at, ok := stmtRange(list[i]); ok {
			c.warnAt(at, "unreachable", "this statement never runs: "+j.Keyword+" stands before it", "")
		}
		return
	}
}

// stmtRange is where a statement stands, its first line where it is a block.
func stmtRange(s ast.Stmt) (ast.Range, bool) {
	switch s := s.(type) {
	case *ast.Assign:
		return s.Range, true
	case *ast.ExprStmt:
		return s.Range, true
	case *ast.If:
		return ast.Range{Pos: s.Pos}, true
	case *ast.While:
		return ast.Range{Pos: s.Pos}, true
	case *ast.Switch:
		return ast.Range{Pos: s.Pos}, true
	}
	return ast.Range{}, false
}

// unusedRoutes warns of route blocks that nothing names. It says nothing where a
// route's name is only known while routing.
func (c *compiler) unusedRoutes(routes []*block) {
	if c.dynamic || c.diags.Errors() > 0 {
		return
	}
	for _, r := range routes {
		if r.Kind == "route" && !c.used[r.n] {
			c.warnAt(r.NamAt, "unused-route", "nothing calls route["+r.Name+"]", "")
		}
	}
}
