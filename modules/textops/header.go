package textops

import (
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

var errNoHeader = errors.New("a header name is missing")

// headerP is a constant header name; a colon may follow it.
func headerP(name string) registry.P[*sip.Key] {
	return registry.P[*sip.Key]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "header"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*sip.Key, bool), error) {
			k, err := headerKey(a.Text)
			if err == nil && strings.HasSuffix(a.Text, ":") {
				fx.Warn("header-colon", fmt.Sprintf("the header name %q has a colon: Kamailio finds such a header only where it knows the name", a.Text), "leave the colon out")
			}
			return func(*registry.Ctx) (*sip.Key, bool) { return &k, true }, err
		},
	}
}

func headerKey(text string) (k sip.Key, err error) {
	name := strings.TrimRight(strings.TrimSuffix(text, ":"), " \t")
	if name == "" {
		return k, errNoHeader
	}
	if i := notToken(name); i >= 0 {
		return k, fmt.Errorf("%q is no header name: it cannot have %q", text, name[i])
	}
	return sip.HeaderKey(name), nil
}

// notToken is where s stops being a token (RFC 3261 section 25.1), -1 where it
// is one.
func notToken(s string) int {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("-.!%*_+`'~", c) < 0 {
			return i
		}
	}
	return -1
}

// variableHeader is a header name that a variable holds; ok is false, and an
// error logged, where it is none.
func variableHeader(c *registry.Ctx, fn, name string) (k sip.Key, ok bool) {
	k, err := headerKey(name)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
	}
	return k, err == nil
}

// text is the part of the message from start to end.
func text(m *sip.Message, start, end int) string { return registry.View(m.Raw()[start:end]) }

func headerBody(m *sip.Message, i int) string {
	start, end := m.BodySpan(i)
	return text(m, start, end)
}
