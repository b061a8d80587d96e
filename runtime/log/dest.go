package log

import (
	"context"
	"errors"
	"fmt"
	"io"
	"log/slog"
	"strconv"
	"strings"
	"sync"
	"time"
)

// Format is the form of a line.
type Format uint8

// The formats: Kamailio's lines, or one JSON object a line.
const (
	Text Format = iota
	JSON
)

// ParseFormat reads "text" or "json".
func ParseFormat(s string) (Format, error) {
	switch s {
	case "text", "":
		return Text, nil
	case "json":
		return JSON, nil
	}
	return 0, fmt.Errorf("log format %q: text or json", s)
}

// Config says where the lines go and how they look.
type Config struct {
	// Writer takes the lines, each in one Write; nil sends them to syslog.
	Writer io.Writer
	Format Format
	// Color gives each level's colour to lines of the Text format on Writer
	// (Kamailio's -e, log_color).
	Color bool
	// Colors replace single levels' colours.
	Colors map[Level]Color
	// Name is the program's name in syslog lines (log_name); "" is olelo.
	Name string
	// Facility is syslog's; 0 is FacilityDaemon.
	Facility Facility
	// SyslogPath is syslog's socket; "" tries /dev/log, /var/run/syslog and
	// /var/run/log.
	SyslogPath string
}

// Configure changes where the lines of all views go. Lines written meanwhile
// go to the one or the other. Where syslog cannot be reached it is an error
// which the caller should show; the lines are tried at syslog all the same,
// and counted in Lost while it does not answer.
func (l *Logger) Configure(c Config) error {
	if l == nil || l.out == nil {
		return errors.New("this log has no output")
	}
	if c.Name == "" {
		c.Name = "olelo"
	}
	if c.Facility == 0 {
		c.Facility = FacilityDaemon
	}
	d := &dest{Config: c, color: levelColors}
	for level, col := range c.Colors {
		d.color[level.clamp()-Alert] = col
	}
	var err error
	if c.Writer == nil {
		d.syslog = &syslogSocket{path: c.SyslogPath}
		err = d.syslog.dial()
	} else if c.Format == JSON {
		d.json = slog.NewJSONHandler(c.Writer, &slog.HandlerOptions{Level: slog.Level(-128), ReplaceAttr: levelWord})
	}
	if old := l.out.dest.Swap(d); old != nil && old.syslog != nil {
		old.mu.Lock()
		defer old.mu.Unlock()
		old.syslog.close()
	}
	return err
}

// dest is one configured destination; immutable but for the socket's state.
type dest struct {
	Config
	color  [nLevels]Color
	json   slog.Handler // JSON on Writer
	syslog *syslogSocket
	mu     sync.Mutex // one Write at a time
}

type record struct {
	level     Level
	label     string // the level's word
	facility  Facility
	view      *Logger
	prefix    []byte // log_prefix
	module    string // with sep, what stands before the text
	sep, text string
}

var buffers = sync.Pool{New: func() any { b := make([]byte, 0, 512); return &b }}

const keepBuffer = 64 << 10 // a longer line's buffer is given back

func (d *dest) write(r *record) error {
	if d.json != nil {
		return d.json.Handle(context.Background(), r.slog())
	}
	p := buffers.Get().(*[]byte)
	b := (*p)[:0]
	var err error
	if d.syslog != nil {
		b, err = d.writeSyslog(b, r)
	} else {
		b = d.appendLine(b, r)
		d.mu.Lock()
		_, err = d.Writer.Write(b)
		d.mu.Unlock()
	}
	if cap(b) <= keepBuffer {
		*p = b
		buffers.Put(p)
	}
	return err
}

// appendLine gives the line for standard error. Kamailio writes no newline
// where a script's text has none, and the next line then hides behind it;
// here every line ends.
func (d *dest) appendLine(b []byte, r *record) []byte {
	if d.Color {
		b = append(b, d.color[r.level-Alert]...)
	}
	b = append(b, r.view.head...)
	b = r.appendBody(b)
	if len(b) == 0 || b[len(b)-1] != '\n' {
		b = append(b, '\n')
	}
	if d.Color {
		b = append(b, NoColor...)
	}
	return b
}

// appendBody gives the part that standard error and syslog share.
func (r *record) appendBody(b []byte) []byte {
	b = append(b, r.label...)
	b = append(b, ": "...)
	b = append(b, r.prefix...)
	b = append(b, r.module...)
	b = append(b, r.sep...)
	return append(b, r.text...)
}

func (d *dest) writeSyslog(b []byte, r *record) ([]byte, error) {
	f := r.facility
	if f == 0 {
		f = d.Facility
	}
	b = append(b, '<')
	b = strconv.AppendInt(b, int64(f.code()|severities[r.level-Alert]), 10)
	b = append(b, '>')
	b = time.Now().AppendFormat(b, time.Stamp)
	b = append(b, ' ')
	b = append(b, d.Name...)
	b = append(b, '[')
	b = strconv.AppendInt(b, int64(r.view.pid), 10)
	b = append(b, "]: "...)
	if d.Format == JSON {
		w := sliceWriter{b}
		h := slog.NewJSONHandler(&w, &slog.HandlerOptions{Level: slog.Level(-128), ReplaceAttr: levelWord})
		_ = h.Handle(context.Background(), r.slog()) // a slice takes every write
		b = w.b
	} else {
		b = r.appendBody(b)
	}
	d.mu.Lock()
	defer d.mu.Unlock()
	return b, d.syslog.send(b)
}

type sliceWriter struct{ b []byte }

func (w *sliceWriter) Write(p []byte) (int, error) {
	w.b = append(w.b, p...)
	return len(p), nil
}

// slog gives the record for the JSON form: time, level, msg, rank, pid,
// module, and prefix where there is one. A script's last newline and the
// colon of its prefix are no part of the fields.
func (r *record) slog() slog.Record {
	rec := slog.NewRecord(time.Now(), slogLevels[r.level-Alert], strings.TrimRight(r.text, "\r\n"), 0)
	rec.AddAttrs(
		slog.Int("rank", r.view.rank),
		slog.Int("pid", r.view.pid),
		slog.String("module", strings.TrimRight(r.module, ": ")),
	)
	if len(r.prefix) > 0 {
		rec.AddAttrs(slog.String("prefix", string(r.prefix)))
	}
	return rec
}

// levelWord writes Kamailio's level words in place of slog's.
func levelWord(groups []string, a slog.Attr) slog.Attr {
	if a.Key != slog.LevelKey || len(groups) > 0 {
		return a
	}
	if v, ok := a.Value.Any().(slog.Level); ok {
		for i, s := range slogLevels {
			if s == v {
				return slog.String(a.Key, words[i])
			}
		}
	}
	return a
}

// SetColors replaces single levels' colours from now on.
func (l *Logger) SetColors(colors map[Level]Color) {
	old := l.out.dest.Load()
	d := &dest{Config: old.Config, color: old.color, json: old.json, syslog: old.syslog}
	for level, c := range colors {
		d.color[level.clamp()-Alert] = c
	}
	l.out.dest.Store(d)
}

// Syslog reports whether the lines go to syslog.
func (l *Logger) Syslog() bool {
	d := l.out.dest.Load()
	return d != nil && d.syslog != nil
}
