package vm

import (
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// number is v as an integer: $null is 0, and so is a text that is not wholly a
// number (decimal with a sign, or 0x…) or does not fit the dialect's width.
func number(v *value.Value, wrap32 bool) int64 {
	if v.K&value.Int != 0 {
		return v.I
	}
	n, _ := numberOf(v, wrap32)
	return n
}

// numberOf is number, and whether v is one. $null and the empty text are 0.
func numberOf(v *value.Value, wrap32 bool) (n int64, ok bool) {
	if v.K&value.Int != 0 {
		return v.I, true
	}
	if v.S == "" {
		return 0, true
	}
	return value.ParseInt(v.S, wrap32)
}

// quoted is a text as an error line shows it: on one line, and not all of a
// long one.
func quoted(s string) string {
	const most = 64
	if len(s) > most {
		return strconv.Quote(s[:most]) + "…"
	}
	return strconv.Quote(s)
}

// truth is a condition's outcome.
func truth(v *value.Value, wrap32 bool) bool {
	if v.K == value.Int {
		return v.I > 0
	}
	return number(v, wrap32) > 0
}

// text is v as a string; a number's digits are put into the arena.
func text(c *registry.Ctx, v *value.Value) string {
	if v.K == value.Int {
		return c.Arena.Int(v.I)
	}
	return v.S
}

// sum adds integers; the first one decides that they are.
func sum(terms []value.Value, wrap32 bool) int64 {
	n := int64(0)
	for i := range terms {
		n = narrow(n+number(&terms[i], wrap32), wrap32)
	}
	return n
}

// concat is texts one after the other, in the arena.
func concat(c *registry.Ctx, parts []value.Value) string {
	n := 0
	for i := range parts {
		n += textLen(&parts[i])
	}
	return registry.View(appendTexts(c.Arena.Alloc(n)[:0], parts))
}

// textLen is the length of v's text.
func textLen(v *value.Value) int {
	if v.K != value.Int {
		return len(v.S)
	}
	var d [20]byte
	return len(strconv.AppendInt(d[:0], v.I, 10))
}

// appendTexts appends the values' texts to b.
func appendTexts(b []byte, parts []value.Value) []byte {
	for i := range parts {
		b = parts[i].AppendTo(b)
	}
	return b
}

// same is equal, quick where both are numbers.
func same(l, r *value.Value, wrap32 bool) bool {
	if l.K == value.Int && r.K == value.Int {
		return l.I == r.I
	}
	return equal(l, r, wrap32)
}

// equalText compares v's text with s, without making one.
func equalText(v *value.Value, s string) bool {
	if v.K == value.Int {
		var d [20]byte
		return string(strconv.AppendInt(d[:0], v.I, 10)) == s
	}
	return v.S == s
}

// equal is ==: the left operand's type decides, and where that is $null, the
// right one's.
func equal(l, r *value.Value, wrap32 bool) bool {
	switch {
	case l.K&r.K&value.Str != 0:
		return l.S == r.S
	case l.K == value.Int:
		return l.I == number(r, wrap32)
	case l.K&value.Str != 0:
		return equalText(r, l.S)
	case r.K == value.Int:
		return r.I == 0
	}
	return r.S == ""
}
