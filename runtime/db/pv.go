package db

import (
	"strconv"

	"olelo/runtime/value"
)

// SetPV gives a variable's value: an integer, of 32 bits where they wrap, or a text.
// A column for more than 32 bits gives its digits; a double is $null, as in
// Kamailio, whose variables have none.
func (v *Value) SetPV(to *value.Value, wrap32 bool) {
	switch v.Kind {
	case Int, Time:
		i := v.Int
		if wrap32 {
			i = int64(int32(i))
		}
		to.SetInt(i)
	case BigInt:
		to.SetStr(strconv.FormatInt(v.Int, 10))
	case Text, Blob:
		to.SetStr(v.Text)
	default:
		to.SetNull()
	}
}
