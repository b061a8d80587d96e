package rpc

import (
	"math"
	"strconv"

	"olelo/runtime/registry"
)

// Form is how a transport has arguments: which types it knows, and what it does
// of one that is not what the command takes.
type Form uint8

// The forms. What each does was seen on Kamailio 5.6.3.
const (
	// FormText has texts only: the FIFO protocols.
	FormText Form = iota
	// FormBinary has texts, integers and doubles: binrpc.
	FormBinary
	// FormConverting is FormBinary with ctl's autoconversion: what a command takes
	// as one type may be another.
	FormConverting
	// FormJSON has numbers and booleans too. All of them are integers, 0
	// where they are none, and it has no fault of its own.
	FormJSON
)

// Args are a request's arguments: string, int64, float64, and in JSON bool.
type Args struct {
	Form   Form
	Values []any
}

// Texts are the arguments of a transport that has only texts.
func Texts(args ...string) Args {
	a := Args{Values: make([]any, len(args))}
	for i, s := range args {
		a.Values[i] = s
	}
	return a
}

// whyType is what a fault says of an argument of another type.
const whyType = "record doesn't match type"

// Need is a command's i-th argument, a text; where there is none the client
// gets its transport's fault, if it has one, and the command is to return.
func Need(c registry.RPCCall, i int) (string, bool) {
	s, ok := c.Text(i)
	if !ok {
		c.Refuse()
	}
	return s, ok
}

// NeedInt is Need of an integer.
func NeedInt(c registry.RPCCall, i int) (int64, bool) {
	n, ok := c.Int(i)
	if !ok {
		c.Refuse()
	}
	return n, ok
}

// missing is the fault of an argument that is not there.
func (f Form) missing(want string) string {
	if f == FormConverting {
		want = "any"
	}
	return expected(want, errEnd.Error())
}

// expected is a fault in Kamailio's words.
func expected(want, why string) string { return "expected " + want + " type but " + why }

// text reads v as a text, and where it is not one says why.
func (f Form) text(v any, convert bool) (s, why string) {
	if s, ok := v.(string); ok {
		return s, ""
	}
	if convert || f == FormConverting {
		switch v := v.(type) {
		case int64:
			return strconv.FormatInt(v, 10), ""
		case float64:
			if f == FormJSON {
				return strconv.FormatInt(truncate(v), 10), ""
			}
			return "", expected("float", "bug -- internal error")
		}
	}
	return "", expected("string", whyType)
}

// integer reads v as an integer, and where it is not one says why.
func (f Form) integer(v any, convert bool) (n int64, why string) {
	convert = convert || f == FormConverting
	switch v := v.(type) {
	case int64:
		return v, ""
	case float64:
		if convert || f == FormJSON {
			return truncate(v), ""
		}
	case bool:
		if v {
			return 1, ""
		}
		return 0, ""
	case string:
		switch {
		case f == FormJSON:
			return 0, ""
		case convert || f == FormText:
			n, err := strconv.ParseInt(v, 10, 64)
			if err == nil || v == "" {
				return n, ""
			}
			return 0, expected("string", whyType)
		}
	}
	return 0, expected("integer", whyType)
}

// truncate is f without its fraction, in the range of an integer.
func truncate(f float64) int64 {
	return int64(math.Trunc(min(max(f, math.MinInt64), math.MaxInt64-1024)))
}
