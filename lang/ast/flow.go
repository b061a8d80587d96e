package ast

// Leaves reports whether control never goes on behind s. A while always may:
// it ends at max_while_loops.
func Leaves(s Stmt) bool {
	switch s := s.(type) {
	case *Jump:
		return true
	case *If:
		return s.Else != nil && leave(s.Then.Stmts) && leave(s.Else.Stmts)
	case *Switch:
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

func leave(list []Stmt) bool {
	for _, s := range list {
		if Leaves(s) {
			return true
		}
	}
	return false
}

// breaks reports whether a break in list leaves the switch around it.
func breaks(list []Stmt) bool {
	for _, s := range list {
		switch s := s.(type) {
		case *Jump:
			if s.Keyword == "break" {
				return true
			}
		case *If:
			if breaks(s.Then.Stmts) || s.Else != nil && breaks(s.Else.Stmts) {
				return true
			}
		}
	}
	return false
}
