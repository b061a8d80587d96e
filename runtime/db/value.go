package db

import "strconv"

// Kind is what a Value is.
type Kind uint8

// The kinds. A Time is seconds since 1970; a Blob's bytes are in Text.
const (
	Null Kind = iota
	Int
	BigInt // of a column for more than 32 bits
	Double
	Text
	Blob
	Time
)

// Value is a field of a row.
type Value struct {
	Kind  Kind
	Int   int64 // Int, BigInt, Time
	Float float64
	Text  string
}

// OfInt is an integer's Value.
func OfInt(i int64) Value { return Value{Kind: Int, Int: i} }

// OfText is a text's Value.
func OfText(s string) Value { return Value{Kind: Text, Text: s} }

// String is the value as text; "" for Null.
func (v *Value) String() string {
	switch v.Kind {
	case Null:
		return ""
	case Double:
		return strconv.FormatFloat(v.Float, 'f', 2, 64)
	case Text, Blob:
		return v.Text
	}
	return strconv.FormatInt(v.Int, 10)
}
