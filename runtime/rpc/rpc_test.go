package rpc_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"go.uber.org/goleak"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

func TestMain(m *testing.M) { goleak.VerifyTestMain(m) }

func nop(registry.RPCCall) error { return nil }

func TestTable(t *testing.T) {
	table := rpc.NewTable()
	if err := table.Register("htable", registry.RPC{Name: "htable.get", Run: nop}, registry.RPC{Name: "htable.dump", Run: nop}); err != nil {
		t.Fatal(err)
	}
	bad := map[string][]registry.RPC{
		`RPC command "htable.get" of module other is already registered by module htable`: {{Name: "other.new", Run: nop}, {Name: "htable.get", Run: nop}},
		`module other exports RPC command "a.b" twice`:                                    {{Name: "a.b", Run: nop}, {Name: "a.b", Run: nop}},
		`module other exports an RPC command without a name or a handler (number 1)`:      {{Name: "a.b"}},
	}
	for want, cmds := range bad {
		if err := table.Register("other", cmds...); err == nil || err.Error() != want {
			t.Errorf("error %v, want %s", err, want)
		}
	}
	if d := cmp.Diff([]string{"htable.dump", "htable.get"}, table.Names()); d != "" {
		t.Errorf("names after refused registrations:\n%s", d)
	}
	if _, ok := table.Lookup("htable.get"); !ok {
		t.Error("htable.get is not found")
	}
	if _, ok := table.Lookup("other.new"); ok {
		t.Error("other.new was registered with a refused set")
	}
}

func TestRun(t *testing.T) {
	tests := []struct {
		name string
		run  func(registry.RPCCall) error
		want *rpc.Reply
		err  bool
	}{
		{"values", func(c registry.RPCCall) error {
			a, _ := c.Text(1)
			_, past := c.Arg(2)
			_, before := c.Arg(-1)
			c.Add(a)
			if past || before {
				c.Add("an argument that is not there")
			}
			return nil
		}, &rpc.Reply{Values: []any{"two"}}, false},
		{"fault", func(c registry.RPCCall) error {
			c.Add("x")
			c.Fault(404, "no such")
			return errors.New("not this")
		}, &rpc.Reply{Values: []any{"x"}, Fault: &rpc.Fault{Code: 404, Text: "no such"}}, false},
		{"error", func(registry.RPCCall) error { return errors.New("why") }, &rpc.Reply{Fault: &rpc.Fault{Code: 500, Text: "why"}}, false},
		{
			"panic", func(registry.RPCCall) error { panic("oh") },
			&rpc.Reply{Fault: &rpc.Fault{Code: 500, Text: "internal error in a.b; the server's log has the details"}}, true,
		},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			r, err := rpc.Run(registry.RPC{Name: "a.b", Run: tt.run}, rpc.Texts("one", "two"))
			if (err != nil) != tt.err {
				t.Errorf("error %v", err)
			}
			if d := cmp.Diff(tt.want, r); d != "" {
				t.Errorf("(-want +got):\n%s", d)
			}
		})
	}
}

// TestNumbersThatDoNotFit: what kamcmd would show wrong goes as text.
func TestNumbersThatDoNotFit(t *testing.T) {
	values := map[any]any{
		int64(-1 << 31):   int64(-1 << 31),
		int64(1<<31 - 1):  int64(1<<31 - 1),
		int64(1 << 31):    "2147483648",
		int64(-1<<31 - 1): "-2147483649",
		uint64(1 << 63):   "9223372036854775808",
		7:                 int64(7),
		1.5:               1.5,
		0.0:               0.0,
		-1.5:              "-1.500000",
		2147483.647:       2147483.647,
		2147483.648:       "2147483.648000",
		"":                "",
		true:              "true",
	}
	for in, want := range values {
		p := parse(t, rpc.AppendReply(nil, []byte("abcd"), &rpc.Reply{Values: []any{in}}))
		r, err := p.Reply()
		if err != nil {
			t.Fatal(err)
		}
		if d := cmp.Diff([]any{want}, r.Values); d != "" {
			t.Errorf("%v (-want +got):\n%s", in, d)
		}
	}
}

