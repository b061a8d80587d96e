// Package counters is Kamailio's module counters: counters that the
// configuration declares and adds to, and the RPC commands cnt.* about all.
package counters

import (
	"fmt"
	"strings"

	"olelo/runtime/counter"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "counters"

// Module is the module's instance.
type Module struct {
	group   string // of counters whose name has none
	own     []*registry.Stat
	doubled []string
	stats   registry.StatsHost // nil in a load that has failed already: what it binds never runs
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.StatSource  = (*Module)(nil)
)

// New returns an instance without counters.
func New() registry.Module { return &Module{group: "script"} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const routes = registry.Request | registry.Reply | registry.Failure | registry.OnSend | registry.Event
	return registry.Exports{
		Doc: "Counters of the configuration's own, and the RPC commands about all counters.",
		Params: []registry.Param{
			registry.StrFunc("script_counter", m.declare, `Declares a counter: "[group.]name[ description]". May be set several times.`),
			registry.Str("script_cnt_grp_name", &m.group, "The group of the counters whose name has none; it counts for the script_counter lines behind it. Default: script."),
		},
		Funcs: []registry.Func{
			registry.Fn1("cnt_inc", m.counter(), routes, m.inc, "Adds 1 to a counter."),
			registry.Fn2("cnt_add", m.counter(), registry.IntP("n"), routes, m.add, "Adds a number to a counter."),
			registry.Fn1("cnt_reset", m.counter(), routes, m.reset, "Sets a counter to 0."),
		},
		RPCs: m.rpcs(),
		Differs: []registry.Difference{
			{Of: "cnt_add()", How: `the number "" is a mistake; Kamailio takes it as 0`},
			{How: "the groups dns and shmem are not there: the system's resolver asks for names, and there is no shared memory"},
		},
	}
}

// declare reads one modparam("counters", "script_counter", …).
func (m *Module) declare(v registry.ParamValue) error {
	id, doc, _ := strings.Cut(v.Str, " ")
	group, counted := m.split(id)
	if group == "" {
		return fmt.Errorf("%q has no group before its dot", v.Str)
	}
	for _, s := range m.own {
		if s.Group == group && s.Name == counted {
			m.doubled = append(m.doubled, id)
			return nil
		}
	}
	if doc == "" {
		doc = "custom script counter."
	}
	m.own = append(m.own, &registry.Stat{Group: group, Name: counted, Doc: doc, Count: new(counter.Counter), Declared: true})
	return nil
}

// split is the group and the name of a counter as a configuration names it.
func (m *Module) split(id string) (group, counted string) {
	if group, counted, ok := strings.Cut(id, "."); ok {
		return group, counted
	}
	return m.group, id
}

// Provision keeps the server, whose counters the functions find.
func (m *Module) Provision(h registry.Host) error {
	for _, id := range m.doubled {
		h.Log().Errorf(name, "the counter %s is declared twice: the second line changes nothing", id)
	}
	var err error
	m.stats, err = registry.StatsOf(h)
	return err
}

// Stats are the declared counters.
func (m *Module) Stats() []*registry.Stat { return m.own }

// counter is the parameter that names a counter: one that is there.
func (m *Module) counter() registry.P[*registry.Stat] {
	return registry.P[*registry.Stat]{
		ParamInfo: registry.ParamInfo{Name: "counter", Kind: "word"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*registry.Stat, bool), error) {
			if m.stats == nil {
				return nowhere, nil
			}
			group, counted := m.split(a.Text)
			s := m.stats.Stat(group, counted)
			switch {
			case s == nil && (group == "dns" || group == "shmem"):
				return nil, fmt.Errorf("olelo counts nothing in the group %s: it has no %s.%s", group, group, counted)
			case s == nil:
				return nil, fmt.Errorf("there is no counter %s.%s: modparam(\"counters\", \"script_counter\", \"%s\") declares one", group, counted, a.Text)
			}
			return func(*registry.Ctx) (*registry.Stat, bool) { return s, true }, nil
		},
	}
}

// nowhere is the counter of a call that never runs.
func nowhere(*registry.Ctx) (*registry.Stat, bool) { return nil, false }

func (m *Module) inc(c *registry.Ctx, s *registry.Stat) int { return m.add(c, s, 1) }

func (m *Module) add(c *registry.Ctx, s *registry.Stat, n int) int {
	s.Add(c.Rank, int64(n))
	return 1
}

func (m *Module) reset(_ *registry.Ctx, s *registry.Stat) int {
	s.Reset()
	return 1
}
