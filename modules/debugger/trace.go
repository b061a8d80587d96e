package debugger

import (
	"fmt"
	"path/filepath"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// kinds are Kamailio's numbers and names of actions, where those are not a
// module's function.
var kinds = map[string]struct {
	number int
	name   string
}{
	"forward": {1, ""}, "return": {2, ""}, "exit": {2, ""}, "drop": {2, ""}, "break": {2, "exit"}, "log": {3, ""},
	"error": {4, ""}, "route": {5, ""}, "exec": {6, ""},
	"rewritehost": {7, "sethost"}, "sethost": {7, ""}, "rewritehostport": {8, "sethostport"}, "sethostport": {8, ""},
	"rewriteuser": {9, "setuser"}, "setuser": {9, ""}, "rewriteuserpass": {10, "setuserpass"}, "setuserpass": {10, ""},
	"rewriteport": {11, "setport"}, "setport": {11, ""}, "rewriteuri": {12, "seturi"}, "seturi": {12, ""},
	"rewritehostporttrans": {13, "sethostporttrans"}, "sethostporttrans": {13, ""}, "userphone": {15, "setuserphone"},
	"if": {16, ""}, "switch": {21, ""}, "case": {22, ""}, "while": {23, ""},
	"setflag": {39, ""}, "resetflag": {40, ""}, "isflagset": {41, ""},
	"prefix": {44, ""}, "strip": {45, ""}, "strip_tail": {46, "striptail"}, "remove_branch": {48, "unknown"},
	"clear_branches": {49, "unknown"}, "revert_uri": {50, "reverturi"},
	"forward_tcp": {51, ""}, "forward_udp": {52, ""}, "force_rport": {55, ""}, "add_rport": {55, "force_rport"},
	"add_local_rport": {56, ""}, "set_advertised_address": {57, "set_adv_addr"}, "set_advertised_port": {58, "set_adv_port"},
	"force_tcp_alias": {59, ""}, "add_tcp_alias": {59, "force_tcp_alias"}, "force_send_socket": {62, ""}, "assign": {63, ""},
	"udp_mtu_try_proto": {65, ""}, "set_forward_no_connect": {66, "set_fwd_no_connect"},
	"set_reply_no_connect": {67, "set_rpl_no_connect"}, "set_forward_close": {68, "set_fwd_close"},
	"set_reply_close": {69, "set_rpl_close"},
}

// firstOfModule is the number of a module's function without parameters; each
// parameter adds one.
const firstOfModule = 24

// edits are the actions that Kamailio runs when one of these is assigned.
var edits = map[string]string{"ru": "seturi", "rU": "setuser", "rd": "sethost", "rp": "setport"}

// action is an action as it is told of.
type action struct {
	route  string // in [ ]
	file   string
	line   int
	number int
	name   string
}

func (m *Module) newAction(a registry.Action) action {
	x := action{route: a.Route, file: a.File, line: a.Line, number: firstOfModule + a.Params, name: a.Name}
	if k, ok := kinds[a.Name]; ok {
		x.number = k.number
		if k.name != "" {
			x.name = k.name
		}
	}
	if abs, err := filepath.Abs(a.File); err == nil && a.File != "" && a.File == m.file { // others are told as they were included
		x.file = abs
	}
	if x.route == "" {
		switch a.Kind {
		case "request_route":
			x.route = "DEFAULT_ROUTE"
		case "reply_route":
			x.route = "DEFAULT_ONREPLY"
		case "onsend_route":
			x.route = "DEFAULT_SEND"
		}
	}
	return x
}

// String is the part that a trace and a breakpoint share.
func (a *action) String() string { return fmt.Sprintf("a=%d n=%s", a.number, a.name) }

// text is a line of the trace, but for the kind of route that runs.
func (a *action) text(short bool) string {
	if short {
		return fmt.Sprintf("=[%s] l=%d %s\n", a.route, a.line, a)
	}
	return fmt.Sprintf("=[%s] c=[%s] l=%d %s\n", a.route, a.file, a.line, a)
}

// kindOf names the kind of route that runs: it need not be the block's own.
func kindOf(kind registry.Mask) string {
	switch {
	case kind&registry.Reply != 0:
		return "onreply_route"
	case kind&registry.Failure != 0:
		return "failure_route"
	case kind&registry.Branch != 0:
		return "branch_route"
	case kind&registry.OnSend != 0:
		return "onsend_route"
	}
	return "request_route"
}

// Trace returns what runs before an action.
func (m *Module) Trace(of registry.Action) func(*registry.Ctx) {
	a := m.newAction(of)
	text := a.text(m.short != 0)
	return func(c *registry.Ctx) {
		if m.busy.Load() > 0 {
			m.reached(c, &a, text)
		}
	}
}

// reached is behind the look whether there is anything to do.
func (m *Module) reached(c *registry.Ctx, a *action, text string) {
	w := m.of(c)
	if w == nil {
		return
	}
	flags := w.flags.Load()
	if flags&breaks != 0 && a.file != "" {
		m.stop(c, w, a)
	}
	if flags&traces != 0 && c.Log.EnabledFor(name, log.Level(m.level)) {
		c.Log.Labelled(log.Level(m.level), m.facility, m.word(), m.prefix, "dbg_cfg_trace(): "+kindOf(c.Route)+text)
	}
}

// word is what stands in the place of the level.
func (m *Module) word() string {
	if m.label != "" {
		return m.label
	}
	return log.Level(m.level).String()
}

// TraceSet logs what an assigned variable holds.
func (m *Module) TraceSet(text string, v registry.Var) func(*registry.Ctx) {
	if m.logAssign == 0 {
		return nil
	}
	return func(c *registry.Ctx) {
		if c.Log.EnabledFor(name, log.Debug) {
			t := c.Borrow(1)
			v.Get(c, &t[0])
			c.Log.Log(log.Debug, name, text+":"+assigned(&t[0]))
			c.Return(t)
		}
	}
}

func assigned(v *value.Value) string {
	switch {
	case v.IsNull():
		return " $null"
	case v.IsInt():
		return fmt.Sprint(v.I)
	}
	return `"` + v.S + `"`
}

// TraceEdit tells of the action that an assignment to a part of the request URI is.
func (m *Module) TraceEdit(text string, set registry.Setter) registry.Setter {
	class := strings.Trim(text, "$()")
	if edits[class] == "" {
		return set
	}
	probe := m.Trace(registry.Action{Name: edits[class]})
	empty := class == "rU" || class == "rp" // may be made so
	return func(c *registry.Ctx, v *value.Value) bool {
		if v.IsStr() || class == "rp" || v.IsNull() && empty {
			probe(c)
		}
		return set(c, v)
	}
}
