package core

import (
	"fmt"
	"math"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/source"
	"olelo/runtime/log"
	"olelo/runtime/transport"
)

// Collect reads the global parameters among items, in order, then what over
// says. A later line of one name replaces an earlier one; those that Kamailio
// collects (listen, alias, flags, custom parameters) add up. Mistakes go to
// diags; the Params is usable in any case.
func Collect(items []ast.Item, over Overrides, diags *diag.List) *Params {
	c := &collector{Params: defaults(), diags: diags}
	for _, it := range items {
		if g, ok := it.(*ast.Global); ok {
			c.global(g)
		}
	}
	c.tellIdle()
	c.override(&over)
	c.openSockets()
	c.identities()
	if c.Children == 0 {
		c.Children = 8 // as in Kamailio
	}
	if c.TCPChildren == 0 {
		c.TCPChildren = c.Children
	}
	c.TCPChildren += c.extraTCP
	return c.Params
}

type collector struct {
	*Params
	diags       *diag.List
	idle        []*line // without effect here
	listens     []listen
	user, group *line // nil: none
	extraTCP    int   // workers that socket_workers adds for TCP and TLS
	listenLines int   // and -l arguments, also those with mistakes
}

// line is a parameter's line with its row.
type line struct {
	*ast.Global
	row *row
}

func (c *collector) global(g *ast.Global) {
	name := g.Name
	if g.Group != "" {
		if name = g.Group + "." + g.Name; rows[name] == nil {
			c.custom(g)
			return
		}
	}
	r := rows[name]
	if r == nil {
		c.unknown(g)
		return
	}
	if r.kind == address {
		c.listenLines++
	}
	if len(g.Values) == 0 {
		return // the parser has said what is wrong with them
	}
	ln := &line{g, r}
	if r.class == NotYet {
		c.notYet(ln)
		return
	}
	if r.class == Accepted {
		c.idle = append(c.idle, ln)
	}
	if r.list != nil {
		r.list(c, ln)
		return
	}
	c.single(ln)
}

func (c *collector) unknown(g *ast.Global) {
	hint := "parameters of a module are set with modparam; olelo check knows those of the core"
	if near := diag.Nearest(g.Name, names()); near != "" {
		hint = "did you mean " + near + "?"
	}
	// Kamailio stops at the = after the name.
	d := diag.Diagnostic{
		Severity: diag.Error, Code: "unknown-parameter", Pos: g.Pos,
		Msg: "there is no global parameter " + g.Name, Hint: hint,
	}
	if g.EqAt.IsValid() {
		d.Pos, d.Mark = g.EqAt, g.Pos
	}
	c.diags.Add(d)
}

// single reads a line with one value.
func (c *collector) single(ln *line) {
	if len(ln.Values) > 1 {
		c.errorAt(ln.Values[1].Range, "parameter-value", ln.Name+" takes one value", "")
		return
	}
	v := &ln.Values[0]
	r := ln.row
	if !c.fits(ln, v) {
		return
	}
	n, _ := integer(v)
	switch {
	case r.num != nil:
		*r.num(c.Params) = int(n)
	case r.flag != nil:
		*r.flag(c.Params) = (n != 0) != r.not
	case r.str != nil:
		*r.str(c.Params) = v.Text
	default:
		c.rest[r.name] = int(n)
	}
}

// fits reports whether v is of the parameter's type and range, having said so
// where not.
func (c *collector) fits(ln *line, v *ast.Literal) bool {
	r := ln.row
	k := kinds[r.kind]
	ok := false
	if k.ok != nil {
		ok = k.ok(v)
	} else if n, isInt := integer(v); isInt {
		if cut := int64(int32(n)); cut != n && r.max == 0 {
			c.warnAt(v.Range, "parameter-cut", fmt.Sprintf("%s=%s does not fit into 32 bits: as in Kamailio, it is %d", ln.Name, v.Text, cut), "write a smaller number")
			n, v.Int = cut, cut
		}
		if r.kind != signed && n < 0 {
			c.errorAt(v.Range, "parameter-range", ln.Name+" cannot be negative: "+v.Text, "")
			return false
		}
		lo, hi := r.min, r.max
		if hi == 0 {
			hi = math.MaxInt32
		}
		if r.kind == signed {
			lo = math.MinInt32
		}
		if n < lo || n > hi {
			c.errorAt(v.Range, "parameter-range", fmt.Sprintf("%s is out of range: %s", ln.Name, v.Text), fmt.Sprintf("%d to %d", lo, hi))
			return false
		}
		ok = true
	}
	if !ok {
		c.errorAt(v.Range, "parameter-type", ln.Name+" takes "+k.takes+", not "+written(v), k.hint)
	}
	return ok
}

// notYet refuses what olelo does not do, unless the line asks for what it does
// anyway.
func (c *collector) notYet(ln *line) {
	if ln.row.list == nil && len(ln.Values) == 1 {
		if !c.fits(ln, &ln.Values[0]) {
			return
		}
		if ln.row.sameAs(&ln.Values[0]) {
			return
		}
	}
	c.notRun(ln.Range, ln.Name+" is known in Kamailio, and olelo does not run it yet: "+ln.row.why, "with --lenient a start goes on, and the line has no effect")
}

func (c *collector) notRun(at ast.Range, msg, hint string) {
	c.diags.Add(diag.Diagnostic{
		Severity: diag.Error, Code: "not-run-yet", NotRun: true, Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol, Msg: msg, Hint: hint,
	})
}

