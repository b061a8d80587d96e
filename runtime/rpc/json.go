package rpc

import (
	"encoding/json"
	"math"
	"strconv"
	"unicode/utf8"

	"olelo/runtime/registry"
)

// AppendJSON appends the reply as a JSON-RPC 2.0 document in the layout of
// Kamailio's jsonrpcs with pretty_format=1. The result is the value itself, or
// an array where the reply is a list or has several values. id is the
// request's, as it came; nil leaves the member out, as Kamailio does.
func AppendJSON(b []byte, id json.RawMessage, r *Reply) []byte {
	b = append(b, "{\n\t\"jsonrpc\":\t\"2.0\",\n\t"...)
	switch f := r.Fault; {
	case f != nil:
		b = append(b, "\"error\":\t"...)
		b = appendJSONStruct(b, (&registry.RPCStruct{}).Set("code", int64(f.Code)).Set("message", f.Text), 1)
	default:
		b = append(b, "\"result\":\t"...)
		switch {
		case len(r.Values) == 1 && !r.List:
			b = appendJSONValue(b, r.Values[0], 1)
		case len(r.Values) == 0 && !r.List:
			b = appendJSONStruct(b, &registry.RPCStruct{}, 1)
		default:
			b = appendJSONList(b, r.Values, 1)
		}
	}
	if id != nil {
		b = append(b, ",\n\t\"id\":\t"...)
		b = append(b, id...)
	}
	return append(b, "\n}"...)
}

func appendJSONValue(b []byte, v any, depth int) []byte {
	switch v := plain(v).(type) {
	case nil:
		return append(b, "null"...)
	case string:
		return appendJSONString(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		if v-v != 0 { // an infinity or not a number: JSON has neither
			return append(b, "null"...)
		}
		if v == math.Trunc(v) && math.Abs(v) < 1e15 {
			return strconv.AppendInt(b, int64(v), 10)
		}
		return append(b, formatDouble(v)...)
	case *registry.RPCStruct:
		return appendJSONStruct(b, v, depth)
	case []any:
		return appendJSONList(b, v, depth)
	}
	panic("unreachable: plain returns nothing else")
}

// appendJSONStruct appends an object whose closing brace is indented by depth.
// Members without a name, which a reply read from binrpc may have, get "".
func appendJSONStruct(b []byte, s *registry.RPCStruct, depth int) []byte {
	b = append(b, "{\n"...)
	for i, name := range s.Names {
		b = appendTabs(b, depth+1)
		b = appendJSONString(b, name)
		b = append(b, ":\t"...)
		b = appendJSONValue(b, s.Values[i], depth+1)
		if i < len(s.Names)-1 {
			b = append(b, ',')
		}
		b = append(b, '\n')
	}
	b = appendTabs(b, depth)
	return append(b, '}')
}

func appendJSONList(b []byte, list []any, depth int) []byte {
	b = append(b, '[')
	for i, v := range list {
		if i > 0 {
			b = append(b, ", "...)
		}
		b = appendJSONValue(b, v, depth+1)
	}
	return append(b, ']')
}

// appendJSONString quotes s: only what RFC 8259 section 7 requires is
// escaped. Bytes that are not UTF-8 become U+FFFD, where Kamailio sends them
// as they are and no JSON reader takes the document.
func appendJSONString(b []byte, s string) []byte {
	const hex = "0123456789abcdef"
	b = append(b, '"')
	for i := 0; i < len(s); {
		c := s[i]
		if c >= utf8.RuneSelf {
			r, n := utf8.DecodeRuneInString(s[i:])
			b = utf8.AppendRune(b, r)
			i += n
			continue
		}
		switch {
		case c == '"' || c == '\\':
			b = append(b, '\\', c)
		case c == '\n':
			b = append(b, `\n`...)
		case c == '\r':
			b = append(b, `\r`...)
		case c == '\t':
			b = append(b, `\t`...)
		case c == '\b':
			b = append(b, `\b`...)
		case c == '\f':
			b = append(b, `\f`...)
		case c < 0x20:
			b = append(b, `\u00`...)
			b = append(b, hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
		i++
	}
	return append(b, '"')
}
