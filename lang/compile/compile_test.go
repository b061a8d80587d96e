package compile_test

import (
	"fmt"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/compile"
	"olelo/lang/coverage"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/program"
	"olelo/lang/source"
	"olelo/modules/core"
	"olelo/pv"
	"olelo/runtime/registry"
)

type pos = source.Pos

// fake is a module with one function of each kind of parameter.
type fake struct{}

func (fake) Exports() registry.Exports {
	ok := func(*registry.Ctx) int { return 1 }
	return registry.Exports{Funcs: []registry.Func{
		registry.Fn0("plain", registry.Any, ok, ""),
		registry.Fn1("picky", registry.P[string]{ParamInfo: registry.ParamInfo{Name: "what", Kind: "word"}, Bind: func(registry.Fixup, registry.Arg) (func(*registry.Ctx) (string, bool), error) {
			return nil, registry.NotRun("nothing is taken yet")
		}}, registry.Any, func(*registry.Ctx, string) int { return 1 }, ""),
		registry.Fn0("only_reply", registry.Reply, ok, ""),
		registry.Fn1("text", registry.Text("t"), registry.Any, func(*registry.Ctx, string) int { return 1 }, ""),
		registry.Fn1("number", registry.IntP("n"), registry.Any, func(*registry.Ctx, int) int { return 1 }, ""),
		registry.Fn1("out", registry.OutP("v"), registry.Any, func(*registry.Ctx, *registry.Var) int { return 1 }, ""),
		registry.Fn2("msrp_reply", registry.Text("c"), registry.Text("t"), registry.Any, func(*registry.Ctx, string, string) int { return 1 }, ""),
	}}
}

func load(config string, opt compile.Options, strangers ...string) (*program.Program, *diag.List) {
	file, _, diags := parse.Load(parse.Options{
		File:     "kamailio.cfg",
		ReadFile: func(string) ([]byte, error) { return []byte(config), nil },
	})
	env := compile.NewEnv()
	env.Add("core", core.New())
	env.Add("pv", pv.New())
	env.Add("fake", fake{})
	env.Add("acc", empty{})
	env.Missing("sqlops")
	env.Missing("phonenum")
	for _, m := range strangers {
		env.Stranger(m)
	}
	env.Raises("fake", "fake:event", "fake:item:")
	env.Block = func(int) registry.Block { return nil }
	return compile.Compile(file, env, opt, diags), diags
}

// empty is a module that exports nothing.
type empty struct{}

func (empty) Exports() registry.Exports { return registry.Exports{} }

