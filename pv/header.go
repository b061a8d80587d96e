package pv

import (
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func headers() []registry.PV {
	return []registry.PV{
		{
			Name: "hdr", Doc: "A header's body: $hdr(Via), the i-th $(hdr(Via)[1]), the last [-1], all [*]; $hdr(*) is any header.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindHeader(fx, r, false) },
		},
		{
			Name: "hfl", Doc: "As $hdr, a list in one header (Via, Route, Record-Route, Contact) counted value by value.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindHeader(fx, r, true) },
		},
		{
			Name: "hdrc", Doc: "How many headers of a name there are.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindHeaderCount(fx, r, false) },
		},
		{
			Name: "hflc", Doc: "How many values all headers of a name have together.",
			Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return bindHeaderCount(fx, r, true) },
		},
	}
}

// headerName is a header's name: constant, or in a variable.
type headerName struct {
	key  sip.Key
	get  registry.Getter
	text string // from the variable, instead of key
	any  bool   // *
	list bool   // a header whose values may stand in one line
	back bool   // the last value of a line comes first, as in Kamailio's Contacts
}

func bindHeaderName(fx registry.Fixup, r registry.Ref) (n headerName, err error) {
	if err = needInner(r, "a header's name"); err != nil {
		return n, err
	}
	if n.get, err = dynamic(fx, r.Inner); err != nil || n.get != nil {
		return n, err
	}
	name := strings.TrimRight(r.Inner, " \t")
	if name == "*" {
		n.any = true
		return n, nil
	}
	for i := range len(name) {
		if c := name[i]; c <= ' ' || c >= 0x7F || strings.IndexByte("()<>@,;:\\\"/[]?={}", c) >= 0 {
			return n, fmt.Errorf("%q is no header name: it cannot have %q", name, c)
		}
	}
	n.key, n.list, n.back = sip.HeaderKey(name), isList(name), isContact(name)
	return n, nil
}

// isList reports whether $hfl looks into the lines of a header.
func isList(name string) bool {
	if len(name) == 1 {
		return strings.IndexByte("vVmM", name[0]) >= 0
	}
	return strings.EqualFold(name, "Via") || isContact(name) ||
		strings.EqualFold(name, "Route") || strings.EqualFold(name, "Record-Route")
}

func isContact(name string) bool {
	return strings.EqualFold(name, "Contact") || strings.EqualFold(name, "m")
}

// at is the name for this message. Where the variable in it holds none, ok is
// false, and *v what is read then: a void of $null, else $null.
func (n *headerName) at(c *registry.Ctx, v *value.Value) (name headerName, ok bool) {
	if n.get == nil {
		return *n, true
	}
	s := c.Eval(n.get)
	if !s.IsStr() || s.S == "" {
		noName(&s, v)
		return headerName{}, false
	}
	return headerName{text: s.S, any: s.S == "*", list: isList(s.S), back: isContact(s.S)}, true
}

// noName makes *v what a variable reads as whose name is held by no.
func noName(no, v *value.Value) {
	if v.SetNull(); no.IsNull() {
		v.SetVoid()
	}
}

// line is the i-th header line of the name, from the end where i < 0.
func (n *headerName) line(m *sip.Message, i int) (string, bool) {
	if n.any {
		if i < 0 {
			i += m.NumHeaders()
		}
		if i < 0 || i >= m.NumHeaders() {
			return "", false
		}
		return m.HeaderAt(i).Body, true
	}
	if n.text != "" {
		h, ok := m.Header(n.text, i)
		return h.Body, ok
	}
	h, ok := m.HeaderByKey(&n.key, i)
	return h.Body, ok
}

// bindHeader binds $hdr and, with values, $hfl.
func bindHeader(fx registry.Fixup, r registry.Ref, values bool) (registry.Var, error) {
	name, err := bindHeaderName(fx, r)
	if err != nil {
		return registry.Var{}, err
	}
	at := bindIndex(r.Index)
	pick := headerBody
	if values {
		pick = headerValue
	}
	if name.get == nil && !name.any && at.get == nil && !at.all && !(values && name.list) {
		return registry.Var{Get: headerLine(name.key, at.n)}, nil
	}
	if at.all {
		return registry.Var{Get: ofMessage(func(m *sip.Message, c *registry.Ctx, v *value.Value) {
			if n, ok := name.at(c, v); ok {
				joinHeaders(c, m, n, v)
			}
		})}, nil
	}
	return registry.Var{Get: ofMessage(func(m *sip.Message, c *registry.Ctx, v *value.Value) {
		n, ok := name.at(c, v)
		if !ok {
			return
		}
		i, ok := at.at(c)
		if !ok {
			v.SetVoid()
			return
		}
		if s, ok := pick(n, m, i); ok {
			v.SetStr(s)
		}
	})}, nil
}

// headerLine is the i-th line of a name that is no variable's.
func headerLine(key sip.Key, i int) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if c.Msg == nil {
			return
		}
		if h, ok := c.Msg.HeaderByKey(&key, i); ok {
			v.SetStr(h.Body)
		}
	}
}

func headerBody(n headerName, m *sip.Message, i int) (string, bool) { return n.line(m, i) }

// headerValue is the i-th value over all lines; for other headers a line is a
// value. From the end, -2 is the last: there is no -1.
func headerValue(n headerName, m *sip.Message, i int) (string, bool) {
	if !n.list {
		return n.line(m, i)
	}
	if i < 0 {
		i += n.values(m) + 1
	}
	for k := 0; i >= 0; k++ {
		line, ok := n.line(m, k)
		if !ok {
			break
		}
		in := n.valuesOf(line)
		if i >= in {
			i -= in
			continue
		}
		if n.back {
			i = in - 1 - i
		}
		var one string
		for ; i >= 0; i-- {
			one, line = sip.NextValue(line)
		}
		return one, true
	}
	return "", false
}

// valuesOf counts the values of a line.
func (n *headerName) valuesOf(line string) int {
	if !n.list {
		return 1
	}
	if n.back && line == "*" { // which is no address
		return 0
	}
	count := 0
	for line != "" {
		_, line = sip.NextValue(line)
		count++
	}
	return count
}

// values counts the values of all lines.
func (n *headerName) values(m *sip.Message) int {
	count := 0
	for i := 0; ; i++ {
		line, ok := n.line(m, i)
		if !ok {
			return count
		}
		count += n.valuesOf(line)
	}
}

// joinHeaders makes *v all lines of the name, a comma between.
func joinHeaders(c *registry.Ctx, m *sip.Message, n headerName, v *value.Value) {
	size, lines := 0, 0
	for {
		s, ok := n.line(m, lines)
		if !ok {
			break
		}
		size += len(s) + 1
		lines++
	}
	if lines == 0 {
		return
	}
	b := c.Arena.Alloc(size - 1)[:0]
	for i := range lines {
		if i > 0 {
			b = append(b, ',')
		}
		s, _ := n.line(m, i)
		b = append(b, s...)
	}
	v.SetStr(registry.View(b))
}

func bindHeaderCount(fx registry.Fixup, r registry.Ref, values bool) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	name, err := bindHeaderName(fx, r)
	if err != nil {
		return registry.Var{}, err
	}
	return registry.Var{Get: ofMessage(func(m *sip.Message, c *registry.Ctx, v *value.Value) {
		n, ok := name.at(c, v)
		if !ok {
			v.SetInt(0)
			return
		}
		n.list = n.list && values
		v.SetInt(int64(n.values(m)))
	})}, nil
}
