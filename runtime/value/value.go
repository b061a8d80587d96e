// Package value is what the routing language computes with: null, an
// integer, a string, or a string and an integer at once.
package value

import "strconv"

// Kind tells which of a Value's parts are set. The zero Kind is $null.
type Kind uint8

// The kinds. Both is a variable that has an integer and a text form, such as
// $rp: it counts as a string where the left operand decides, and passes is_int.
const (
	Null Kind = 0
	Int  Kind = 1
	Str  Kind = 2
	Both Kind = Int | Str
)

// Value is one value of the language. The zero Value is $null.
//
// S may be a view into the message or the worker's arena and dies with the
// message: who keeps a Value longer keeps a copy of S (strings.Clone).
type Value struct {
	S string
	I int64
	K Kind
}

// OfInt returns an integer Value.
func OfInt(i int64) Value { return Value{I: i, K: Int} }

// OfStr returns a string Value that shares s.
func OfStr(s string) Value { return Value{S: s, K: Str} }

// OfBoth returns a Value whose text is s and whose number is i.
func OfBoth(s string, i int64) Value { return Value{S: s, I: i, K: Both} }

// SetInt makes v the integer i.
func (v *Value) SetInt(i int64) { v.S, v.I, v.K = "", i, Int }

// SetStr makes v the string s, shared, not copied.
func (v *Value) SetStr(s string) { v.S, v.I, v.K = s, 0, Str }

// SetBoth makes v the text s with the number i.
func (v *Value) SetBoth(s string, i int64) { v.S, v.I, v.K = s, i, Both }

// SetNull makes v $null.
func (v *Value) SetNull() { v.S, v.I, v.K = "", 0, Null }

// SetVoid makes v the $null that a text shows as nothing instead of <null>:
// what a transformation yields where it has no value to give. Everywhere else
// it is $null.
func (v *Value) SetVoid() { v.S, v.I, v.K = "", 1, Null }

// IsNull reports whether v is $null.
func (v *Value) IsNull() bool { return v.K == Null }

// IsInt reports whether v has a number (also where it has a text too).
func (v *Value) IsInt() bool { return v.K&Int != 0 }

// IsStr reports whether v has a text (also where it has a number too).
func (v *Value) IsStr() bool { return v.K&Str != 0 }

// AppendTo appends v as a concatenation shows it: $null is empty.
func (v *Value) AppendTo(dst []byte) []byte {
	switch {
	case v.K&Str != 0:
		return append(dst, v.S...)
	case v.K&Int != 0:
		return strconv.AppendInt(dst, v.I, 10)
	}
	return dst
}
