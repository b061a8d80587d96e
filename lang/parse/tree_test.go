package parse_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"olelo/lang/ast"
)

// dump writes a tree as nested lists.
func dump(f *ast.File) string {
	var parts []string
	for _, it := range f.Items {
		parts = append(parts, item(it))
	}
	return strings.Join(parts, " ")
}

func item(it ast.Item) string {
	switch it := it.(type) {
	case *ast.Global:
		name := it.Name
		if it.Group != "" {
			name = it.Group + "." + name
		}
		s := "(" + name
		for _, v := range it.Values {
			s += " " + literal(v)
		}
		return s + ")"
	case *ast.Load:
		s := "(" + it.Keyword + " " + literal(it.Arg)
		if it.Opts != nil {
			s += " " + literal(*it.Opts)
		}
		return s + ")"
	case *ast.ModParam:
		return "(" + it.Keyword + " " + literal(it.Module) + " " + literal(it.Name) + " " + literal(it.Value) + ")"
	case *ast.Route:
		return fmt.Sprintf("(%s %q %s)", it.Kind, it.Name, block(it.Body))
	case *ast.BadItem:
		return "<hole>"
	}
	return fmt.Sprintf("%T", it)
}

func literal(l ast.Literal) string {
	switch l.Kind {
	case ast.LitInt:
		return strconv.FormatInt(l.Int, 10)
	case ast.LitStr:
		return strconv.Quote(l.Text)
	}
	return l.Text
}

func block(b *ast.Block) string {
	if b == nil {
		return "<hole>"
	}
	return "{" + stmts(b.Stmts) + "}"
}

func stmts(list []ast.Stmt) string {
	var parts []string
	for _, s := range list {
		parts = append(parts, stmt(s))
	}
	return strings.Join(parts, " ")
}

func stmt(s ast.Stmt) string {
	switch s := s.(type) {
	case *ast.If:
		if s.Else == nil {
			return "(if " + expr(s.Cond) + " " + block(s.Then) + ")"
		}
		return "(if " + expr(s.Cond) + " " + block(s.Then) + " " + block(s.Else) + ")"
	case *ast.While:
		return "(while " + expr(s.Cond) + " " + block(s.Body) + ")"
	case *ast.Switch:
		out := "(switch " + expr(s.X)
		for _, c := range s.Cases {
			switch {
			case c.Default:
				out += " (default"
			case c.Regex != nil:
				out += " (case /" + literal(*c.Regex)
			default:
				out += " (case " + expr(c.Value)
			}
			if len(c.Body) > 0 {
				out += " " + stmts(c.Body)
			}
			out += ")"
		}
		return out + ")"
	case *ast.Jump:
		if s.Code == nil {
			return "(" + s.Keyword + ")"
		}
		return "(" + s.Keyword + " " + expr(s.Code) + ")"
	case *ast.Assign:
		return "(= " + s.To.Text + " " + expr(s.Value) + ")"
	case *ast.ExprStmt:
		return expr(s.X)
	case *ast.BadStmt:
		return "<hole>"
	}
	return fmt.Sprintf("%T", s)
}

func expr(e ast.Expr) string {
	switch e := e.(type) {
	case nil:
		return "<hole>"
	case *ast.Lit:
		return literal(e.Literal)
	case *ast.Var:
		return e.Text
	case *ast.Select:
		return e.Text
	case *ast.Ident:
		return "'" + e.Name
	case *ast.Call:
		s := "(" + e.Name
		if e.Bare {
			s += "!"
		}
		for _, a := range e.Args {
			s += " " + expr(a)
		}
		return s + ")"
	case *ast.Unary:
		return "(" + e.Op + " " + expr(e.X) + ")"
	case *ast.Binary:
		return "(" + e.Op + " " + expr(e.X) + " " + expr(e.Y) + ")"
	case *ast.AssignExpr:
		return "(:= " + e.To.Text + " " + expr(e.Value) + ")"
	case *ast.BadExpr:
		return "<hole>"
	}
	return fmt.Sprintf("%T", e)
}

