package rpc_test

import (
	"testing"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// TestForms: what each transport makes of an argument that is of another type
// than the command takes, as core.prints, core.echo, core.printi and htable.seti
// of Kamailio 5.6.3 told it.
func TestForms(t *testing.T) {
	const (
		noText   = "error at parameter 0: expected string type but record doesn't match type"
		noInt    = "error at parameter 0: expected integer type but record doesn't match type"
		noDouble = "error at parameter 0: expected float type but bug -- internal error"
	)
	missing := func(want string) string {
		return "error at parameter 0: expected " + want + " type but end of packet encountered"
	}
	text := func(c registry.RPCCall) (any, bool) { return boxed(c.Text(0)) }
	asText := func(c registry.RPCCall) (any, bool) { return boxed(c.AsText(0)) }
	integer := func(c registry.RPCCall) (any, bool) { return boxed(c.Int(0)) }
	asInt := func(c registry.RPCCall) (any, bool) { return boxed(c.AsInt(0)) }
	type reading = func(registry.RPCCall) (any, bool)
	for _, tt := range []struct {
		name  string
		form  rpc.Form
		given any // nil: nothing
		read  reading
		want  any
		fault string
	}{
		{"text", rpc.FormBinary, "a", text, "a", ""},
		{"text of an integer", rpc.FormBinary, int64(5), text, nil, noText},
		{"text of a double", rpc.FormBinary, 1.5, text, nil, noText},
		{"text of nothing", rpc.FormBinary, nil, text, nil, missing("string")},
		{"integer", rpc.FormBinary, int64(5), integer, int64(5), ""},
		{"integer of a text", rpc.FormBinary, "6", integer, nil, noInt},
		{"integer of a double", rpc.FormBinary, 1.5, integer, nil, noInt},
		{"integer of nothing", rpc.FormBinary, nil, integer, nil, missing("integer")},
		{"as text, an integer", rpc.FormBinary, int64(5), asText, "5", ""},
		{"as text, a double", rpc.FormBinary, 1.5, asText, nil, noDouble},
		{"as integer, a text", rpc.FormBinary, "010", asInt, int64(10), ""},
		{"as integer, another text", rpc.FormBinary, "5x", asInt, nil, noText},
		{"as integer, hexadecimal", rpc.FormBinary, "0x10", asInt, nil, noText},
		{"as integer, a double", rpc.FormBinary, 1.5, asInt, int64(1), ""},

		{"converting: text of an integer", rpc.FormConverting, int64(5), text, "5", ""},
		{"converting: text of a double", rpc.FormConverting, 1.5, text, nil, noDouble},
		{"converting: integer of a text", rpc.FormConverting, "6", integer, int64(6), ""},
		{"converting: integer of the empty text", rpc.FormConverting, "", integer, int64(0), ""},
		{"converting: integer of another text", rpc.FormConverting, "x", integer, nil, noText},
		{"converting: nothing", rpc.FormConverting, nil, integer, nil, missing("any")},

		{"JSON: text of a number", rpc.FormJSON, int64(5), text, nil, ""},
		{"JSON: as text, a number", rpc.FormJSON, 1.5, asText, "1", ""},
		{"JSON: as text, a boolean", rpc.FormJSON, true, asText, nil, ""},
		{"JSON: integer of a text", rpc.FormJSON, "6", integer, int64(0), ""},
		{"JSON: integer of a boolean", rpc.FormJSON, true, integer, int64(1), ""},
		{"JSON: integer of a double", rpc.FormJSON, 1e300, integer, int64(1<<63 - 1024), ""},
		{"JSON: nothing", rpc.FormJSON, nil, text, nil, ""},

		{"lines: integer", rpc.FormText, "-5", integer, int64(-5), ""},
		{"lines: another text", rpc.FormText, "x", integer, nil, ""},
	} {
		t.Run(tt.name, func(t *testing.T) {
			args := rpc.Args{Form: tt.form}
			if tt.given != nil {
				args.Values = []any{tt.given}
			}
			var got any
			r, err := rpc.Run(registry.RPC{Name: "a.b", Run: func(c registry.RPCCall) error {
				v, ok := tt.read(c)
				if ok {
					got = v
				} else {
					c.Refuse()
				}
				return nil
			}}, args)
			if err != nil {
				t.Fatal(err)
			}
			fault := ""
			if r.Fault != nil {
				fault = r.Fault.Text
			}
			if got != tt.want || fault != tt.fault {
				t.Errorf("%v, fault %q; want %v, fault %q", got, fault, tt.want, tt.fault)
			}
		})
	}
}

func boxed[T any](v T, ok bool) (any, bool) { return v, ok }

// TestRefusal: values and faults of the command's own win over the transport's.
func TestRefusal(t *testing.T) {
	run := func(then func(registry.RPCCall)) *rpc.Reply {
		r, err := rpc.Run(registry.RPC{Name: "a.b", Run: func(c registry.RPCCall) error {
			if _, ok := rpc.Need(c, 0); ok {
				t.Error("an integer is read as a text")
			}
			then(c)
			return nil
		}}, rpc.Args{Form: rpc.FormBinary, Values: []any{int64(5)}})
		if err != nil {
			t.Fatal(err)
		}
		return r
	}
	if r := run(func(registry.RPCCall) {}); r.Fault == nil || r.Fault.Code != rpc.CodeBadRequest {
		t.Errorf("fault %v", r.Fault)
	}
	if r := run(func(c registry.RPCCall) { c.Add("x") }); r.Fault != nil {
		t.Errorf("fault %v though there are values", r.Fault)
	}
	if r := run(func(c registry.RPCCall) { c.Fault(404, "no") }); r.Fault == nil || r.Fault.Code != 404 {
		t.Errorf("fault %v instead of the command's", r.Fault)
	}
}