// TestMistakes: each is found at its place, with a hint where one can be given.
// The lines agree with Kamailio's.
func TestMistakes(t *testing.T) {
	for _, k := range []struct {
		name, body string
		want       string // code line:column-endcolumn
		hint       string
	}{
		{"unknown function", "\n  plian();", "unknown-function 2:3-9", "did you mean plain()?"},
		{"variable without $", "\n  avp(\"a\");", "unknown-function 2:3-10", "did you mean the variable $avp(…)?"},
		{"wrong count", "\n  plain(\"a\");", "unknown-function 2:3-12", ""},
		{"module not loaded", "\n  t_relay();", "unknown-function 2:3-11", `add loadmodule "tm.so"`},
		{"known, not run", "\n  acc_log_request(\"x\");", "not-run-yet 2:3-22", "--lenient"},
		{"module missing", "\n  sql_query(\"a\", \"b\", \"c\");", "", ""},
		{"wrong route", "\n  only_reply();", "wrong-route 2:3-14", ""},
		{"module missing, wrong count", "\n  sql_query(\"a\");", "unknown-function 2:3-16", ""},
		{"module missing, variable in a text", "\n  phonenum_match(\"$nosuch\", \"r\");", "unknown-variable 2:19-25", ""},
		{"module missing, no constant", "\n  sql_query(\"a\", $rU, \"r\");", "parameter-not-constant 2:18-20", ""},
		{"module missing, transformation", "\n  $var(x) = $(dbr(a=>rows){s.lenn});", "unknown-transformation 2:27-33", "did you mean {s.len}?"},
		{"unknown variable", "\n  $var(x) = $foo;", "unknown-variable 2:13-16", ""},
		{"misspelt variable", "\n  $var(x) = $avpp(a);", "unknown-variable 2:13-20", "did you mean $avp?"},
		{"variable in a text", "\n  text(\"ab $nosuch c\");", "unknown-variable 2:12-18", ""},
		{"name takes the dot", "\n  text(\"$rU.\");", "unknown-variable 2:9-12", "$(rU)."},
		{"unknown transformation", "\n  $var(x) = $(ru{s.lenn});", "unknown-transformation 2:17-23", "did you mean {s.len}?"},
		{"read-only", "\n  $si = \"x\";", "read-only 2:3-5", ""},
		{"read-only out", "\n  out(\"$si\");", "bad-parameter 2:3-12", ""},
		{"type clash", "\n  $var(x) = 5 + \"10\";", "type-mismatch 2:17-20", ""},
		{"not constant", "\n  text($var(x));", "parameter-not-constant 2:8-14", "quotes"},
		{"computed, module missing", "\n  phonenum_match(\"a\" + $var(x), $rU);", "", ""},
		{"computed, its own mistake", "\n  phonenum_match(\"a\" + $nosuch, $rU);", "unknown-variable 2:24-30", ""},
		{"not a number", "\n  number(\"abc\");", "bad-parameter 2:3-15", ""},
		{"unknown route", "\n  route(FOO);", "unknown-route 2:3-12", "did you mean route[FOOD]?"},
		{"bad regex", "\n  if($ru =~ \"(\") exit;", "bad-regex 2:13-15", ""},
		{"mixed cases", "\n  switch($rU) { case 1: exit; case \"b\": exit; }", "mixed-cases 2:31-45", ""},
		{"duplicate number", "\n  switch($rU) { case 1: exit; case 0x1: exit; }", "duplicate-case 2:36-38", ""},
		{"duplicate text", "\n  switch($rU) { case \"b\": exit; default: exit; case \"b\": exit; }", "duplicate-case 2:53-55", ""},
		{"text in while", "\n  while(@ruri.user) break;", "type-mismatch 2:9-18", "(int)"},
		{"break outside", "\n  break;", "break-outside 2:3-7", ""},
		{"return text", "\n  return \"abc\";", "type-mismatch 2:10-14", ""},
	} {
		t.Run(k.name, func(t *testing.T) {
			_, diags := load("#!KAMAILIO\nrequest_route {"+k.body+"\n  plain();\n}\nroute[FOOD] { plain(); }\n", compile.Options{})
			got, hint := "", ""
			for _, d := range diags.Items {
				got += fmt.Sprintf("%s %d:%d-%d", d.Code, d.Pos.Line-1, d.Pos.Column, d.EndCol)
				hint += d.Hint
			}
			if got != k.want {
				t.Errorf("got %q (%v), want %q", got, diags.Items, k.want)
			}
			if !strings.Contains(hint, k.hint) {
				t.Errorf("hint %q, want %q in it", hint, k.hint)
			}
		})
	}
}

// TestOnlyIn6: a name of Kamailio 6 works in both dialects; 5.6 says so once.
func TestOnlyIn6(t *testing.T) {
	config := `request_route {
  $var(x) = $(ru{s.sha1}) + $Ec;
  $var(y) = $(rU{s.sha1}) + $(var(x){s.len});
  text("$Ec $rU");
}`
	for six, want := range map[bool]string{
		false: "2:17-23 {s.sha1} is Kamailio 6's, not in 5.6|2:29-31 $Ec is Kamailio 6's, not in 5.6", true: "",
	} {
		_, diags := load(config, compile.Options{Dialect6: six})
		var got []string
		for _, d := range diags.Items {
			got = append(got, fmt.Sprintf("%d:%d-%d %s", d.Pos.Line, d.Pos.Column, d.EndCol, d.Msg))
		}
		if s := strings.Join(got, "|"); s != want {
			t.Errorf("dialect 6 %v:\n  got %s\n want %s", six, s, want)
		}
	}
}

