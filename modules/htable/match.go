package htable

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/ere"
	"olelo/runtime/value"
)

// matcher tells whether a text fits.
type matcher func(string) bool

// regex compiles a POSIX extended regular expression, which ignores letter
// case as everywhere in this module.
func (m *Module) regex(pattern string) (matcher, error) {
	re, err := m.patterns.Get(pattern, ere.IgnoreCase)
	if err != nil {
		return nil, fmt.Errorf("bad regular expression %q: %w", pattern, err)
	}
	return func(s string) bool {
		ok, err := re.Match(s)
		return ok && err == nil // an error is a pattern that took too long
	}, nil
}

// matcher is what a function's op parameter means: eq, ne, re, sw; only re and
// sw for the functions that remove.
func (m *Module) matcher(op, text string, removing bool) (matcher, error) {
	switch {
	case op == "re":
		return m.regex(text)
	case op == "sw":
		return func(s string) bool { return strings.HasPrefix(s, text) }, nil
	case op == "eq" && !removing:
		return func(s string) bool { return s == text }, nil
	case op == "ne" && !removing:
		return func(s string) bool { return s != text }, nil
	case removing:
		return nil, fmt.Errorf("unknown operator %q: re or sw is wanted", op)
	}
	return nil, fmt.Errorf("unknown operator %q: eq, ne, re or sw is wanted", op)
}

// counter reads what $shtcn and $shtcv count. Values match as strings only,
// but for eq, which counts integers.
func (m *Module) counter(text string, values bool) (func(string, *value.Value) bool, error) {
	switch text {
	case "":
		return func(string, *value.Value) bool { return false }, nil
	case "**":
		return func(string, *value.Value) bool { return true }, nil
	}
	if len(text) >= 2 && values && text[:2] == "eq" {
		n, err := strconv.ParseInt(text[2:], 10, 64)
		return func(_ string, v *value.Value) bool { return err == nil && v.K == value.Int && v.I == n }, nil
	}
	match, err := m.pattern(text)
	if err != nil {
		return nil, err
	}
	if values {
		return func(_ string, v *value.Value) bool { return v.IsStr() && match(v.S) }, nil
	}
	return func(key string, _ *value.Value) bool { return match(key) }, nil
}

func (m *Module) pattern(text string) (matcher, error) {
	if len(text) >= 2 {
		rest := text[2:]
		switch text[:2] {
		case "~~":
			return m.regex(rest)
		case "~%":
			return func(s string) bool { return strings.HasSuffix(s, rest) }, nil
		case "%~":
			return func(s string) bool { return strings.HasPrefix(s, rest) }, nil
		case "==":
			return func(s string) bool { return s == rest }, nil
		}
	}
	return m.regex(text)
}
