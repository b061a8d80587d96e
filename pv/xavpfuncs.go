package pv

import (
	"strconv"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

func (m *Module) xavpFuncs() []registry.Func {
	root, child := registry.Text("root"), registry.Text("child")
	fns := []registry.Func{
		registry.Fn3("xavp_copy", registry.Text("from"), registry.IntP("index"), registry.Text("to"), registry.Any,
			func(c *registry.Ctx, from string, i int, to string) int {
				n := xavpSource(c, from, i)
				if n == 0 {
					return -1
				}
				c.State.XAVP.Copy(n, to)
				return 1
			}, "Appends a copy of an XAVP, as the oldest of its name."),
		registry.Fn4("xavp_copy", registry.Text("from"), registry.IntP("index"), registry.Text("to"), registry.IntP("to_index"), registry.Any,
			func(c *registry.Ctx, from string, i int, to string, j int) int {
				n := xavpSource(c, from, i)
				if n == 0 {
					return -1
				}
				d := c.State.XAVP.Get(avp.Root, to, j)
				if d == 0 {
					c.Log.Errorf(logAs, "xavp_copy: there is no $xavp(%s[%d]) to copy to", to, j)
					return -1
				}
				c.State.XAVP.CopyTo(n, d)
				return 1
			}, "Replaces an XAVP by a copy of another."),
		registry.Fn2("xavp_params_explode", registry.Text("parameters"), root, registry.Any,
			func(c *registry.Ctx, params, name string) int { return explode(c, &c.State.XAVP, params, ';', name) },
			"Makes an XAVP of name=value;name=value."),
		registry.Fn3("xavp_xparams_explode", registry.Text("parameters"), registry.Text("separator"), root, registry.Any, explodeBy,
			"The same with another character between the parameters."),
		registry.Fn2("xavp_lshift", root, registry.IntP("index"), registry.Any, func(c *registry.Ctx, name string, i int) int {
			return outcome(c.State.XAVP.Rotate(name, i))
		}, "Makes an XAVP the newest of its name, and those before it the oldest; a negative index counts from the oldest."),
		registry.Fn1("xavp_push_dst", root, registry.Request|registry.Branch|registry.Failure, m.pushDestination,
			"Sets the request URI, the destination and the socket to send from by uri, dsturi and socket of an XAVP."),
		registry.Fn2("xavu_params_explode", registry.Text("parameters"), root, registry.Any,
			explodeOnce, "Sets values of an XAVU by name=value;name=value: the first of a name counts, values of other names stay."),
		registry.Fn2("xavp_params_implode", root, registry.OutP("variable"), registry.Any,
			func(c *registry.Ctx, name string, p *registry.Var) int { return implode(c, &c.State.XAVP, name, p) },
			"Writes an XAVP's values as name=value;name=value;."),
		registry.Fn2("xavu_params_implode", root, registry.OutP("variable"), registry.Any,
			func(c *registry.Ctx, name string, p *registry.Var) int { return implode(c, &c.State.XAVU, name, p) },
			"Writes an XAVU's values as name=value;name=value;."),
		registry.Fn4("xavp_slist_explode", registry.Text("list"), registry.Text("separators"), registry.Text("mode"), root, registry.Any,
			slistExplode, "Breaks a list at any of the separators into $xavp(root=>v[i]); mode t trims the parts."),
		registry.Fn2("pv_var_to_xavp", registry.Text("variable"), root, registry.Any, m.varToXAVP,
			"Copies a $var, or all of them (*), into an XAVP."),
		registry.Fn1("pv_xavp_to_var", root, registry.Any, m.xavpToVar, "Copies an XAVP's values into the $var of the same names."),
		registry.Fn0("pv_xavp_print", registry.Any, func(c *registry.Ctx) int { return printList(c, "XAVP", &c.State.XAVP) }, "Logs all XAVPs."),
		registry.Fn0("pv_xavu_print", registry.Any, func(c *registry.Ctx) int { return printList(c, "XAVU", &c.State.XAVU) }, "Logs all XAVUs."),
		registry.Fn0("pv_xavi_print", registry.Any, func(c *registry.Ctx) int { return printList(c, "XAVI", &c.State.XAVI) }, "Logs all XAVIs."),
	}
	// The same for $xavp and $xavi, whose names are kept in lower case.
	for _, k := range []struct {
		prefix string
		list   xlist
		key    func(c *registry.Ctx, name string) string
	}{
		{"xavp", xavpList, func(_ *registry.Ctx, name string) string { return name }},
		{"xavi", xaviList, lower},
	} {
		set := func(c *registry.Ctx, root, child string, v *value.Value) int {
			l := k.list(c)
			root, child = k.key(c, root), k.key(c, child)
			n := l.Get(avp.Root, root, 0)
			if n == 0 {
				n = l.PushList(avp.Root, root)
			} else if !l.IsList(n) {
				c.Log.Errorf(logAs, "$%s(%s) is a value, it has no %s", k.prefix, root, child)
				return -1
			}
			if ch := l.Get(n, child, 0); ch != 0 {
				l.Set(ch, v)
			} else {
				l.Push(n, child, v)
			}
			return 1
		}
		fns = append(
			fns,
			registry.Fn3(k.prefix+"_child_seti", root, child, registry.IntP("value"), registry.Any,
				func(c *registry.Ctx, root, child string, i int) int {
					v := value.OfInt(int64(i))
					return set(c, root, child, &v)
				}, "Sets a value below the newest node, making both where needed."),
			registry.Fn3(k.prefix+"_child_sets", root, child, registry.Text("value"), registry.Any,
				func(c *registry.Ctx, root, child, s string) int {
					v := value.OfStr(s)
					return set(c, root, child, &v)
				}, "Sets a value below the newest node, making both where needed."),
			registry.Fn1(k.prefix+"_rm", root, registry.Any, func(c *registry.Ctx, root string) int {
				k.list(c).Remove(avp.Root, k.key(c, root), 0)
				return 1
			}, "Removes the newest node of a name."),
			registry.Fn1(k.prefix+"_rm_all", root, registry.Any, func(c *registry.Ctx, root string) int {
				k.list(c).RemoveAll(avp.Root, k.key(c, root))
				return 1
			}, "Removes all nodes of a name."),
			registry.Fn2(k.prefix+"_child_rm", root, child, registry.Any, func(c *registry.Ctx, root, child string) int {
				l := k.list(c)
				if n := l.Get(avp.Root, k.key(c, root), 0); n != 0 && l.IsList(n) {
					l.Remove(n, k.key(c, child), 0)
				}
				return 1
			}, "Removes the newest value of a name below the newest node."),
		)
	}
	return fns
}

func xavpSource(c *registry.Ctx, name string, i int) avp.Node {
	n := c.State.XAVP.Get(avp.Root, name, i)
	if n == 0 {
		c.Log.Errorf(logAs, "xavp_copy: there is no $xavp(%s[%d])", name, i)
	}
	return n
}

func explodeBy(c *registry.Ctx, params, separator, name string) int {
	if len(separator) != 1 {
		c.Log.Errorf(logAs, "xavp_xparams_explode: the separator %q is not one character", separator)
		return -1
	}
	return explode(c, &c.State.XAVP, params, separator[0], name)
}

// pushDestination is xavp_push_dst: what the XAVP does not have stays.
func (m *Module) pushDestination(c *registry.Ctx, name string) int {
	l := &c.State.XAVP
	n := l.Get(avp.Root, name, 0)
	if n == 0 || !l.IsList(n) {
		c.Log.Errorf(logAs, "xavp_push_dst: there is no $xavp(%s=>…)", name)
		return -1
	}
	for _, f := range []struct {
		name string
		set  registry.Setter
	}{
		{"uri", setURI},
		{"dsturi", setDestination},
		{"socket", func(c *registry.Ctx, v *value.Value) bool { return m.forceSocket(c, v, "fs", transport.SocketAt) }},
	} {
		if field := l.Get(n, f.name, 0); field != 0 && !l.IsList(field) {
			if v := l.Value(field); !f.set(c, &v) {
				return -1
			}
		}
	}
	return 1
}

// explode makes a list of parameters (RFC 3261 section 25.1, generic-param),
// the first being the newest.
func explode(c *registry.Ctx, l *avp.XList, params string, separator byte, name string) int {
	if strings.TrimSpace(params) == "" {
		return -1
	}
	n := l.PushList(avp.Root, name)
	eachParam(params, separator, func(key, val string) {
		v := value.OfStr(val)
		l.Append(n, key, &v)
	})
	return 1
}

// explodeOnce is explode for XAVUs, which hold one value of a name.
func explodeOnce(c *registry.Ctx, params, name string) int {
	if strings.TrimSpace(params) == "" {
		return -1
	}
	l := &c.State.XAVU
	n := l.Get(avp.Root, name, 0)
	if n == 0 || !l.IsList(n) {
		l.RemoveAll(avp.Root, name)
		n = l.PushList(avp.Root, name)
	}
	eachParam(params, ';', func(key, _ string) { l.RemoveAll(n, key) })
	eachParam(params, ';', func(key, val string) {
		if l.Get(n, key, 0) == 0 {
			v := value.OfStr(val)
			l.Append(n, key, &v)
		}
	})
	return 1
}

func eachParam(params string, separator byte, f func(key, val string)) {
	for params != "" {
		var one string
		one, params = nextParam(params, separator)
		key, val, _ := strings.Cut(one, "=")
		if key = strings.TrimSpace(key); key == "" {
			continue
		}
		val = strings.TrimSpace(val)
		if len(val) > 1 && (val[0] == '"' || val[0] == '\'') && val[len(val)-1] == val[0] {
			val = val[1 : len(val)-1]
		}
		f(key, val)
	}
}

// nextParam takes the text up to a separator that is in no quotes.
func nextParam(s string, separator byte) (one, rest string) {
	var quote byte
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quote != 0:
			if c == '\\' {
				i++
			} else if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == separator:
			return s[:i], s[i+1:]
		}
	}
	return s, ""
}