func TestParseArg(t *testing.T) {
	for in, want := range map[string]any{
		"1": int64(1), "-5": int64(-5), "+5": int64(5), " 5": int64(5), "010": int64(10),
		"99999999999": int64(99999999999),
		"1.5":         1.5, "1.": 1.0, ".5": 0.5, "1e3": 1000.0,
		"s:12": "12", "s:": "", "s:s:": "s:", "i:5": "i:5", "5x": "5x", "a b": "a b", "": "",
		"inf": "inf", "nan": "nan", "1_0": "1_0", "0x10": "0x10", "-": "-", ".": ".", "e": "e",
	} {
		if d := cmp.Diff(want, rpc.ParseArg(in)); d != "" {
			t.Errorf("%q (-want +got):\n%s", in, d)
		}
	}
}

func TestParseEndpoint(t *testing.T) {
	for in, want := range map[string]string{
		"unix:/a/b":           "unixs:/a/b",
		"unixs:/a/b":          "unixs:/a/b",
		"unixd:b":             "unixd:b",
		"/a/b:c":              "unixs:/a/b:c",
		"fifo:/a":             "fifo:/a",
		"tcp:localhost:2046":  "tcp:localhost:2046",
		"tcp:3012":            "tcp::3012",
		"udp:*:3012":          "udp::3012",
		"localhost:3000":      "udp:localhost:3000",
		"localhost":           "udp:localhost:2049",
		"tcp:127.0.0.1":       "tcp:127.0.0.1:2049",
		"tcp:[::1]:7":         "tcp:[::1]:7",
		"udp:[::1]":           "udp:[::1]:2049",
		"[::1]:7":             "udp:[::1]:7",
		"tcp:::1":             "tcp:[::1]:2049",
		"unixs:\x00":          "error",
		"sctp:127.0.0.1:2049": "error",
		"tcp:":                "error",
		"tcp:a:b":             "error",
		"tcp:a:b:c":           "error",
		"udp:a:70000":         "error",
		"unix:":               "error",
		"":                    "error",
	} {
		e, err := rpc.ParseEndpoint(in, "unixs")
		got := e.String()
		if err != nil {
			got = "error"
		}
		if got != want {
			t.Errorf("%q is %s (%v), want %s", in, got, err, want)
		}
	}
}

