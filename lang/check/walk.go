package check

import "olelo/lang/ast"

// each calls f with every statement, case and expression under n, n included,
// each before its parts. A literal that is a call's parameter comes with the
// call only.
func each(n any, f func(any)) {
	switch x := n.(type) {
	case *ast.Block:
		if x != nil {
			list(x.Stmts, f)
		}
		return
	case nil:
		return
	}
	f(n)
	switch x := n.(type) {
	case *ast.If:
		each(x.Cond, f)
		each(x.Then, f)
		each(x.Else, f)
	case *ast.While:
		each(x.Cond, f)
		each(x.Body, f)
	case *ast.Switch:
		each(x.X, f)
		for _, k := range x.Cases {
			f(k)
			each(k.Value, f)
			list(k.Body, f)
		}
	case *ast.Jump:
		each(x.Code, f)
	case *ast.Assign:
		each(x.To, f)
		each(x.Value, f)
	case *ast.ExprStmt:
		each(x.X, f)
	case *ast.Call:
		for _, a := range x.Args {
			if _, lit := a.(*ast.Lit); !lit {
				each(a, f)
			}
		}
	case *ast.Unary:
		each(x.X, f)
	case *ast.Binary:
		each(x.X, f)
		each(x.Y, f)
	case *ast.AssignExpr:
		each(x.To, f)
		each(x.Value, f)
	}
}

func list(l []ast.Stmt, f func(any)) {
	for _, s := range l {
		each(s, f)
	}
}
