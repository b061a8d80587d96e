package ipops

import (
	"errors"
	"fmt"
	"net/netip"
	"os"
	"strconv"
	"strings"

	"github.com/miekg/dns"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) vars() []registry.PV {
	return []registry.PV{
		{
			Name: "dns", Bind: m.bindDNS,
			Doc: "An answer of dns_query, $dns(ANSWER=>KEY): count, addr[INDEX], type[INDEX] (4 or 6), ipv4 and ipv6 (1 where there are such).",
		},
		{
			Name: "srvquery", Bind: m.bindSRV,
			Doc: "An answer of srv_query, $srvquery(ANSWER=>KEY): count, port[INDEX], priority[INDEX], target[INDEX], weight[INDEX].",
		},
		{
			Name: "naptrquery", Bind: m.bindNAPTR,
			Doc: "An answer of naptr_query, $naptrquery(ANSWER=>KEY): count, order[INDEX], pref[INDEX], flags[INDEX], services[INDEX], regex[INDEX], replace[INDEX].",
		},
		{
			Name: "HN", Bind: m.bindHost,
			Doc: "The host that the server runs on: $HN(n) its name, f its full name, d its domain, i its address by the DNS.",
		},
	}
}

// part is ANSWER=>KEY[INDEX].
type part struct {
	answer, key string
	indexed     bool
	index       func(*registry.Ctx) int
}

func bindPart(fx registry.Fixup, r registry.Ref) (p part, err error) {
	answer, key, ok := strings.Cut(r.Inner, "=>")
	switch {
	case !ok:
		return p, fmt.Errorf("$%s wants ANSWER=>KEY in parentheses", r.Class)
	case r.Index.Kind != registry.IndexNone:
		return p, fmt.Errorf("the index of $%s stands behind its key: $%s(ANSWER=>KEY[0])", r.Class, r.Class)
	}
	p.answer, key = strings.TrimSpace(answer), strings.TrimSpace(key)
	p.index = func(*registry.Ctx) int { return 0 }
	key, index, ok := strings.Cut(key, "[")
	if p.key = key; !ok {
		return p, nil
	}
	p.indexed = true
	index, ok = strings.CutSuffix(index, "]")
	if !ok {
		return p, fmt.Errorf("$%s: a ] is missing", r.Class)
	}
	if strings.HasPrefix(index, "$") {
		v, err := fx.Var(index)
		p.index = func(c *registry.Ctx) int { return int(c.Eval(v.Get).I) }
		return p, err
	}
	n, err := strconv.Atoi(index)
	if err != nil {
		return p, fmt.Errorf("$%s: the index %q is no number", r.Class, index)
	}
	p.index = func(*registry.Ctx) int { return n }
	return p, nil
}

func unknownKey(r registry.Ref, p part) error {
	return fmt.Errorf("$%s has no key %q, or wants an index with it", r.Class, p.key)
}

// at is the n-th item, from the end where n < 0.
func at[T any](list []T, n int) (item T, ok bool) {
	if n < 0 {
		n += len(list)
	}
	if n < 0 || n >= len(list) {
		return item, false
	}
	return list[n], true
}

func flag(v *value.Value, on bool) {
	v.SetInt(0)
	if on {
		v.SetInt(1)
	}
}

func (m *Module) bindDNS(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	p, err := bindPart(fx, r)
	if err != nil {
		return registry.Var{}, err
	}
	var get func(c *registry.Ctx, list []netip.Addr, v *value.Value)
	switch p.key {
	case "count":
		get = func(_ *registry.Ctx, list []netip.Addr, v *value.Value) { v.SetInt(int64(len(list))) }
	case "ipv4":
		get = func(_ *registry.Ctx, list []netip.Addr, v *value.Value) { flag(v, list[0].Is4()) }
	case "ipv6":
		get = func(_ *registry.Ctx, list []netip.Addr, v *value.Value) { flag(v, list[len(list)-1].Is6()) }
	case "addr", "type":
		text := p.key == "addr"
		get = func(c *registry.Ctx, list []netip.Addr, v *value.Value) {
			switch a, ok := at(list, p.index(c)); {
			case !ok:
			case text:
				v.SetStr(c.Arena.String(a.AppendTo(c.Arena.Alloc(64)[:0])))
			case a.Is4():
				v.SetInt(4)
			default:
				v.SetInt(6)
			}
		}
	default:
		return registry.Var{}, unknownKey(r, p)
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if list := m.answers(c).hosts[p.answer]; len(list) > 0 {
			get(c, list, v)
		}
	}}, nil
}