// TestWarnings: what Kamailio takes and an operator wants to know.
func TestWarnings(t *testing.T) {
	for _, k := range []struct{ name, config, want string }{
		{"none", "request_route { route(A); if($rU == \"x\") exit; plain(); }\nroute[A] { exit; }", ""},
		{"constant condition", "request_route {\n  if(1) exit;\n}", "constant-condition 2:6"},
		{"constant loop", "request_route {\n  while(1) exit;\n}", "constant-condition 2:9"},
		{"constant comparison", "request_route {\n  if(\"10\"==10) exit;\n}", "constant-condition 2:6"},
		{"text as condition", "request_route {\n  if(\"abc\") exit;\n}", "text-condition 2:6 constant-condition 2:6"},
		{"unknown event", "request_route { exit; }\nevent_route[no:such] { exit; }", "unknown-event-route 2:13"},
		{"event of a module that is not loaded", "request_route { exit; }\nevent_route[dialog:start] { exit; }", "unknown-event-route 2:13"},
		{"attribute", "request_route { if($foo == 1) exit; plain(); }", "attribute 1:20"},
		{"known event", "request_route { exit; }\nevent_route[fake:event] { exit; }", ""},
		{"known start of an event", "request_route { exit; }\nevent_route[fake:item:x] { exit; }", ""},
		{"host name", "request_route {\n  if(src_ip == localhost) exit;\n}", "not-an-address 2:16"},
		{"port as text", "request_route {\n  if(dst_port == \"5060\") exit;\n}", "type-mismatch 2:18"},
		{"only in onsend_route", "request_route {\n  if(to_port == 5060) exit;\n}", "wrong-route 2:6"},
	} {
		t.Run(k.name, func(t *testing.T) {
			_, diags := load(k.config, compile.Options{})
			var got []string
			for _, d := range diags.Items {
				if d.Severity != diag.Warning {
					t.Errorf("%s is %s: %s", d.Code, d.Severity, d.Msg)
				}
				got = append(got, fmt.Sprintf("%s %d:%d", d.Code, d.Pos.Line, d.Pos.Column))
			}
			if strings.Join(got, " ") != k.want {
				t.Errorf("got %q (%v), want %q", got, diags.Items, k.want)
			}
		})
	}
}

// TestAllAtOnce: one run finds every mistake of a configuration.
func TestAllAtOnce(t *testing.T) {
	_, diags := load(`#!KAMAILIO
request_route {
  plian();
  $var(x) = $foo;
  route(NOPE);
  $si = 1;
}
route[A] { nosuch(); }
route[A] { plain(); }
`, compile.Options{})
	if n := diags.Errors(); n != 6 {
		t.Errorf("%d errors, want 6: %v", n, diags.Items)
	}
}

// TestTooMany: a text that is no configuration is not told of line by line.
func TestTooMany(t *testing.T) {
	_, diags := load("request_route {\n"+strings.Repeat("nosuch();\n", 5000)+"}\n", compile.Options{})
	if n, last := diags.Errors(), diags.Items[len(diags.Items)-1].Code; n != 101 || last != "too-many-errors" {
		t.Errorf("%d errors, the last is %s; want 100 and the remark that there are more", n, last)
	}
}

// TestNotRun: what Kamailio has and olelo does not run compiles, so that a
// lenient start can go on without it.
func TestNotRun(t *testing.T) {
	for body, want := range map[string]int{ // NotRun diagnostics
		`acc_log_request("x");`:                   1,
		`cfg_reset("core");`:                      1, // of the core itself
		`picky("x");`:                             1, // its Bind says so
		`sql_query("a", "b", "$rU");`:             0, // its module's absence is said once
		`if(sql_query("a", "b", "c") == 1) exit;`: 0,
		`$var(x) = $(dbr(a=>[0,1]){s.len}); $var(y) = $sqlrows(ca);`: 0,
	} {
		p, diags := load("request_route { "+body+" }", compile.Options{})
		n := 0
		for _, d := range diags.Items {
			if d.NotRun {
				n++
			}
		}
		if n != want || n != len(diags.Items) || len(p.Code) < 2 {
			t.Errorf("%s: %v and %d instructions, want %d diagnostics and code", body, diags.Items, len(p.Code), want)
		}
	}
}

// TestStranger: a function that nobody knows may be that of a module that nobody
// knows; a misspelt one is told all the same.
func TestStranger(t *testing.T) {
	const config = "request_route {\n  frobnicate(\"x\");\n  plian();\n}"
	if _, diags := load(config, compile.Options{}); diags.Errors() != 2 {
		t.Errorf("without one: %v", diags.Items)
	}
	if _, diags := load(config, compile.Options{}, "my_module"); diags.Errors() != 1 || diags.Items[0].Pos.Line != 3 {
		t.Errorf("with one: %v, want an error in line 3", diags.Items)
	}
}

