package siputils

import (
	"encoding/base64"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) contactFuncs() []registry.Func {
	name := registry.Text("name")
	const routes = registry.Request | registry.Reply | registry.Event
	return []registry.Func{
		registry.Fn2("encode_contact", registry.Word("prefix"), registry.Word("host"), routes, m.encodeContact,
			"Puts the URIs of the first Contact header into the users of URIs of this server: prefix*user*password*host*port*transport@host."),
		registry.Fn0("decode_contact", registry.Request|registry.Event, m.decodeRequest,
			"Makes of a request URI of encode_contact the one that it came from."),
		registry.Fn0("decode_contact_header", routes|registry.Failure, m.decodeContact,
			"Makes of the URIs of encode_contact in the first Contact header those that they came from."),
		registry.Fn2("contact_param_encode", name, registry.Text("uri"), routes, encodeInParam,
			"Replaces the URIs of all Contacts by one, with the old one in a parameter, base64url."),
		registry.Fn1("contact_param_decode", name, routes, decodeFromParam,
			"Makes of the URIs of contact_param_encode in all Contacts those that they came from."),
		registry.Fn1("contact_param_decode_ruri", name, registry.Request|registry.Event, decodeRequestFromParam,
			"Makes of a request URI of contact_param_encode the one that it came from. True also where it has no such parameter."),
		registry.Fn1("contact_param_check", name, registry.Any, checkContactParam,
			"True where the URI of a Contact has a parameter."),
		registry.Fn1("contact_param_rm", name, routes, removeContactParam,
			"Removes a parameter from the URIs of all Contacts."),
	}
}

// contacts calls f with each Contact of the message, those of the first header
// only where one is set, until it returns false.
func contacts(m *sip.Message, one bool, f func(a *sip.NameAddr) bool) (found bool) {
	for i := 0; ; i++ {
		h, ok := m.Header("Contact", i)
		if !ok {
			return found
		}
		found = true
		for first, rest := "", h.Body; rest != ""; {
			first, rest = sip.NextValue(rest)
			a := sip.ParseNameAddr(first)
			if a.URI != "" && a.URI != "*" && !f(&a) {
				return true
			}
		}
		if one {
			return true
		}
	}
}

func checkContactParam(c *registry.Ctx, name string) int {
	if c.Msg == nil {
		return -1
	}
	has := false
	contacts(c.Msg, false, func(a *sip.NameAddr) bool {
		if u, err := sip.ParseURI(a.URI); err == nil {
			_, has = sip.Param(u.Params, strings.ToLower(name))
		}
		return !has
	})
	return registry.Truth(has)
}

// replaceURI lays another URI over a Contact's. One with parameters needs
// < > around it.
func replaceURI(m *sip.Message, a *sip.NameAddr, uri string) {
	at := m.OffsetOf(a.URI)
	if strings.Contains(uri, ";") && (at == 0 || m.Raw()[at-1] != '<') {
		uri = "<" + uri + ">"
	}
	m.Edit(at, len(a.URI), uri)
}

func (m *Module) encodeContact(c *registry.Ctx, prefix, host string) int {
	if c.Msg == nil {
		return -1
	}
	code := 1
	found := contacts(c.Msg, true, func(a *sip.NameAddr) bool {
		u, err := sip.ParseURI(a.URI)
		if err != nil {
			c.Log.Errorf(logAs, "encode_contact: %v", err)
			code = -1
			return false
		}
		transport, _ := u.Param("transport")
		sep := string(m.separator)
		c.Msg.Edit(c.Msg.OffsetOf(a.URI), len(a.URI),
			"sip:"+strings.Join([]string{prefix, u.User, u.Password, u.Host, u.Port, transport}, sep)+"@"+host)
		return true
	})
	if !found {
		c.Log.Errorf(logAs, "encode_contact: the message has no Contact")
		return -1
	}
	return code
}

// notEncoded is the result for a URI that encode_contact did not make.
const notEncoded = -26