// bindRecords is a variable over records: key yields a part of one.
func bindRecords[T any](fx registry.Fixup, r registry.Ref, of func(c *registry.Ctx, answer string) []T, keys map[string]func(T, *value.Value)) (registry.Var, error) {
	p, err := bindPart(fx, r)
	if err != nil {
		return registry.Var{}, err
	}
	if p.key == "count" && !p.indexed {
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(len(of(c, p.answer)))) }}, nil
	}
	key := keys[p.key]
	if key == nil || !p.indexed {
		return registry.Var{}, unknownKey(r, p)
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
		v.SetNull()
		if record, ok := at(of(c, p.answer), p.index(c)); ok {
			key(record, v)
		}
	}}, nil
}

// domain is a domain name without its last dot.
func domain(v *value.Value, s string) { v.SetStr(strings.TrimSuffix(s, ".")) }

func (m *Module) bindSRV(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	return bindRecords(fx, r, func(c *registry.Ctx, answer string) []*dns.SRV { return m.answers(c).srv[answer] }, map[string]func(*dns.SRV, *value.Value){
		"port":     func(s *dns.SRV, v *value.Value) { v.SetInt(int64(s.Port)) },
		"priority": func(s *dns.SRV, v *value.Value) { v.SetInt(int64(s.Priority)) },
		"target":   func(s *dns.SRV, v *value.Value) { domain(v, s.Target) },
		"weight":   func(s *dns.SRV, v *value.Value) { v.SetInt(int64(s.Weight)) },
	})
}

func (m *Module) bindNAPTR(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	return bindRecords(fx, r, func(c *registry.Ctx, answer string) []*dns.NAPTR { return m.answers(c).naptr[answer] }, map[string]func(*dns.NAPTR, *value.Value){
		"order":    func(n *dns.NAPTR, v *value.Value) { v.SetInt(int64(n.Order)) },
		"pref":     func(n *dns.NAPTR, v *value.Value) { v.SetInt(int64(n.Preference)) },
		"flags":    func(n *dns.NAPTR, v *value.Value) { v.SetStr(n.Flags) },
		"services": func(n *dns.NAPTR, v *value.Value) { v.SetStr(n.Service) },
		"regex":    func(n *dns.NAPTR, v *value.Value) { v.SetStr(n.Regexp) },
		"replace":  func(n *dns.NAPTR, v *value.Value) { domain(v, n.Replacement) },
	})
}

// host is the host that the server runs on.
type host struct{ name, full, domain, ip string }

// findHost runs once, when a route first asks.
func (m *Module) findHost() (h host) {
	full, err := os.Hostname()
	if err != nil {
		return h
	}
	h.full = full
	h.name, h.domain, _ = strings.Cut(full, ".")
	if list, err := m.addresses(full, m.ipv6); err == nil && len(list) > 0 {
		h.ip = list[0].String()
	}
	return h
}

func (m *Module) bindHost(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	var part func(h host) string
	switch r.Inner {
	case "n":
		part = func(h host) string { return h.name }
	case "f":
		part = func(h host) string { return h.full }
	case "d":
		part = func(h host) string { return h.domain }
	case "i":
		part = func(h host) string { return h.ip }
	default:
		return registry.Var{}, errors.New("$HN(" + r.Inner + "): n, f, d or i is wanted")
	}
	if r.Index.Kind != registry.IndexNone {
		return registry.Var{}, errors.New("$HN takes no index")
	}
	return registry.Var{Get: func(_ *registry.Ctx, v *value.Value) {
		if s := part(m.host()); s != "" {
			v.SetStr(s)
		} else {
			v.SetNull()
		}
	}}, nil
}
