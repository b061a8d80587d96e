package check

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
)

// modParams warns of a parameter that one file sets twice to different values:
// the last one wins. A second file may well mean to override the first.
func (c *checker) modParams() {
	first := map[string]*ast.ModParam{}
	for _, it := range c.file.Items {
		p, ok := it.(*ast.ModParam)
		if !ok || p.Keyword != "modparam" {
			continue
		}
		for module := range strings.SplitSeq(p.Module.Text, "|") {
			row, ok := catalogue.ParamOf(module, p.Name.Text)
			if !ok || strings.Contains(row.Type, "func") {
				continue
			}
			k := module + "/" + p.Name.Text + "/" + p.Pos.Filename
			old := first[k]
			first[k] = p
			if old == nil || old.Value.Text == p.Value.Text {
				continue
			}
			c.warn(p.Range, "modparam-twice", "parameter "+p.Name.Text+" of "+module+" is set twice: this value wins", "remove one of them").
				Notes = []diag.Note{{Pos: old.Pos, Msg: "the first one"}}
		}
	}
}
