package debugger

import (
	"bytes"
	"fmt"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func (m *Module) funcs() []registry.Func {
	level, facility := registry.ParamInfo{Name: "level", Kind: "word"}, registry.ParamInfo{Name: "facility", Kind: "word"}
	list := []registry.Func{
		registry.Fn1("dbg_breakpoint", registry.Word("mode"), registry.Any, func(*registry.Ctx, string) int { return 1 },
			"A place for a breakpoint, which Kamailio 5.6 cannot be told of either: it is true."),
	}
	for _, params := range [][]registry.ParamInfo{nil, {level}, {level, facility}} {
		list = append(list, registry.Func{
			Name: "dbg_sip_msg", Params: params, Routes: registry.Request | registry.Reply, Bind: bindSIPMsg,
			Doc: "Logs the message as it would be sent now, and the changes made to it so far.",
		})
	}
	return list
}

func bindSIPMsg(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
	level, facility, ok := log.Debug, log.Facility(0), true
	if len(args) > 0 {
		if level, ok = log.ParseLevel(args[0].Text); !ok {
			return nil, fmt.Errorf("%q is no log level: L_ALERT, L_BUG, L_CRIT, L_ERR, L_WARN, L_NOTICE, L_INFO or L_DBG", args[0].Text)
		}
	}
	if len(args) > 1 {
		if facility, ok = log.ParseFacility(args[1].Text); !ok {
			return nil, fmt.Errorf("%q is no syslog facility: LOG_LOCAL0 to LOG_LOCAL7, LOG_DAEMON, LOG_USER …", args[1].Text)
		}
	}
	line := fx.Pos().Line
	return func(c *registry.Ctx) int {
		if c.Log.EnabledFor(name, level) {
			c.Log.Labelled(level, facility, level.String(), name+": ", described(c.Msg, line))
		}
		return 1
	}, nil
}

// described is a message as it would be sent, and what its edits take away (behind
// a -) and put in.
func described(m *sip.Message, line int) string {
	var b strings.Builder
	fmt.Fprintf(&b, "CONFIG LINE %d\n------------------------- START OF SIP message debug --------------------------\n", line)
	b.Write(m.AppendEdited(nil))
	b.WriteString("------------------------------ SIP header diffs -------------------------------\n")
	edits, raw := m.Edits(), m.Raw()
	body := len(raw)
	if i := bytes.Index(raw, []byte("\r\n\r\n")); i >= 0 {
		body = i + 4
	}
	diffs(&b, edits, raw, func(e *sip.Edit) bool { return e.At < body })
	b.WriteString("------------------------------- SIP body diffs --------------------------------\n")
	diffs(&b, edits, raw, func(e *sip.Edit) bool { return e.At >= body })
	b.WriteString("-------------------------- END OF SIP message debug ---------------------------\n")
	return b.String()
}

func diffs(b *strings.Builder, edits []sip.Edit, raw []byte, those func(*sip.Edit) bool) {
	for i := range edits {
		e := &edits[i]
		if !those(e) {
			continue
		}
		if e.N > 0 {
			gone := raw[e.At : e.At+e.N]
			b.WriteString("- ")
			b.Write(gone)
			if gone[len(gone)-1] != '\n' {
				b.WriteByte('\n')
			}
		}
		b.WriteString(e.Text)
	}
}
