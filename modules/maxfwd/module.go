// Package maxfwd is Kamailio's module maxfwd: the Max-Forwards header, which
// ends loops (RFC 3261 section 16.6).
package maxfwd

import (
	"fmt"
	"strconv"
	"strings"
	"sync/atomic"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// logAs is the module's name in log lines.
const logAs = "maxfwd"

// Module is the module's instance.
type Module struct {
	limit atomic.Int64 // the largest Max-Forwards that goes out
	key   sip.Key
}

var (
	_ registry.Module        = (*Module)(nil)
	_ registry.SettingSource = (*Module)(nil)
)

// New returns the module with Kamailio's default.
func New() registry.Module {
	m := &Module{key: sip.HeaderKey("Max-Forwards")}
	m.limit.Store(70)
	return m
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	var funcs []registry.Func
	for _, name := range []string{"mf_process_maxfwd_header", "maxfwd_process", "process_maxfwd"} {
		funcs = append(funcs, registry.Fn1(name, registry.IntP("value"), registry.Request, m.process,
			"Counts Max-Forwards down: 1; adds it with the value where there is none: 2. False where it is 0 (-1) or cannot be read (-2)."))
	}
	for _, name := range []string{"is_maxfwd_lt", "maxfwd_at_least", "mf_lowlimit"} {
		funcs = append(funcs, registry.Fn1(name, registry.IntP("value"), registry.Request|registry.Failure|registry.Branch, m.less,
			"True where Max-Forwards is less than the value. -2 where there is none, -3 where it cannot be read."))
	}
	return registry.Exports{
		Doc:   "The Max-Forwards header, which ends loops.",
		Funcs: funcs,
		Params: []registry.Param{{
			Name: "max_limit", Type: registry.ParamInt, Doc: "The largest Max-Forwards that goes out, 1 to 256; default 70.",
			Set: func(v registry.ParamValue) error {
				if v.Int < 0 { // Kamailio writes no number then
					return fmt.Errorf("max_limit=%d is negative: 1 to 256 is wanted", v.Int)
				}
				m.limit.Store(v.Int)
				return nil
			},
		}},
	}
}

// Settings are what cfg.seti changes.
func (m *Module) Settings() []*registry.Setting {
	return []*registry.Setting{registry.IntSetting("maxfwd", "max_limit", "The largest Max-Forwards that goes out.", &m.limit, 0, 255)}
}

// The results for a header that is not as it should be.
const (
	reachedZero = -1
	absent      = -2 // of less
	unreadable  = -2 // of process
	lessUnread  = -3 // of less
)

// value is the header's number and where its body is in the message; found is
// false where there is no header, ok where it holds no number.
func (m *Module) value(c *registry.Ctx) (body string, n int, found, ok bool) {
	h, found := c.Msg.HeaderByKey(&m.key, 0)
	if !found {
		return "", 0, false, false
	}
	n64, err := strconv.ParseUint(strings.TrimLeft(h.Body, " "), 10, 31)
	if err != nil {
		c.Log.Errorf(logAs, "Max-Forwards is %.40q: no number", h.Body)
	}
	return h.Body, int(n64), true, err == nil
}

// process counts in the received bytes, as Kamailio does: what reads the header
// afterwards sees the new number, right-aligned in the place of the old one.
func (m *Module) process(c *registry.Ctx, value int) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return unreadable
	}
	body, n, found, ok := m.value(c)
	switch {
	case !found:
		m.add(c, value)
		return 2
	case !ok:
		return unreadable
	case n == 0:
		return reachedZero
	}
	var room [20]byte
	digits := strconv.AppendInt(room[:0], min(int64(n-1), m.limit.Load()), 10)
	b := c.Arena.Alloc(len(body))
	for i := range b {
		b[i] = ' '
	}
	copy(b[len(b)-len(digits):], digits)
	c.Msg.Overwrite(c.Msg.OffsetOf(body), registry.View(b))
	return 1
}

// add lays the header over the message, once.
func (m *Module) add(c *registry.Ctx, value int) {
	const name = "Max-Forwards: "
	for _, e := range c.Msg.Edits() {
		if strings.HasPrefix(e.Text, name) {
			return
		}
	}
	c.Msg.Edit(c.Msg.HeadersAt(), 0, name+strconv.Itoa(value)+"\r\n")
}

func (m *Module) less(c *registry.Ctx, value int) int {
	if c.Msg == nil {
		return lessUnread
	}
	_, n, found, ok := m.value(c)
	switch {
	case !found:
		return absent
	case !ok:
		return lessUnread
	case n < value:
		return 1
	}
	return -1
}
