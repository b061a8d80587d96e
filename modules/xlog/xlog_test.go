package xlog_test

import (
	"strings"
	"testing"

	"olelo/lang/source"
	"olelo/modules/xlog"
	"olelo/pv"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/value"
)

const options = `OPTIONS sip:bob@example.com SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bK-one
From: <sip:alice@example.org>;tag=a
To: <sip:bob@example.com>
Call-ID: cid
CSeq: 10 OPTIONS
Content-Length: 0

`

// bench has the module with params, name=value; an int where it is one.
func bench(t testing.TB, params map[string]any) *registrytest.Bench {
	t.Helper()
	m := xlog.New()
	for _, p := range m.Exports().Params {
		v, ok := params[p.Name]
		if !ok {
			continue
		}
		val := registry.ParamValue{}
		switch v := v.(type) {
		case int:
			val.Int, val.IsInt = int64(v), true
		case string:
			val.Str = v
		}
		if err := p.Set(val); err != nil {
			t.Fatalf("%s: %v", p.Name, err)
		}
	}
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "xlog": m})
	b.At = source.Pos{Filename: "/etc/k.cfg", Line: 20, Column: 3}
	b.Message(options)
	return b
}

type step struct {
	fn   string
	args []any
	code int
	line string // without rank and process id, "" where nothing is written
}

func run(t *testing.T, b *registrytest.Bench, steps []step) {
	t.Helper()
	for _, s := range steps {
		if code := b.Run(s.fn, s.args...); code != s.code {
			t.Errorf("%s%q = %d, want %d", s.fn, s.args, code, s.code)
		}
		got := strings.TrimSuffix(strings.TrimPrefix(b.Logged(), " 1(4711) "), "\n")
		if got != s.line {
			t.Errorf("%s%q wrote %q, want %q", s.fn, s.args, got, s.line)
		}
	}
}

// Lines and codes seen on Kamailio 5.6.3.
func TestForms(t *testing.T) {
	b := bench(t, nil)
	b.Set("$var(l)", 2)
	b.Set("$var(s)", "x")
	b.Set("$var(low)", -7)
	b.Set("$var(high)", 9)
	run(t, b, []step{
		{"xlog", []any{"one\n"}, 1, "ERROR: <script>: one"},
		{"xlog", []any{"L_INFO", "two\n"}, 1, "INFO: <script>: two"},
		{"xlog", []any{"LOG_LOCAL3", "L_WARN", "three\n"}, 1, "WARNING: <script>: three"},
		{"xlog", []any{"xxI", "third letter\n"}, 1, "INFO: <script>: third letter"},
		{"xlog", []any{"L_CRIT2", "c\n"}, 1, "CRITICAL: <script>: c"},
		{"xlog", []any{"L_DBG", "no\n"}, 1, ""},
		{"xlog", []any{"$var(l)", "var\n"}, 1, "INFO: <script>: var"},
		{"xlog", []any{"$var(low)", "low\n"}, 1, "ALERT: <script>: low"},
		{"xlog", []any{"$var(high)", "no\n"}, 1, ""},
		{"xlogl", []any{"L_INFO", "$rm\n"}, 1, "INFO: <script>: 20:OPTIONS"},
		{"xlogl", []any{"x\n"}, 1, "ERROR: <script>: 20:x"},
		{"xlogl", []any{"LOG_LOCAL3", "L_INFO", "x\n"}, 1, "INFO: <script>: 20:x"},
		{"xdbgl", []any{"no\n"}, 1, ""},
		{"xlogm", []any{"L_INFO", "no\n"}, 1, ""},
		{"xlogm", []any{"$var(s)", "no\n"}, 1, ""},
		{"xinfo", []any{"$rm $rU\n"}, 1, "INFO: <script>: OPTIONS bob"},
		{"xdbg", []any{"no\n"}, 1, ""},
		{"xnotice", []any{"n\n"}, 1, "NOTICE: <script>: n"},
		{"xwarn", []any{"n\n"}, 1, "WARNING: <script>: n"},
		{"xerr", []any{"n\n"}, 1, "ERROR: <script>: n"},
		{"xcrit", []any{"n\n"}, 1, "CRITICAL: <script>: n"},
		{"xbug", []any{"n\n"}, 1, "BUG: <script>: n"},
		{"xalert", []any{"n\n"}, 1, "ALERT: <script>: n"},
		{"xinfo", []any{"[$C(rx)red$C(xx)] $C(Rg)\n"}, 1, "INFO: <script>: [\x1b[0;31;49mred\x1b[0;39;49m] \x1b[1;31;42m"},
		{"xinfo", []any{"$null $$\n"}, 1, "INFO: <script>: <null> $"},
	})
	if code := b.Run("xlog", "$var(s)", "no\n"); code != -1 || !strings.Contains(b.Logged(), "ERROR: xlog: ") {
		t.Errorf("a level that is no number: %d", code)
	}
}

