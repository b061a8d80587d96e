package rpc

import (
	"fmt"
	"strconv"

	"olelo/runtime/registry"
)

// AppendFIFO appends the reply as the FIFO protocol of Kamailio's ctl module
// has it: "200 OK", then a line for each value, a structure being
// "name:value,name:value" with the members of structures within it at the
// place of their value; or "code text". Within a structure \ , : and control
// characters are escaped: \\ \c \o \n \r \t \0. Line ends in other values
// become spaces.
func AppendFIFO(b []byte, r *Reply) []byte {
	b, ok := appendStatus(b, r)
	if !ok {
		return b
	}
	for _, v := range r.Values {
		if s, isText := v.(string); isText {
			b = append(b, oneLine(s)...)
		} else {
			b = appendFIFOValue(b, v)
		}
		b = append(b, '\n')
	}
	return b
}

// appendStatus appends the first line and reports whether values follow.
func appendStatus(b []byte, r *Reply) ([]byte, bool) {
	if f := r.Fault; f != nil {
		return fmt.Appendf(b, "%d %s\n", f.Code, oneLine(f.Text)), false
	}
	return append(b, "200 OK\n"...), true
}

func appendFIFOValue(b []byte, v any) []byte {
	switch v := plain(v).(type) {
	case nil:
		return append(b, nullText...)
	case string:
		return appendFIFOEscaped(b, v)
	case int64:
		return strconv.AppendInt(b, v, 10)
	case float64:
		return strconv.AppendFloat(b, v, 'f', 6, 64)
	case *registry.RPCStruct:
		for i, name := range v.Names {
			b = appendFIFOMember(b, i, name, v.Values[i])
		}
	case []any:
		for i, e := range v {
			name, inner, ok := named(e)
			if ok {
				e = inner
			}
			b = appendFIFOMember(b, i, name, e)
		}
	}
	return b
}

func appendFIFOMember(b []byte, i int, name string, v any) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	if name != "" {
		b = appendFIFOEscaped(b, name)
		b = append(b, ':')
	}
	return appendFIFOValue(b, v)
}

func appendFIFOEscaped(b []byte, s string) []byte {
	for i := range len(s) {
		switch c := s[i]; c {
		case '\\':
			b = append(b, `\\`...)
		case ',':
			b = append(b, `\c`...)
		case ':':
			b = append(b, `\o`...)
		case '\n':
			b = append(b, `\n`...)
		case '\r':
			b = append(b, `\r`...)
		case '\t':
			b = append(b, `\t`...)
		case 0:
			b = append(b, `\0`...)
		default:
			b = append(b, c)
		}
	}
	return b
}

// AppendMI appends the reply as the FIFO of the retired management interface
// (module mi_fifo) had it: "200 OK", then the tree, a node a line as "name::
// value", or the bare value of a node without a name, its children behind one
// indent more; or "code text". Line ends in a value become spaces.
func AppendMI(b []byte, r *Reply, indent string) []byte {
	b, ok := appendStatus(b, r)
	if !ok {
		return b
	}
	for _, v := range r.Values {
		// A structure at the top has no name: its members are the tree's roots.
		switch v := plain(v).(type) {
		case *registry.RPCStruct:
			b = appendMIStruct(b, v, indent, 0)
		case []any:
			b = appendMIList(b, v, indent, 0)
		default:
			b = appendMINode(b, "", v, indent, 0)
		}
	}
	return b
}

func appendMINode(b []byte, name string, v any, indent string, depth int) []byte {
	for range depth {
		b = append(b, indent...)
	}
	if name != "" {
		b = append(b, oneLine(name)...)
		b = append(b, "::"...)
	}
	switch v := plain(v).(type) {
	case *registry.RPCStruct:
		b = append(b, '\n')
		return appendMIStruct(b, v, indent, depth+1)
	case []any:
		b = append(b, '\n')
		return appendMIList(b, v, indent, depth+1)
	case nil:
		b = appendMIText(b, name, nullText)
	case string:
		b = appendMIText(b, name, oneLine(v))
	case int64:
		b = appendMIText(b, name, strconv.FormatInt(v, 10))
	case float64:
		b = appendMIText(b, name, strconv.FormatFloat(v, 'f', 6, 64))
	}
	return append(b, '\n')
}

func appendMIText(b []byte, name, text string) []byte {
	if name != "" {
		b = append(b, ' ')
	}
	return append(b, text...)
}

func appendMIStruct(b []byte, s *registry.RPCStruct, indent string, depth int) []byte {
	for i, name := range s.Names {
		b = appendMINode(b, name, s.Values[i], indent, depth)
	}
	return b
}

func appendMIList(b []byte, list []any, indent string, depth int) []byte {
	for _, e := range list {
		name, inner, ok := named(e)
		if ok {
			e = inner
		} else if s, isStruct := e.(*registry.RPCStruct); isStruct {
			b = appendMIStruct(b, s, indent, depth)
			continue
		}
		b = appendMINode(b, name, e, indent, depth)
	}
	return b
}

// oneLine is s with its line ends made spaces: a reply's line is its unit.
func oneLine(s string) string {
	clean := []byte(s)
	for i, c := range clean {
		if c == '\n' || c == '\r' || c == 0 {
			clean[i] = ' '
		}
	}
	return string(clean)
}