func TestDisassembly(t *testing.T) {
	config := "request_route {\n  if($rm == \"INVITE\") {\n    $var(a) = $var(a) + 1;\n    $var(b) = $rU + \"@\" + $rd;\n  }\n" +
		"  if($var(a) > 1 && plain()) $var(c) = $ru;\n  $var(c) = $var(b) - 2;\n  return 3;\n}\n"
	p, diags := load(config, compile.Options{})
	if len(diags.Items) > 0 {
		t.Fatal(diags.Items)
	}
	lines := strings.Split(config, "\n")
	var b strings.Builder
	if err := p.Disassemble(&b, func(at pos) string { return lines[at.Line-1] }); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{
		"request_route  ; route 0", `| if($rm == "INVITE") {`, "get       r1 $rm", `jnek      r1 "INVITE" -> `,
		"incv      $var(a) 1", "addv      $var(b) r2..r4", "jvlek     $var(a) 1 -> ", "callfalse plain() -> ", "getv      $var(c) r1 $ru",
		"loadv     r2 $var(b)", "subi      r1 r2 2", "returni   3",
	} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("no %q in\n%s", want, b.String())
		}
	}
}

// FuzzCompile: no text makes the front end or the compiler panic.
func FuzzCompile(f *testing.F) {
	for _, s := range []string{
		"request_route { if($rm==\"X\" && !route(A)) { $var(a) = $(ru{s.substr,1,2}) + 5; } exit; }\nroute[A] { return 5; }",
		"route { switch($rU) { case \"a\": break; case /\"^b\": drop; default: exit; } }",
		"event_route[x:y] { while($var(i) < 10) { $var(i) = $var(i) - -1; } return -1; }",
		"request_route { $avp(x) = selval(1, \"a\", $null); $sht(a=>b::$ru) = (int)\"5\"; }",
		"onreply_route[1] { text(\"$(avp(x)[*]{s.len}) $$ $\"); }",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		p, diags := load(s, compile.Options{MaxLoops: 3, MaxLevel: 16})
		if diags.Errors() == 0 {
			if err := p.Disassemble(new(strings.Builder), func(pos) string { return "" }); err != nil {
				t.Fatal(err)
			}
		}
		for _, d := range diags.Items {
			if d.Msg == "" || d.Code == "" {
				t.Fatalf("a diagnostic says nothing: %+v", d)
			}
		}
	})
}

// TestInstrumentedPrograms: without coverage and a recorder nothing watches;
// with coverage, the blocks of conditions that are constant are not counted, as code
// behind an exit is: it is there to run.
func TestInstrumentedPrograms(t *testing.T) {
	const config = `request_route {
	if ($var(a) == 1 && plain() || 1 == 2) { $var(b) = 2; } else if (0) { plain(); } else { $var(c) = -1; }
	while ($var(d) > 0) { $var(d) = 0; break; plain(); }
	switch ($var(e)) { case 1: case 2: return; default: exit; }
	plain();
}`
	plain, _ := load(config, compile.Options{})
	counters := coverage.NewCounters()
	counted, diags := load(config, compile.Options{Coverage: counters})
	if diags.Errors() > 0 {
		t.Fatal(diags.Items)
	}
	for _, in := range plain.Code {
		if in.Op == program.OpProbe {
			t.Error("a probe in a plain program")
		}
	}
	var got []string
	for _, p := range counters.Profile().Points() {
		got = append(got, fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Kind))
	}
	want := []string{
		"2:2 stmt", "2:6 true", "2:6 false", "2:22 true", "2:22 false", "2:43 stmt", "2:63 stmt", "2:90 stmt",
		"3:2 stmt", "3:9 true", "3:9 false", "3:24 stmt", "3:37 stmt", "3:44 stmt",
		"4:2 stmt", "4:21 case", "4:29 case", "4:37 stmt", "4:45 case", "4:54 stmt", "5:2 stmt",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
	probes := 0
	for _, in := range counted.Code {
		if in.Op == program.OpProbe {
			probes++
		}
	}
	if probes != len(want) {
		t.Errorf("%d probes for %d points", probes, len(want))
	}
}
