package pv

import (
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// incoming is $rcv(key): $null outside event_route[core:msg-received].
func incoming() []registry.PV {
	of := func(f func(in *msgstate.Incoming, v *value.Value)) registry.Getter {
		return func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if in := c.State.Incoming; in != nil {
				f(in, v)
			}
		}
	}
	rcv := keyed("rcv", "Of what came in, in event_route[core:msg-received]: buf len srcip srcport rcvip rcvport proto sproto af. buf may be assigned: that is read as the message.", map[string]registry.Getter{
		"buf":     of(func(in *msgstate.Incoming, v *value.Value) { v.SetStr(registry.View(in.Bytes)) }),
		"len":     of(func(in *msgstate.Incoming, v *value.Value) { v.SetInt(int64(len(in.Bytes))) }),
		"srcip":   of(func(in *msgstate.Incoming, v *value.Value) { v.SetStr(in.From.SrcIP) }),
		"srcport": of(func(in *msgstate.Incoming, v *value.Value) { v.SetInt(int64(in.From.Src.Port())) }),
		"rcvip":   of(func(in *msgstate.Incoming, v *value.Value) { v.SetStr(in.From.Socket.IP) }),
		"rcvport": of(func(in *msgstate.Incoming, v *value.Value) { v.SetInt(int64(in.From.Socket.Addr.Port())) }),
		"proto":   of(func(in *msgstate.Incoming, v *value.Value) { v.SetInt(int64(in.From.Proto)) }),
		"sproto":  of(func(in *msgstate.Incoming, v *value.Value) { v.SetStr(in.From.Proto.String()) }),
		"af":      of(func(in *msgstate.Incoming, v *value.Value) { v.SetInt(family(in.From.Src.Addr())) }),
	})
	bind := rcv.Bind
	rcv.Access = registry.ReadWrite
	rcv.Bind = func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		v, err := bind(fx, r)
		if r.Inner == "buf" {
			v.Set = setIncoming
		} else {
			v.Set = keepIncoming
		}
		return v, err
	}
	return []registry.PV{rcv}
}

func setIncoming(c *registry.Ctx, v *value.Value) bool {
	in := c.State.Incoming
	if in == nil {
		c.Log.Errorf(logAs, "$rcv(buf) can only be set in event_route[core:msg-received]")
		return false
	}
	text := ""
	if !v.IsNull() {
		var ok bool
		if text, ok = stringFor(c, "rcv(buf)", v); !ok {
			return false
		}
	}
	in.Bytes = append(c.Arena.Alloc(len(text))[:0], text...)
	return true
}

// keepIncoming is the assignment of the other keys, which Kamailio takes too and
// which changes nothing.
func keepIncoming(*registry.Ctx, *value.Value) bool { return true }