func TestItems(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"debug=2", "(debug 2)"},
		{"debug=-3;", "(debug -3)"},
		{"fork=yes", "(fork yes)"},
		{"tos=0x10 tos=IPTOS_LOWDELAY", "(tos 16) (tos IPTOS_LOWDELAY)"},
		{`log_prefix="{$mt $ci} "`, `(log_prefix "{$mt $ci} ")`},
		{"user=nobody group='x'", `(user nobody) (group "x")`},
		{"listen=127.0.0.1:5060", "(listen 127.0.0.1:5060)"},
		{"listen = udp : 10 . 0.0.1 : 5060", "(listen udp:10.0.0.1:5060)"},
		{`listen=udp:eth0.100:5060 advertise a-b.c:5061 name "s" virtual`, `(listen udp:eth0.100:5060 advertise a-b.c:5061 name "s" virtual)`},
		{"listen=tcp:[::1]:5060 tls:(a, 10.0.0.1):*", "(listen tcp:[::1]:5060 tls:(a,10.0.0.1):*)"},
		{`listen="example.com"`, `(listen "example.com")`},
		{"alias=a.com tcp:b.com:5060", "(alias a.com tcp:b.com:5060)"},
		{"advertised_address=a.b.c", "(advertised_address a.b.c)"},
		{`flags A:1, "B", C`, "(flags A:1 B C)"},
		{`socket = { bind = udp:a:5060; name = "x"; workers = 4; }`, `(socket bind udp:a:5060 name "x" workers 4)`},
		{`kemi.reply_route_callback="none"`, `(kemi.reply_route_callback "none")`},
		{`pstn.gw_ip = "" desc "PSTN GW"`, `(pstn.gw_ip "" desc "PSTN GW")`},
		{`a[2].b = yes`, "(a[2].b 1)"},
		{`loadmodule "sl.so" mpath="a:b" loadpath "c"`, `(loadmodule "sl.so") (mpath "a:b") (loadpath "c")`},
		{`loadmodule("sl.so", "g")`, `(loadmodule "sl.so" "g")`},
		{`modparam("a|b", "c", -5) modparam('a','b',"x" "y")`, `(modparam "a|b" "c" -5) (modparam "a" "b" "xy")`},
		{`modparam("a","b",yes) modparamx("a","b",$var(x))`, `(modparam "a" "b" 1) (modparamx "a" "b" $var(x))`},
		{"route { exit; } route[A] { exit; };", `(route "" {(exit)}) (route "A" {(exit)})`},
		{`route["a b"] {;} onreply_route[1] {;}`, `(route "a b" {}) (onreply_route "1" {})`},
		{"event_route[ tm:branch-failure:X ] {;}", `(event_route "tm:branch-failure:X" {})`},
	} {
		f, set, diags := load(test.in + "\n")
		if got := firstError(t, set, diags); got != "ok" {
			t.Errorf("%s: error at %s", test.in, got)
			continue
		}
		if got := dump(f); got != test.want {
			t.Errorf("%s\n  got  %s\n  want %s", test.in, got, test.want)
		}
	}
}

