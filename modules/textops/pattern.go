package textops

import (
	"olelo/runtime/ere"
	"olelo/runtime/registry"
)

// lines is how patterns for the message's text are compiled: ^ and $ match at
// line ends too.
const lines = ere.IgnoreCase | ere.Newline

// patternP is a constant POSIX regular expression.
func patternP(name string, f ere.Flags) registry.P[*ere.Regexp] {
	return registry.P[*ere.Regexp]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "regex"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*ere.Regexp, bool), error) {
			re, err := ere.Compile(a.Text, f)
			return func(*registry.Ctx) (*ere.Regexp, bool) { return re, true }, err
		},
	}
}

// pattern compiles what a variable holds; nil, and an error logged, where it
// cannot.
func (m *Module) pattern(c *registry.Ctx, fn, text string, f ere.Flags) *ere.Regexp {
	re, err := m.patterns.Get(text, f)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
		return nil
	}
	return re
}

// match reports whether re is found in s; a timeout is logged.
func match(c *registry.Ctx, fn string, re *ere.Regexp, s string) bool {
	ok, err := re.Match(s)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
	}
	return ok
}

// find is the first n matches of re in s, all where n < 0; a timeout is logged.
func find(c *registry.Ctx, fn string, re *ere.Regexp, s string, n int) [][]int {
	at, err := re.Find(s, n)
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
	}
	return at
}
