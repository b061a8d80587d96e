package check

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
)

// setters are tm's functions that name a route block for later, and the kind
// of that block. branchFailure is its prefix among the event routes.
var setters = map[string]string{
	"t_on_failure": "failure_route", "t_on_branch": "branch_route", "t_on_reply": "onreply_route",
	"t_on_branch_failure": branchFailure,
}

const branchFailure = "tm:branch-failure:"

// callers are functions beside route() that run a route block whose name they
// may compute while routing.
var callers = map[string]bool{
	"route_if_exists": true, "check_route_exists": true, "t_continue": true, "t_continue_skip_timer": true,
	"async_route": true, "async_ms_route": true, "async_task_route": true, "async_task_group_route": true,
	"http_async_query": true, "http_async_send": true, "http_async_send_xdata": true,
}

// node is a route block in the graph of who names whom.
type node struct {
	*block
	kind, name string // of a branch failure route: branchFailure, and its own part of the name
	names      []*node
	used       bool
	found      bool // told, or told of in a note
}

// graph is who names whom. A name in a text may be that of a block of any
// kind, for the many functions of modules that take one.
type graph struct {
	nodes  []*node
	of     map[*block]*node
	byName map[string][]*node
}

// routes warns of route blocks that nothing leads to from those that the server
// runs by itself, and of names that t_on_failure and the like give to none.
func (c *checker) routes() {
	g := c.graph()
	if c.loaded["tm"] { // that it is not is the mistake otherwise
		c.missingRoutes(g)
	}
	if c.script {
		return
	}
	for _, n := range g.nodes {
		switch {
		case n.used, n.name == "", n.name == "0", n.kind == "event_route", n.kind == branchFailure && !c.loaded["tm"]:
			n.use()
		}
	}
	for _, n := range g.nodes {
		if !n.used && c.elsewhere(n.name) {
			n.use()
		}
	}
	for _, n := range g.nodes {
		if !n.used && !n.found && !g.calledFromUnused(n) {
			c.unusedRoute(n)
		}
	}
	for _, n := range g.nodes { // those that call each other in a circle
		if !n.used && !n.found {
			c.unusedRoute(n)
		}
	}
}

// graph collects the blocks and what they name.
func (c *checker) graph() *graph {
	g := &graph{of: map[*block]*node{}, byName: map[string][]*node{}}
	for _, b := range c.blocks {
		n := &node{block: b, kind: b.kind, name: b.name}
		if own, ok := strings.CutPrefix(n.name, branchFailure); ok && n.kind == "event_route" {
			n.kind, n.name = branchFailure, own
		}
		g.nodes = append(g.nodes, n)
		g.of[b] = n
		g.byName[n.name] = append(g.byName[n.name], n)
	}
	for _, t := range c.texts {
		from := g.of[t.in]
		switch {
		case t.call != nil && t.call.Name == "route":
			g.call(from, t.Text)
		case t.call != nil && setters[t.call.Name] != "":
			g.name(from, setters[t.call.Name], t.Text)
		case t.call != nil && callers[t.call.Name]:
			g.name(from, "route", t.Text)
			fallthrough
		default:
			g.mention(from, t.Text)
		}
	}
	for _, n := range g.nodes {
		for _, body := range n.bodies {
			each(body, func(x any) {
				if call, ok := x.(*ast.Call); ok && call.Name == "route" && len(call.Args) == 1 {
					g.computed(n, call.Args[0])
				}
			})
		}
	}
	for _, s := range c.settings {
		for word := range strings.FieldsFuncSeq(s.Text, func(r rune) bool { return strings.ContainsRune(" \t\n;,=|", r) }) {
			for _, n := range g.byName[word] {
				n.used = true
			}
		}
	}
	return g
}

// call is route(name). A name that is nearly that of a block was meant to be
// it: the mistake is reported where it is, and not at the block again.
func (g *graph) call(from *node, name string) {
	if n := g.route(name); n != nil {
		from.names = append(from.names, n)
		return
	}
	var names []string
	for _, n := range g.nodes {
		if n.kind != "route" {
			continue
		}
		if strings.EqualFold(n.name, name) {
			from.names = append(from.names, n)
			return
		}
		names = append(names, n.name)
	}
	if near := diag.Nearest(name, names); near != "" {
		from.names = append(from.names, g.route(near))
	}
}

func (g *graph) route(name string) *node {
	for _, n := range g.byName[name] {
		if n.kind == "route" {
			return n
		}
	}
	return nil
}

