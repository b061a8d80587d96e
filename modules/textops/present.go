package textops

import (
	"fmt"
	"slices"
	"strings"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) presentFuncs() []registry.Func {
	return []registry.Func{
		registry.Fn1("is_present_hf", headerP("name"), registry.Any, isPresent,
			"True where the message has the header; compact names are the same as long ones."),
		registry.Fn1("is_present_hf_pv", registry.Text("name"), registry.Any, func(c *registry.Ctx, name string) int {
			if name == "" {
				return -1
			}
			k, ok := variableHeader(c, "is_present_hf_pv", name)
			if !ok {
				return -1
			}
			return isPresent(c, &k)
		}, "The same, with the name in variables."),
		registry.Fn1("is_present_hf_re", patternP("pattern", ere.IgnoreCase), registry.Any, isPresentRe,
			"True where the message has a header whose name matches."),
		registry.Fn1("is_present_hf_re_pv", registry.Text("pattern"), registry.Any, func(c *registry.Ctx, p string) int {
			re := m.pattern(c, "is_present_hf_re_pv", p, ere.IgnoreCase)
			if re == nil {
				return -1
			}
			return isPresentRe(c, re)
		}, "The same, with the pattern in variables."),
		registry.Fn1("is_privacy", privacyP("type"), registry.Any, isPrivacy,
			"True where the Privacy header has the type: none, id, user, header, session, critical, history."),
	}
}

func isPresent(c *registry.Ctx, k *sip.Key) int {
	return registry.Truth(c.Msg != nil && c.Msg.FindHeader(k, 0) >= 0)
}

func isPresentRe(c *registry.Ctx, re *ere.Regexp) int {
	if c.Msg == nil {
		return -1
	}
	for i := range c.Msg.NumHeaders() {
		if match(c, "is_present_hf_re", re, c.Msg.HeaderAt(i).Name) {
			return 1
		}
	}
	return -1
}

// privacyTypes are the values of a Privacy header (RFC 3323 section 4.2, RFC
// 3325 section 9.3, RFC 4244 section 3.2).
var privacyTypes = [...]string{"none", "id", "user", "header", "session", "critical", "history"}

func privacyP(name string) registry.P[string] {
	return registry.P[string]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "privacy type"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
			want := strings.ToLower(a.Text)
			if !slices.Contains(privacyTypes[:], want) {
				return nil, fmt.Errorf("%q is no privacy type: %s are", a.Text, strings.Join(privacyTypes[:], ", "))
			}
			return func(*registry.Ctx) (string, bool) { return want, true }, nil
		},
	}
}

func isPrivacy(c *registry.Ctx, want string) int {
	if c.Msg == nil {
		return -1
	}
	h, ok := c.Msg.Header("Privacy", 0)
	if !ok {
		return -1
	}
	for one := range strings.SplitSeq(h.Body, ";") {
		if strings.EqualFold(strings.TrimSpace(one), want) {
			return 1
		}
	}
	return -1
}
