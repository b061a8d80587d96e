package compile

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/inventory"
	"olelo/lang/pvar"
	"olelo/runtime/registry"
)

// serAttribute binds $name as SER's attribute of that name: an AVP, which an
// assignment replaces.
func (c *compiler) serAttribute(e *ast.Var, name string) (registry.Var, bool) {
	if _, ok := c.env.pvs["avp"]; !ok {
		c.complain(e.Range, "", message{text: e.Text + ": an attribute of SER's without module pv, known in Kamailio 5.6, not run by olelo yet", hint: `add loadmodule "pv.so"`, known: true})
		c.waits(inventory.Variable, e.Text, []owner{{"pv", "5.6"}}, e.Pos)
		return absent(&pvar.Var{Text: e.Text, Class: "avp"}), true
	}
	m := c.unknownVar(name)
	hint := "with #!KAMAILIO as the first line it is an error"
	if m.hint != "" {
		hint = m.hint + "; " + hint
	}
	c.warnAt(e.Range, "attribute", m.text+": as in SER it is the AVP $avp("+name+") here", hint)
	fx := &fixup{c: c, at: e.Range, text: -1}
	v, err := fx.Var("$avp(" + name + ")")
	if err == nil {
		var all registry.Var
		all, err = fx.Var("$(avp(" + name + ")[*])")
		v.Set = all.Set
	}
	return v, err == nil
}

// attribute is the name of an attribute of SER's, written $name, where the
// language has them and no variable of that name is loaded. Kamailio keeps
// attributes with the AVPs.
func (c *compiler) attribute(text string) (string, bool) {
	name := text[1:]
	if !c.attributes || strings.Trim(name, wordLetters) != "" {
		return "", false
	}
	if _, ok := c.env.pvs[name]; ok || c.unknownVar(name).taken() {
		return "", false
	}
	return name, true
}

// attributeLists are what may stand before the dot of $f.name: the lists of
// From and To, of their users and domains, and the global one.
var attributeLists = map[string]bool{
	"$f": true, "$t": true, "$fr": true, "$tr": true, "$fu": true, "$tu": true, "$fd": true, "$td": true, "$g": true,
}

const wordLetters = "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789_"
