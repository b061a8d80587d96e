package sl

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
)

var (
	errNoReply   = errors.New("there is no SIP reply to forward here")
	errNoForward = errors.New("this server forwards no SIP messages")
)

func (m *Module) forward(c *registry.Ctx) int { return m.forwardReason(c, "", "") }

func (m *Module) forwardCode(c *registry.Ctx, code string) int { return m.forwardReason(c, code, "") }

// forwardReason sends the reply being handled on by its second Via, with
// another code of the same class and another reason where they are given.
func (m *Module) forwardReason(c *registry.Ctx, code, reason string) int {
	if err := m.forwardReply(c, code, reason); err != nil {
		c.Log.Errorf(name, "sl_forward_reply: %v", err)
		return -1
	}
	return 1
}

func (m *Module) forwardReply(c *registry.Ctx, code, reason string) error {
	if c.Msg == nil || c.Recv == nil || c.Msg.IsRequest() {
		return errNoReply
	}
	h, ok := m.host.(registry.ForwardHost)
	if !ok {
		return errNoForward
	}
	if code == "" && reason == "" {
		return h.ForwardReply(c, 0, "")
	}
	status := c.Msg.Status()
	if code != "" {
		n, err := strconv.Atoi(code)
		switch {
		case err != nil || !usable(n):
			return fmt.Errorf("%.40q is not a status code: 100 to 999 is wanted", code)
		case n/100 != status/100:
			return fmt.Errorf("the code %d is of another class than the reply's %d", n, status)
		}
		status = n
	}
	if reason == "" {
		reason = c.Msg.Reason()
	} else if strings.ContainsAny(reason, "\r\n") {
		return fmt.Errorf("the reason %.60q has a line end in it", reason)
	}
	return h.ForwardReply(c, status, reason)
}