// decode is the URI that encode_contact put into a user.
func (m *Module) decode(uri string) (string, bool) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return "", false
	}
	user := u.User
	if u.Password != "" {
		user += ":" + u.Password
	}
	p := strings.Split(user, string(m.separator))
	if len(p) != 6 || p[3] == "" {
		return "", false
	}
	out := "sip:"
	if p[1] != "" {
		out += p[1]
		if p[2] != "" {
			out += ":" + p[2]
		}
		out += "@"
	}
	out += p[3]
	if p[4] != "" {
		out += ":" + p[4]
	}
	if p[5] != "" {
		out += ";transport=" + p[5]
	}
	return out, true
}

func (m *Module) decodeRequest(c *registry.Ctx) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	uri, ok := m.decode(c.Msg.RURI())
	if !ok {
		c.Log.Errorf(logAs, "decode_contact: <%s> is no URI that encode_contact made", c.Msg.RURI())
		return notEncoded
	}
	return registry.Truth(c.Msg.SetRURI(uri))
}

func (m *Module) decodeContact(c *registry.Ctx) int {
	if c.Msg == nil {
		return -1
	}
	code := 1
	found := contacts(c.Msg, true, func(a *sip.NameAddr) bool {
		uri, ok := m.decode(a.URI)
		if !ok {
			c.Log.Errorf(logAs, "decode_contact_header: <%s> is no URI that encode_contact made", a.URI)
			code = notEncoded
			return false
		}
		replaceURI(c.Msg, a, uri)
		return true
	})
	if !found {
		c.Log.Errorf(logAs, "decode_contact_header: the message has no Contact")
		return -1
	}
	return code
}

func encodeInParam(c *registry.Ctx, name, uri string) int {
	if c.Msg == nil {
		return -1
	}
	contacts(c.Msg, false, func(a *sip.NameAddr) bool {
		replaceURI(c.Msg, a, uri+";"+name+"="+base64.RawURLEncoding.EncodeToString([]byte(a.URI)))
		return true
	})
	return 1
}

// fromParam is the URI in a parameter of contact_param_encode; found is false
// where there is no such parameter, or it is empty.
func fromParam(c *registry.Ctx, fn, uri, name string) (old string, found, ok bool) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
		return "", true, false
	}
	val, _ := u.Param(strings.ToLower(name))
	if val == "" {
		return "", false, false
	}
	b, err := base64.RawURLEncoding.DecodeString(strings.TrimRight(val, "="))
	if err == nil {
		_, err = sip.ParseURI(string(b))
	}
	if err != nil {
		c.Log.Errorf(logAs, "%s: the parameter %s of <%s> holds no URI: %v", fn, name, uri, err)
		return "", true, false
	}
	return string(b), true, true
}

func decodeFromParam(c *registry.Ctx, name string) int {
	if c.Msg == nil {
		return -1
	}
	code := 1
	contacts(c.Msg, false, func(a *sip.NameAddr) bool {
		old, found, ok := fromParam(c, "contact_param_decode", a.URI, name)
		switch {
		case ok:
			replaceURI(c.Msg, a, old)
		case found:
			code = -1
		}
		return code > 0
	})
	return code
}

func decodeRequestFromParam(c *registry.Ctx, name string) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	old, found, ok := fromParam(c, "contact_param_decode_ruri", c.Msg.RURI(), name)
	if ok {
		return registry.Truth(c.Msg.SetRURI(old))
	}
	return registry.Truth(!found)
}

func removeContactParam(c *registry.Ctx, name string) int {
	if c.Msg == nil {
		return -1
	}
	contacts(c.Msg, false, func(a *sip.NameAddr) bool {
		before, params, _, err := splitParams(a.URI)
		if err != nil {
			c.Log.Errorf(logAs, "contact_param_rm: %v", err)
			return true
		}
		if now := without(params, name); now != params {
			c.Msg.Edit(c.Msg.OffsetOf(a.URI)+len(before), len(params), now)
		}
		return true
	})
	return 1
}
