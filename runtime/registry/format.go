package registry

import (
	"strconv"

	"olelo/runtime/value"
)

// Format is a text with variables, bound: "sip:$rU@$rd".
type Format struct {
	parts []FormatPart
}

// FormatPart is literal text, or a variable where Get is set.
type FormatPart struct {
	Text string
	Get  Getter
}

// NewFormat makes a Format of parts, in order.
func NewFormat(parts []FormatPart) *Format { return &Format{parts: parts} }

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
	// All values first, then one copy: a getter may itself evaluate a format.
	vals := c.Borrow(len(f.parts))
	n := 0
	for i := range f.parts {
		p := &f.parts[i]
		if p.Get == nil {
			n += len(p.Text)
			continue
		}
		v := &vals[i]
		p.Get(c, v)
		switch {
		case v.K&value.Str != 0:
		case v.K == value.Null:
			if v.S = ""; v.I == 0 { // not a void
				v.S = nullText
			}
		default:
			v.S = c.Arena.Int(v.I)
		}
		n += len(v.S)
	}
	b := c.Arena.Alloc(n)[:0]
	for i := range f.parts {
		if p := &f.parts[i]; p.Get == nil {
			b = append(b, p.Text...)
		} else {
			b = append(b, vals[i].S...)
		}
	}
	c.Return(vals)
	return view(b)
}

// Int is a number's decimal text, in the arena.
func (a *Arena) Int(i int64) string {
	var d [20]byte
	return a.String(strconv.AppendInt(d[:0], i, 10))
}