func TestMIText(t *testing.T) {
	leaf := (&registry.RPCStruct{}).Set("q", 1).Set("d", 2.5)
	r := &rpc.Reply{Values: []any{
		"bare",
		(&registry.RPCStruct{}).
			Set("Now", "10:00\nnext").
			Set("inner", leaf).
			Set("list", []any{leaf, "x"}).
			Set("sets", []any{(&registry.RPCStruct{}).Set("SET", leaf)}).
			Set("none", nil),
		[]any{"a", int64(2)},
	}}
	want := strings.Join([]string{
		"200 OK", "bare", "Now:: 10:00 next",
		"inner::", "..q:: 1", "..d:: 2.500000",
		"list::", "..q:: 1", "..d:: 2.500000", "..x",
		"sets::", "..SET::", "....q:: 1", "....d:: 2.500000",
		"none:: <null string>", "a", "2", "",
	}, "\n")
	if d := cmp.Diff(want, string(rpc.AppendMI(nil, r, ".."))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
	if got := string(rpc.AppendMI(nil, rpc.Faultf(500, "two\nlines"), "")); got != "500 two lines\n" {
		t.Errorf("fault %q", got)
	}
}

// TestFIFOText is the form seen from Kamailio's ctl FIFO: top-level texts as
// they are, text within structures escaped.
func TestFIFOText(t *testing.T) {
	r := &rpc.Reply{Values: []any{
		"udp receiver child=0 sock=127.0.0.1:5060",
		(&registry.RPCStruct{}).Set("now", "Sun Nov 22 22:20:48 2026").Set("x", "a,b\\c\nd\te\rf\x00"),
		int64(-5), 1.5,
	}}
	want := "200 OK\nudp receiver child=0 sock=127.0.0.1:5060\n" +
		`now:Sun Nov 22 22\o20\o48 2026,x:a\cb\\c\nd\te\rf\0` + "\n-5\n1.500000\n"
	if d := cmp.Diff(want, string(rpc.AppendFIFO(nil, r))); d != "" {
		t.Errorf("(-want +got):\n%s", d)
	}
}

func TestJSONText(t *testing.T) {
	for _, tt := range []struct {
		reply *rpc.Reply
		id    string
		want  string
	}{
		{&rpc.Reply{Values: []any{"x\"y\\z\x01é\tq\b\f\r\n/<\u2028\x7f\xff"}}, `"a"`, "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t\"x\\\"y\\\\z\\u0001é\\tq\\b\\f\\r\\n/<\u2028\x7f\ufffd\",\n\t\"id\":\t\"a\"\n}"},
		{&rpc.Reply{}, "1", "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t{\n\t},\n\t\"id\":\t1\n}"},
		{&rpc.Reply{List: true}, "1", "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[],\n\t\"id\":\t1\n}"},
		{&rpc.Reply{Values: []any{int64(5)}, List: true}, "1", "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[5],\n\t\"id\":\t1\n}"},
		{&rpc.Reply{Values: []any{int64(5), 1.5}}, "", "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"result\":\t[5, 1.500000]\n}"},
		{rpc.Faultf(500, "Method Not Found"), "1", "{\n\t\"jsonrpc\":\t\"2.0\",\n\t\"error\":\t{\n\t\t\"code\":\t500,\n\t\t\"message\":\t\"Method Not Found\"\n\t},\n\t\"id\":\t1\n}"},
	} {
		var id []byte
		if tt.id != "" {
			id = []byte(tt.id)
		}
		if d := cmp.Diff(tt.want, string(rpc.AppendJSON(nil, id, tt.reply))); d != "" {
			t.Errorf("(-want +got):\n%s", d)
		}
	}
}

func TestParseJSON(t *testing.T) {
	for doc, want := range map[string]string{
		`{"jsonrpc":"2.0","method":"a.b","id":1}`:                                            "a.b [] id=1",
		`{"jsonrpc":"2.0","method":"a.b","params":["x",2,1.5,true],"id":"q"}`:                `a.b [x 2 1.5 true] id="q"`,
		`{"jsonrpc":"2.0","method":"a.b","params":{"z":1,"a":2},"reply_name":"r","id":null}`: "a.b [1 2] id=null",
		`{"jsonrpc":"2.0","method":"a.b","params":null}`:                                     "a.b [] id=",
		`{"jsonrpc":"2.0","method":"a.b","params":[[1]],"id":1}`:                             "error at parameter 0: a string, number or boolean is wanted id=1",
		`{"jsonrpc":"2.0","method":"a.b","params":["x",null],"id":1}`:                        "error at parameter 1: a string, number or boolean is wanted id=1",
		`{"jsonrpc":"2.0","method":"a.b","params":3,"id":1}`:                                 `"params" must be an array or an object id=1`,
		`{"jsonrpc":"1.0","method":"a.b","id":1}`:                                            `"jsonrpc" must be "2.0" id=1`,
		`{"jsonrpc":"2.0","id":1}`:                                                           `"method" must be the name of an RPC command id=1`,
		`{"jsonrpc":"2.0","method":7,"id":1}`:                                                `"method" must be the name of an RPC command id=1`,
		`{"jsonrpc":"2.0","method":"a.b","id":{}}`:                                           `"id" must be a string or a number id=`,
		`{"jsonrpc":"2.0","method":"a.b","reply_name":1}`:                                    `"reply_name" must be a string id=`,
		`[{"jsonrpc":"2.0","method":"a.b"}]`:                                                 "a JSON-RPC request is one object; batches are not taken id=",
	} {
		req, err := rpc.ParseJSON([]byte(doc))
		got := req.Method + " " + fmt.Sprint(req.Args.Values)
		if err != nil {
			got = err.Error()
		}
		if got += " id=" + string(req.ID); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", doc, got, want)
		}
	}
	if _, err := rpc.ParseJSON([]byte(`{"a":`)); err == nil || !strings.HasPrefix(err.Error(), "not JSON") {
		t.Errorf("half a document: %v", err)
	}
}
