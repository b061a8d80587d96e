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

// selects are those without an index.
var selects = map[string]func(*registry.Ctx) string{
	"ruri":          selectRURI,
	"ruri.user":     ofURI(msgstate.RequestURI, selectRURI, func(u *sip.URI) string { return u.User }),
	"ruri.host":     ofURI(msgstate.RequestURI, selectRURI, func(u *sip.URI) string { return u.Host }),
	"from":          func(c *registry.Ctx) string { return c.Msg.From().Body },
	"from.uri":      selectFrom,
	"from.uri.user": ofURI(msgstate.FromURI, selectFrom, func(u *sip.URI) string { return u.User }),
	"from.uri.host": ofURI(msgstate.FromURI, selectFrom, func(u *sip.URI) string { return u.Host }),
	"from.tag":      func(c *registry.Ctx) string { return c.Msg.From().Tag },
	"to":            func(c *registry.Ctx) string { return c.Msg.To().Body },
	"to.uri":        selectTo,
	"to.uri.user":   ofURI(msgstate.ToURI, selectTo, func(u *sip.URI) string { return u.User }),
	"to.uri.host":   ofURI(msgstate.ToURI, selectTo, func(u *sip.URI) string { return u.Host }),
	"to.tag":        func(c *registry.Ctx) string { return c.Msg.To().Tag },
	"contact.expires": func(c *registry.Ctx) string {
		first, _ := sip.NextValue(c.Msg.Contact())
		a := sip.ParseNameAddr(first)
		v, _ := sip.Param(a.Params, "expires")
		return v
	},
	"call_id": func(c *registry.Ctx) string { return c.Msg.CallID() },
	"method": func(c *registry.Ctx) string {
		m, _ := method(c)
		return m
	},
}

// viaSelects are the parts of @via[n], counted from 1, or from -1 at the end.
var viaSelects = map[string]func(*registry.Ctx, sip.Via) string{
	"":          func(_ *registry.Ctx, v sip.Via) string { return v.Body },
	"host":      func(_ *registry.Ctx, v sip.Via) string { return v.Host },
	"port":      viaPort,
	"transport": func(_ *registry.Ctx, v sip.Via) string { return v.Transport() },
	"branch":    func(_ *registry.Ctx, v sip.Via) string { return v.Branch },
	"received":  func(_ *registry.Ctx, v sip.Via) string { return v.Received },
	"rport":     func(_ *registry.Ctx, v sip.Via) string { return v.RPort },
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

func selectFrom(c *registry.Ctx) string { return c.Msg.From().URI }
func selectTo(c *registry.Ctx) string   { return c.Msg.To().URI }

func ofURI(slot msgstate.URISlot, text func(*registry.Ctx) string, part func(*sip.URI) string) func(*registry.Ctx) string {
	return func(c *registry.Ctx) string {
		u := c.State.URI(slot, text(c))
		if u == nil {
			return ""
		}
		return part(u)
	}
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
	n := 1
	if i := strings.IndexByte(head, '['); i > 0 {
		var err error
		if n, err = strconv.Atoi(strings.TrimSuffix(head[i+1:], "]")); err != nil || n == 0 {
			return nil
		}
		head = head[:i]
	}
	get := viaSelects[part]
	if head != "via" || get == nil {
		return nil
	}
	return func(c *registry.Ctx) string {
		i := n - 1
		if n < 0 {
			for i = 0; ; i++ {
				if _, ok := c.Msg.Via(i); !ok {
					break
				}
			}
			i += n
		}
		if i < 0 {
			return ""
		}
		v, ok := c.Msg.Via(i)
		if !ok {
			return ""
		}
		return get(c, v)
	}
}
