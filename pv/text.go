package pv

import (
	"errors"
	"fmt"
	"math"
	"os"
	"runtime"
	"strconv"
	"strings"

	"olelo/lang/pvar"
	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Version is the release of Kamailio whose behaviour olelo has ($version(num)).
const Version = "5.6.3"

// definer is a Fixup that knows the preprocessor's definitions.
type definer interface {
	// Define returns the text of a #!define; ok is false where there is none.
	Define(name string) (text string, ok bool)
}

func constant(v value.Value) registry.Var {
	return registry.Var{Get: func(_ *registry.Ctx, out *value.Value) { *out = v }}
}

// bindConst binds a variable whose value is known at load time, by its inner text.
func bindConst(what string, find func(fx registry.Fixup, inner string) (value.Value, error)) func(registry.Fixup, registry.Ref) (registry.Var, error) {
	return func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		if err := noIndex(r); err != nil {
			return registry.Var{}, err
		}
		if err := needInner(r, what); err != nil {
			return registry.Var{}, err
		}
		v, err := find(fx, r.Inner)
		if err != nil {
			return registry.Var{}, err
		}
		return constant(v), nil
	}
}

func define(fx registry.Fixup, name string) (string, bool, error) {
	d, ok := fx.(definer)
	if !ok {
		return "", false, errors.New("definitions cannot be asked for here")
	}
	s, ok := d.Define(name)
	return s, ok, nil
}

func coreVars() []registry.PV {
	rc := registry.GetPV("rc", func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(c.RC)) }, "The code that the last function or route returned.")
	return []registry.PV{
		registry.GetPV("null", func(_ *registry.Ctx, v *value.Value) { v.SetNull() }, "No value."),
		rc, alias("retcode", rc), alias("?", rc),
		{
			Name: "def", Doc: "The text of a #!define.",
			Bind: bindConst("a definition's name", func(fx registry.Fixup, name string) (value.Value, error) {
				s, ok, err := define(fx, name)
				if !ok || err != nil {
					return value.Value{}, err
				}
				return value.OfStr(s), nil
			}),
		},
		{
			Name: "defn", Doc: "The number that a #!define starts with.",
			Bind: bindConst("a definition's name", func(fx registry.Fixup, name string) (value.Value, error) {
				s, ok, err := define(fx, name)
				if !ok || err != nil {
					return value.OfInt(0), err
				}
				n, whole := leadingNumber(s)
				if fx.Wrap32() {
					n = max(math.MinInt32, min(n, math.MaxInt32))
				}
				if !whole {
					fx.Warn("defn-not-number", fmt.Sprintf("$defn(%s): the definition is %q, no decimal number: it counts as %d, inside a text too, where Kamailio writes the definition", name, s, n), "$def gives its text")
				}
				return value.OfInt(n), nil
			}),
		},
		{
			Name: "env", Doc: "An environment variable.",
			Bind: bindConst("an environment variable's name", func(_ registry.Fixup, name string) (value.Value, error) {
				if s, ok := os.LookupEnv(name); ok {
					return value.OfStr(s), nil
				}
				return value.Value{}, nil
			}),
		},
	}
}

// leadingNumber is the decimal number that s starts with, 0 for none, and
// whether it is all of s.
func leadingNumber(s string) (n int64, whole bool) {
	end := 0
	if strings.HasPrefix(s, "-") || strings.HasPrefix(s, "+") {
		end++
	}
	for end < len(s) && s[end] >= '0' && s[end] <= '9' {
		end++
	}
	n, err := strconv.ParseInt(s[:end], 10, 64) // the nearest there is where s is out of range
	return n, end == len(s) && err == nil
}

func (m *Module) texts() []registry.PV {
	arch := map[string]string{"amd64": "x86_64", "386": "i386", "arm64": "aarch64"}[runtime.GOARCH]
	if arch == "" {
		arch = runtime.GOARCH
	}
	versions := map[string]value.Value{
		"num":  value.OfStr(Version),
		"full": value.OfStr("kamailio " + Version + " (" + arch + "/" + runtime.GOOS + ") "),
		"hash": value.OfStr("unknown "),
	}
	constants := map[string]value.Value{"IPv4": value.OfInt(2), "IPv6": value.OfInt(10)}
	for i, p := range protoNames[1:] {
		constants[strings.ToUpper(p)] = value.OfInt(int64(i) + 1)
	}
	return []registry.PV{
		{Name: "_s", Doc: "A text with its variables expanded.", Bind: bindText},
		{Name: "cnt", Doc: "How many values an AVP or XAVP has: $cnt($avp(x)).", Bind: m.bindCount},
		{Name: "version", Doc: "The release whose behaviour this is: num full hash.", Bind: ofMap(versions)},
		{Name: "K", Doc: "Numbers of address families and transports: IPv4 IPv6 UDP TCP TLS SCTP WS WSS.", Bind: ofMap(constants)},
		registry.GetPV("true", func(_ *registry.Ctx, v *value.Value) { v.SetInt(1) }, "1."),
	}
}

func ofMap(m map[string]value.Value) func(registry.Fixup, registry.Ref) (registry.Var, error) {
	return func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
		if err := noIndex(r); err != nil {
			return registry.Var{}, err
		}
		v, ok := m[r.Inner]
		if !ok {
			return registry.Var{}, unknownKey(r.Class, r, m)
		}
		return constant(v), nil
	}
}

func bindText(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a text"); err != nil {
		return registry.Var{}, err
	}
	f, err := fx.Format(r.Inner)
	if err != nil {
		return registry.Var{}, err
	}
	if s, ok := f.Const(); ok {
		return constant(value.OfStr(s)), nil
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetStr(f.Text(c)) }}, nil
}

// bindCount is $cnt($avp(x)) and $cnt($xavp(x[0]=>y[*])).
func (m *Module) bindCount(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	p, n, err := pvar.Parse(r.Inner)
	if err != nil || n < len(r.Inner) || !p.HasInner || p.Class != "avp" && p.Class != "xavp" {
		return registry.Var{}, fmt.Errorf("$cnt counts an AVP or an XAVP, $cnt($avp(x)), not %q", r.Inner)
	}
	if p.Class == "avp" {
		names, err := m.bindAVPName(fx, p.Inner)
		if err != nil {
			return registry.Var{}, err
		}
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
			if name, ok := names.at(c, v); ok {
				v.SetInt(int64(c.State.AVP.Count(name)))
			} else {
				v.SetNull()
			}
		}}, nil
	}
	x, err := parseXAVP(fx, p.Inner, false)
	if err != nil {
		return registry.Var{}, err
	}
	return registry.Var{Get: func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(x.count(c, &c.State.XAVP))) }}, nil
}

// count counts the nodes that x means; a name without an index means all.
func (x *xref) count(c *registry.Ctx, l *avp.XList) int {
	one := func(n *xname, parent avp.Node) int {
		if !n.at.has || n.at.all {
			return l.Count(parent, n.name)
		}
		if i, ok := n.at.at(c); ok && l.Get(parent, n.name, i) != 0 {
			return 1
		}
		return 0
	}
	if !x.hasChild {
		return one(&x.root, avp.Root)
	}
	if x.root.at.has && !x.root.at.all {
		i, ok := x.root.at.at(c)
		n := l.Get(avp.Root, x.root.name, i)
		if !ok || n == 0 || !l.IsList(n) {
			return 0
		}
		return one(&x.child, n)
	}
	sum := 0
	for i := 0; ; i++ {
		n := l.Get(avp.Root, x.root.name, i)
		if n == 0 {
			return sum
		}
		if l.IsList(n) {
			sum += one(&x.child, n)
		}
	}
}
