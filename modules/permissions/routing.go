package permissions

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// policy is an allow and a deny file together.
type policy struct{ allow, deny rules }

// allows: what the allow file has is allowed, then what the deny file has is not.
func (p *policy) allows(left, right string) bool {
	return p.allow.match(left, right) || !p.deny.match(left, right)
}

func (m *Module) routingFuncs() []registry.Func {
	const routes = registry.Request | registry.Failure | registry.Event
	base := m.policyP()
	return []registry.Func{
		{
			Name: "allow_routing", Routes: registry.Any, Doc: "True where no pair of the From URI and a destination's is denied, by the default files.",
			Bind: func(registry.Fixup, []registry.Arg) (registry.Call, error) {
				return func(c *registry.Ctx) int { return m.allowRouting(c, m.defaults) }, nil
			},
		},
		registry.Fn1("allow_routing", base, registry.Any, m.allowRouting, "The same by BASE.allow and BASE.deny."),
		m.twoFiles("allow_routing", registry.Any, m.allowRouting, "The same by two files of any name."),
		registry.Fn1("allow_register", base, routes, m.allowRegister, "True where no pair of the To URI and a Contact's is denied by BASE.allow and BASE.deny."),
		m.twoFiles("allow_register", routes, m.allowRegister, "The same by two files of any name."),
		registry.Fn2("allow_uri", base, registry.VarP("uri"), routes, m.allowURI, "True where the From URI with the one in a variable is not denied by BASE.allow and BASE.deny; -1 also where that holds no text."),
	}
}

// policyP is a file's name without suffix.
func (m *Module) policyP() registry.P[*policy] {
	return registry.P[*policy]{
		ParamInfo: registry.ParamInfo{Name: "base", Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*policy, bool), error) {
			p := m.policy(a.Text+m.allowSuffix, a.Text+m.denySuffix)
			return func(*registry.Ctx) (*policy, bool) { return p, true }, nil
		},
	}
}

func (m *Module) twoFiles(name string, routes registry.Mask, f func(*registry.Ctx, *policy) int, doc string) registry.Func {
	return registry.Func{
		Name: name, Routes: routes, Doc: doc, Params: []registry.ParamInfo{{Name: "allow_file", Kind: "word"}, {Name: "deny_file", Kind: "word"}},
		Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
			p := m.policy(args[0].Text, args[1].Text)
			return func(c *registry.Ctx) int { return f(c, p) }, nil
		},
	}
}

// policy reads two files, each once for all calls that name it.
func (m *Module) policy(allow, deny string) *policy {
	return &policy{allow: m.rules(allow), deny: m.rules(deny)}
}

// rules reads a file. One that is not there has no rules; nor has any where a
// configuration is only looked at, without a host.
func (m *Module) rules(file string) rules {
	if m.host == nil {
		return nil
	}
	path := m.path(file)
	if r, ok := m.files[path]; ok {
		return r
	}
	f, err := os.Open(path)
	if err != nil {
		if !errors.Is(err, fs.ErrNotExist) {
			m.host.Log().Errorf(name, "%v: no rules", err)
		} else {
			m.host.Log().Infof(name, "there is no %s: no rules", path)
		}
		m.files[path] = nil
		return nil
	}
	defer f.Close() //nolint:errcheck // read only
	r, bad := readRules(f)
	for _, err := range bad {
		m.host.Log().Errorf(name, "%s: %v", path, err)
	}
	m.files[path] = r
	return r
}

// path is a file's, from the folder of the configuration.
func (m *Module) path(file string) string {
	if filepath.IsAbs(file) {
		return file
	}
	return filepath.Join(m.dir, file)
}

// plain writes what rules are compared with, "sip:user@host" of any URI; ok is
// false where it is none.
func plain(c *registry.Ctx, uri string) (text string, ok bool) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return "", false
	}
	user := u.User
	if u.Scheme == "urn" {
		user = ""
	}
	b := c.Arena.Alloc(len("sip:@") + len(user) + len(u.Host))
	n := copy(b, "sip:")
	n += copy(b[n:], user)
	n += copy(b[n:], "@")
	copy(b[n:], u.Host)
	return registry.View(b), true
}

func (m *Module) allowRouting(c *registry.Ctx, p *policy) int {
	if len(p.allow) == 0 && len(p.deny) == 0 {
		return 1
	}
	if c.Msg == nil {
		return -1
	}
	from, ok := plain(c, c.Msg.From().URI)
	if !ok {
		c.Log.Errorf(name, "allow_routing: the From URI %.60q is none", c.Msg.From().URI)
		return -1
	}
	if !m.allowsTo(c, p, from, c.Msg.RURI()) {
		return -1
	}
	if m.allBranches == 0 {
		return 1
	}
	for i := range c.State.Branches.Len() {
		if !m.allowsTo(c, p, from, c.State.Branches.At(i).URI) {
			return -1
		}
	}
	return 1
}

func (m *Module) allowsTo(c *registry.Ctx, p *policy, from, to string) bool {
	uri, ok := plain(c, to)
	return ok && p.allows(from, uri)
}

func (m *Module) allowRegister(c *registry.Ctx, p *policy) int {
	if len(p.allow) == 0 && len(p.deny) == 0 {
		return 1
	}
	if c.Msg == nil {
		return -1
	}
	to, ok := plain(c, c.Msg.To().URI)
	if !ok {
		c.Log.Errorf(name, "allow_register: the To URI %.60q is none", c.Msg.To().URI)
		return -1
	}
	for i := range c.Msg.CountByKey(&m.contact) {
		h, _ := c.Msg.HeaderByKey(&m.contact, i)
		for one, rest := sip.NextValue(h.Body); one != "" || rest != ""; one, rest = sip.NextValue(rest) {
			if one == "*" {
				return 1 // it takes contacts away
			}
			if uri, ok := plain(c, sip.ParseNameAddr(one).URI); !ok || !p.allows(to, uri) {
				return -1
			}
		}
	}
	return 1
}

func (m *Module) allowURI(c *registry.Ctx, p *policy, uri *registry.Var) int {
	if len(p.allow) == 0 && len(p.deny) == 0 {
		return 1
	}
	if c.Msg == nil {
		return -1
	}
	from, ok := plain(c, c.Msg.From().URI)
	if !ok {
		return -1
	}
	vals := c.Borrow(1)
	defer c.Return(vals)
	uri.Get(c, &vals[0])
	if v := vals[0]; v.IsStr() {
		return registry.Truth(p.allows(from, v.S))
	}
	c.Log.Errorf(name, "allow_uri: the variable holds no text")
	return -1
}
