package registry

import (
	"strconv"

	"olelo/runtime/value"
)

// Format is a text with variables, bound: "sip:$rU@$rd".
type Format struct {
	parts []FormatPart
	vars  int // how many of the parts are variables
	fixed int // bytes of the others
}

// FormatPart is literal text, or a variable where Get is set.
type FormatPart struct {
	Text string
	Get  Getter
}

// NewFormat makes a Format of parts, in order.
func NewFormat(parts []FormatPart) *Format {
	f := &Format{parts: parts}
	for i := range parts {
		if parts[i].Get != nil {
			f.vars++
		} else {
			f.fixed += len(parts[i].Text)
		}
	}
	return f
}

// Const returns the text of a Format without variables.
func (f *Format) Const() (string, bool) {
	switch {
	case len(f.parts) == 0:
		return "", true
	case len(f.parts) == 1 && f.parts[0].Get == nil:
		return f.parts[0].Text, true
	}
	return "", false
}

// Single returns the getter of a Format that is one variable and nothing else.
func (f *Format) Single() (Getter, bool) {
	if len(f.parts) == 1 && f.parts[0].Get != nil {
		return f.parts[0].Get, true
	}
	return nil, false
}

// nullText is what a format shows for $null.
const nullText = "<null>"

// Text evaluates the format. The result is a constant or lives in the arena:
// it dies with the message. $null shows as <null>.
func (f *Format) Text(c *Ctx) string {
	if s, ok := f.Const(); ok {
		return s
	}
	vals, n := f.values(c)
	b := f.append(c.Arena.room(n), vals)
	c.Return(vals)
	return c.Arena.keep(b)
}

// Brief is Text for a text that is used at once, as a key to look for: it takes
// nothing of the arena, and lives until the worker's next Brief. v is free for the
// variables' values, one after the other. What a getter's own Brief writes lies
// behind what is there, and is overwritten.
func (f *Format) Brief(c *Ctx, v *value.Value) string {
	from := len(c.brief)
	for i := range f.parts {
		if p := &f.parts[i]; p.Get == nil {
			c.brief = append(c.brief, p.Text...)
		} else {
			p.Get(c, v)
			c.brief = appendShown(c.brief, v)
		}
	}
	s := view(c.brief[from:])
	c.brief = c.brief[:from]
	return s
}

// values evaluates the variables, which are lent, and tells how long the text is
// at most. All of them come before any byte is written: a getter may itself
// evaluate a format.
func (f *Format) values(c *Ctx) (vals []value.Value, n int) {
	vals, n = c.lend(f.vars), f.fixed
	k := 0
	for i := range f.parts {
		if get := f.parts[i].Get; get != nil {
			v := &vals[k]
			get(c, v)
			n += most(v)
			k++
		}
	}
	return vals, n
}

func (f *Format) append(b []byte, vals []value.Value) []byte {
	k := 0
	for i := range f.parts {
		if p := &f.parts[i]; p.Get == nil {
			b = append(b, p.Text...)
		} else {
			b = appendShown(b, &vals[k])
			k++
		}
	}
	return b
}

// most is how many bytes v shows at most.
func most(v *value.Value) int {
	if v.K&value.Str != 0 {
		return len(v.S)
	}
	return len("-9223372036854775808")
}

// appendShown appends v as a format shows it.
func appendShown(b []byte, v *value.Value) []byte {
	switch {
	case v.K&value.Str != 0:
		return append(b, v.S...)
	case v.K == value.Int:
		return strconv.AppendInt(b, v.I, 10)
	case v.I == 0: // not a void
		return append(b, nullText...)
	}
	return b
}

// Int is a number's decimal text, in the arena.
func (a *Arena) Int(i int64) string {
	var d [20]byte
	return a.String(strconv.AppendInt(d[:0], i, 10))
}
