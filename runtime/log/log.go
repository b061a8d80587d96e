// Package log writes what the server and its scripts say, in Kamailio's form
// or as JSON, to standard error or syslog.
//
// A line in Kamailio's form is
//
//	rank(pid) LEVEL: {log_prefix}module: text
//
// with the rank padded to two columns; syslog gets it from LEVEL on.
package log

import (
	"fmt"
	"strconv"
	"sync"
	"sync/atomic"
)

// Core is the prefix of the server's own lines, Script of the config's.
const (
	Core   = "<core>"
	Script = "<script>"
)

// Logger is the server's log, shared by all workers; With gives a worker's
// view of it, which puts the worker's rank and $pp before each line. The nil
// and the zero Logger write nothing.
type Logger struct {
	out  *output
	rank int
	pid  int
	head string // " 0(4711) "

	// The text of log_prefix for the message being handled. Only a worker's
	// view has one, and only that worker touches it.
	prefix     []byte
	prefixFunc func() string

	own    Level // this view's threshold, where hasOwn
	hasOwn bool
}

// output is what all views of a log share.
type output struct {
	threshold atomic.Int32
	dest      atomic.Pointer[dest]
	lost      atomic.Uint64

	mu      sync.Mutex              // for changes of what follows and of threshold
	modules atomic.Pointer[Modules] // nil: all are alike
	gate    atomic.Int32            // the threshold, or a module's that lets more pass
}

// New returns a log, with its threshold at Warn (Kamailio's debug=0), and the
// rank and process id that its own lines carry (0 and os.Getpid for a server).
// A Config that cannot be used is an error; see Configure.
func New(c Config, rank, pid int) (*Logger, error) {
	l := (&Logger{out: &output{}}).With(rank, pid)
	return l, l.Configure(c)
}

// With returns a view whose lines carry rank and pid. It has no log prefix
// until SetPrefix.
func (l *Logger) With(rank, pid int) *Logger {
	if l == nil || l.out == nil {
		return &Logger{rank: rank, pid: pid}
	}
	// Kamailio's %2d(%d): the rank takes at least two columns.
	head := strconv.Itoa(rank) + "(" + strconv.Itoa(pid) + ") "
	if rank >= 0 && rank < 10 {
		head = " " + head
	}
	return &Logger{out: l.out, rank: rank, pid: pid, head: head}
}

// SetLevel sets the threshold for all views: debug=.
func (l *Logger) SetLevel(level Level) {
	if l != nil && l.out != nil {
		l.out.mu.Lock()
		defer l.out.mu.Unlock()
		l.out.threshold.Store(int32(level))
		l.out.setGate()
	}
}

// SetOwnLevel gives this view a threshold of its own: setdebug. Only the
// view's worker calls it.
func (l *Logger) SetOwnLevel(level Level) { l.own, l.hasOwn = level, true }

// ResetOwnLevel ends what SetOwnLevel began: resetdebug.
func (l *Logger) ResetOwnLevel() { l.hasOwn = false }

// Level is the threshold.
func (l *Logger) Level() Level {
	switch {
	case l == nil || l.out == nil:
		return Alert - 1
	case l.hasOwn:
		return l.own
	}
	return Level(l.out.threshold.Load())
}

// Enabled reports whether lines at level may be written; only a module's own
// level (SetModules) may still hold one back. It costs one atomic load: ask before
// evaluating what a line would say.
func (l *Logger) Enabled(level Level) bool {
	switch {
	case l == nil || l.out == nil:
		return false
	case l.hasOwn:
		return level <= l.own || level <= l.out.modules.Load().most()
	}
	return int32(level) <= l.out.gate.Load()
}

// Lost counts the lines that could not be written since the start.
func (l *Logger) Lost() uint64 {
	if l == nil || l.out == nil {
		return 0
	}
	return l.out.lost.Load()
}

// SetPrefix sets the text that every line of this view carries from now on:
// log_prefix, evaluated for a message. It copies text; "" ends it.
func (l *Logger) SetPrefix(text string) {
	l.prefix = append(l.prefix[:0], text...)
	l.prefixFunc = nil
}

// SetPrefixFunc makes each line that is really written ask f for its prefix:
// log_prefix_mode=1. nil ends it. f may itself log; such a line has no prefix.
func (l *Logger) SetPrefixFunc(f func() string) {
	l.prefix = l.prefix[:0]
	l.prefixFunc = f
}

// Log writes "prefix: text" at level, as one line.
func (l *Logger) Log(level Level, prefix, text string) {
	if l.EnabledFor(moduleOf(prefix), level) {
		l.write(level, l.facility(moduleOf(prefix), 0), prefix, ": ", text)
	}
}

// Raw writes prefix and text as they are, without a colon between, at level
// and to a facility (0 for the log's own): what module xlog needs.
func (l *Logger) Raw(level Level, f Facility, prefix, text string) {
	if l.EnabledFor(xlog, level) {
		l.write(level, l.facility(xlog, f), prefix, "", text)
	}
}

// Errorf writes at L_ERR. prefix is Core, Script or a module's name.
func (l *Logger) Errorf(prefix, format string, args ...any) {
	l.printf(Err, prefix, format, args)
}

// Warnf writes at L_WARN.
func (l *Logger) Warnf(prefix, format string, args ...any) {
	l.printf(Warn, prefix, format, args)
}

// Noticef writes at L_NOTICE.
func (l *Logger) Noticef(prefix, format string, args ...any) {
	l.printf(Notice, prefix, format, args)
}

// Infof writes at L_INFO.
func (l *Logger) Infof(prefix, format string, args ...any) {
	l.printf(Info, prefix, format, args)
}

// Debugf writes at L_DBG. While routing, ask Enabled first: the caller's
// arguments may be allocated before the threshold is looked at.
func (l *Logger) Debugf(prefix, format string, args ...any) {
	l.printf(Debug, prefix, format, args)
}

func (l *Logger) printf(level Level, prefix, format string, args []any) {
	if l.EnabledFor(moduleOf(prefix), level) {
		l.write(level, l.facility(moduleOf(prefix), 0), prefix, ": ", fmt.Sprintf(format, args...))
	}
}

// Labelled writes prefix and text as they are, at level and to a facility (0 for
// the log's own), with a word of its own in place of the level's: what module
// debugger needs, whose levels it obeys.
func (l *Logger) Labelled(level Level, f Facility, label, prefix, text string) {
	if l.EnabledFor(debugger, level) {
		l.line(level, l.facility(debugger, f), label, prefix, "", text)
	}
}

func (l *Logger) write(level Level, f Facility, prefix, sep, text string) {
	l.line(level, f, level.String(), prefix, sep, text)
}

func (l *Logger) line(level Level, f Facility, label, prefix, sep, text string) {
	d := l.out.dest.Load()
	if d == nil {
		return
	}
	r := record{level: level.clamp(), label: label, facility: f, view: l, module: prefix, sep: sep, text: text}
	if g := l.prefixFunc; g != nil {
		l.prefixFunc = nil
		r.prefix = []byte(g())
		l.prefixFunc = g
	} else {
		r.prefix = l.prefix
	}
	if err := d.write(&r); err != nil {
		l.out.lost.Add(1)
	}
}

// ToWriter reports whether the lines go to a Writer, and not to syslog.
func (l *Logger) ToWriter() bool {
	if l == nil || l.out == nil {
		return false
	}
	d := l.out.dest.Load()
	return d != nil && d.syslog == nil
}