func TestParams(t *testing.T) {
	b := bench(t, map[string]any{"methods_filter": 1, "long_format": 1, "prefix": "-p $rm- ", "prefix_mode": 1})
	b.Set("$var(s)", "x")
	run(t, b, []step{
		{"xlog", []any{"one\n"}, 1, "ERROR: -p OPTIONS- one"},
		{"xlogl", []any{"L_INFO", "x\n"}, 1, "INFO: -p OPTIONS- /etc/k.cfg:20:x"},
		{"xlogm", []any{"L_INFO", "m\n"}, 1, "INFO: -p OPTIONS- m"},
	})
	if code := b.Run("xlogm", "$var(s)", "no\n"); code != -1 {
		t.Errorf("xlogm with a level that is no number: %d", code)
	}
	b = bench(t, map[string]any{"methods_filter": 512, "prefix": "-p $rm- "})
	run(t, b, []step{
		{"xlogm", []any{"L_INFO", "no\n"}, 1, ""},
		{"xinfo", []any{"x\n"}, 1, "INFO: -p $rm- x"},
	})
	b.Message("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nCSeq: 1 INVITE\n\n")
	run(t, b, []step{{"xlogm", []any{"L_INFO", "r\n"}, 1, "INFO: -p $rm- r"}})
	b.Message("SIP/2.0 200 OK\nVia: SIP/2.0/UDP h\nCSeq: 1 OPTIONS\n\n")
	run(t, b, []step{{"xlogm", []any{"L_INFO", "no\n"}, 1, ""}})
}

func TestLoadErrors(t *testing.T) {
	b := bench(t, nil)
	for _, k := range []struct {
		fn   string
		args []any
		want string
	}{
		{"xlog", []any{"", "x"}, "no log level"},
		{"xlog", []any{"L_", "x"}, "no log level"},
		{"xlog", []any{"L_ZZZ", "x"}, "no log level"},
		{"xlog", []any{2, "x"}, "no log level"},
		{"xlog", []any{"LOG_FOO", "L_INFO", "x"}, "no syslog facility"},
		{"xinfo", []any{"$C(zz)"}, "colour"},
		{"xinfo", []any{"$C(r)"}, "two letters"},
		{"xinfo", []any{"a $ b"}, "no variable's name"},
		{"xinfo", []any{"$nosuch"}, "$nosuch"},
	} {
		if _, err := b.Call(k.fn, k.args...); err == nil || !strings.Contains(err.Error(), k.want) {
			t.Errorf("%s%q: %v, want …%s…", k.fn, k.args, err, k.want)
		}
	}
}

// A line that the threshold keeps back evaluates nothing.
func TestSuppressed(t *testing.T) {
	asked := 0
	b := bench(t, nil)
	b.Modules["probe"] = probe{&asked}
	call, err := b.Call("xdbg", "$probe $ru $hdr(Via)\n")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() { call(b.C) }); n != 0 || asked != 0 || b.Logged() != "" {
		t.Errorf("%v allocations, %d values asked for", n, asked)
	}
	b.C.Log.SetLevel(log.Debug)
	if call(b.C); asked != 1 {
		t.Errorf("a written line asked %d times", asked)
	}
}

// probe exports $probe, which counts how often it is read.
type probe struct{ n *int }

func (p probe) Exports() registry.Exports {
	return registry.Exports{PVs: []registry.PV{registry.GetPV("probe", func(_ *registry.Ctx, v *value.Value) {
		*p.n++
		v.SetInt(1)
	}, "")}}
}
