// Package xlog is Kamailio's xlog module: the script's own log lines.
package xlog

import (
	"fmt"
	"math"
	"strings"
	"sync/atomic"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Module is one configuration's xlog module.
type Module struct {
	prefix     string
	prefixMode int
	facility   log.Facility
	longFormat int
	filter     atomic.Int64 // bits of the methods that xlogm leaves out
	forceColor int
	bufSize    int
	colors     map[log.Level]log.Color
}

var (
	_ registry.Module        = (*Module)(nil)
	_ registry.Provisioner   = (*Module)(nil)
	_ registry.SettingSource = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	m := &Module{prefix: log.Script + ": ", colors: map[log.Level]log.Color{}}
	m.filter.Store(-1)
	return m
}

// Provision gives the server's log the levels' colours.
func (m *Module) Provision(h registry.Host) error {
	if len(m.colors) > 0 {
		h.Log().SetColors(m.colors)
	}
	return nil
}

// Exports returns the module's tables.
func (m *Module) Exports() registry.Exports {
	x := registry.Exports{
		Doc:    "The script's own log lines. A line that debug= suppresses costs one comparison: its text is not evaluated.",
		Params: m.params(),
		Differs: []registry.Difference{
			{Of: "modparam buf_size", How: "texts have no size limit; Kamailio loses a longer one", Idle: true},
		},
		PVs: []registry.PV{{
			Name: "C", Bind: m.bindColor,
			Doc: "The escape sequence of a terminal colour, $C(fb): foreground and background, each of x (the terminal's) s r g y b p c w; a capital foreground is bright.",
		}},
	}
	for _, k := range fixed {
		x.Funcs = append(x.Funcs, m.fixed(k.name, k.level, false,
			"Writes the text at "+k.text+"."))
	}
	x.Funcs = append(
		x.Funcs,
		m.fixed("xlog", log.Err, false, "Writes the text at L_ERR."),
		m.leveled("xlog", false, "Writes the text at a level: L_ALERT, L_BUG, L_CRIT, L_ERR, L_WARN, L_NOTICE, L_INFO, L_DBG (the third letter counts), or a variable that holds its number, -5 to 3."),
		m.faced("xlog", false, "Writes the text at a level to a syslog facility: LOG_LOCAL0, LOG_DAEMON …"),
		m.fixed("xlogl", log.Err, true, "As xlog, with the line in the configuration before the text."),
		m.leveled("xlogl", true, "As xlog, with the line in the configuration before the text."),
		m.faced("xlogl", true, "As xlog, with the line in the configuration before the text."),
		m.fixed("xdbgl", log.Debug, true, "As xdbg, with the line in the configuration before the text."),
		m.method(),
	)
	return x
}

var fixed = []struct {
	name, text string
	level      log.Level
}{
	{"xalert", "L_ALERT", log.Alert},
	{"xbug", "L_BUG", log.Bug},
	{"xcrit", "L_CRIT", log.Crit},
	{"xerr", "L_ERR", log.Err},
	{"xwarn", "L_WARN", log.Warn},
	{"xnotice", "L_NOTICE", log.Notice},
	{"xinfo", "L_INFO", log.Info},
	{"xdbg", "L_DBG", log.Debug},
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.Str("prefix", &m.prefix, "What stands before each text. Default: \"<script>: \"."),
		registry.Int("prefix_mode", &m.prefixMode, "1 expands the variables in prefix for each line. Default 0."),
		registry.Int("long_format", &m.longFormat, "1 puts the file before the line number that xlogl and xdbgl write. Default 0."),
		{
			Name: "methods_filter", Type: registry.ParamInt, Doc: filterDoc + " Default -1: all.",
			Set: func(v registry.ParamValue) error {
				m.filter.Store(v.Int)
				return nil
			},
		},
		registry.Int("force_color", &m.forceColor, "1 gives $C(xy) its colour where the log goes to syslog too. Default 0."),
		registry.Int("buf_size", &m.bufSize, "Bytes that a text may have."),
		registry.StrFunc("log_facility", func(v registry.ParamValue) error {
			f, ok := log.ParseFacility(v.Str)
			if !ok {
				return fmt.Errorf("%q is no syslog facility: LOG_LOCAL0 to LOG_LOCAL7, LOG_DAEMON, LOG_USER …", v.Str)
			}
			m.facility = f
			return nil
		}, "The syslog facility of the script's lines. Default: the core's log_facility."),
		registry.StrFunc("log_colors", m.setColors, "Terminal colours of levels, with log_color on: \"L_ERR=cr;L_WARN=px\", foreground and background as in $C(xy)."),
	}
}

func (m *Module) setColors(v registry.ParamValue) error {
	for _, one := range strings.Split(v.Str, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		name, color, ok := strings.Cut(one, "=")
		level, known := log.ParseLevel(name)
		if !ok || !known {
			return fmt.Errorf("%q is not LEVEL=colours, such as L_ERR=rx", one)
		}
		c, err := log.ParseColor(color)
		if err != nil {
			return err
		}
		m.colors[level] = c
	}
	return nil
}

// bindColor is $C(xy): empty where the log goes to syslog, unless force_color.
func (m *Module) bindColor(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	c, err := log.ParseColor(r.Inner)
	if err != nil {
		return registry.Var{}, err
	}
	return registry.Var{Get: func(x *registry.Ctx, v *value.Value) {
		if m.forceColor == 0 && x.Log.Syslog() {
			v.SetStr("")
			return
		}
		v.SetStr(string(c))
	}}, nil
}

const filterDoc = "Bits of the methods ($rmid) for which xlogm writes nothing."

// Settings are what cfg.seti changes.
func (m *Module) Settings() []*registry.Setting {
	return []*registry.Setting{registry.IntSetting("xlog", "methods_filter", filterDoc, &m.filter, math.MinInt32, math.MaxInt32)}
}
