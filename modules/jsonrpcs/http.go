package jsonrpcs

import (
	"errors"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// httpReplier is module xhttp.
type httpReplier interface {
	Reply(c *registry.Ctx, code int, reason, contentType, body string) int
}

// dispatch is jsonrpc_dispatch. For a SIP request it does nothing.
func (m *Module) dispatch(c *registry.Ctx) int {
	switch {
	case c.Msg == nil || !c.Msg.IsHTTP():
		return 1
	case !m.http || m.xhttp == nil:
		c.Log.Errorf(name, "jsonrpc_dispatch: HTTP is not among what the parameter transport opens, or xhttp is not loaded")
		return -1
	}
	req, bad := rpc.ParseJSON([]byte(c.Msg.Body()))
	if errors.Is(bad, rpc.ErrNotJSON) {
		c.Log.Errorf(name, "jsonrpc_dispatch: %v: %.80q", bad, c.Msg.Body())
		return -1
	}
	got, body := m.answer(&req, bad)
	code, reason := codeOK, textOK
	if f := got.Fault; f != nil {
		code, reason = f.Code, f.Text
	}
	return m.xhttp.Reply(c, code, reason, "application/json", string(body))
}
