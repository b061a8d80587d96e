package rpc

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
)

// AppendText appends the reply as kamcmd prints it: a value a line, structures
// in braces with their members indented by tabs, a fault as "error: code -
// text".
func AppendText(b []byte, r *Reply) []byte {
	if r.Fault != nil {
		return fmt.Appendf(b, "error: %s\n", r.Fault)
	}
	for _, v := range r.Values {
		b = appendTextValue(b, v, 0)
	}
	return b
}

// appendTextValue appends v and a line end; the indent of its first line, and
// any name, are already there.
func appendTextValue(b []byte, v any, depth int) []byte {
	switch v := plain(v).(type) {
	case nil:
		b = append(b, nullText...)
	case string:
		b = append(b, v...)
	case int64:
		b = strconv.AppendInt(b, v, 10)
	case float64:
		b = append(b, formatDouble(v)...)
	case *registry.RPCStruct:
		b = append(b, "{\n"...)
		for i, name := range v.Names {
			b = appendTextMember(b, name, v.Values[i], depth+1)
		}
		b = appendTabs(b, depth)
		b = append(b, '}')
	case []any:
		b = append(b, "{\n"...)
		for _, e := range v {
			name, inner, ok := named(e)
			if ok {
				e = inner
			}
			b = appendTextMember(b, name, e, depth+1)
		}
		b = appendTabs(b, depth)
		b = append(b, '}')
	}
	return append(b, '\n')
}

func appendTextMember(b []byte, name string, v any, depth int) []byte {
	b = appendTabs(b, depth)
	if name != "" {
		b = append(b, name...)
		b = append(b, ": "...)
	}
	return appendTextValue(b, v, depth)
}

func appendTabs(b []byte, n int) []byte {
	for ; n > 0; n-- {
		b = append(b, '\t')
	}
	return b
}

// formatDouble is a double as kamcmd shows it.
func formatDouble(f float64) string {
	if f == 0 {
		return "0"
	}
	return strconv.FormatFloat(f, 'f', 6, 64)
}

// ParseArg types a command-line argument as kamcmd does: "s:" makes the rest
// a string; what reads as a whole as an integer (decimal with a sign, leading
// zeros being decimal too) is an int64, as a number a float64; all else is a
// string. Other than to kamcmd, the empty argument is a string, not 0, and so
// is a hexadecimal number.
func ParseArg(s string) any {
	if rest, ok := strings.CutPrefix(s, "s:"); ok {
		return rest
	}
	n := strings.TrimLeft(s, " \t\n\v\f\r")
	if i, err := strconv.ParseInt(n, 10, 64); err == nil {
		return i
	}
	if strings.Trim(n, "0123456789+-.eE") != "" {
		return s // strconv reads inf, nan, hexadecimal and 1_000 too
	}
	if f, err := strconv.ParseFloat(n, 64); err == nil {
		return f
	}
	return s
}