// name is the name of a block of one kind, or only its start where the rest is
// computed while routing.
func (g *graph) name(from *node, kind, name string) {
	start, _, computed := strings.Cut(name, "$")
	for _, n := range g.nodes {
		if n.kind == kind && (n.name == name || computed && strings.HasPrefix(n.name, start)) {
			from.names = append(from.names, n)
		}
	}
}

// mention is a text that may name blocks: it is a name, or has one behind a =.
func (g *graph) mention(from *node, text string) {
	from.names = append(from.names, g.byName[text]...)
	for {
		i := strings.IndexByte(text, '=')
		if i < 0 {
			return
		}
		text = text[i+1:]
		end := 0
		for end < len(text) && isName(text[end]) {
			end++
		}
		from.names = append(from.names, g.byName[text[:end]]...)
	}
}

// computed is route() with an expression: any block whose name starts as the
// expression does.
func (g *graph) computed(from *node, e ast.Expr) {
	switch x := e.(type) {
	case *ast.Lit:
	case *ast.Ident:
		g.call(from, x.Name)
	case *ast.Binary:
		for y, ok := x, true; ok; y, ok = y.X.(*ast.Binary) {
			if l, isLit := y.X.(*ast.Lit); isLit && y.Op == "+" {
				g.name(from, "route", l.Text+"$")
				return
			}
		}
		g.name(from, "route", "$")
	default:
		g.name(from, "route", "$")
	}
}

// use marks n and all that it leads to.
func (n *node) use() {
	n.used, n.found = true, true
	for _, m := range n.names {
		if !m.found {
			m.use()
		}
	}
}

func (g *graph) calledFromUnused(n *node) bool {
	for _, m := range g.nodes {
		if m != n && !m.used {
			for _, x := range m.names {
				if x == n {
					return true
				}
			}
		}
	}
	return false
}

// missingRoutes warns of names that lead to no block. Kamailio warns when it
// starts, and goes on as if nothing were set.
func (c *checker) missingRoutes(g *graph) {
	said := map[string]bool{}
	for _, t := range c.texts {
		if t.call == nil || setters[t.call.Name] == "" || said[t.call.Name+t.Text] || t.n != 0 || t.Text == "" || t.Text == "0" || strings.Contains(t.Text, "$") {
			continue
		}
		kind := setters[t.call.Name]
		var names []string
		there := false
		for _, n := range g.nodes {
			if n.kind == kind {
				names = append(names, n.name)
				there = there || n.name == t.Text
			}
		}
		said[t.call.Name+t.Text] = true
		if there || c.elsewhereDefined(t.Text) {
			continue
		}
		// What was probably meant is not reported as unused, too.
		hint := ""
		if near := diag.Nearest(t.Text, names); near != "" {
			hint = "did you mean " + near + "?"
			for _, n := range g.byName[near] {
				n.used = n.used || n.kind == kind
			}
		} else if other := g.byName[t.Text]; len(other) > 0 {
			hint = title(other[0].kind, t.Text) + " is there: is it to be " + title(kind, t.Text) + "?"
			other[0].used = true
		}
		c.warn(t.Range, "missing-route", "there is no "+title(kind, t.Text)+": "+t.call.Name+"() has no effect", hint)
	}
}

// elsewhereDefined reports whether an #!ifdef branch that was not read has a
// block of that name.
func (c *checker) elsewhereDefined(name string) bool {
	for _, quote := range []string{"", `"`, "'"} {
		if strings.Contains(c.skipped, "["+quote+name+quote+"]") {
			return true
		}
	}
	return false
}

func title(kind, name string) string {
	if kind == branchFailure {
		return "event_route[" + branchFailure + name + "]"
	}
	return kind + "[" + name + "]"
}

// unusedRoute warns of n, and notes the blocks that only it leads to.
func (c *checker) unusedRoute(n *node) {
	msg, hint := "nothing sets "+title(n.kind, n.name)+": it never runs", ""
	for f, kind := range setters {
		if kind == n.kind {
			hint = f + `("` + n.name + `") sets it`
		}
	}
	if n.kind == "route" {
		msg = "nothing calls " + title(n.kind, n.name) + ": it never runs"
	}
	d := c.warn(n.NamAt, "unused-route", msg, hint)
	n.found = true
	var note func(*node)
	note = func(n *node) {
		for _, m := range n.names {
			if !m.found {
				m.found = true
				d.Notes = append(d.Notes, diag.Note{Pos: m.NamAt.Pos, Msg: title(m.kind, m.name) + ", which only it leads to, never runs either"})
				note(m)
			}
		}
	}
	note(n)
}
