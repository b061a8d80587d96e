// Package regex is Kamailio's module regex: texts matched with Perl-compatible
// regular expressions, single ones and groups in a file.
package regex

import (
	"errors"
	"fmt"
	"strings"
	"sync/atomic"

	lru "github.com/hashicorp/golang-lru/v2"

	"olelo/runtime/pcre"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "regex"

// What the functions return beside true and false.
const (
	noFile     = -2
	badPattern = -4 // also for a group that there is not
)

// cacheSize is how many patterns that are only known while routing are kept.
const cacheSize = 1000

// Module is the module's instance.
type Module struct {
	file                                  string
	maxGroups, maxSize                    int
	caseless, multiline, dotAll, extended int

	flags  pcre.Flags
	groups atomic.Pointer[[]*pcre.Regexp] // nil without a file
	cache  *lru.Cache[string, compiled]
	host   registry.Host
}

// compiled is a pattern's outcome; a bad one is remembered too.
type compiled struct {
	re  *pcre.Regexp
	err error
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() registry.Module {
	cache, err := lru.New[string, compiled](cacheSize)
	if err != nil {
		panic(err) // only for a size below 1
	}
	return &Module{maxGroups: 20, maxSize: 8192, cache: cache}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const routes = registry.Request | registry.Failure | registry.Reply | registry.Branch | registry.Local | registry.Event
	text := registry.Text("text")
	lacks := "refuses patterns with recursion, conditions, branch reset, verbs, \\X and \\p: a constant one or one of the file stops the start, others give -4"
	return registry.Exports{
		Doc: "Texts matched with Perl-compatible regular expressions, byte by byte.",
		Differs: []registry.Difference{
			{Of: "pcre_match()", How: lacks},
			{Of: "pcre_match_group()", How: lacks},
		},
		Funcs: []registry.Func{
			registry.Fn2("pcre_match", text, m.patternP(), routes, m.match, "True where a text matches a pattern; -4 where that is none. A $ in the pattern is written $$."),
			registry.Fn1("pcre_match_group", text, routes, func(c *registry.Ctx, s string) int { return m.matchGroup(c, s, "0") }, "The same as with group 0."),
			registry.Fn2("pcre_match_group", text, registry.Text("group"), routes, m.matchGroup,
				"True where a text matches a pattern of a group, which counts from 0 in the file's order; -2 without a file, -4 where there is no such group."),
		},
		Params: []registry.Param{
			registry.Str("file", &m.file, "The file of pattern groups: each begins with a line [N], then a pattern a line; lines that begin with #, or with white space, are passed over."),
			registry.Int("max_groups", &m.maxGroups, "How many groups the file may have; default 20."),
			{
				Name: "group_max_size", Type: registry.ParamInt, Doc: "How many bytes a group's patterns may have together, with 3 for each; default 8192.",
				Set: func(v registry.ParamValue) error {
					if v.Int < 1 {
						return fmt.Errorf("group_max_size=%d is no size: bytes, 1 or more, are wanted", v.Int)
					}
					m.maxSize = int(v.Int)
					return nil
				},
			},
			registry.Int("pcre_caseless", &m.caseless, "Letters of either case match, as (?i); default 0."),
			registry.Int("pcre_multiline", &m.multiline, "^ and $ match at line ends too, as (?m); default 0."),
			registry.Int("pcre_dotall", &m.dotAll, "The dot matches line ends too, as (?s); default 0."),
			registry.Int("pcre_extended", &m.extended, "White space and comments in patterns do not count, as (?x); default 0."),
		},
		RPCs: []registry.RPC{{Name: "regex.reload", Doc: "Reads the file again.", Run: m.rpcReload}},
	}
}

// Provision reads the file.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	for _, o := range []struct {
		on   int
		flag pcre.Flags
	}{{m.caseless, pcre.Caseless}, {m.multiline, pcre.Multiline}, {m.dotAll, pcre.DotAll}, {m.extended, pcre.Extended}} {
		if o.on != 0 {
			m.flags |= o.flag
		}
	}
	if m.file == "" {
		return nil
	}
	return m.load()
}

// patternP is a text with variables; a constant one is compiled once.
func (m *Module) patternP() registry.P[compiled] {
	return registry.P[compiled]{
		ParamInfo: registry.ParamInfo{Name: "pattern", Kind: "text"},
		Bind: func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (compiled, bool), error) {
			f, err := fx.Format(a.Text)
			if err != nil {
				return nil, err
			}
			s, constant := f.Const()
			if !constant {
				return func(c *registry.Ctx) (compiled, bool) { return m.compile(f.Text(c)), true }, nil
			}
			one := m.compile(s)
			if e := (*pcre.Error)(nil); errors.As(one.err, &e) && e.Lacks {
				return nil, registry.NotRun("%v", one.err)
			}
			return func(*registry.Ctx) (compiled, bool) { return one, true }, nil
		},
	}
}

// compile compiles a pattern, or finds it. The text may die afterwards.
func (m *Module) compile(text string) compiled {
	if p, ok := m.cache.Get(text); ok {
		return p
	}
	own := strings.Clone(text)
	var p compiled
	p.re, p.err = pcre.Compile(own, m.flags)
	m.cache.Add(own, p)
	return p
}

func (m *Module) match(c *registry.Ctx, s string, p compiled) int {
	if p.err != nil {
		c.Log.Errorf(name, "pcre_match: %v", p.err)
		return badPattern
	}
	return run(c, p.re, s)
}

func run(c *registry.Ctx, re *pcre.Regexp, s string) int {
	ok, err := re.Match(s)
	if err != nil {
		c.Log.Errorf(name, "%v", err)
	}
	return registry.Truth(ok)
}

func (m *Module) matchGroup(c *registry.Ctx, s, group string) int {
	groups := m.groups.Load()
	if groups == nil {
		c.Log.Errorf(name, "pcre_match_group: there are no groups: the parameter file is not set")
		return noFile
	}
	n := groupNumber(group)
	if n >= len(*groups) {
		c.Log.Errorf(name, "pcre_match_group: there is no group %d: the file has %d", n, len(*groups))
		return badPattern
	}
	return run(c, (*groups)[n], s)
}

// groupNumber is the number that a text begins with; any other is group 0.
func groupNumber(s string) int {
	s = strings.TrimPrefix(strings.TrimSpace(s), "+")
	n := 0
	for i := 0; i < len(s) && s[i] >= '0' && s[i] <= '9' && n < 1<<20; i++ {
		n = n*10 + int(s[i]-'0')
	}
	return n
}
