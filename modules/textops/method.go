package textops

import (
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func methodFuncs() []registry.Func {
	return []registry.Func{registry.Fn1("is_method", methodsP("name"), registry.Any, isMethod,
		"True where the message's method, in a reply that of its CSeq, is the one, or one of the list: INVITE|ACK. Lists hold only methods that Kamailio has a number for.")}
}

// methods is what is_method compares with: the numbers of known methods, and
// names of others.
type methods struct {
	known  int64
	others []string
}

var errNoMethod = errors.New("a method name is missing")

// methodsP is a list of methods, separated by | or by a comma.
func methodsP(name string) registry.P[*methods] {
	return registry.P[*methods]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "methods"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*methods, bool), error) {
			m, err := parseMethods(a.Text)
			return func(*registry.Ctx) (*methods, bool) { return m, true }, err
		},
	}
}

func parseMethods(text string) (*methods, error) {
	m := &methods{}
	if strings.TrimSpace(text) == "" {
		return nil, errNoMethod
	}
	for rest, more := text, true; more; {
		i := strings.IndexAny(rest, "|,")
		one := rest
		if more = i >= 0; more {
			one, rest = rest[:i], rest[i+1:]
		}
		one = strings.TrimSpace(one)
		switch id := sip.MethodID(one); {
		case one == "" && !more && (m.known != 0 || m.others != nil):
			// Kamailio takes a separator at the end.
		case one == "":
			return nil, errNoMethod
		case notToken(one) >= 0:
			return nil, fmt.Errorf("%q is no method name", one)
		case id != sip.OtherMethod:
			m.known |= id
		default:
			m.others = append(m.others, one)
		}
	}
	if m.others != nil && strings.Contains(text, "|") {
		return nil, fmt.Errorf("%s is not among the methods that a list may hold; test it with an is_method of its own", m.others[0])
	}
	return m, nil
}

func isMethod(c *registry.Ctx, want *methods) int {
	if c.Msg == nil {
		return -1
	}
	name, id := c.Msg.RoutedMethod()
	if id&want.known != 0 {
		return 1
	}
	for _, s := range want.others {
		if strings.EqualFold(s, name) {
			return 1
		}
	}
	return -1
}
