package xlog

import (
	"fmt"
	"path/filepath"
	"strconv"
	"strings"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// line is one call site's text.
type line struct {
	m      *Module
	text   *registry.Format
	place  string           // "12:" or "file:12:" before the text
	prefix *registry.Format // nil: the module's prefix as it is
}

// write writes the text at level. It always gives 1: a script does not depend
// on what is logged.
func (l *line) write(c *registry.Ctx, level log.Level, f log.Facility) int {
	if !c.Log.EnabledFor("xlog", level) {
		return 1
	}
	prefix := l.m.prefix
	if l.prefix != nil {
		prefix = l.prefix.Text(c)
	}
	text := l.text.Text(c)
	if l.place != "" {
		text = c.Arena.Concat(l.place, text)
	}
	c.Log.Raw(level, f, prefix, text)
	return 1
}

// line binds a call site's text.
func (m *Module) line(fx registry.Fixup, text registry.Arg, place bool) (*line, error) {
	l := &line{m: m}
	var err error
	if l.text, err = fx.Format(text.Text); err != nil {
		return nil, err
	}
	if m.prefixMode == 1 {
		if l.prefix, err = fx.Format(m.prefix); err != nil {
			return nil, fmt.Errorf("the xlog prefix %q: %w", m.prefix, err)
		}
	}
	if place {
		l.place = strconv.Itoa(fx.Pos().Line) + ":"
		if m.longFormat == 1 {
			file := fx.Pos().Filename
			if abs, err := filepath.Abs(file); err == nil {
				file = abs
			}
			l.place = file + ":" + l.place
		}
	}
	return l, nil
}

var textParam = registry.ParamInfo{Name: "text", Kind: "text"}

// fixed is a function that writes at one level.
func (m *Module) fixed(name string, level log.Level, place bool, doc string) registry.Func {
	return registry.Func{
		Name: name, Params: []registry.ParamInfo{textParam}, Routes: registry.Any, Doc: doc,
		Logs: func([]registry.Arg) (log.Level, bool) { return level, true },
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			l, err := m.line(fx, args[0], place)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx) int { return l.write(c, level, m.facility) }, nil
		},
	}
}

// leveled is a function whose first parameter is the level.
func (m *Module) leveled(name string, place bool, doc string) registry.Func {
	return registry.Func{
		Name: name, Routes: registry.Any, Doc: doc,
		Params: []registry.ParamInfo{{Name: "level", Kind: "word"}, textParam},
		Logs:   func(args []registry.Arg) (log.Level, bool) { return letterLevel(args[0].Text) },
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			return m.bindLeveled(fx, args[0], args[1], 0, place)
		},
	}
}

// faced is a function whose first parameters are the facility and the level.
func (m *Module) faced(name string, place bool, doc string) registry.Func {
	return registry.Func{
		Name: name, Routes: registry.Any, Doc: doc,
		Params: []registry.ParamInfo{{Name: "facility", Kind: "word"}, {Name: "level", Kind: "word"}, textParam},
		Logs:   func(args []registry.Arg) (log.Level, bool) { return letterLevel(args[1].Text) },
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			f, ok := log.ParseFacility(args[0].Text)
			if !ok {
				return nil, fmt.Errorf("%q is no syslog facility: LOG_LOCAL0 to LOG_LOCAL7, LOG_DAEMON, LOG_USER …", args[0].Text)
			}
			return m.bindLeveled(fx, args[1], args[2], f, place)
		},
	}
}

func (m *Module) bindLeveled(fx registry.Fixup, level, text registry.Arg, f log.Facility, place bool) (registry.Call, error) {
	l, err := m.line(fx, text, place)
	if err != nil {
		return nil, err
	}
	facility := func() log.Facility {
		if f != 0 {
			return f
		}
		return m.facility
	}
	if !strings.HasPrefix(level.Text, "$") {
		at, ok := letterLevel(level.Text)
		if !ok {
			return nil, fmt.Errorf("%q is no log level: L_ALERT, L_BUG, L_CRIT, L_ERR, L_WARN, L_NOTICE, L_INFO or L_DBG", level.Text)
		}
		return func(c *registry.Ctx) int { return l.write(c, at, facility()) }, nil
	}
	v, err := fx.Var(level.Text)
	if err != nil {
		return nil, err
	}
	get := v.Get
	where := fmt.Sprintf("%s:%d", fx.Pos().Filename, fx.Pos().Line)
	return func(c *registry.Ctx) int {
		vals := c.Borrow(1)
		get(c, &vals[0])
		n := vals[0]
		c.Return(vals)
		if !n.IsInt() {
			c.Log.Errorf("xlog", "%s: the level %s holds no number", where, level.Text)
			return -1
		}
		return l.write(c, log.Level(n.I), facility())
	}, nil
}

// letterLevel reads a level's name: its third letter counts, and CRIT2. A variable
// has none.
func letterLevel(s string) (log.Level, bool) {
	if len(s) < 3 || s[0] == '$' {
		return 0, false
	}
	switch s[2] {
	case 'A':
		return log.Alert, true
	case 'B':
		return log.Bug, true
	case 'C':
		if len(s) > 6 && s[6] == '2' {
			return log.Crit2, true
		}
		return log.Crit, true
	case 'E':
		return log.Err, true
	case 'W':
		return log.Warn, true
	case 'N':
		return log.Notice, true
	case 'I':
		return log.Info, true
	case 'D':
		return log.Debug, true
	}
	return 0, false
}

// method is xlogm, which leaves out the methods of methods_filter.
func (m *Module) method() registry.Func {
	return registry.Func{
		Name: "xlogm", Routes: registry.Any,
		Doc:    "Writes the text at a level, unless the method of the SIP message ($rmid) is in methods_filter.",
		Params: []registry.ParamInfo{{Name: "level", Kind: "word"}, textParam},
		Logs:   func(args []registry.Arg) (log.Level, bool) { return letterLevel(args[0].Text) },
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			write, err := m.bindLeveled(fx, args[0], args[1], 0, false)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx) int {
				if c.Msg != nil {
					if _, id := c.Msg.RoutedMethod(); m.filter.Load()&id != 0 {
						return 1
					}
				}
				return write(c)
			}, nil
		},
	}
}
