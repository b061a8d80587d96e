package jsonrpcs

import (
	"errors"
	"fmt"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
	"olelo/runtime/value"
)

// codeOK and textOK are the code and text of a reply that is no fault.
const (
	codeOK = 200
	textOK = "OK"
)

// reply is the last one of a worker's jsonrpc_exec.
type reply struct {
	code       int
	text, body string
	is         bool // there is one
}

func (m *Module) reply(c *registry.Ctx) *reply {
	if r, ok := m.replies.Load(c.Worker); ok {
		return r.(*reply)
	}
	r := &reply{}
	m.replies.Store(c.Worker, r)
	return r
}

// exec is jsonrpc_exec. Where the document is no JSON, $jsonrpl stays as it is.
func (m *Module) exec(c *registry.Ctx, doc string) int {
	req, bad := rpc.ParseJSON([]byte(doc))
	if errors.Is(bad, rpc.ErrNotJSON) {
		c.Log.Errorf(name, "jsonrpc_exec: %v: %.80q", bad, doc)
		return -1
	}
	got, body := m.answer(&req, bad)
	r := m.reply(c)
	*r = reply{code: codeOK, text: textOK, body: string(body), is: true}
	if f := got.Fault; f != nil {
		r.code, r.text = f.Code, f.Text
	}
	return 1
}

// replyVar is $jsonrpl(code), $jsonrpl(text), $jsonrpl(body).
func (m *Module) replyVar() registry.PV {
	return registry.PV{
		Name: "jsonrpl", Doc: "The reply to this worker's last jsonrpc_exec: its code, text or body (the whole document).",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if r.Index.Kind != registry.IndexNone {
				return registry.Var{}, errors.New("$jsonrpl takes no [index]")
			}
			switch r.Inner {
			case "code":
				return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(m.reply(c).code)) }}, nil
			case "text":
				return registry.Var{Get: m.part(func(r *reply) string { return r.text })}, nil
			case "body":
				return registry.Var{Get: m.part(func(r *reply) string { return r.body })}, nil
			}
			return registry.Var{}, fmt.Errorf("$jsonrpl(%s): code, text or body is wanted", r.Inner)
		},
	}
}

func (m *Module) part(of func(*reply) string) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		if r := m.reply(c); r.is {
			v.SetStr(of(r))
			return
		}
		v.SetNull()
	}
}
