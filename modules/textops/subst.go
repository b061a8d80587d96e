package textops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/transformations"
)

func substFuncs() []registry.Func {
	sub := substP("substitution")
	const uriRoutes = registry.Request | registry.Reply | registry.Failure | registry.Branch | registry.Event
	return []registry.Func{
		registry.Fn1("subst", sub, registry.Any, func(c *registry.Ctx, s *transformations.Subst) int {
			return substPart(c, "subst", whole, s)
		}, "Substitutes in headers and body, by /pattern/replacement/flags: \\0 to \\9 are the match and its groups, \\u is the request URI, variables are expanded; flags g all matches, i ignore case, s . matches line ends."),
		registry.Fn1("subst_body", sub, registry.Any, func(c *registry.Ctx, s *transformations.Subst) int {
			return substPart(c, "subst_body", inBody, s)
		}, "The same in the body."),
		registry.Fn3("subst_hf", headerP("name"), sub, whichP("which"), registry.Any, substHeader,
			"The same in the bodies of the headers of a name: a all, f the first, l the last."),
		registry.Fn1("subst_uri", sub, uriRoutes, substURI, "The same in the request URI."),
		registry.Fn1("subst_user", sub, uriRoutes, substUser, "The same in the request URI's user."),
	}
}

// substP is a substitution /pattern/replacement/flags.
func substP(name string) registry.P[*transformations.Subst] {
	return registry.P[*transformations.Subst]{
		ParamInfo: registry.ParamInfo{Name: name, Kind: "substitution"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*transformations.Subst, bool), error) {
			s, err := transformations.ParseSubst(fx, a.Text)
			return func(*registry.Ctx) (*transformations.Subst, bool) { return s, true }, err
		},
	}
}

func substPart(c *registry.Ctx, fn string, p part, s *transformations.Subst) int {
	if c.Msg == nil {
		return -1
	}
	start, end, ok := p.span(c.Msg)
	return registry.Truth(ok && substSpan(c, fn, start, end, s))
}

// substSpan lays the substitution's changes over a part of the message.
func substSpan(c *registry.Ctx, fn string, start, end int, s *transformations.Subst) bool {
	n, err := s.Each(c, text(c.Msg, start, end), func(from, to int, repl string) {
		c.Msg.Edit(start+from, to-from, repl)
	})
	if err != nil {
		c.Log.Errorf(logAs, "%s: %v", fn, err)
	}
	return n > 0
}

func substHeader(c *registry.Ctx, k *sip.Key, s *transformations.Subst, w which) int {
	if c.Msg == nil {
		return -1
	}
	found := false
	w.headers(c.Msg, k, func(i int) bool {
		start, end := c.Msg.BodySpan(i)
		found = substSpan(c, "subst_hf", start, end, s) || found
		return true
	})
	return registry.Truth(found)
}

func substURI(c *registry.Ctx, s *transformations.Subst) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	uri, n, err := s.Apply(c, c.Msg.RURI())
	return registry.Truth(setURI(c, "subst_uri", uri, n, err))
}

func substUser(c *registry.Ctx, s *transformations.Subst) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	uri := c.Msg.RURI()
	u, err := sip.ParseURI(uri)
	if err != nil {
		c.Log.Errorf(logAs, "subst_user: the request URI: %v", err)
		return -1
	}
	user, n, err := s.Apply(c, u.User)
	if n == 0 || err != nil {
		return registry.Truth(setURI(c, "subst_user", "", n, err))
	}
	// The user is what follows the scheme.
	before, after := uri[:len(u.Scheme)+1], uri[len(u.Scheme)+1+len(u.User):]
	if u.IsPhone() && strings.EqualFold(u.Scheme, "sips") {
		before = "sip:" // as whatever else sets the user of such a URI
	}
	switch {
	case user == "":
		_, after, _ = strings.Cut(after, "@") // the password goes with it
	case u.User == "":
		after = c.Arena.Concat("@", after)
	}
	return registry.Truth(setURI(c, "subst_user", c.Arena.Concat(c.Arena.Concat(before, user), after), n, nil))
}

// setURI sets the request URI to what n substitutions made.
func setURI(c *registry.Ctx, fn, uri string, n int, err error) bool {
	switch {
	case err != nil:
		c.Log.Errorf(logAs, "%s: %v", fn, err)
	case n == 0:
	case uri == "":
		c.Log.Errorf(logAs, "%s: nothing would be left of the request URI: it stays as it is", fn)
	default:
		return c.Msg.SetRURI(uri)
	}
	return false
}
