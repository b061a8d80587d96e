package core

import (
	"errors"
	"fmt"

	"olelo/runtime/forward"
	"olelo/runtime/log"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// The arguments of forward that stand for parts of the next hop's URI.
const (
	uriHost = "uri:host"
	uriPort = "uri:port"
)

// forwarding is one call site of forward.
type forwarding struct {
	m     *Module
	name  string
	proto string // of forward_udp …, "" for forward
	host  string // "" for the next hop's URI as a whole
	port  int    // 0 for the default
	// ofURI and portOfURI tell that host and port are the URI's.
	ofURI, portOfURI bool
}

func (m *Module) forwardFuncs() []registry.Func {
	host, port := registry.ParamInfo{Name: "host", Kind: "word"}, registry.ParamInfo{Name: "port", Kind: "int"}
	const doc = "Sends the request on without keeping state; uri:host and uri:port are those of $du or else the request URI."
	list := []registry.Func{{
		Name: "forward", Routes: notOnSend, Doc: "Sends the request on without keeping state: to $du, or else its request URI.",
		Bind: m.bindForward("forward", ""),
	}}
	for _, f := range [][2]string{{"forward", ""}, {"forward_udp", "udp"}, {"forward_tcp", "tcp"}, {"forward_tls", "tls"}} {
		for _, params := range [][]registry.ParamInfo{{host}, {host, port}} {
			list = append(list, registry.Func{Name: f[0], Params: params, Routes: notOnSend, Doc: doc, Bind: m.bindForward(f[0], f[1])})
		}
	}
	return list
}

var errNoForward = errors.New("nothing can be sent from here")

func (m *Module) bindForward(name, proto string) func(registry.Fixup, []registry.Arg) (registry.Call, error) {
	return func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
		f := &forwarding{m: m, name: name, proto: proto}
		if m.forward == nil {
			return nil, fmt.Errorf("%s: %w", name, errNoForward)
		}
		if len(args) > 0 {
			f.host = args[0].Text
			if f.ofURI = f.host == uriHost; !f.ofURI && badHost(f.host) != "" {
				return nil, fmt.Errorf("%s: %s", name, badHost(f.host))
			}
		}
		if len(args) > 1 {
			switch p := args[1]; {
			case p.Text == uriPort && f.ofURI:
				f.portOfURI = true
			case !p.IsInt || p.Int < 0 || p.Int > 65535:
				return nil, fmt.Errorf("%s: %q is not a port", name, p.Text)
			default:
				f.port = int(p.Int)
			}
		}
		return f.run, nil
	}
}

func (f *forwarding) run(c *registry.Ctx) int {
	if c.Msg == nil || !c.Msg.IsRequest() || c.Recv == nil {
		c.Log.Errorf(log.Core, "%s: there is no SIP request to send on here", f.name)
		return -1
	}
	to, err := f.hop(c)
	if err == nil {
		err = f.m.forward.ForwardRequest(c, to)
	}
	switch {
	case err == nil:
		return 1
	case !errors.Is(err, forward.ErrDropped): // which is no mistake
		c.Log.Errorf(log.Core, "%s: the request is not sent on: %v", f.name, err)
	}
	return -1
}

// hop is where the request goes. A host of its own is sent to over the
// transport that the request came in on.
func (f *forwarding) hop(c *registry.Ctx) (sip.Hop, error) {
	if f.host != "" && !f.ofURI {
		to := sip.Hop{Transport: f.proto, Host: f.host, Port: f.port}
		if to.Transport == "" && c.Recv.Proto != transport.None {
			to.Transport = c.Recv.Proto.String()
		}
		return to, nil
	}
	slot, text := msgstate.DestinationURI, c.Msg.DstURI()
	if text == "" {
		slot, text = msgstate.RequestURI, c.Msg.RURI()
	}
	u := c.State.URI(slot, text)
	if u == nil {
		return sip.Hop{}, fmt.Errorf("the URI to send to cannot be read: <%.200s>", text)
	}
	to := u.Hop()
	if f.ofURI && !f.portOfURI {
		if to.Port = f.port; to.Port == 0 {
			to.Port = to.PortOr(to.Transport)
		}
	}
	if f.proto != "" {
		to.Transport = f.proto
	}
	return to, nil
}
