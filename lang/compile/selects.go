package compile

import (
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/inventory"
	"olelo/lang/program"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// A select such as @via[1].host is a text of the message, empty where the
// message has none: never $null.

// selects are those that are no part of an address or a Via.
var selects = map[string]func(*registry.Ctx) string{
	"call_id": func(c *registry.Ctx) string { return c.Msg.CallID() },
	"method": func(c *registry.Ctx) string {
		m, _ := method(c)
		return m
	},
	"cseq":           header("CSeq"),
	"cseq.num":       func(c *registry.Ctx) string { n, _, _ := c.Msg.CSeq(); return n },
	"cseq.method":    func(c *registry.Ctx) string { _, m, _ := c.Msg.CSeq(); return m },
	"max_forwards":   header("Max-Forwards"),
	"expires":        header("Expires"),
	"content_length": header("Content-Length"),
	"content_type":   header("Content-Type"),
	"user_agent":     header("User-Agent"),
	"subject":        header("Subject"),
	"event":          header("Event"),
	"date":           header("Date"),
	"src.ip":         ipOf("src_ip"),
	"src.port":       numberOf("src_port"),
	"dst.ip":         ipOf("dst_ip"),
	"dst.port":       numberOf("dst_port"),
	"received.ip":    ipOf("dst_ip"),
	"received.port":  numberOf("dst_port"),
	"msg.len":        numberOf("msg:len"),
}

func header(name string) func(*registry.Ctx) string {
	return func(c *registry.Ctx) string {
		h, _ := c.Msg.Header(name, 0)
		return h.Body
	}
}

func ipOf(word string) func(*registry.Ctx) string {
	get := addressWords[word]
	return func(c *registry.Ctx) string {
		a, ok := get(c)
		if !ok {
			return ""
		}
		return addressText(c, a)
	}
}

func numberOf(word string) func(*registry.Ctx) string {
	get := numberWords[word]
	return func(c *registry.Ctx) string {
		n, ok := get(c)
		if !ok {
			return ""
		}
		return c.Arena.Int(n)
	}
}

// addresses are the selects that are a name, a URI and parameters.
var addresses = map[string]func(*registry.Ctx) sip.NameAddr{
	"from": func(c *registry.Ctx) sip.NameAddr { return *c.Msg.From() },
	"to":   func(c *registry.Ctx) sip.NameAddr { return *c.Msg.To() },
	"contact": func(c *registry.Ctx) sip.NameAddr {
		first, _ := sip.NextValue(c.Msg.Contact())
		return sip.ParseNameAddr(first)
	},
}

// addressPart is a part of an address, behind its name; nil where it has none
// of that name.
func addressPart(head, part string) func(*registry.Ctx) string {
	get := addresses[head]
	switch part {
	case "":
		return func(c *registry.Ctx) string { return get(c).Body }
	case "uri":
		return func(c *registry.Ctx) string { return get(c).URI }
	case "name":
		return func(c *registry.Ctx) string { return get(c).Display }
	case "tag", "expires", "q":
		if (part == "tag") == (head == "contact") {
			return nil
		}
		return paramOf(func(c *registry.Ctx) string { return get(c).Params }, part)
	}
	if name, ok := strings.CutPrefix(part, "params."); ok {
		return paramOf(func(c *registry.Ctx) string { return get(c).Params }, name)
	}
	of, ok := strings.CutPrefix(part, "uri.")
	if !ok {
		return nil
	}
	return uriPart(of, func(c *registry.Ctx) *sip.URI {
		text := get(c).URI
		if slot, ok := uriSlots[head+"_uri"]; ok {
			return c.State.URI(slot, text)
		}
		u, err := sip.ParseURI(text)
		if err != nil {
			return nil
		}
		return &u
	})
}

func paramOf(params func(*registry.Ctx) string, name string) func(*registry.Ctx) string {
	return func(c *registry.Ctx) string {
		v, _ := sip.Param(params(c), name)
		return v
	}
}

// uriParts are the parts of a URI.
var uriParts = map[string]func(*registry.Ctx, *sip.URI) string{
	"type":   func(_ *registry.Ctx, u *sip.URI) string { return u.Scheme },
	"user":   func(_ *registry.Ctx, u *sip.URI) string { return u.User },
	"pwd":    func(_ *registry.Ctx, u *sip.URI) string { return u.Password },
	"host":   func(_ *registry.Ctx, u *sip.URI) string { return u.Host },
	"port":   func(_ *registry.Ctx, u *sip.URI) string { return u.Port },
	"params": func(_ *registry.Ctx, u *sip.URI) string { return u.Params },
	"hostport": func(c *registry.Ctx, u *sip.URI) string {
		port := u.Port
		switch {
		case port == "" && strings.EqualFold(u.Scheme, "sips"):
			port = "5061"
		case port == "":
			port = "5060"
		}
		return c.Arena.Concat(c.Arena.Concat(u.Host, ":"), port)
	},
}

// uriPart is a part of a URI, empty where get has none; nil where there is no
// part of that name.
func uriPart(part string, get func(*registry.Ctx) *sip.URI) func(*registry.Ctx) string {
	of := uriParts[part]
	if name, ok := strings.CutPrefix(part, "params."); ok {
		of = func(_ *registry.Ctx, u *sip.URI) string {
			v, _ := sip.Param(u.Params, name)
			return v
		}
	}
	if of == nil {
		return nil
	}
	return func(c *registry.Ctx) string {
		u := get(c)
		if u == nil {
			return ""
		}
		return of(c, u)
	}
}

// viaSelects are the parts of @via[n], counted from 1; every n below 0 is the
// last one.
var viaSelects = map[string]func(*registry.Ctx, sip.Via) string{
	"":          func(_ *registry.Ctx, v sip.Via) string { return v.Body },
	"host":      func(_ *registry.Ctx, v sip.Via) string { return v.Host },
	"port":      viaPort,
	"transport": func(_ *registry.Ctx, v sip.Via) string { return v.Transport() },
	"branch":    func(_ *registry.Ctx, v sip.Via) string { return v.Branch },
	"received":  func(_ *registry.Ctx, v sip.Via) string { return v.Received },
	"rport":     func(_ *registry.Ctx, v sip.Via) string { return v.RPort },
	"i":         func(_ *registry.Ctx, v sip.Via) string { return v.I },
}

func viaPort(c *registry.Ctx, v sip.Via) string {
	if v.Port == 0 {
		return ""
	}
	return c.Arena.Int(int64(v.Port))
}

func selectRURI(c *registry.Ctx) string {
	s, _ := requestURI(c)
	return s
}

// selection compiles a select.
func (c *compiler) selection(e *ast.Select, dst uint8) {
	get := bindSelect(e.Text)
	if get == nil {
		hint := "a variable such as $hdr(NAME) with a transformation mostly says the same"
		c.complain(e.Range, "select", message{text: "the select " + e.Text + " is not run by olelo yet", hint: hint, known: true})
		c.waits(inventory.Select, e.Text, []owner{{"core", "5.6, 6.1"}}, e.Pos)
		return
	}
	c.runs(inventory.Select, e.Text, "core", e.Pos)
	c.prog.Gets = append(c.prog.Gets, program.Leaf[registry.Getter]{Text: e.Text, Do: func(c *registry.Ctx, v *value.Value) {
		if c.Msg == nil {
			v.SetStr("")
			return
		}
		v.SetStr(get(c))
	}})
	c.emit(program.Instr{Op: program.OpGet, A: dst, D: int32(len(c.prog.Gets) - 1)})
}

// bindSelect finds a select's text; nil where olelo does not run it.
func bindSelect(text string) func(*registry.Ctx) string {
	name := strings.ToLower(strings.Join(strings.Fields(strings.TrimPrefix(text, "@")), ""))
	if get := selects[name]; get != nil {
		return get
	}
	head, part, _ := strings.Cut(name, ".")
	switch {
	case name == "ruri":
		return selectRURI
	case head == "ruri":
		return uriPart(part, func(c *registry.Ctx) *sip.URI { return c.State.URI(msgstate.RequestURI, selectRURI(c)) })
	case addresses[head] != nil:
		return addressPart(head, part)
	}
	n := 1
	if i := strings.IndexByte(head, '['); i > 0 {
		var err error
		if n, err = strconv.Atoi(strings.TrimSuffix(head[i+1:], "]")); err != nil {
			return nil
		}
		head = head[:i]
	}
	get := viaSelects[part]
	if name, ok := strings.CutPrefix(part, "params."); ok {
		get = func(_ *registry.Ctx, v sip.Via) string {
			s, _ := sip.Param(v.Params, name)
			return s
		}
	}
	if head != "via" || get == nil {
		return nil
	}
	return func(c *registry.Ctx) string {
		v, ok := viaAt(c.Msg, n)
		if !ok {
			return ""
		}
		return get(c, v)
	}
}

func viaAt(m *sip.Message, n int) (v sip.Via, ok bool) {
	if n >= 0 {
		return m.Via(n - 1)
	}
	for i := 0; ; i++ {
		next, more := m.Via(i)
		if !more {
			return v, ok
		}
		v, ok = next, true
	}
}
