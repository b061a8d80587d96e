package app

import (
	"io"
	"os"
	"time"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/parse"
	"olelo/lang/source"
	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/msrp"
	"olelo/runtime/transport"
)

// parseFile reads the configuration; "-" is standard input.
func parseFile(o *Options) (*ast.File, *source.Set, *diag.List) {
	po := parse.Options{
		File:     o.File,
		Dialect6: o.Dialect == Dialect6, MaxErrors: o.MaxErrors,
		ReadFile: func(name string) ([]byte, error) {
			if name == "-" {
				return io.ReadAll(os.Stdin)
			}
			return os.ReadFile(name)
		},
	}
	for _, d := range o.Defines {
		if d.HasValue {
			d.ID += "=" + d.Value
		}
		po.Defines = append(po.Defines, d.ID)
	}
	for _, s := range o.Substs {
		po.Substs = append(po.Substs, lex.Subst{Directive: s.Directive, Rule: s.Text})
	}
	file, set, diags := parse.Load(po)
	diags.Lenient, diags.ParserOnly = o.Lenient, o.ParserOnly
	return file, set, diags
}

// newLog makes the log that the configuration asks for.
func newLog(o *Options, p *core.Params, pid int, diags *diag.List) *log.Logger {
	c := log.Config{Format: o.LogFormat, Color: p.LogColor, Name: p.LogName, Facility: p.LogFacility}
	if p.LogStderr {
		c.Writer = o.Stderr
	}
	l, err := log.New(c, 0, pid)
	if err != nil {
		diags.Add(diag.Diagnostic{
			Severity: diag.Warning, Code: "no-syslog", Msg: "the log cannot be written: " + err.Error(),
			Hint: "log_stderror=yes, or -E on the command line, writes it to standard error",
		})
	}
	l.SetLevel(log.Level(p.Debug))
	return l
}

// The optional parts of modules that set the transport up.
type (
	frameLimiter interface {
		FrameLimits() msrp.Limits
		StreamFrom() int
	}
	tlsSource interface {
		TLSConfigs() transport.TLSConfigs
		IdleTimeout() time.Duration
	}
)

// transportConfig is the transport as the parameters and modules want it.
func (s *server) transportConfig() transport.Config {
	c := s.params.Transport()
	c.Sockets = s.sockets
	c.MSRP = s.frames != nil
	c.Counters = &s.stats.tcp
	c.TellQuiet = s.tested()
	c.Log = func(level int, line string) { s.log.Log(log.Level(level), log.Core, line) }
	for _, m := range s.modules {
		if l, ok := m.it.(frameLimiter); ok {
			c.MSRPLimits, c.StreamAt = l.FrameLimits(), l.StreamFrom()
		}
		if t, ok := m.it.(tlsSource); ok {
			c.TLS, c.TLSIdle = t.TLSConfigs(), t.IdleTimeout()
		}
	}
	if s.prog.Whole != nil {
		c.StreamAt = -1
	}
	return c
}

// dropTLS gives up the TLS sockets where no module provides TLS, as Kamailio
// does.
func (s *server) dropTLS(diags *diag.List) {
	for _, m := range s.modules {
		if _, ok := m.it.(tlsSource); ok {
			return
		}
	}
	if s.env.IsMissing("tls") || !s.params.DropTLS() {
		return
	}
	diags.Add(diag.Diagnostic{
		Severity: diag.Warning, Code: "no-tls", Msg: "no TLS socket is opened: module tls is not loaded",
		Hint: `add loadmodule "tls.so" and its certificate, or remove enable_tls`,
	})
}
