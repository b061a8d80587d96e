package sqlops

import (
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/registry"
)

// connectionP is the name of a connection, as written.
func (m *Module) connectionP() registry.P[*connection] {
	return registry.P[*connection]{
		ParamInfo: registry.ParamInfo{Name: "connection", Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*connection, bool), error) {
			c := m.connections[a.Text]
			if c == nil {
				return nil, fmt.Errorf("there is no connection %q: declare it with modparam(\"sqlops\", \"sqlcon\", …)", a.Text)
			}
			return func(*registry.Ctx) (*connection, bool) { return c, true }, nil
		},
	}
}

// resultP is the name of a result, as written; its value is the place of it.
func (m *Module) resultP() registry.P[int] {
	return registry.P[int]{
		ParamInfo: registry.ParamInfo{Name: "result", Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (int, bool), error) {
			i, err := m.result(a.Text)
			return func(*registry.Ctx) (int, bool) { return i, true }, err
		},
	}
}

// target is where sql_xquery and sql_pvquery put rows.
type target struct {
	xavp string
	vars []column
	wrap bool // integers have 32 bits
}

// column is a variable that takes a field.
type column struct {
	registry.Var
	avp bool
}

func xavpP() registry.P[*target] {
	return registry.P[*target]{
		ParamInfo: registry.ParamInfo{Name: "xavp", Kind: "word"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*target, bool), error) {
			if a.Text == "" {
				return nil, errors.New("the name of an XAVP is wanted")
			}
			t := &target{xavp: a.Text, wrap: fx.Wrap32()}
			return func(*registry.Ctx) (*target, bool) { return t, true }, nil
		},
	}
}

// varsP is variables between semicolons or commas.
func (m *Module) varsP() registry.P[*target] {
	return registry.P[*target]{
		ParamInfo: registry.ParamInfo{Name: "variables", Kind: "list of pv"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*target, bool), error) {
			t := &target{wrap: fx.Wrap32()}
			for _, one := range split(a.Text, ";,") {
				if one = strings.TrimSpace(one); one == "" {
					continue
				}
				v, err := fx.Var(one)
				if err != nil {
					return nil, err
				}
				if v.Set == nil {
					return nil, fmt.Errorf("the variable %s is read-only", one)
				}
				t.vars = append(t.vars, column{v, strings.HasPrefix(one, "$avp(") || strings.HasPrefix(one, "$(avp(")})
			}
			if t.vars == nil {
				return nil, errors.New("variables are wanted, as $var(a);$var(b)")
			}
			return func(*registry.Ctx) (*target, bool) { return t, true }, nil
		},
	}
}

// split cuts a text at separators that are not in parentheses or braces.
func split(s, separators string) []string {
	var list []string
	depth, from := 0, 0
	for i := range len(s) {
		switch c := s[i]; {
		case c == '(' || c == '{' || c == '[':
			depth++
		case c == ')' || c == '}' || c == ']':
			depth--
		case depth == 0 && strings.IndexByte(separators, c) >= 0:
			list = append(list, s[from:i])
			from = i + 1
		}
	}
	return append(list, s[from:])
}
