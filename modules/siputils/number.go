package siputils

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The results of the tests of characters.
const (
	emptyText = -2
	badChar   = -3
)

func numberFuncs() []registry.Func {
	text := registry.Text("text")
	test := func(name, doc string, f func(s string) int) registry.Func {
		return registry.Fn1(name, text, registry.Any, func(_ *registry.Ctx, s string) int { return f(s) }, doc)
	}
	return []registry.Func{
		test("is_numeric", "True where the text is digits and nothing else.", func(s string) int { return orEmpty(digits(s)) }),
		test("is_tel_number", "True where the text is digits, with or without a + before them.", func(s string) int {
			return orEmpty(digits(strings.TrimPrefix(s, "+")))
		}),
		test("is_alphanum", "True where the text is letters and digits and nothing else.", func(s string) int { return alphanum(s, "") }),
		registry.Fn2("is_alphanumex", text, registry.Text("more"), registry.Any, func(_ *registry.Ctx, s, more string) int { return alphanum(s, more) },
			"The same, with more characters allowed."),
		registry.Fn1("is_e164", registry.VarP("variable"), registry.Request|registry.Failure|registry.Local|registry.Event, func(c *registry.Ctx, v *registry.Var) int {
			s, ok := stringOf(c, "is_e164", v)
			return registry.Truth(ok && isE164(s))
		}, "True where the variable is an E.164 number: + and 2 to 15 digits."),
		registry.Fn1("is_uri_user_e164", registry.VarP("variable"), registry.Any, func(c *registry.Ctx, v *registry.Var) int {
			s, ok := stringOf(c, "is_uri_user_e164", v)
			return registry.Truth(ok && isUserE164(c, "is_uri_user_e164", s))
		}, "True where the variable is a SIP URI whose user is an E.164 number."),
	}
}

// stringOf is the text that a variable holds; where it holds none, that is
// logged.
func stringOf(c *registry.Ctx, fn string, v *registry.Var) (string, bool) {
	x := c.Eval(v.Get)
	if !x.IsStr() {
		c.Log.Errorf(logAs, "%s: the variable holds no text", fn)
	}
	return x.S, x.IsStr()
}

func digits(s string) bool {
	for i := range len(s) {
		if s[i] < '0' || s[i] > '9' {
			return false
		}
	}
	return s != ""
}

func orEmpty(ok bool) int {
	if ok {
		return 1
	}
	return emptyText
}

func alphanum(s, more string) int {
	if s == "" {
		return emptyText
	}
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte(more, c) < 0 {
			return badChar
		}
	}
	return 1
}

// isE164 reports whether s is a + and 2 to 15 digits (ITU-T E.164 section 6).
func isE164(s string) bool {
	return len(s) >= 3 && len(s) <= 16 && s[0] == '+' && digits(s[1:])
}

func isUserE164(c *registry.Ctx, fn, uri string) bool {
	u, err := sip.ParseURI(uri)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
		return false
	}
	return isSIP(&u) && isE164(u.User)
}

func isSIP(u *sip.URI) bool {
	return strings.EqualFold(u.Scheme, "sip") || strings.EqualFold(u.Scheme, "sips")
}
