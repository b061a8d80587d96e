package sl

import (
	"errors"
	"fmt"
	"strconv"

	"olelo/runtime/registry"
)

var (
	errMSRP    = errors.New("the message is an MSRP frame: answer it with msrp_reply")
	errNothing = errors.New("there is no SIP request to answer here")
	errACK     = errors.New("an ACK is never answered")
)

// usable reports whether code can stand in a SIP reply: three digits. RFC 3261
// has no class beyond 6, but its grammar allows them and Kamailio sends them.
func usable(code int) bool { return code >= 100 && code <= 999 }

// codeP is the code of a reply. A variable must hold an integer: a text, "404"
// too, makes the reply the default one, as does a code that SIP does not have.
func (m *Module) codeP(param string) registry.P[int] {
	return registry.P[int]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "int"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (int, bool), error) {
			if a.IsInt {
				return fixedCode(int(a.Int))
			}
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			if s, ok := f.Const(); ok {
				n, err := strconv.Atoi(s)
				if err != nil {
					if s == "" {
						return nil, registry.NotRun("an empty code, which Kamailio takes, is not sent: 100 to 999 is wanted")
					}
					return nil, fmt.Errorf("%q is not a status code", s)
				}
				return fixedCode(n)
			}
			get, ok := f.Single()
			if !ok {
				return nil, registry.NotRun("%q mixes text and variables: a status code is a number or one variable", a.Text)
			}
			return func(c *registry.Ctx) (int, bool) {
				vals := c.Borrow(1)
				v := &vals[0]
				get(c, v)
				code := m.defaultCode
				switch {
				case v.IsInt() && usable(int(v.I)):
					code = int(v.I)
				case v.IsInt():
					c.Log.Errorf(name, "%s is %d, which is not a status code: %d is sent", a.Text, v.I, code)
				default:
					c.Log.Errorf(name, "%s holds %.40q, not an integer: %d is sent; convert it with (int) or {s.int}", a.Text, v.S, code)
				}
				c.Return(vals)
				return code, true
			}, nil
		},
	}
}

func fixedCode(n int) (func(*registry.Ctx) (int, bool), error) {
	if !usable(n) {
		return nil, registry.NotRun("%d is not a status code, though Kamailio sends it: 100 to 999 is wanted", n)
	}
	return func(*registry.Ctx) (int, bool) { return n, true }, nil
}

// reasonP is the reason of a reply; a single variable that is $null makes it
// the default one.
func (m *Module) reasonP(param string) registry.P[string] {
	return registry.P[string]{
		ParamInfo: registry.ParamInfo{Name: param, Kind: "text"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			if s, ok := f.Const(); ok {
				return func(*registry.Ctx) (string, bool) { return s, true }, nil
			}
			get, ok := f.Single()
			if !ok {
				return func(c *registry.Ctx) (string, bool) { return f.Text(c), true }, nil
			}
			return func(c *registry.Ctx) (string, bool) {
				vals := c.Borrow(1)
				v := &vals[0]
				get(c, v)
				reason := v.S
				switch {
				case v.IsStr():
				case v.IsInt():
					reason = c.Arena.Int(v.I)
				default:
					c.Log.Errorf(name, "the reason %s has no value: %q is sent", a.Text, m.defaultReason)
					reason = m.defaultReason
				}
				c.Return(vals)
				return reason, true
			}, nil
		},
	}
}
