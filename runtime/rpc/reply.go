package rpc

import (
	"fmt"
	"slices"

	"olelo/runtime/registry"
)

// Reply is what a command answers with: values in order, or a fault.
//
// A value is a string, an int64, a float64, a *registry.RPCStruct, a []any, or
// nil for a text that is not there. A struct member named "" is an element
// without a name: so is a list sent over binrpc, which has no lists that
// kamcmd can read inside structs.
type Reply struct {
	Values []any
	List   bool // the reply is a list, also of one value: JSON-RPC shows it
	Fault  *Fault
}

// Member is the value of the first member of that name in the reply's structures,
// the outer ones first.
func (r *Reply) Member(name string) (any, bool) { return member(r.Values, name) }

func member(values []any, name string) (any, bool) {
	for _, v := range values {
		var inner []any
		switch v := plain(v).(type) {
		case *registry.RPCStruct:
			if i := slices.Index(v.Names, name); i >= 0 {
				return plain(v.Values[i]), true
			}
			inner = v.Values
		case []any:
			inner = v
		}
		if v, ok := member(inner, name); ok {
			return v, true
		}
	}
	return nil, false
}

// Fault is a command's failure. It wins over values already added.
type Fault struct {
	Code int
	Text string
}

func (f *Fault) Error() string { return fmt.Sprintf("%d - %s", f.Code, f.Text) }

// Faultf returns a reply that is a fault.
func Faultf(code int, format string, args ...any) *Reply {
	return &Reply{Fault: &Fault{code, fmt.Sprintf(format, args...)}}
}

// call is a running command.
type call struct {
	args  Args
	reply *Reply
	// vain is the fault of the argument that was last read in vain; refused is
	// the one that the reply is, unless it has values or another fault.
	vain, refused string
}

var _ registry.RPCCall = (*call)(nil)

func (c *call) Arg(i int) (any, bool) {
	if i < 0 || i >= len(c.args.Values) {
		return nil, false
	}
	return c.args.Values[i], true
}

func (c *call) Text(i int) (string, bool)   { return c.text(i, false) }
func (c *call) AsText(i int) (string, bool) { return c.text(i, true) }
func (c *call) Int(i int) (int64, bool)     { return c.integer(i, false) }
func (c *call) AsInt(i int) (int64, bool)   { return c.integer(i, true) }

func (c *call) text(i int, convert bool) (s string, ok bool) {
	v, ok := c.Arg(i)
	why := c.args.Form.missing("string")
	if ok {
		s, why = c.args.Form.text(v, convert)
	}
	return s, c.read(i, why)
}

func (c *call) integer(i int, convert bool) (n int64, ok bool) {
	v, ok := c.Arg(i)
	why := c.args.Form.missing("integer")
	if ok {
		n, why = c.args.Form.integer(v, convert)
	}
	return n, c.read(i, why)
}

// read reports whether argument i was read; why says why it was not.
func (c *call) read(i int, why string) bool {
	if why == "" {
		return true
	}
	c.vain = fmt.Sprintf("error at parameter %d: %s", i, why)
	return false
}

func (c *call) Refuse() {
	if c.args.Form == FormBinary || c.args.Form == FormConverting {
		c.refused = c.vain
	}
}

func (c *call) Add(v any) { c.reply.Values = append(c.reply.Values, v) }

func (c *call) Fault(code int, text string) { c.reply.Fault = &Fault{code, text} }

// plain makes v one of a Reply's kinds of value. The encoders call it, not
// Add: a handler may fill a struct after it added it.
func plain(v any) any {
	switch v := v.(type) {
	case nil, string, int64, float64, *registry.RPCStruct, []any:
		return v
	case int:
		return int64(v)
	case int32:
		return int64(v)
	case uint16:
		return int64(v)
	case uint32:
		return int64(v)
	case uint64:
		if v > 1<<63-1 {
			return fmt.Sprint(v)
		}
		return int64(v)
	case []string:
		list := make([]any, len(v))
		for i, s := range v {
			list[i] = s
		}
		return list
	}
	return fmt.Sprint(v)
}

// nullText is what stands for nil where there is no null.
const nullText = "<null string>"

// named reports whether v, an element of a list, is a structure wrapped in
// one name only to say what it is: RECORDS: [ {SET: {…}}, {SET: {…}} ]. The
// forms that have no lists show such elements as members.
func named(v any) (name string, inner *registry.RPCStruct, ok bool) {
	s, isStruct := v.(*registry.RPCStruct)
	if !isStruct || len(s.Names) != 1 {
		return "", nil, false
	}
	inner, ok = s.Values[0].(*registry.RPCStruct)
	return s.Names[0], inner, ok
}