// implode writes numbers as unsigned 32-bit ones, as Kamailio does.
func implode(c *registry.Ctx, l *avp.XList, name string, p *registry.Var) int {
	root := l.Get(avp.Root, name, 0)
	if root == 0 || !l.IsList(root) {
		return -1
	}
	b := make([]byte, 0, 256)
	for n := l.First(root); n != 0; n = l.Next(n) {
		if l.IsList(n) {
			continue
		}
		b = append(b, l.Name(n)...)
		switch v := l.Value(n); {
		case !v.IsStr():
			b = strconv.AppendUint(append(b, '='), uint64(uint32(v.I)), 10)
		case v.S != "":
			b = append(append(b, '='), v.S...)
		}
		b = append(b, ';')
	}
	if len(b) == 0 {
		return -1
	}
	v := value.OfStr(c.Arena.String(b))
	return outcome(p.Set(c, &v))
}

func slistExplode(c *registry.Ctx, list, seps, mode, name string) int {
	if list == "" {
		return -1
	}
	n := avp.Node(0)
	for list != "" {
		one := list
		if i := strings.IndexAny(list, seps); i >= 0 {
			one, list = list[:i], list[i+1:]
		} else {
			list = ""
		}
		if strings.ContainsAny(mode, "tT") {
			one = strings.Trim(one, " \t\r\n")
		}
		if one == "" {
			continue
		}
		if n == 0 {
			n = c.State.XAVP.PushList(avp.Root, name)
		}
		v := value.OfStr(one)
		c.State.XAVP.Append(n, "v", &v)
	}
	return 1
}

