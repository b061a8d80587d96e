package corex

import (
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

func (m *Module) pvs() []registry.PV {
	return []registry.PV{
		{
			Name: "cfg", Doc: "Where in the configuration it stands: line, file (also called name), route.",
			Bind: bindCfg,
		},
		{
			Name: "lsock", Doc: "A socket of the server, by its name n/NAME/… or address l/PROTO:IP:PORT/…: its listen address, name, or advertise address; $null where there is no such socket.",
			Bind: m.bindSocket,
		},
	}
}

func bindCfg(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	pos := fx.Pos()
	var v value.Value
	switch r.Inner {
	case "line":
		v.SetInt(int64(pos.Line))
	case "file", "name":
		v.SetStr(pos.Filename)
	case "route":
		v.SetStr(routeName(fx.Route()))
	default:
		return registry.Var{}, fmt.Errorf("$cfg(%s): line, file, name or route is wanted", r.Inner)
	}
	return registry.Var{Get: func(_ *registry.Ctx, to *value.Value) { *to = v }}, nil
}

// routeName is a route block's name as Kamailio has it.
func routeName(kind, name string) string {
	switch {
	case name != "":
		return name
	case kind == "request_route":
		return "DEFAULT_ROUTE"
	case kind == "reply_route":
		return "DEFAULT_ONREPLY"
	case kind == "onsend_route":
		return "DEFAULT_SEND"
	}
	return kind
}

func (m *Module) bindSocket(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if r.Inner == "" {
		return registry.Var{}, errors.New("$lsock(): n/NAME/FIELD or l/ADDRESS/FIELD is wanted")
	}
	f, err := fx.Format(r.Inner)
	if err != nil {
		return registry.Var{}, err
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
		expr := f.Text(c)
		s, field, ok := m.findSocket(expr)
		switch {
		case !ok:
			c.Log.Errorf(name, "$lsock(%.100s): n/NAME/ or l/ADDRESS/ is wanted, and listen, name or advertise", expr)
			v.SetVoid()
		case s == nil:
			v.SetNull()
		default:
			v.SetStr(field(c, s))
		}
	}}, nil
}

// socketFields are by their first letter, which is all that Kamailio looks at.
var socketFields = map[byte]func(*registry.Ctx, *transport.Socket) string{
	'l': func(_ *registry.Ctx, s *transport.Socket) string { return s.Text },
	'n': func(_ *registry.Ctx, s *transport.Socket) string { return s.Name },
	'a': func(c *registry.Ctx, s *transport.Socket) string {
		if s.Advertise == "" {
			return ""
		}
		return c.Arena.Concat(s.Proto.String()+":", s.Advertise)
	},
}

// findSocket reads by/what/field; the socket is nil where there is none such.
func (m *Module) findSocket(expr string) (s *transport.Socket, field func(*registry.Ctx, *transport.Socket) string, ok bool) {
	by, rest, _ := strings.Cut(expr, "/")
	what, of, _ := strings.Cut(rest, "/")
	if len(of) < 2 {
		return nil, nil, false
	}
	if field, ok = socketFields[of[0]]; !ok {
		return nil, nil, false
	}
	switch by {
	case "n":
		return transport.SocketNamed(m.host.Sockets(), what), field, true
	case "l":
		return transport.SocketAt(m.host.Sockets(), what), field, true
	}
	return nil, nil, false
}
