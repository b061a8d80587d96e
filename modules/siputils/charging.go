package siputils

import (
	"encoding/hex"
	"errors"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

const chargingHeader = "P-Charging-Vector"

func (m *Module) chargingFuncs() []registry.Func {
	return []registry.Func{registry.Fn1("sip_p_charging_vector", registry.Text("flags"), registry.Any, m.setCharging,
		"Changes the P-Charging-Vector header (RFC 7315 section 5.6): r removes it, g adds one where there is none, f replaces it.")}
}

func (m *Module) setCharging(c *registry.Ctx, flags string) int {
	if c.Msg == nil {
		return -1
	}
	force := strings.Contains(flags, "f")
	present := false
	for i := range c.Msg.NumHeaders() {
		if !strings.EqualFold(c.Msg.HeaderAt(i).Name, chargingHeader) {
			continue
		}
		if force || strings.Contains(flags, "r") {
			start, end := c.Msg.HeaderSpan(i)
			c.Msg.Edit(start, end-start, "")
		} else {
			present = true
		}
	}
	if present || !force && !strings.Contains(flags, "g") {
		return 1
	}
	var id [16]byte
	m.random.Read(id[:])
	address := "127.0.0.1"
	if c.Recv != nil && c.Recv.Socket != nil {
		address = c.Recv.Socket.IP
	}
	c.Msg.Edit(c.Msg.HeadersEndAt(), 0, chargingHeader+": icid-value="+strings.ToUpper(hex.EncodeToString(id[:]))+
		"; icid-generated-at="+address+"\r\n")
	return 1
}

var errChargingKey = errors.New("$pcv needs a key in parentheses: all, value, genaddr, orig, term")

// chargingVars is $pcv, of the header as received; a header without icid-value
// is none.
func chargingVars() []registry.PV {
	params := map[string]string{"value": "icid-value", "genaddr": "icid-generated-at", "orig": "orig-ioi", "term": "term-ioi"}
	return []registry.PV{{
		Name: "pcv", Doc: "The received P-Charging-Vector header, or a part of it: all value genaddr orig term.",
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			param, ok := params[r.Inner]
			if !ok && r.Inner != "all" {
				return registry.Var{}, errChargingKey
			}
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
				v.SetNull()
				if c.Msg == nil {
					return
				}
				h, ok := c.Msg.Header(chargingHeader, 0)
				if !ok {
					return
				}
				if _, ok := chargingParam(h.Body, "icid-value"); !ok {
					return
				}
				if param == "" {
					v.SetStr(h.Body)
				} else if s, _ := chargingParam(h.Body, param); s != "" {
					v.SetStr(s)
				}
			}}, nil
		},
	}}
}

// chargingParam is a parameter's value up to a blank, quotes included. Kamailio
// takes names in small letters only, with the = right behind.
func chargingParam(body, name string) (string, bool) {
	for rest := body; rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, ";")
		if key, val, ok := strings.Cut(strings.TrimLeft(one, " \t\r\n"), "="); ok && key == name {
			if end := strings.IndexAny(val, " \t\r\n,"); end >= 0 {
				val = val[:end]
			}
			return val, true
		}
	}
	return "", false
}