func (m *Module) varToXAVP(c *registry.Ctx, name, root string) int {
	l := &c.State.XAVP
	if name != "*" {
		slot, ok := m.slot(name)
		if !ok {
			c.Log.Errorf(logAs, "pv_var_to_xavp: the configuration has no $var(%s)", name)
			return -1
		}
		l.RemoveAll(avp.Root, root)
		l.Push(l.PushList(avp.Root, root), name, &c.Vars[slot].Value)
		return 1
	}
	l.RemoveAll(avp.Root, root)
	n := l.PushList(avp.Root, root)
	for _, v := range m.vars {
		l.Push(n, v.name, &c.Vars[v.slot-1].Value)
	}
	return 1
}

// xavpToVar copies the values of all XAVPs of the name, the newest first: of a
// name that more of them have, the oldest's value stays.
func (m *Module) xavpToVar(c *registry.Ctx, root string) int {
	l := &c.State.XAVP
	r := l.Get(avp.Root, root, 0)
	if r == 0 || !l.IsList(r) {
		c.Log.Errorf(logAs, "pv_xavp_to_var: there is no $xavp(%s=>…)", root)
		return -1
	}
	for ; r != 0; r = l.Next(r) {
		if l.Name(r) == root && l.IsList(r) {
			m.setVars(c, r)
		}
	}
	return 1
}

func (m *Module) setVars(c *registry.Ctx, list avp.Node) {
	l := &c.State.XAVP
	for n := l.First(list); n != 0; n = l.Next(n) {
		if slot, ok := m.slot(l.Name(n)); ok && !l.IsList(n) {
			v := l.Value(n)
			setSlot(&c.Vars[slot], &v, false)
		}
	}
}

func printList(c *registry.Ctx, what string, l *avp.XList) int {
	if c.Log.Enabled(log.Info) {
		printNodes(c, what, l, avp.Root, 0)
	}
	return 1
}

func printNodes(c *registry.Ctx, what string, l *avp.XList, parent avp.Node, level int) {
	c.Log.Infof(log.Core, "+++++ start %s list (level=%d)", what, level)
	for n := l.First(parent); n != 0; n = l.Next(n) {
		c.Log.Infof(log.Core, "     %s name: %s", what, l.Name(n))
		v := l.Value(n)
		switch {
		case l.IsList(n):
			printNodes(c, what, l, n, level+1)
		case v.IsStr():
			c.Log.Infof(log.Core, "     %s value (str): %s", what, v.S)
		default:
			c.Log.Infof(log.Core, "     %s value (int): %d", what, v.I)
		}
	}
	c.Log.Infof(log.Core, "----- end %s list (level=%d)", what, level)
}
