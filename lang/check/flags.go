package check

import (
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/source"
)

// flag is what is done with one message flag.
type flag struct {
	bit       string // its number, or the name of one that has none of its own
	set, test *ast.Literal
}

// ownFlags are the message flags that modules use where no modparam says
// otherwise.
var ownFlags = map[string][]string{"siptrace": {"0"}, "pv_headers": {"27", "28"}}

// flags tells of message flags that are set and never tested, and the other way
// round. Branch flags are kept with contacts, where other servers find them.
func (c *checker) flags() {
	if c.script || c.flagsAsNumber() {
		return
	}
	bits := map[string]string{} // of declared names
	taken := map[string]bool{}  // flags that modules use
	for _, it := range c.file.Items {
		switch it := it.(type) {
		case *ast.Global:
			if it.Name == "flags" {
				for _, v := range it.Values {
					if name, bit, ok := strings.Cut(v.Text, ":"); ok {
						bits[name] = bit
					}
				}
			}
		case *ast.ModParam:
			if strings.Contains(it.Name.Text, "flag") {
				taken[bit(&it.Value)] = true
			}
		}
	}
	for module, flags := range ownFlags {
		for _, f := range flags {
			taken[f] = taken[f] || c.loaded[module]
		}
	}
	var list []*flag
	known := map[string]*flag{}
	for i := range c.texts {
		t := &c.texts[i]
		if t.call == nil || t.n != 0 || t.call.Name != "setflag" && t.call.Name != "isflagset" && t.call.Name != "resetflag" {
			continue
		}
		b := bit(t.Literal)
		if n, ok := bits[b]; ok {
			b = n
		}
		f := known[b]
		if f == nil {
			f = &flag{bit: b}
			known[b] = f
			list = append(list, f)
		}
		switch {
		case t.call.Name == "setflag" && f.set == nil:
			f.set = t.Literal
		case t.call.Name == "isflagset" && f.test == nil:
			f.test = t.Literal
		}
	}
	for _, f := range list {
		switch {
		case taken[f.bit] || c.flagElsewhere(f.bit, bits):
		case f.set != nil && f.test == nil:
			c.info(f.set.Range, "untested-flag", "flag "+c.flagName(f.set)+" is set and nothing tests it", "")
		case f.set == nil && f.test != nil:
			c.info(f.test.Range, "unset-flag", "flag "+c.flagName(f.test)+" is tested and nothing sets it", "")
		}
	}
}

// bit is a flag's number as text, or its name.
func bit(l *ast.Literal) string {
	if l.Kind == ast.LitInt {
		return strconv.FormatInt(l.Int, 10)
	}
	return l.Text
}

// flagName is the name of the define that a flag's number came from, with the
// number, or what is written.
func (c *checker) flagName(l *ast.Literal) string {
	for _, f := range c.set.Origin(l.Pos) {
		if f.Kind == source.Define {
			return f.Name + " (" + bit(l) + ")"
		}
	}
	return bit(l)
}

// flagElsewhere reports whether an #!ifdef branch that was not read has the
// flag, by a name of it or, beside the word flag, by its number.
func (c *checker) flagElsewhere(number string, bits map[string]string) bool {
	for name, bit := range bits {
		if bit == number && c.elsewhere(name) {
			return true
		}
	}
	for _, d := range c.file.Defines {
		if d.Value == number && c.elsewhere(d.Name) {
			return true
		}
	}
	for line := range strings.Lines(c.skipped) {
		if strings.Contains(line, "flag") && has(line, number) {
			return true
		}
	}
	return false
}

// flagsAsNumber reports whether all flags are read or set at once, as $mf.
func (c *checker) flagsAsNumber() bool {
	found := false
	look := func(s string) {
		for _, v := range []string{"$mf", "$mF", "$(mf", "$(mF"} {
			found = found || strings.Contains(s, v)
		}
	}
	for _, t := range c.texts {
		look(t.Text)
	}
	for _, s := range c.settings {
		look(s.Text)
	}
	for _, b := range c.blocks {
		for _, body := range b.bodies {
			each(body, func(n any) {
				if v, ok := n.(*ast.Var); ok {
					look(v.Text)
				}
			})
		}
	}
	return found
}
