package rpc_test

import (
	"bytes"
	"encoding/hex"
	"encoding/json"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// exchange is what kamcmd 1.5 and Kamailio 5.6.3 said to each other, what
// kamcmd printed, and the same command's answer from module jsonrpcs.
type exchange struct {
	request, reply []byte
	printed        string
	json           string
}

func exchanges(t *testing.T) map[string]exchange {
	t.Helper()
	files, err := filepath.Glob("testdata/kamailio-5.6.3/*.txtar")
	if err != nil || len(files) == 0 {
		t.Fatalf("no recorded exchanges: %v", err)
	}
	all := map[string]exchange{}
	for _, f := range files {
		b, err := os.ReadFile(f)
		if err != nil {
			t.Fatal(err)
		}
		var x exchange
		parts := strings.Split(string(b), "\n-- ")
		for i, part := range parts[1:] {
			last := i == len(parts)-2
			name, data, _ := strings.Cut(part, " --\n")
			switch name {
			case "request":
				x.request = unhex(t, data)
			case "reply":
				x.reply = unhex(t, data)
			case "kamcmd":
				x.printed = data
				if !last {
					x.printed += "\n"
				}
			case "jsonrpcs":
				x.json = strings.TrimSuffix(data, "\n")
			}
		}
		all[strings.TrimSuffix(filepath.Base(f), ".txtar")] = x
	}
	return all
}

func unhex(t *testing.T, s string) []byte {
	t.Helper()
	b, err := hex.DecodeString(strings.Join(strings.Fields(s), ""))
	if err != nil {
		t.Fatal(err)
	}
	return b
}

func parse(t *testing.T, b []byte) rpc.Packet {
	t.Helper()
	p, n, err := rpc.ParsePacket(b)
	if err != nil || n != len(b) {
		t.Fatalf("ParsePacket took %d of %d bytes: %v", n, len(b), err)
	}
	return p
}

// TestRecordedReplies reads what Kamailio sent and sends the same again.
func TestRecordedReplies(t *testing.T) {
	for name, x := range exchanges(t) {
		t.Run(name, func(t *testing.T) {
			p := parse(t, x.reply)
			r, err := p.Reply()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(x.reply, rpc.AppendReply(nil, p.Cookie(), r)); d != "" {
				t.Errorf("encoded again (-Kamailio +olelo):\n%s", d)
			}
			if d := cmp.Diff(x.printed, string(rpc.AppendText(nil, r))); d != "" {
				t.Errorf("printed (-kamcmd +olelo):\n%s", d)
			}
		})
	}
}

// TestRecordedJSON makes the reply from what jsonrpcs said: it must come out
// as the same JSON, and over binrpc as Kamailio's ctl sent it.
func TestRecordedJSON(t *testing.T) {
	// Here Kamailio's two modules answer differently.
	skipBinrpc := map[string]bool{
		"nothing":      true, // "Method Not Found", "command nope.nope not found"
		"listen":       true, // over JSON, ctl.listen is an empty object
		"echo":         true, // kamcmd made the empty argument the number 0
		"printi_fault": true, // over JSON, no fault but an empty list
	}
	for name, x := range exchanges(t) {
		if x.json == "" {
			continue
		}
		t.Run(name, func(t *testing.T) {
			// core.sockets_list adds one list; other lists are lists of values.
			r := fromJSON(t, x.json, name != "sockets")
			if d := cmp.Diff(x.json, string(rpc.AppendJSON(nil, json.RawMessage("1"), r))); d != "" {
				t.Errorf("JSON (-Kamailio +olelo):\n%s", d)
			}
			if skipBinrpc[name] {
				return
			}
			p := parse(t, x.reply)
			if d := cmp.Diff(x.reply, rpc.AppendReply(nil, p.Cookie(), r)); d != "" {
				t.Errorf("binrpc (-Kamailio +olelo):\n%s", d)
			}
		})
	}
}

// fromJSON reads a JSON-RPC answer into a reply, members in order.
func fromJSON(t *testing.T, doc string, listOfValues bool) *rpc.Reply {
	t.Helper()
	dec := json.NewDecoder(strings.NewReader(doc))
	dec.UseNumber()
	top, ok := jsonValue(t, dec, "").(*registry.RPCStruct)
	if !ok {
		t.Fatalf("no object: %s", doc)
	}
	for i, name := range top.Names {
		switch v := top.Values[i].(type) {
		case *registry.RPCStruct:
			if name == "error" {
				return rpc.Faultf(int(v.Values[0].(int64)), "%s", v.Values[1])
			}
			if name == "result" {
				return &rpc.Reply{Values: []any{v}}
			}
		case []any:
			if name == "result" && listOfValues {
				return &rpc.Reply{Values: v, List: true}
			}
			return &rpc.Reply{Values: []any{v}}
		default:
			if name == "result" {
				return &rpc.Reply{Values: []any{v}}
			}
		}
	}
	t.Fatalf("neither result nor error: %s", doc)
	return nil
}

func jsonValue(t *testing.T, dec *json.Decoder, name string) any {
	t.Helper()
	token := func() json.Token {
		tok, err := dec.Token()
		if err != nil {
			t.Fatal(err)
		}
		return tok
	}
	switch tok := token().(type) {
	case json.Delim:
		if tok == '[' {
			list := []any{}
			for dec.More() {
				list = append(list, jsonValue(t, dec, ""))
			}
			token()
			return list
		}
		s := &registry.RPCStruct{}
		for dec.More() {
			member := token().(string)
			s.Set(member, jsonValue(t, dec, member))
		}
		token()
		return s
	case json.Number:
		n, err := tok.Int64()
		if err != nil {
			t.Fatal(err)
		}
		switch name {
		case "AVG", "STD", "EST": // doubles, which JSON does not show
			return float64(n)
		}
		return n
	case string:
		return tok
	case nil:
		return nil
	default:
		panic(fmt.Sprintf("%T in a recorded answer", tok))
	}
}

// TestRecordedRequests reads what kamcmd sent, and sends the same for the same
// words of a command line.
func TestRecordedRequests(t *testing.T) {
	x := exchanges(t)
	for name, line := range map[string][]string{
		"version": {"core.version"},
		"prints":  {"core.prints", "a", "s:7", strings.Repeat("long ", 60)},
		"printi":  {"core.printi", "1", "-5", "300", "-70000", "2147483647", "0"},
		"get":     {"htable.get", "a", "n"},
		"help":    {"system.methodHelp", "nope"},
	} {
		t.Run(name, func(t *testing.T) {
			p := parse(t, x[name].request)
			var args []any
			for _, w := range line[1:] {
				args = append(args, rpc.ParseArg(w))
			}
			if got := rpc.AppendRequest(nil, p.Cookie(), line[0], args); !bytes.Equal(got, x[name].request) {
				t.Errorf("request\n%x, kamcmd sent\n%x", got, x[name].request)
			}
			method, got, err := p.Request()
			if err != nil || method != line[0] {
				t.Fatalf("Request = %q, %v", method, err)
			}
			if d := cmp.Diff(rpc.Args{Form: rpc.FormBinary, Values: args}, got); d != "" {
				t.Errorf("arguments (-want +got):\n%s", d)
			}
		})
	}
}