func TestStatements(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"exit; return; drop; break;", "(exit) (return) (drop) (break)"},
		{"return -1; exit(5); return(); drop $var(x);", "(return (- 1)) (exit 5) (return) (drop $var(x))"},
		{"return ($rU == 1) && 2;", "(return (&& (== $rU 1) 2))"},
		{"$var(x) = 1;; ;", "(= $var(x) 1)"},
		{"$(hdr(X)[0]{s.len}) = 010 + 0x1F - 101b;", "(= $(hdr(X)[0]{s.len}) (- (+ 8 31) 5))"},
		{"$var(x) = 4294967296;", "(= $var(x) 4294967296)"},
		{"if(1) exit; else drop;", "(if 1 {(exit)} {(drop)})"},
		{"if 1 { exit; } else if (2) ; else { ; drop; }", "(if 1 {(exit)} {(if 2 {} {(drop)})})"},
		{"if (1) if (2) exit; else drop;", "(if 1 {(if 2 {(exit)} {(drop)})})"},
		{"if (1) && (2) exit;", "(if (&& 1 2) {(exit)})"},
		{"if ($var(a) = 5) exit;", "(if (:= $var(a) 5) {(exit)})"},
		{"if (($var(a) = f(1)) && !2) exit;", "(if (&& (:= $var(a) (f 1)) (! 2)) {(exit)})"},
		{"while ($var(i) < 3) { f(); break; }", "(while (< $var(i) 3) {(f) (break)})"},
		{`switch($x) { case 1: case "a": exit; case /"^b": default: ; drop; }`, `(switch $x (case 1) (case "a" (exit)) (case /"^b") (default (drop)))`},
		{"switch $x { }", "(switch $x)"},
		{`xlog("L_INFO", "a" "b\n"); f(, 1);`, `(xlog "L_INFO" "ab\n") (f 1)`},
		{`route(A); route("b c"); route($var(x)); route(1);`, `(route A) (route "b c") (route $var(x)) (route 1)`},
		{"force_rport; force_rport(); add_tcp_alias(5060);", "(force_rport!) (force_rport) (add_tcp_alias 5060)"},
		{`forward(uri:host, uri:port); forward("a.b", 5060); forward(10.0.0.1);`, `(forward 'uri:host 'uri:port) (forward "a.b" 5060) (forward 10.0.0.1)`},
		{`log(1, "a"); log("b"); setflag(5); force_send_socket(udp:10.0.0.1:5060);`, `(log 1 "a") (log "b") (setflag 5) (force_send_socket udp:10.0.0.1:5060)`},
	} {
		f, set, diags := load("request_route {\n" + test.in + "\n}\n")
		if got := firstError(t, set, diags); got != "ok" {
			t.Errorf("%s: error at %s", test.in, got)
			continue
		}
		if got, want := dump(f), `(request_route "" {`+test.want+`})`; got != want {
			t.Errorf("%s\n  got  %s\n  want %s", test.in, got, want)
		}
	}
}

func TestExpressions(t *testing.T) {
	for _, test := range []struct{ in, want string }{
		{"1 || 2 && 3 | 4 & 5 ^ 6 << 7 >> 8 == 9 < 10 + 11 * -12", "(|| 1 (&& 2 (| 3 (& 4 (^ 5 (<< 6 (>> 7 (== 8 (< 9 (+ 10 (* 11 (- 12))))))))))))"},
		{"1 - 2 - 3", "(- (- 1 2) 3)"},
		{"1 == 2 == 3", "(== (== 1 2) 3)"},
		{"1 and 2 or not 3", "(|| (&& 1 2) (! 3))"},
		{"1 mod 2 / 3", "(/ (mod 1 2) 3)"},
		{`"a" eq $b ieq 1`, `(ieq (eq "a" $b) 1)`},
		{"!$a == 1", "(== (! $a) 1)"},
		{"(1 + 2) * 3", "(* (+ 1 2) 3)"},
		{"(int)$a + (str)~1", "(+ (int $a) (str (~ 1)))"},
		{"defined $a && strlen($b) > strempty(\"\")", "(&& (defined $a) (> (strlen $b) (strempty \"\")))"},
		{"selval(1, 2, 3)", "(selval 1 2 3)"},
		{"uri == myself && method == INVITE", "(&& (== 'uri 'myself) (== 'method INVITE))"},
		{"!uri == myself", "(! (== 'uri 'myself))"},
		{"src_ip == 10.0.0.0/8 || src_ip != [::1] || dst_ip == a.b", "(|| (|| (== 'src_ip 10.0.0.0/8) (!= 'src_ip [::1])) (== 'dst_ip a.b))"},
		{"proto == UDP && af == INET6 && msg:len >= 5", "(&& (&& (== 'proto 'UDP) (== 'af 'INET6)) (>= 'msg:len 5))"},
		{`status =~ "2.." && src_port == 1 | 2`, `(&& (=~ 'status "2..") (| (== 'src_port 1) 2))`},
		{"myself == from_uri", "(== 'myself 'from_uri)"},
		{"@via[1].host == 'a'", `(== @via[1].host "a")`},
		{"is_method(\"A\") == -1", `(== (is_method "A") (- 1))`},
		{"$? + INET", "(+ $? 2)"},
	} {
		f, set, diags := load("request_route { return " + test.in + "; }\n")
		if got := firstError(t, set, diags); got != "ok" {
			t.Errorf("%s: error at %s", test.in, got)
			continue
		}
		if got, want := dump(f), `(request_route "" {(return `+test.want+`)})`; got != want {
			t.Errorf("%s\n  got  %s\n  want %s", test.in, got, want)
		}
	}
}