// typeOfService reads tos. The names of Kamailio's manual, as any other word,
// leave 5.6 with its default.
func (c *collector) typeOfService(ln *line) {
	v := &ln.Values[0]
	n, isInt := integer(v)
	switch {
	case !isInt:
		c.warnAt(v.Range, "parameter-ignored", fmt.Sprintf("tos=%s has no effect, in Kamailio 5.6 neither: packets carry %d", v.Text, c.tos), "write the number: 16 is IPTOS_LOWDELAY, 8 IPTOS_THROUGHPUT, 4 IPTOS_RELIABILITY")
	case n < 0 || n > 255:
		c.errorAt(v.Range, "parameter-range", "tos is out of range: "+v.Text, "0 to 255")
	default:
		c.tos = int(n)
	}
}

// largeProto reads udp_mtu_try_proto.
func (c *collector) largeProto(ln *line) {
	v := &ln.Values[0]
	c.MTUProto = transport.ParseProto(v.Text)
	if c.MTUProto == transport.None {
		c.warnAt(v.Range, "parameter-ignored", ln.Name+"="+v.Text+" has no effect: "+noSCTP, "TCP or TLS carries a large request")
	}
}

func (c *collector) facility(ln *line) {
	v := &ln.Values[0]
	f, ok := log.ParseFacility(v.Text)
	if !ok || v.Kind == ast.LitStr || len(ln.Values) > 1 {
		k := kinds[facility]
		c.errorAt(v.Range, "parameter-type", ln.Name+" takes "+k.takes+", not "+written(v), k.hint)
		return
	}
	c.LogFacility = f
}

// custom reads `group.name = value [desc "…"]`.
func (c *collector) custom(g *ast.Global) {
	name := g.Group + "." + g.Name
	for _, x := range c.Custom {
		if x.Group == g.Group && x.Name == g.Name {
			c.errorAt(g.Range, "parameter-twice", "the custom parameter "+name+" is there already", "a custom parameter has one line; cfg.set changes it while the server runs")
			return
		}
	}
	x := Custom{Group: g.Group, Name: g.Name}
	if len(g.Values) == 0 {
		return // the parser has said what is wrong with them
	}
	v := &g.Values[0]
	switch n, isInt := integer(v); {
	case isInt && n >= 0:
		x.Int, x.IsInt = n, true
	case v.Kind == ast.LitStr:
		x.Str = v.Text
	case isInt:
		c.errorAt(v.Range, "parameter-range", name+" cannot be negative: "+v.Text, "")
		return
	default:
		c.errorAt(v.Range, "parameter-type", name+" takes a number or a text, not "+v.Text, "put a text into double quotes")
		return
	}
	switch rest := g.Values[1:]; {
	case len(rest) == 0:
	case len(rest) == 2 && isDesc(&rest[0]) && rest[1].Kind == ast.LitStr:
		x.Desc = rest[1].Text
	default:
		c.errorAt(rest[0].Range, "parameter-value", `after the value of `+name+` only desc "…" may follow`, "")
		return
	}
	c.Custom = append(c.Custom, x)
}

func isDesc(l *ast.Literal) bool {
	return l.Kind == ast.LitWord && (l.Text == "desc" || l.Text == "descr" || l.Text == "description")
}

// flags reads `flags NAME : bit, NAME …`; the parser has said what is wrong
// with names and bits.
func (c *collector) flags(ln *line) {
	for i := range ln.Values {
		name, bit, hasBit := strings.Cut(ln.Values[i].Text, ":")
		f := Flag{Name: name, Bit: -1}
		if hasBit {
			n, err := strconv.Atoi(bit)
			if err != nil || n < 0 || n > 31 {
				continue
			}
			f.Bit = n
		}
		if other := c.flagAt(f.Bit); other != "" {
			c.warnAt(ln.Values[i].Range, "flag-bit-twice", fmt.Sprintf("the flags %s and %s are one: both are bit %d", other, name, f.Bit), "give it another number, or none")
		}
		c.Flags = append(c.Flags, f)
	}
}

// flagAt is the flag that was declared with a bit, "" where none was.
func (c *collector) flagAt(bit int) string {
	for _, f := range c.Flags {
		if bit >= 0 && f.Bit == bit {
			return f.Name
		}
	}
	return ""
}

func (c *collector) errorAt(at ast.Range, code, msg, hint string) {
	c.add(diag.Error, at, code, msg, hint)
}

func (c *collector) warnAt(at ast.Range, code, msg, hint string) {
	c.add(diag.Warning, at, code, msg, hint)
}

func (c *collector) add(sev diag.Severity, at ast.Range, code, msg, hint string) {
	d := diag.Diagnostic{Severity: sev, Code: code, Pos: at.Pos, Msg: msg, Hint: hint}
	if at.Pos != (source.Pos{}) {
		d.EndLine, d.EndCol = at.EndLine, at.EndCol
	}
	c.report(d)
}

func (c *collector) report(d diag.Diagnostic) {
	if !d.Pos.IsValid() || !c.told(d.Pos) {
		c.diags.Add(d)
	}
}

// told reports whether the line at has an error already: what the parser made
// of such a line is no reason for another.
func (c *collector) told(at source.Pos) bool {
	for i := range c.diags.Items {
		if d := &c.diags.Items[i]; d.Severity == diag.Error && d.Pos.Line == at.Line && d.Pos.Filename == at.Filename {
			return true
		}
	}
	return false
}
