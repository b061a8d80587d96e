package check_test

import (
	"fmt"
	"io/fs"
	"slices"
	"strings"
	"testing"

	"olelo/lang/check"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// found checks a configuration and gives what is said, "code line:column-end"
// each, with "+" and a line for each note.
func found(t *testing.T, config string) (string, *diag.List) {
	t.Helper()
	config += "\nloadmodule \"tm.so\"\n"
	file, set, diags := parse.Load(parse.Options{
		File:     "kamailio.cfg",
		ReadFile: func(string) ([]byte, error) { return []byte(config), nil },
	})
	if diags.Errors() > 0 {
		t.Fatalf("it does not parse: %v", diags.Items)
	}
	l := &diag.List{}
	check.File(file, set, nil, l)
	var all []string
	for _, d := range l.Items {
		said := fmt.Sprintf("%s %d:%d", d.Code, d.Pos.Line, d.Pos.Column)
		if d.EndLine == d.Pos.Line {
			said += fmt.Sprintf("-%d", d.EndCol)
		}
		for _, n := range d.Notes {
			said += fmt.Sprintf("+%d", n.Pos.Line)
		}
		all = append(all, said)
	}
	return strings.Join(all, " "), l
}

// rows are configurations and what is said of them.
type rows []struct{ name, config, want string }

func (rs rows) run(t *testing.T) {
	for _, r := range rs {
		t.Run(r.name, func(t *testing.T) {
			if got, l := found(t, r.config); got != r.want {
				t.Errorf("got %q, want %q: %v", got, r.want, l.Items)
			}
		})
	}
}

func TestUnreachable(t *testing.T) {
	in := func(body string) string { return "request_route {\n" + body + "\n}\n" }
	rows{
		{"behind exit", in("exit;\nf();"), "unreachable 3:1-3+2"},
		{"behind return in a block", in("if($rU == \"x\") {\nreturn 1;\n$rU = \"y\";\n}"), "unreachable 4:1-9+3"},
		{"behind drop", in("drop;\nif($rU == \"x\") f();"), "unreachable 3:1+2"},
		{"behind break", in("while($rU == \"x\") { f();\nbreak;\nf(); }"), "unreachable 4:1-3+3"},
		{"behind an if that leaves both ways", in("if($rU == \"x\") { exit; } else { return; }\nf();"), "unreachable 3:1-3+2"},
		{"behind an else if", in("if(f()) { exit; } else if(g()) { drop; } else { return; }\nf();"), "unreachable 3:1-3+2"},
		{"behind an if without else", in("if(f()) { exit; }\nf();"), ""},
		{"behind a branch that goes on", in("if(f()) { exit; } else { g(); }\nf();"), ""},
		{"behind a switch that leaves", in("switch($rU) { case \"a\": exit; case \"b\": f(); default: return; }\nf();"), "unreachable 3:1-3+2"},
		{"behind a switch without default", in("switch($rU) { case \"a\": exit; }\nf();"), ""},
		{"behind a switch with a break", in("switch($rU) { case \"a\": if(f()) { break; } exit; default: exit; }\nf();"), ""},
		{"in a case", in("switch($rU) { case \"a\": exit;\nf(); }"), "unreachable 3:1-3+2"},
		// It stops after max_while_loops, and the script goes on.
		{"behind an endless loop", in("while(1) { f(); }\ng();"), ""},
		{"end of a case", in("switch($rU) { case \"a\": exit; break; case \"b\": return; exit; }"), ""},
		{"a last exit", in("if(f()) { exit; } else { exit; }\nexit;"), ""},
		{"once a list", in("exit;\nf();\nexit;\ng();"), "unreachable 3:1-3+2"},
		{"in a build only", in("#!ifdef WITH_X\nf();\n#!else\nexit;\n#!endif\ng();"), ""},
		{"not in that build", "#!define WITH_X\n" + in("#!ifdef WITH_X\nexit;\n#!endif\ng();"), ""},
		{"by a define", "#!define DONE exit\n" + in("DONE;\ng();"), ""},
		{"in no build", in("#!ifdef WITH_X\nf();\n#!endif\nexit;\ng();"), "unreachable 6:1-3+5"},
	}.run(t)
}

func TestRoutes(t *testing.T) {
	main := "request_route { route(A); }\nroute[A] { exit; }\n"
	rows{
		{"all called", main, ""},
		{"not called", main + "route[B] { exit; }", "unused-route 3:7-7"},
		{"only from one that is not", main + "route[B] { route(C); }\nroute[C] { exit; }", "unused-route 3:7-7+4"},
		{"in a circle", main + "route[B] { route(C); }\nroute[C] { route(B); }", "unused-route 3:7-7+4"},
		{"from itself", main + "route[B] { route(B); }", "unused-route 3:7-7"},
		{"from an event route", main + "event_route[x:y] { route(B); }\nroute[B] { exit; }", ""},
		{"from the reply route", main + "onreply_route { route(B); }\nroute[B] { exit; }", ""},
		{"by number", "request_route { route(1); }\nroute[1] { exit; }\nroute[2] { exit; }", "unused-route 3:7-7"},
		{"by a text", "request_route { route(\"A\"); }\nroute[A] { exit; }", ""},
		{"by a variable", "request_route { route($rU); }\nroute[A] { exit; }", ""},
		{"by the start of a name", "request_route { route(\"A_\" + $rU); }\nroute[A_x] { exit; }\nroute[B_x] { exit; }", "unused-route 3:7-9"},
		{"to a function", "request_route { async_route(\"A\", \"3\"); }\nroute[A] { exit; }", ""},
		{"to a function, computed", "request_route { route_if_exists(\"A$rU\"); }\nroute[AB] { exit; }\nroute[BB] { exit; }", "unused-route 3:7-8"},
		{"in a list", "request_route { f(\"x=1;route=A\"); }\nroute[A] { exit; }", ""},
		{"to a timer", main + "modparam(\"rtimer\", \"exec\", \"timer=t;route=B\")\nroute[B] { exit; }", ""},
		{"to a script", main + "loadmodule \"app_lua.so\"\nroute[B] { exit; }", ""},
		{"in another build", main + "#!ifdef WITH_X\nrequest_route { route(B); }\n#!endif\nroute[B] { exit; }", ""},
		{"defined only in another build", main + "#!ifdef WITH_X\nroute[B] { f(); }\n#!else\nroute[B] { exit; }\n#!endif", "unused-route 6:7-7"},
		{"misspelt call", "request_route { route(RELAI); }\nroute[RELAY] { exit; }", ""},
		{"other case", "request_route { route(abc); }\nroute[ABC] { exit; }", ""},
		{"part of a configuration", "route[A] { exit; }", ""},

		{"failure route", main + "failure_route[F] { exit; }", "unused-route 3:15-15"},
		{"failure route that is set", "request_route { t_on_failure(\"F\"); }\nfailure_route[F] { exit; }", ""},
		{"set from one that is not called", main + "route[B] { t_on_failure(\"F\"); }\nfailure_route[F] { exit; }", "unused-route 3:7-7+4"},
		{"of another kind", "request_route { t_on_failure(\"F\"); }\nfailure_route[F] { exit; }\nbranch_route[F] { exit; }", "unused-route 3:14-14"},
		{"onreply and branch", "request_route { t_on_reply(\"R\"); t_on_branch(\"B\"); }\nonreply_route[R] { exit; }\nbranch_route[B] { exit; }", ""},
		{"branch failure", "request_route { t_on_branch_failure(\"B\"); }\nevent_route[tm:branch-failure:B] { exit; }\nevent_route[tm:branch-failure:C] { exit; }", "unused-route 3:13-31"},
		{"set by a variable", "request_route { t_on_failure(\"$avp(f)\"); }\nfailure_route[F] { exit; }", ""},

		{"no such failure route", "request_route {\nt_on_failure(\"NOPE\"); }", "missing-route 2:14-19"},
		{"misspelt failure route", "request_route { t_on_failure(\"MANAGE_FAIL\"); }\nfailure_route[MANAGE_FAIL1] { exit; }", "missing-route 1:30-42"},
		{"wrong kind", "request_route { t_on_reply(\"R\"); }\nroute[R] { exit; }", "missing-route 1:28-30"},
		{"reset", "request_route { t_on_failure(\"0\"); t_on_reply(\"\"); }", ""},
		{"there in another build", "request_route { t_on_failure(\"F\"); }\n#!ifdef WITH_X\nfailure_route[F] { exit; }\n#!endif", ""},
	}.run(t)
}

func TestVariables(t *testing.T) {
	in := func(body string) string { return "request_route {\n" + body + "\n}\n" }
	rows{
		{"set and read", in("$var(x) = 1;\nif($var(x) == 1) exit;"), ""},
		{"never set", in("if($var(x) == 1) exit;"), "unset-variable 2:4-10"},
		{"never set, in a text", in("xlog(\"é is $var(x)\\n\");"), "unset-variable 2:13-19"},
		{"never read", in("$var(x) = 1;"), "unread-variable 2:1-7"},
		{"once", in("$var(x) = 1;\n$var(x) = 2;"), "unread-variable 2:1-7"},
		{"read in a key", in("$var(k) = $rU;\n$sht(t=>$var(k)) = 1;"), ""},
		{"never set, in a key", in("$sht(t=>$var(k)) = 1;"), "unset-variable 2:1-16"},
		{"read in a transformation", in("$var(n) = 2;\n$rU = $(rU{s.strip,$var(n)});"), ""},
		{"read in an index", in("$var(n) = 2;\n$rU = $(avp(x)[$var(n)]);"), ""},
		{"in the long form", in("$var(n) = 2;\n$rU = $(var(n){s.int});"), ""},
		{"read in a function's text", in("$var(n) = 2;\nxlog(\"$(var(n){s.len})\");"), ""},
		{"set by a function", in("f(\"$var(n)\");\nif($var(n) == 2) exit;"), ""},
		{"set by a query", in("sql_pvquery(\"c\", \"select 1\", \"$var(a), $var(b)\");\nxlog(\"$var(b)\");"), ""},
		{"set by a module", "modparam(\"dialplan\", \"attrs_pvar\", \"$var(a)\")\n" + in("xlog(\"$var(a)\");"), ""},
		{"set from an xavp", in("pv_xavp_to_var(\"x\");\nif($var(n) == 2) exit;"), ""},
		{"read for an xavp", in("$var(n) = 2;\npv_var_to_xavp(\"n\", \"x\");"), ""},
		{"in a script", "loadmodule \"app_python3.so\"\n" + in("$var(n) = 2;"), ""},
		{"one storage", in("$vz(n) = 2;\nif($var(n) == 2) exit;"), ""},
		{"$vn", in("if($vn(n) == 2) exit;\n$var(n) = 1;"), "unset-variable 2:4-9 unread-variable 3:1-7"},
		{"read in another build", in("$var(n) = 2;\n#!ifdef WITH_X\nxlog(\"$var(n)\");\n#!endif"), ""},
		{"set in another build", in("#!ifdef WITH_X\n$var(n) = 2;\n#!endif\nxlog(\"$var(n)\");"), ""},
		{"as a condition", in("if($var(n) = 2) exit;"), "assign-in-condition 2:4-14 unread-variable 2:4-10"},
		{"computed", in("$var(n) = 2;\nif($var($rU) == 1) exit;"), ""},
	}.run(t)
	_, l := found(t, in("$var(callee) = $rU;\nif($var(calee) == \"x\") exit;"))
	if len(l.Items) == 0 || l.Items[0].Hint != "did you mean $var(callee)?" && l.Items[1].Hint != "did you mean $var(callee)?" {
		t.Errorf("no hint: %v", l.Items)
	}
}

func TestConditions(t *testing.T) {
	in := func(cond string) string { return "request_route {\nif(" + cond + ") exit;\n}\n" }
	rows{
		{"assignment", in("$avp(a) = 0"), "assign-in-condition 2:4-14"},
		{"assignment in a while", "request_route {\nwhile($avp(a) = 1) { f(); }\n}", "assign-in-condition 2:7-17"},
		{"header", in("$hdr(Subject)"), "text-condition 2:4-16"},
		{"not header", in("f() && !$hdr(Subject)"), "text-condition 2:12-24"},
		{"header that is a number", in("$hdr(Content-Length)"), ""},
		{"header's length", in("$(hdr(Subject){s.len})"), ""},
		{"method", in("$rm"), "text-condition 2:4-6"},
		{"user", in("$rU"), ""},

		{"code of a function", in("is_method(\"ACK\") == -1"), "same-result 2:4-25"},
		{"code of a route", in("route(A) == 5") + "route[A] { exit; }", "same-result 2:4-16"},
		{"code on the right", in("-1 == f()"), "same-result 2:4-12"},
		{"never negative", in("f() < 0"), "same-result 2:4-10"},
		{"always", in("f() >= 0"), "same-result 2:4-11"},
		{"true", in("f() == 1"), ""},
		{"not false", in("f() > 0"), ""},
		{"false", in("f() == 0 || f() != 1"), ""},
		{"kept code", in("$rc == 5"), ""},

		{"$var is null", in("$avp(a) == 1 && $var(x) == $null") + "route { $var(x) = 1; }", "same-result 2:20-35"},
		{"null is $var", in("$null != $var(x)") + "route { $var(x) = 1; }", "same-result 2:4-19"},
		{"$var is defined", in("defined $var(x)") + "route { $var(x) = 1; }", "same-result 2:4-18"},
		{"$vn is null", in("$vn(x) == $null") + "route { $vn(x) = 1; }", ""},
		{"length of $var", in("$(var(x){s.int}) == $null") + "route { $var(x) = 1; }", ""},
		{"method as number", in("$rm == 1"), "same-result 2:4-11"},
		{"user as number", in("$rU == 1"), ""},
		{"both sides", in("$rU == $rU"), "same-result 2:4-13"},
		{"both sides change", in("$RANDOM == $RANDOM"), ""},

		{"neither by or", in("$rm != \"ACK\" || $rm != \"BYE\""), "same-result 2:20-31+2"},
		{"old neither by or", in("method != \"ACK\" || method != \"BYE\" || method != \"CANCEL\""), "same-result 2:23-37+2"},
		{"both by and", in("$rU == \"a\" && f() && $rU == \"b\""), "same-result 2:25-34+2"},
		{"two methods", in("is_method(\"ACK\") && is_method(\"BYE\")"), "same-result 2:24-39+2"},
		{"neither method by or", in("!is_method(\"ACK\") || !is_method(\"BYE\")"), "same-result 2:25-41+2"},
		{"either method", in("is_method(\"ACK\") || is_method(\"BYE\")"), ""},
		{"methods in a list", in("is_method(\"ACK|BYE\") && is_method(\"BYE\")"), ""},
		{"one and not the other", in("is_method(\"ACK\") && !is_method(\"BYE\")"), ""},
		{"neither by and", in("$rm != \"ACK\" && $rm != \"BYE\""), ""},
		{"either by or", in("$rU == \"a\" || $rU == \"b\""), ""},
		{"number and text", in("$avp(a) != 1 || $avp(a) != \"1\""), ""},
		{"networks", in("src_ip != 10.0.0.0/8 || src_ip != 10.1.0.0/16"), ""},
		{"protocols", in("proto != UDP || proto != TCP"), "same-result 2:20-31+2"},

		{"twice", in("$rU == \"a\" || f() || $rU == \"a\""), "repeated-condition 2:25-34+2"},
		{"call twice", in("f() || f()"), ""},
		{"test twice", in("is_method(\"ACK\") && is_method(\"ACK\")"), "repeated-condition 2:24-39+2"},
		{"else if", "request_route {\nif($rU == \"a\") f();\nelse if($rU == \"b\") g();\nelse if ($rU == \"a\") exit;\n}", "repeated-condition 4:10-19+2"},
		{"else if of a call", "request_route {\nif(f()) g();\nelse if(f()) exit;\n}", ""},
		{"regular expressions", "request_route {\nswitch($rU) { case /\"^a\": f();\ncase /\"^b\": f();\ncase /\"^a\": f(); }\n}", "repeated-condition 4:7-10+2"},
	}.run(t)
}

func TestFlags(t *testing.T) {
	in := func(body string) string { return "request_route {\n" + body + "\n}\n" }
	rows{
		{"set and tested", in("setflag(1);\nif(isflagset(1)) exit;"), ""},
		{"not tested", in("setflag(1);"), "untested-flag 2:9-9"},
		{"not set", in("if(isflagset(1)) exit;"), "unset-flag 2:14-14"},
		{"of a module", "modparam(\"acc\", \"log_flag\", 1)\n" + in("setflag(1);"), ""},
		{"of a module by itself", "loadmodule \"siptrace.so\"\n" + in("setflag(0);"), ""},
		{"by name and number", "flags A:3;\n" + in("setflag(A);\nif(isflagset(3)) exit;"), ""},
		{"by name", "flags A, B;\n" + in("setflag(A);\nif(isflagset(B)) exit;"), "untested-flag 3:9-9 unset-flag 4:14-14"},
		{"all at once", in("setflag(1);\nif($mf == 2) exit;"), ""},
		{"tested in another build", "#!define FLT_A 1\n" + in("setflag(FLT_A);\n#!ifdef WITH_X\nif(isflagset(FLT_A)) exit;\n#!endif"), ""},
		{"number in another build", in("setflag(1);\n#!ifdef WITH_X\nif(isflagset(1)) exit;\n#!endif"), ""},
		{"of a module in another build", in("setflag(1);") + "#!ifdef WITH_X\nmodparam(\"acc\", \"log_flag\", 1)\n#!endif", ""},
	}.run(t)
}

func TestModParams(t *testing.T) {
	main := "request_route { exit; }\n"
	rows{
		{"two values", main + "modparam(\"tm\", \"fr_timer\", 1)\nmodparam(\"tm\", \"fr_timer\", 2)", "modparam-twice 3:1-29+2"},
		{"one value twice", main + "modparam(\"tm\", \"fr_timer\", 1)\nmodparam(\"tm\", \"fr_timer\", 1)", ""},
		{"two modules", main + "modparam(\"acc\", \"db_url\", \"a\")\nmodparam(\"usrloc\", \"db_url\", \"b\")", ""},
		{"a list", main + "modparam(\"rtimer\", \"exec\", \"a\")\nmodparam(\"rtimer\", \"exec\", \"b\")", ""},
	}.run(t)
}

// TestOtherIncludes: what a file uses counts that only another build includes.
func TestOtherIncludes(t *testing.T) {
	files := map[string]string{
		"/k/kamailio.cfg": "request_route { $var(x) = 1; $var(y) = 1; $var(z) = 1; exit; }\n#!ifdef WITH_X\n\tinclude_file \"inc/a.cfg\"\n#!endif\nroute[A] { exit; }\nroute[B] { exit; }\n",
		"/k/inc/a.cfg":    "route[C] { route(A); xlog(\"$var(x)\"); }\n#!import_file \"b.cfg\"\n!!include_file \"kamailio.cfg\"\n",
		"/k/b.cfg":        "failure_route[F] { $rU = $var(y); }",
	}
	read := func(name string) ([]byte, error) {
		if text, ok := files[name]; ok {
			return []byte(text), nil
		}
		return nil, fs.ErrNotExist
	}
	file, set, diags := parse.Load(parse.Options{File: "/k/kamailio.cfg", ReadFile: read})
	if diags.Errors() > 0 {
		t.Fatal(diags.Items)
	}
	l := &diag.List{}
	check.File(file, set, read, l)
	var got []string
	for _, d := range l.Items {
		got = append(got, d.Msg)
	}
	want := []string{"nothing calls route[B]: it never runs", "$var(z) is set and nothing reads it"}
	if !slices.Equal(got, want) {
		t.Errorf("%q, want %q", got, want)
	}
}

// TestSeverities: what is hardly meant is a warning, what is a matter of style
// an info, and Kamailio's parser finds neither.
func TestSeverities(t *testing.T) {
	codes := map[string]diag.Severity{}
	for _, c := range diag.Codes() {
		codes[c.Name] = c.Severity
	}
	_, l := found(t, "request_route {\n$var(a) = $var(b);\nsetflag(1);\nexit;\nf();\n}\nroute[A] { exit; }")
	if len(l.Items) != 5 {
		t.Errorf("%d are found, want 5: %v", len(l.Items), l.Items)
	}
	for _, d := range l.Items {
		if d.Severity != codes[d.Code] || !d.Late || d.Severity == diag.Error {
			t.Errorf("%s: %s, late %t", d.Code, d.Severity, d.Late)
		}
	}
}

// FuzzFile: nothing that parses makes a check panic, and each remark has a
// place.
func FuzzFile(f *testing.F) {
	for _, s := range []string{
		"request_route { if($rm==\"X\" || $rm != \"Y\" && !route(A)) { $var(a) = $(ru{s.substr,1,$var(b)}) + 5; } exit; f(); }\nroute[A] { return 5; }",
		"request_route { switch($rU) { case \"a\": break; case /\"^b\": drop; default: exit; } f(\"x=A;$var(c\"); t_on_failure(\"$x\"); }",
		"#!ifdef A\nroute[B] { $var(x) = 1; }\n#!endif\nroute { setflag(1); route(\"A\" + $rU + \"B\"); while($var(x)=1) f(); }\nfailure_route[F] { exit; }",
		"flags A:1, B; route { if(isflagset(A) == -1) exit; else if(isflagset(A) == -1) drop; else ; }",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, s string) {
		file, set, diags := parse.Load(parse.Options{File: "a.cfg", ReadFile: func(name string) ([]byte, error) {
			if name == "a.cfg" {
				return []byte(s), nil
			}
			return nil, fmt.Errorf("no file %s", name)
		}})
		if diags.Errors() > 0 {
			return
		}
		l := &diag.List{}
		check.File(file, set, nil, l)
		seen := map[string]map[source.Pos]bool{}
		for _, d := range l.Items {
			if !d.Pos.IsValid() || d.Msg == "" || seen[d.Code][d.Pos] {
				t.Errorf("twice, or without a place: %+v", d)
			}
			if seen[d.Code] == nil {
				seen[d.Code] = map[source.Pos]bool{}
			}
			seen[d.Code][d.Pos] = true
		}
		for _, w := range []error{l.Text(new(strings.Builder), set), l.JSON(new(strings.Builder), set), l.SARIF(new(strings.Builder), set, "0", "/")} {
			if w != nil {
				t.Error(w)
			}
		}
	})
}
