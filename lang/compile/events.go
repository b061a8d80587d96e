package compile

import (
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/diag"
	"olelo/lang/inventory"
)

// event notes an event route, and warns of one that never runs.
func (c *compiler) event(r *ast.Route) {
	title := "event_route[" + r.Name + "]"
	if mod := c.env.raiser(r.Name); mod != "" {
		c.runs(inventory.EventRoute, title, mod, r.Pos)
		c.only6Event(r.NamAt, r.Name)
		return
	}
	rows := catalogue.EventRoutes(r.Name)
	prefix, _, _ := strings.Cut(r.Name, ":")
	if len(rows) == 0 && c.env.missing[prefix] { // the names of some are the configuration's own
		c.waits(inventory.EventRoute, title, []owner{{prefix, ""}}, r.Pos)
		return
	}
	if len(rows) == 0 {
		hint := "where a module's parameter names it, all is well"
		if near := diag.Nearest(r.Name, names(c.env.events)); near != "" {
			hint = "did you mean event_route[" + near + "]?"
		}
		c.warnAt(r.NamAt, "unknown-event-route", "nothing that is loaded raises "+title, hint)
		e := inventory.Entry{
			Kind: inventory.EventRoute, Name: title, Class: inventory.Accepted,
			Why: "it never runs: no module of Kamailio is known to raise it, unless a module's parameter names it",
		}
		if c.env.stranger {
			e.Class, e.Why = inventory.Unknown, "a module that nobody knows may raise it"
		}
		c.opt.Uses.Add(e, r.Pos)
		return
	}
	mods := catalogue.Modules(rows)
	// Several modules may be able to raise it; the one that it is called after does.
	if slices.Contains(mods, prefix) {
		mods = []string{prefix}
		rows = slices.DeleteFunc(slices.Clone(rows), func(n catalogue.Name) bool { return n.Module != prefix })
	}
	if c.env.anyMissing(mods) {
		c.waits(inventory.EventRoute, title, owners(rows), r.Pos)
		return
	}
	for _, mod := range mods {
		if _, loaded := c.env.Module(mod); loaded {
			m := notYet(title, "an event route", []string{mod}, rows[0].Versions)
			m.hint = "--lenient starts anyway, and it never runs"
			c.complain(r.NamAt, "", m)
			c.waits(inventory.EventRoute, title, owners(rows), r.Pos)
			return
		}
	}
	of := "module " + strings.Join(mods, " or ") + ", which is not loaded"
	c.warnAt(r.NamAt, "unknown-event-route", title+" is raised by "+of+": it never runs", `add loadmodule "`+mods[0]+`.so"`)
	c.opt.Uses.Add(inventory.Entry{
		Kind: inventory.EventRoute, Name: title, Class: inventory.Accepted, Modules: mods,
		Why: "it never runs in Kamailio either: it is raised by " + of,
	}, r.Pos)
}

// armedBy is the module that runs the route blocks of a kind, where that is
// not the core.
var armedBy = map[string]string{"onreply_route": "tm", "failure_route": "tm", "branch_route": "tm"}

// routeKind notes a route block that is no event route by its kind.
func (c *compiler) routeKind(kind string, r *ast.Route) {
	if c.opt.Uses == nil || kind == "event_route" {
		return
	}
	e := inventory.Entry{Kind: inventory.Route, Name: kind, Class: inventory.Runs}
	if kind == "route" || armedBy[kind] != "" {
		e.Name += "[…]"
	}
	if mod := armedBy[kind]; mod != "" {
		e.Modules = []string{mod}
		switch _, loaded := c.env.Module(mod); {
		case loaded:
		case c.env.missing[mod]:
			e.Class, e.Versions = inventory.NotRun, "5.6, 6.1"
		default:
			e.Class, e.Why = inventory.Accepted, "it never runs in Kamailio either: module "+mod+" is not loaded"
		}
	}
	c.opt.Uses.Add(e, r.Pos)
}
