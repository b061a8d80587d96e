package check

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/pvar"
	"olelo/lang/source"
)

// variable is what is done with one $var, $vz or $vn anywhere.
type variable struct {
	class, name string
	read, set   ast.Range // the first of each kind
	maybe       bool      // a module may read or set it
}

// variables warns of $var and $vn that are read and set nowhere, and tells of
// those that are set and read nowhere.
func (c *checker) variables() {
	if c.script {
		return
	}
	u := &usage{set: c.set, at: map[string]*variable{}, targets: map[*ast.Var]bool{}}
	for _, b := range c.blocks {
		for _, body := range b.bodies {
			each(body, u.node)
		}
	}
	for _, t := range c.texts {
		u.text(t.Text, t.Range, !t.reads())
	}
	for _, s := range c.settings {
		u.text(s.Text, s.Range, true)
	}
	if u.computed {
		return
	}
	var set []string
	for _, v := range u.list {
		if v.set.Pos.IsValid() {
			set = append(set, v.name)
		}
	}
	for _, v := range u.list {
		unset := !v.set.Pos.IsValid() && !u.setsAny
		unread := !v.read.Pos.IsValid() && !u.readsAny
		if v.maybe || !unset && !unread || c.elsewhere(v.class+"("+v.name+")") || v.class == "var" && c.elsewhere("vz("+v.name+")") {
			continue
		}
		title := "$" + v.class + "(" + v.name + ")"
		if unread {
			c.info(v.set, "unread-variable", title+" is set and nothing reads it", "")
			continue
		}
		hint, what := "", "0"
		if v.class == "vn" {
			what = "$null"
		}
		if near := diag.Nearest(v.name, set); near != "" {
			hint = "did you mean $" + v.class + "(" + near + ")?"
		}
		c.warn(v.read, "unset-variable", title+" is read and nothing sets it: it is always "+what, hint)
	}
}

// reads reports whether the function whose parameter t is can only read the
// variables in it: it expands the text. One variable alone may be a place for
// a result.
func (t *text) reads() bool {
	if t.call == nil {
		return false
	}
	rows := catalogue.FunctionsWith(t.call.Name, len(t.call.Args))
	_, length, err := pvar.Parse(t.Text)
	alone := err == nil && length == len(t.Text)
	for _, f := range rows {
		if f.Module != "xlog" && (alone || t.n >= len(f.Kinds) || f.Kinds[t.n] != "text") {
			return false
		}
	}
	return len(rows) > 0
}

// usage collects what is done with variables.
type usage struct {
	set      *source.Set
	at       map[string]*variable
	targets  map[*ast.Var]bool // that an assignment sets
	list     []*variable       // in the order of the text
	computed bool              // a name is computed while routing
	setsAny  bool              // a function sets variables whose names are not known
	readsAny bool
}

func (u *usage) node(n any) {
	switch n := n.(type) {
	case *ast.Assign:
		u.assigned(n.To)
	case *ast.AssignExpr:
		u.assigned(n.To)
	case *ast.Var:
		_, length, err := pvar.Parse(n.Text)
		u.scan(n.Text, func(v *variable, off int) {
			v.maybe = v.maybe || err != nil || length < len(n.Text)
			if !v.read.Pos.IsValid() && (off > 0 || !u.targets[n]) {
				v.read = n.Range
			}
		})
	case *ast.Call:
		for _, a := range n.Args {
			if x, ok := a.(*ast.Var); ok && n.Name != "route" && n.Name != "selval" {
				u.text(x.Text, x.Range, true)
			}
		}
		u.setsAny = u.setsAny || n.Name == "pv_xavp_to_var"
		u.readsAny = u.readsAny || n.Name == "pv_var_to_xavp"
	}
}

func (u *usage) assigned(to *ast.Var) {
	u.targets[to] = true
	u.scan(to.Text, func(v *variable, off int) {
		if off == 0 && !v.set.Pos.IsValid() {
			v.set = to.Range
		}
	})
}

// text is a text with variables in it, which maybe somebody sets.
func (u *usage) text(s string, at ast.Range, maybe bool) {
	u.scan(s, func(v *variable, off int) {
		v.maybe = v.maybe || maybe
		if !v.read.Pos.IsValid() {
			v.read = u.within(at, s[off:])
		}
	})
}

// within is the place of the variable at the start of part in the text at at,
// or at where that cannot be told.
func (u *usage) within(at ast.Range, part string) ast.Range {
	_, n, err := pvar.Parse(part)
	if err != nil || at.EndLine != at.Pos.Line || len(u.set.Origin(at.Pos)) > 0 && u.set.Origin(at.Pos)[0].Kind != source.Include {
		return at
	}
	line := u.set.LineText(at.Pos)
	if at.EndCol > len(line) || at.Pos.Column > at.EndCol {
		return at
	}
	i := strings.Index(line[at.Pos.Column-1:at.EndCol], part[:n])
	if i < 0 {
		return at
	}
	at.Pos.Column += i
	at.EndCol = at.Pos.Column + n - 1
	return at
}

// scan finds the variables in s, however deep they stand in keys, indices and
// parameters of transformations.
func (u *usage) scan(s string, f func(v *variable, off int)) {
	for off := 0; ; off++ {
		i := strings.IndexByte(s[off:], '$')
		if i < 0 {
			return
		}
		off += i
		rest := strings.TrimPrefix(s[off+1:], "(")
		class, rest, ok := strings.Cut(rest, "(")
		if !ok || class != "var" && class != "vz" && class != "vn" {
			continue
		}
		name, _, ok := strings.Cut(rest, ")")
		if !ok || strings.Contains(name, "$") {
			u.computed = true
			continue
		}
		if class == "vz" { // the same storage
			class = "var"
		}
		key := class + "(" + name
		v := u.at[key]
		if v == nil {
			v = &variable{class: class, name: name}
			u.at[key] = v
			u.list = append(u.list, v)
		}
		f(v, off)
	}
}
