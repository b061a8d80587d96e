package compile

import (
	"errors"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/runtime/registry"
)

// selection compiles a select such as @via[1].host: what $sel() is, but a text
// where that is empty.
func (c *compiler) selection(e *ast.Select, dst uint8) {
	var bound registry.Var
	err := registry.NotRun("no module has selects")
	if x, ok := c.env.pvs["sel"]; ok {
		name := strings.TrimPrefix(e.Text, "@")
		bound, err = x.it.Bind(&fixup{c: c, at: e.Range, text: -1}, registry.Ref{Class: registry.SelectClass, Inner: name, HasInner: true, Pos: e.Pos})
	}
	var notRun *registry.NotRunError
	switch {
	case errors.As(err, &notRun):
		hint := "a variable such as $hdr(NAME) with a transformation mostly says the same"
		c.complain(e.Range, "select", message{text: "the select " + e.Text + " is not run by olelo yet", hint: hint, known: true})
		c.waits(inventory.Select, e.Text, []owner{{"core", "5.6, 6.1"}}, e.Pos)
		return
	case err != nil:
		c.atStart(e.Range, "select", err)
		return
	}
	c.runs(inventory.Select, e.Text, "core", e.Pos)
	c.prog.Gets = append(c.prog.Gets, program.Leaf[registry.Getter]{Text: e.Text, Do: bound.Get})
	c.emit(program.Instr{Op: program.OpGet, A: dst, D: int32(len(c.prog.Gets) - 1)})
}
