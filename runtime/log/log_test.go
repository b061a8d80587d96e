package log_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"net"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"sync"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/log"
)

func newLog(t *testing.T, c log.Config, threshold log.Level) *log.Logger {
	t.Helper()
	l, err := log.New(c, 0, 4711)
	if err != nil {
		t.Fatal(err)
	}
	l.SetLevel(threshold)
	return l
}

// The wanted lines are those of Kamailio 5.6.3 with log_stderror=yes, but for
// level -2, for which it prints an empty word.
func TestTextLines(t *testing.T) {
	var b bytes.Buffer
	l := newLog(t, log.Config{Writer: &b}, 9)
	w := l.With(1, 17953)
	for level := log.Level(-6); level <= 4; level++ {
		w.Raw(level, 0, "<script>: ", fmt.Sprintf("L %d\n", level))
	}
	l.Infof(log.Core, "sockets: %d", 2)
	l.With(12, 9).Log(log.Err, "msrp", "text without newline")
	l.With(-1, 9).Warnf("tm", "timer")
	w.SetPrefix("{a OPTIONS 1} ")
	w.Noticef(log.Script, "prefixed")
	l.Noticef(log.Core, "not prefixed")
	w.SetPrefix("")
	w.Debugf(log.Script, "%s", "plain")
	w.Raw(log.Info, 0, "PFX", "two\nlines\n")
	want := strings.Join([]string{
		" 1(17953) ALERT: <script>: L -6",
		" 1(17953) ALERT: <script>: L -5",
		" 1(17953) BUG: <script>: L -4",
		" 1(17953) CRITICAL: <script>: L -3",
		" 1(17953) CRITICAL: <script>: L -2",
		" 1(17953) ERROR: <script>: L -1",
		" 1(17953) WARNING: <script>: L 0",
		" 1(17953) NOTICE: <script>: L 1",
		" 1(17953) INFO: <script>: L 2",
		" 1(17953) DEBUG: <script>: L 3",
		" 1(17953) DEBUG: <script>: L 4",
		" 0(4711) INFO: <core>: sockets: 2",
		"12(9) ERROR: msrp: text without newline",
		"-1(9) WARNING: tm: timer",
		" 1(17953) NOTICE: {a OPTIONS 1} <script>: prefixed",
		" 0(4711) NOTICE: <core>: not prefixed",
		" 1(17953) DEBUG: <script>: plain",
		" 1(17953) INFO: PFXtwo",
		"lines",
		"",
	}, "\n")
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

// As Kamailio's -e writes them.
func TestColors(t *testing.T) {
	var b bytes.Buffer
	rw, err := log.ParseColor("RW")
	if err == nil {
		t.Errorf("ParseColor(RW) = %q: a background has no bright form", rw)
	}
	px, err := log.ParseColor("px")
	if err != nil {
		t.Fatal(err)
	}
	l := newLog(t, log.Config{Writer: &b, Color: true, Colors: map[log.Level]log.Color{log.Notice: px}}, log.Debug)
	for _, level := range []log.Level{log.Alert, log.Bug, log.Crit, log.Err, log.Warn, log.Notice, log.Info, log.Debug} {
		l.Log(level, "m", "x")
	}
	want := "\x1b[1;31;49m 0(4711) ALERT: m: x\n\x1b[0;39;49m" +
		"\x1b[1;35;49m 0(4711) BUG: m: x\n\x1b[0;39;49m" +
		"\x1b[0;33;49m 0(4711) CRITICAL: m: x\n\x1b[0;39;49m" +
		"\x1b[0;31;49m 0(4711) ERROR: m: x\n\x1b[0;39;49m" +
		"\x1b[0;35;49m 0(4711) WARNING: m: x\n\x1b[0;39;49m" +
		"\x1b[0;35;49m 0(4711) NOTICE: m: x\n\x1b[0;39;49m" +
		"\x1b[0;36;49m 0(4711) INFO: m: x\n\x1b[0;39;49m" +
		"\x1b[0;39;49m 0(4711) DEBUG: m: x\n\x1b[0;39;49m"
	if d := cmp.Diff(want, b.String()); d != "" {
		t.Errorf("lines (-want +got):\n%s", d)
	}
}

// As $C(xy) of Kamailio's xlog module writes them.
func TestParseColor(t *testing.T) {
	for in, want := range map[string]log.Color{
		"xx": "\x1b[0;39;49m", "sx": "\x1b[0;30;49m", "rx": "\x1b[0;31;49m", "gx": "\x1b[0;32;49m",
		"yx": "\x1b[0;33;49m", "bx": "\x1b[0;34;49m", "px": "\x1b[0;35;49m", "cx": "\x1b[0;36;49m",
		"wx": "\x1b[0;37;49m", "Sx": "\x1b[1;30;49m", "Wx": "\x1b[1;37;49m", "xs": "\x1b[0;39;40m",
		"xw": "\x1b[0;39;47m", "Rb": "\x1b[1;31;44m",
	} {
		if got, err := log.ParseColor(in); got != want || err != nil {
			t.Errorf("ParseColor(%q) = %q, %v, want %q", in, got, err, want)
		}
	}
	for _, in := range []string{"", "r", "rxx", "dx", "Xx", "xS", "xd"} {
		if got, err := log.ParseColor(in); err == nil {
			t.Errorf("ParseColor(%q) = %q, want an error", in, got)
		}
	}
}

func TestThreshold(t *testing.T) {
	var b bytes.Buffer
	l := newLog(t, log.Config{Writer: &b}, log.Warn)
	w := l.With(3, 3)
	w.SetPrefixFunc(func() string { t.Error("prefix evaluated for a suppressed line"); return "" })
	w.Noticef("m", "no")
	w.Log(log.Info, "m", "no")
	w.Raw(log.Debug, 0, "m", "no")
	if b.Len() > 0 {
		t.Errorf("above the threshold: %q", b.String())
	}
	w.SetPrefixFunc(nil)
	l.SetLevel(log.Info)
	w.Infof("m", "yes")
	if want := " 3(3) INFO: m: yes\n"; b.String() != want {
		t.Errorf("after SetLevel on another view: %q, want %q", b.String(), want)
	}
	if l.Level() != log.Info {
		t.Errorf("Level() = %d", l.Level())
	}
}

func TestPrefixFunc(t *testing.T) {
	var b bytes.Buffer
	l := newLog(t, log.Config{Writer: &b}, log.Info)
	n := 0
	l.SetPrefixFunc(func() string {
		n++
		l.Warnf("pv", "inside")
		return fmt.Sprintf("[%d] ", n)
	})
	l.Infof("m", "a")
	l.Infof("m", "b")
	want := " 0(4711) WARNING: pv: inside\n 0(4711) INFO: [1] m: a\n 0(4711) WARNING: pv: inside\n 0(4711) INFO: [2] m: b\n"
	if b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func TestSuppressedCostsNothing(t *testing.T) {
	l := newLog(t, log.Config{Writer: io.Discard}, log.Warn)
	text := strings.Repeat("x", 100)
	if n := testing.AllocsPerRun(100, func() {
		l.Log(log.Debug, log.Script, text)
		l.Raw(log.Info, 0, log.Script, text)
		l.Infof(log.Core, "constant")
		if l.Enabled(log.Debug) {
			l.Debugf(log.Core, "%s %d", text, 1)
		}
	}); n != 0 {
		t.Errorf("%v allocations for suppressed lines", n)
	}
}

func TestNilAndZero(t *testing.T) {
	var none *log.Logger
	for name, l := range map[string]*log.Logger{"nil": none, "zero": {}, "nil's view": none.With(1, 1)} {
		l.Errorf(log.Core, "%d", 1)
		l.Log(log.Alert, "m", "x")
		l.SetLevel(log.Debug)
		if l.Enabled(log.Alert) {
			t.Errorf("%s: Enabled", name)
		}
	}
}

// writes counts calls and checks that each is one whole line.
type writes struct {
	line *regexp.Regexp
	n    int
	bad  string
}

func (w *writes) Write(p []byte) (int, error) {
	w.n++
	if !w.line.Match(p) {
		w.bad = string(p)
	}
	return len(p), nil
}

func TestOneWriteALine(t *testing.T) {
	for name, c := range map[string]struct {
		format log.Format
		line   string
	}{
		"text": {log.Text, `\A[ 0-9]{2}\(\d\) INFO: m: (a+|b+|c+|d+)\n\z`},
		"json": {log.JSON, `\A\{"time".*"msg":"(a+|b+|c+|d+)".*\}\n\z`},
	} {
		t.Run(name, func(t *testing.T) {
			w := &writes{line: regexp.MustCompile(c.line)}
			l := newLog(t, log.Config{Writer: w, Format: c.format}, log.Info)
			var wg sync.WaitGroup
			for i, letter := range []string{"a", "b", "c", "d"} {
				v := l.With(i, i)
				text := strings.Repeat(letter, 5000)
				wg.Go(func() {
					for range 50 {
						v.Log(log.Info, "m", text)
					}
				})
			}
			wg.Wait()
			if w.n != 200 || w.bad != "" {
				t.Errorf("%d writes, want 200; not a whole line: %.80q", w.n, w.bad)
			}
		})
	}
}

func TestJSON(t *testing.T) {
	var b bytes.Buffer
	l := newLog(t, log.Config{Writer: &b, Format: log.JSON}, log.Debug)
	w := l.With(2, 77)
	w.SetPrefix("{call} ")
	w.Raw(log.Notice, 0, "<script>: ", "a \"quoted\"\tline\n")
	l.With(1, 5).Log(log.Debug, "msrp", "x")
	var got []map[string]any
	dec := json.NewDecoder(&b)
	for {
		var m map[string]any
		if err := dec.Decode(&m); errors.Is(err, io.EOF) {
			break
		} else if err != nil {
			t.Fatal(err)
		}
		if _, ok := m["time"].(string); !ok {
			t.Errorf("no time in %v", m)
		}
		delete(m, "time")
		got = append(got, m)
	}
	want := []map[string]any{
		{"level": "NOTICE", "rank": 2.0, "pid": 77.0, "module": "<script>", "prefix": "{call} ", "msg": "a \"quoted\"\tline"},
		{"level": "DEBUG", "rank": 1.0, "pid": 5.0, "module": "msrp", "msg": "x"},
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Errorf("records (-want +got):\n%s", d)
	}
}

// The wanted lines are those that Kamailio 5.6.3 sends to /dev/log.
func TestSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "log")
	listen := func() *net.UnixConn {
		s, err := net.ListenUnixgram("unixgram", &net.UnixAddr{Name: path, Net: "unixgram"})
		if err != nil {
			t.Fatal(err)
		}
		return s
	}
	s := listen()
	local3, _ := log.ParseFacility("LOG_LOCAL3")
	local5, _ := log.ParseFacility("log_local5")
	l := newLog(t, log.Config{SyslogPath: path, Name: "mykam", Facility: local3}, log.Debug)
	w := l.With(1, 18113)
	w.SetPrefix("{a} ")
	lines := []struct {
		write func()
		want  string
	}{
		{func() { w.Raw(log.Alert, 0, "<script>: ", "L -5\n") }, "<153>T mykam[18113]: ALERT: {a} <script>: L -5\n"},
		{func() { w.Raw(log.Bug, 0, "<script>: ", "L -4\n") }, "<154>T mykam[18113]: BUG: {a} <script>: L -4\n"},
		{func() { w.Raw(log.Err, 0, "<script>: ", "nonewline") }, "<155>T mykam[18113]: ERROR: {a} <script>: nonewline"},
		{func() { w.Raw(log.Info, local5, "<script>: ", "facility\n") }, "<174>T mykam[18113]: INFO: {a} <script>: facility\n"},
		{func() { l.Debugf("<core>", "x") }, "<159>T mykam[4711]: DEBUG: <core>: x"},
		{func() {
			l.SetModules(&log.Modules{Facilities: map[string]log.Facility{"sl": local5}})
			defer l.SetModules(nil)
			l.Warnf("sl", "its own")
		}, "<172>T mykam[4711]: WARNING: sl: its own"},
	}
	stamp := regexp.MustCompile(`^(<\d+>)[A-Z][a-z]{2} [ 1-3]\d \d\d:\d\d:\d\d `)
	read := func() string {
		b := make([]byte, 4096)
		n, err := s.Read(b)
		if err != nil {
			t.Fatal(err)
		}
		return stamp.ReplaceAllString(string(b[:n]), "${1}T ")
	}
	for _, x := range lines {
		x.write()
		if got := read(); got != x.want {
			t.Errorf("got %q, want %q", got, x.want)
		}
	}
	// The daemon comes back under the same name: the next line gets there.
	if err := s.Close(); err != nil {
		t.Fatal(err)
	}
	if err := os.Remove(path); err != nil {
		t.Fatal(err)
	}
	s = listen()
	defer s.Close()
	l.Warnf("m", "again")
	if got, want := read(), "<156>T mykam[4711]: WARNING: m: again"; got != want {
		t.Errorf("after a restart: got %q, want %q", got, want)
	}
	if n := l.Lost(); n != 0 {
		t.Errorf("%d lines lost", n)
	}
}

func TestNoSyslog(t *testing.T) {
	path := filepath.Join(t.TempDir(), "none")
	l, err := log.New(log.Config{SyslogPath: path}, 0, 1)
	if err == nil || !strings.Contains(err.Error(), path) {
		t.Errorf("error %v does not say where", err)
	}
	l.Errorf(log.Core, "x")
	if l.Lost() != 1 {
		t.Errorf("Lost() = %d, want 1", l.Lost())
	}
	var b bytes.Buffer
	if err := l.Configure(log.Config{Writer: &b}); err != nil {
		t.Fatal(err)
	}
	l.Errorf(log.Core, "x")
	if want := " 0(1) ERROR: <core>: x\n"; b.String() != want {
		t.Errorf("got %q, want %q", b.String(), want)
	}
}

func BenchmarkSuppressed(b *testing.B) {
	l, err := log.New(log.Config{Writer: io.Discard}, 0, 1)
	if err != nil {
		b.Fatal(err)
	}
	for b.Loop() {
		l.Log(log.Debug, log.Script, "text")
	}
}
