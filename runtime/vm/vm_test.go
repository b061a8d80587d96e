package vm_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"os"
	"strings"
	"testing"

	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/program"
	"olelo/modules/core"
	"olelo/pv"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
	"olelo/runtime/vm"
)

// probe is a module whose functions have known codes and write what they are
// given.
type probe struct{ said []string }

func (p *probe) Exports() registry.Exports {
	code := func(rc int) func(*registry.Ctx) int { return func(*registry.Ctx) int { return rc } }
	return registry.Exports{Funcs: []registry.Func{
		registry.Fn0("hit", registry.Any, code(1), ""),
		registry.Fn0("miss", registry.Any, code(-1), ""),
		registry.Fn0("stop", registry.Any, code(0), ""),
		registry.Fn0("only_reply", registry.Reply, code(1), ""),
		registry.Fn1("say", registry.Text("text"), registry.Any, func(_ *registry.Ctx, s string) int {
			p.said = append(p.said, strings.Clone(s))
			return 1
		}, ""),
		p.logs("loud", log.Err), p.logs("quiet", log.Debug),
		registry.Fn1("set", registry.OutP("var"), registry.Any, func(c *registry.Ctx, v *registry.Var) int {
			x := value.OfStr("overwritten")
			if v.Slot > 0 {
				c.Vars[v.Slot-1].Set(&x)
			} else {
				v.Set(c, &x)
			}
			return 1
		}, ""),
	}}
}

// logs is say as a function that writes a log line.
func (p *probe) logs(name string, level log.Level) registry.Func {
	f := registry.Fn1(name, registry.Text("text"), registry.Any, func(_ *registry.Ctx, s string) int {
		p.said = append(p.said, strings.Clone(s))
		return 1
	}, "")
	f.Logs = func([]registry.Arg) (log.Level, bool) { return level, true }
	return f
}

// names are the server's own in tests.
type names struct{}

func (names) IsAddr(a netip.Addr) bool { return a == netip.MustParseAddr("127.0.0.1") }
func (names) IsHost(host string, port int) bool {
	return host == "127.0.0.1" && port == 18100
}

// bench is a compiled configuration with one worker.
type bench struct {
	prog  *program.Program
	ctx   *registry.Ctx
	probe *probe
	log   bytes.Buffer
}

func build(t testing.TB, config string, opt compile.Options) *bench {
	t.Helper()
	b, diags := tryBuild(t, config, opt)
	for _, d := range diags.Items {
		if d.Severity != diag.Error {
			continue
		}
		t.Fatalf("%s:%d:%d: %s", d.Pos.Filename, d.Pos.Line, d.Pos.Column, d.Msg)
	}
	return b
}

func tryBuild(t testing.TB, config string, opt compile.Options) (*bench, *diag.List) {
	t.Helper()
	file, _, diags := parse.Load(parse.Options{
		File:     "kamailio.cfg",
		ReadFile: func(string) ([]byte, error) { return []byte(config), nil },
	})
	b := &bench{probe: &probe{}}
	env := compile.NewEnv()
	env.Add("core", core.New())
	env.Add("pv", pv.New())
	env.Add("probe", b.probe)
	env.Myself = names{}
	env.Block = func(int) registry.Block { return nil }
	if opt.MaxLoops == 0 {
		opt.MaxLoops = 100
	}
	if opt.MaxLevel == 0 {
		opt.MaxLevel = 256
	}
	b.prog = compile.Compile(file, env, opt, diags)
	l, err := log.New(log.Config{Writer: &b.log}, 0, os.Getpid())
	if err != nil {
		t.Fatal(err)
	}
	vars := make([]registry.VarSlot, len(b.prog.Slots))
	for i, s := range b.prog.Slots {
		if !s.Null {
			vars[i].Value = value.OfInt(0)
		}
	}
	msg := &sip.Message{}
	if err := msg.Parse([]byte(strings.ReplaceAll(options, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	b.ctx = &registry.Ctx{Worker: &registry.Worker{Log: l, Vars: vars}, Msg: msg, Recv: &transport.Recv{
		Proto: transport.UDP, Src: netip.MustParseAddrPort("127.0.0.1:40000"), SrcIP: "127.0.0.1",
		Socket: transport.NewSocket(transport.UDP, netip.MustParseAddrPort("127.0.0.1:18100"), "", ""),
	}}
	return b, diags
}

const options = `OPTIONS sip:bob@example.com SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;rport;branch=z9hG4bK-one
From: "Alice A" <sip:alice@example.org>;tag=abc123
To: <sip:bob@example.com>
Call-ID: cid-options@lang
CSeq: 10 OPTIONS
Subject: hello
Content-Length: 0

`

func (b *bench) run(t testing.TB, kind, name string) int {
	t.Helper()
	n, ok := b.prog.FindRoute(kind, name)
	if !ok {
		t.Fatalf("no %s[%s]", kind, name)
	}
	b.ctx.Arena.Reset()
	return vm.For(b.ctx, b.prog).Run(b.ctx, n, registry.Request)
}

// TestRouteCodes: the code that a route's call leaves in $rc, and $var(a),
// after each body. All values were seen on Kamailio 5.6.3.
func TestRouteCodes(t *testing.T) {
	for _, k := range []struct {
		body  string
		rc, a int
	}{
		{`if($var(nn)==1) { $var(a)=1; }`, 1, 0},
		{`if(miss()) { $var(a)=1; }`, 1, 0},
		{`if(!hit()) { $var(a)=1; }`, 1, 0},
		{`if(hit()) { $var(a)=1; }`, 1, 1},
		{`miss(); $var(a)=1;`, 1, 1},
		{`miss(); if($var(nn)==1) { $var(a)=1; }`, 1, 0},
		{`miss(); $var(i)=0; while($var(i)<2) { $var(i)=$var(i)+1; }`, 1, 0},
		{`if($var(nn)==0) { miss(); }`, -1, 0},
		{`$var(a)=miss();`, 1, -1},
		{`$var(a)=miss()+0;`, 1, -1}, // as + 0 and the like change nothing
		{`$var(a)=1*route(P5);`, 1, 5},
		{`$var(a)=route(P5)/(5==5);`, 1, 5},
		{`$var(a)=route(P5)-1;`, 1, 0},
		{`$var(a)=route(P5)^0;`, 1, 1},
		{`return route(P5)+0;`, 1, 0},
		{`if(miss()) { $var(a)=1; } else { $var(a)=2; }`, 1, 2},
		{`while(1) { miss(); break; }`, 0, 0},
		{`route(M7); $var(a)=1;`, 1, 1},
		{`$var(i)=0; while($var(i)<2) { $var(i)=$var(i)+1; miss(); }`, -1, 0},
		{`$var(i)=0; while($var(i)<2) { $var(i)=$var(i)+1; route(P5); }`, 5, 0},
		{`miss(); while(0) { $var(i)=$var(i)+1; }`, 1, 0},
		{`route(P5); while($var(nn)>0) { $var(i)=1; }`, 1, 0},
		{`switch($var(nn)) { case 0: miss(); }`, -1, 0},
		{`switch($var(nn)) { case 1: route(P5); }`, 1, 0},
		{`switch($var(nn)) { case 1: route(P5); default: $var(a)=3; }`, 1, 3},
		{`switch($var(nn)) { case 0: $var(a)=3; default: route(M7); }`, -7, 3},
		{`switch($var(nn)) { case 0: route(P5); break; default: route(M7); }`, 0, 0},
		{`while(1) { if(1==1) { route(P5); break; } }`, 0, 0},
		{`while(1) { $var(a)=1; return; }`, 1, 1},
		{`while(1) { $var(a)=1; return 9; }`, 9, 1},
		{`switch($var(nn)) { case 0: return 9; }`, 9, 0},
		{`$var(i)=0; while($var(i)<200) { $var(i)=$var(i)+1; }`, -1, 0},
		{`$var(i)=0; while($var(i)<200) { $var(i)=$var(i)+1; } $var(a)=$var(i);`, 1, 100},
		{`$var(a)=5/$var(nn);`, -1, 0},
		{`if(5/$var(nn)==1) { $var(a)=1; } else { $var(a)=2; }`, 1, 2},
		{`if(!(5/$var(nn))) { $var(a)=1; } else { $var(a)=2; }`, 1, 2},
		{`$var(a)=7; if(1==1 || (5/$var(nn))) { $var(a)=1; }`, 1, 1},
		{`$var(a)=7; while(5/$var(nn)) { $var(a)=1; }`, 1, 7},
		{`switch(5/$var(nn)) { case 0: $var(a)=1; break; default: $var(a)=9; }`, 1, 9},
		{`return 5/$var(nn);`, -5, 0},
		{`return (1==1);`, 1, 0},
		{`return route(P5);`, 1, 0},
		{`return route(P5)+1;`, 2, 0},
		{`$var(a)=route(M7);`, 1, -7},
		{`$var(a)=route(M7)+0;`, 1, -7},
		{`$var(a)=-route(M7);`, 1, 0},
		{`$var(a)=(int)route(M7);`, 1, 0},
		{`$var(a)=hit() + 5;`, 1, 6},
		{`$var(a)=!hit();`, 1, 0},
	} {
		b := build(t, "request_route { route(T); say(\"$rc $var(a)\"); }\nroute[T] { "+k.body+" }\n"+
			"route[M7] { return -7; }\nroute[P5] { return 5; }\n", compile.Options{})
		b.run(t, "request_route", "")
		if want := fmt.Sprintf("%d %d", k.rc, k.a); len(b.probe.said) != 1 || b.probe.said[0] != want {
			t.Errorf("%s\n  got %q, want %q", k.body, b.probe.said, want)
		}
	}
}

// TestScriptEnds: what ends the whole script, and how the caller sees it.
func TestScriptEnds(t *testing.T) {
	for _, k := range []struct {
		body string
		flow registry.Flow
	}{
		{`return 0;`, registry.FlowExit},
		{`return $var(nn);`, registry.FlowExit},
		{`return (1==2);`, registry.FlowExit},
		{`$var(s)="abc"; return $var(s);`, registry.FlowExit},
		{`return $avp(nope);`, registry.FlowExit},
		{`exit;`, registry.FlowExit},
		{`exit(5);`, registry.FlowExit},
		{`drop;`, registry.FlowExit | registry.FlowDrop},
		{`drop(1);`, registry.FlowExit | registry.FlowDrop},
		{`stop();`, registry.FlowExit},
		{`if(stop()) { $var(a)=1; }`, registry.FlowExit},
		{`if(route(Z)) { say("true"); } else { say("false"); }`, registry.FlowExit},
		{`$var(a)=route(Z)+2;`, registry.FlowExit},
	} {
		b := build(t, "request_route { say(\"before\"); route(T); say(\"after\"); }\nroute[T] { "+k.body+" }\nroute[Z] { return 0; }\n",
			compile.Options{})
		b.run(t, "request_route", "")
		if len(b.probe.said) != 1 || b.ctx.Flow != k.flow {
			t.Errorf("%s: said %q, flow %d; want only \"before\", flow %d", k.body, b.probe.said, b.ctx.Flow, k.flow)
		}
	}
}

// TestExpressions: values and types of expressions, seen on Kamailio 5.6.3.
// A text is shown in brackets.
func TestExpressions(t *testing.T) {
	for _, k := range []struct{ expr, want string }{
		{`"10"+5`, "[105]"},
		{`$var(five)+$var(ten)`, "15"},
		{`$var(ten)+$var(five)`, "[105]"},
		{`$var(five)+$var(abc)`, "5"},
		{`"x"+5+6`, "[x56]"},
		{`$var(ten)+($var(five)+$var(five))`, "[1010]"},
		{`($var(ten)+$var(five))*2`, "30"},
		{`$var(five)+($var(ten)+$var(five))`, "20"},
		{`-($var(ten)+$var(five))`, "-15"},
		{`15==($var(ten)+$var(five))`, "1"},
		{`selval($var(five), 1, 2)+1`, "2"},
		{`selval($var(five), 1, 2)*2`, "0"},
		{`selval(1, 2, 3)*2`, "4"},
		{`0*"x"`, "error"},
		{`0/$var(abc)`, "0"},
		{`$avp(n)+1`, "[1]"},
		{`1+$avp(n)`, "1"},
		{`$avp(n)+$avp(m)`, "[]"},
		{`-$avp(n)`, "0"},
		{`$null+1`, "[1]"},
		{`$null+1+2`, "[12]"},
		{`"a"+$var(five)+$var(abc)+6`, "[a5abc6]"},
		{`$var(ten)+$var(five)+$var(abc)`, "[105abc]"},
		{`$var(five)+$var(five)+$var(ten)`, "20"},
		{`$var(five)+$var(abc)+1`, "6"},
		{`$var(ten)+1+"x"`, "[101x]"},
		{`"a"+(""+$var(five))+"b"`, "[a5b]"},
		{`"a"+hit()+$var(abc)`, "[a1abc]"},
		{`"a"+2*$var(five)+"b"+($var(five)+1)`, "[a10b6]"},
		{`$var(abc)` + strings.Repeat(`+"x"+$var(two)`, 40), "[abc" + strings.Repeat("x2", 40) + "]"},
		{`"a"` + strings.Repeat(`+$var(two)`, 150), "[a" + strings.Repeat("2", 150) + "]"},
		{`$var(two)` + strings.Repeat(`+$var(two)`, 150), "302"},
		{`$null==0`, "1"}, // only on the right it asks whether there is a value
		{`$null!=""`, "0"},
		{`$null==$var(zero)`, "1"},
		{`$var(zero)==$null`, "0"},
		{`$var(empty) eq $null`, "0"},
		{`$var(zero) ine $null`, "1"},
		{`$avp(n) ieq $null`, "1"},
		{`0==$null`, "error"},
		{`(5==5)!=$null`, "error"},
		{`""==$null`, "0"},
		{`$null==$null`, "1"},
		{`$avp(n)==0`, "1"},
		{`$avp(n)==""`, "1"},
		{`""==$avp(n)`, "1"},
		{`$avp(n)==5`, "0"},
		{`$avp(n)==$avp(m)`, "1"},
		{`$var(abc)==0`, "0"},
		{`0==$var(abc)`, "1"},
		{`2147483647*$var(two)`, "-2"},
		{`-2147483648/-1`, "-2147483648"}, // Kamailio 5.6.3 dies of SIGFPE
		{`1<<$var(n33)`, "2"},
		{`1<<-1`, "-2147483648"},
		{`-16>>2`, "-4"},
		{`-7/$var(two)`, "-3"},
		{`-7 mod $var(two)`, "-1"},
		{`7 mod 4*2`, "6"},
		{`1<<2+1`, "8"},
		{`6&2==2`, "0"},
		{`3>2>1`, "0"},
		{`!0==1`, "1"},
		{`~5&7`, "2"},
		{`(int)"0x10"`, "16"},
		{`(int)"010"`, "10"},
		{`(int)"+5"`, "5"},
		{`(int)" 5"`, "0"},
		{`(int)"1.5"`, "0"},
		{`(int)"4294967295"`, "0"},
		{`(int)"-2147483648"`, "-2147483648"},
		{`(str)$var(five)+1`, "[51]"},
		{`4294967295`, "-1"},
		{`9999999999`, "1410065407"},
		{`!"abc"==1`, "error"},
		{`!$var(abc)`, "1"},
		{`$var(five) && $var(five)`, "1"},
		{`$var(five) || 0`, "5"}, // X || 0 and X && 1 are X
		{`0 || $var(five)`, "5"},
		{`$var(m1) && 1`, "-1"},
		{`1 && $var(m1)`, "-1"},
		{`$var(neg) && 1`, "-3"},
		{`miss() || 0`, "-1"},
		{`$var(m1) && 7`, "1"},
		{`$var(m1) || 7`, "1"},
		{`$var(m1) && 0`, "0"},
		{`$var(m1) && $var(five)`, "1"},
		{`$var(m1) || $var(zero)`, "1"},
		{`$var(abc) && $var(five)`, "0"},
		{`$var(neg) && $var(five)`, "1"},
		{`!$var(m1)`, "0"},
		{`!$var(neg)`, "0"},
		{`!!$var(m1)`, "1"},
		{`$var(zero)==""`, "0"},
		{`$var(zero)!=""`, "0"},
		{`$var(zero)==$var(empty)`, "1"},
		{`$var(zero)=="abc"`, "1"},
		{`$var(empty)==""`, "1"},
		{`$avp(n)!=""`, "0"},
		{`selval($var(m1), "yes", "no")`, "[no]"},
		{`"40"+"4"`, "[404]"},
		{`1+2+$var(five)+3+4`, "15"},
		{`$var(abc)+1+2`, "[abc12]"},
		{`(str)5=="5"`, "1"},
		{`5 && 7`, "1"},
		{`strlen($var(abc))`, "3"},
		{`strempty($avp(n))`, "1"},
		{`defined $avp(n)`, "0"},
		{`selval($var(five)==5, "yes", "no")`, "[yes]"},
		{`"010" ieq $var(ten)`, "error"},
		{`$var(five) ine "5"`, "error"},
		{`5 eq "5"`, "error"},
		{`"5" eq 5`, "1"},
		{`$var(five) && "5"`, "error"},
		{`"x" || 1`, "error"},
		{`strlen(5)`, "error"},
		{`strempty($var(five)+1)`, "0"},
		{`$var(abc) =~ 5`, "error"},
		{`18446744073709551616`, "-1"},
		{`-99999999999999999999`, "1"},
		{`(int)"0x1ffffffff"`, "-1"},
		{`(int)"0x10000000000000000"`, "0"},
		{`(int)"0x123456789abcdef0"`, "-1698898192"},
		{`(int)"0x1g"`, "0"},
		{`($var(ten)+$var(five))*2`, "30"}, // where an integer is wanted, + adds
		{`($var(ten)+$var(five))+2`, "[1052]"},
		{`2+($var(ten)+$var(five))`, "17"},
		{`$var(five)+($var(ten)+$var(five))`, "20"},
		{`$var(ten)+($var(ten)+$var(five))`, "[10105]"},
		{`$var(five)==($var(abc)+$var(five))`, "1"},
		{`($var(abc)+$var(five))==5`, "0"},
		{`-($var(abc)+$var(five))`, "-5"},
		{`(int)(($var(ten)+"x")+$var(five))`, "15"},
		{`(str)($var(ten)+$var(five))`, "[105]"},
		{`($var(ten)+$var(five)) && 1`, "15"},
		{`!($var(abc)+$var(five))`, "0"},
		{`0/$var(zero)`, "0"},
		{`0 mod $var(zero)`, "0"},
		{`selval($var(zero), "x", $var(five))+1`, "6"},
		{`selval($var(five), "7", "x")+1`, "[71]"},
		{`"010" eq $var(ten)`, "0"},
		{`"ABC" =~ "^abc$"`, "1"},
		{`"10"-$var(five)`, "error"},
		{`5+"10"`, "error"},
		{`"abc"*2`, "error"},
		{`5=="10"`, "error"},
		{`"10"==10`, "1"},
		{`1||0&&0`, "1"},
	} {
		b, diags := tryBuild(t, `request_route {
  $var(five)=5; $var(two)=2; $var(n33)=33; $var(ten)="10"; $var(abc)="abc";
  $var(m1)=-1; $var(neg)="-3"; $var(zero)=0; $var(empty)="";
  $var(r) = `+k.expr+`;
  if(is_int("$var(r)")) say("$var(r)"); else say("[$var(r)]");
}`, compile.Options{})
		got := "error"
		if diags.Errors() == 0 {
			b.run(t, "request_route", "")
			got = strings.Join(b.probe.said, "|")
		}
		if got != k.want {
			t.Errorf("%s\n  got %s, want %s", k.expr, got, k.want)
		}
	}
}

// TestNeverEvaluated: an operand that cannot change the result does not run.
// Seen on Kamailio 5.6.3.
func TestNeverEvaluated(t *testing.T) {
	for expr, want := range map[string]string{
		`route(N)*0`: "0", `0*route(N)`: "0", `route(N)&0`: "0", `route(N)&&0`: "0", `route(N)||1`: "0",
		`0/route(N)`: "0", `0 mod route(N)`: "0", `route(N) mod 1`: "1", `0<<route(N)`: "1", `route(N)-0`: "1", `route(N)||0`: "1",
	} {
		for _, body := range []string{"$var(r)=" + expr + ";", "if(" + expr + ") $var(r)=1;"} {
			b := build(t, "request_route { "+body+" say(\"$var(n)\"); }\nroute[N] { $var(n)=$var(n)+1; return 5; }", compile.Options{})
			b.run(t, "request_route", "")
			if got := strings.Join(b.probe.said, " "); got != want {
				t.Errorf("%s: ran %s times, want %s", body, got, want)
			}
		}
	}
}

// TestSumIsANumberWhereOneIsWanted: in a condition, a switch on integers and a
// return, + adds also where its left operand is a text. Seen on Kamailio 5.6.3.
func TestSumIsANumberWhereOneIsWanted(t *testing.T) {
	b := build(t, `request_route { $var(ten)="10"; $var(five)=5; $var(abc)="abc"; $var(m)="-5"; $var(n)="-1";
  route(A); say("$rc"); route(B); say("$rc"); route(C); say("$rc");
  switch($var(ten)+$var(five)) { case 15: say("15"); break; case 105: say("105"); }
  switch($var(ten)+$var(five)) { case "15": say("15"); break; case "105": say("105"); }
  if($var(abc)+1) say("yes"); if($var(n)+$var(five)) say("yes"); if($var(m)+$var(five)) say("no");
  while($var(m)+$var(five)) { say("no"); break; }
}
route[A] { return $var(ten)+$var(five); }
route[B] { return ($var(abc)+$var(five)); }
route[C] { return $var(ten); }`, compile.Options{})
	b.run(t, "request_route", "")
	if got := strings.Join(b.probe.said, " "); got != "15 5 10 15 105 yes yes" {
		t.Errorf("said %q", got)
	}
}

// TestDialects: what 5.6 and 6 make of one expression; "unset" is that the
// assignment failed. The values of 5.6 were seen on Kamailio 5.6.3; those of 6
// follow from the language cases that have an expected-6.txt.
func TestDialects(t *testing.T) {
	for _, k := range []struct{ expr, in56, in6 string }{
		// A text that is no number fails the expression, in either place.
		{`$var(five)+$var(abc)`, "5", "[unset]"},
		{`5+$var(abc)`, "5", "[unset]"},
		{`$var(abc)+$var(five)`, "[abc5]", "[abc5]"},
		{`$var(abc)+5`, "[abc5]", "[abc5]"},
		{`$var(five)+$var(ten)`, "15", "15"},
		{`$avp(n)+$var(abc)`, "[abc]", "[abc]"},
		{`2*($var(ten)+$var(abc))`, "20", "[unset]"},
		{`$var(abc)-1`, "-1", "[unset]"},
		{`1-$var(abc)`, "1", "[unset]"},
		{`$var(abc)*2`, "0", "[unset]"},
		{`2*$var(abc)`, "0", "[unset]"},
		{`$var(abc)/2`, "0", "[unset]"},
		{`2/$var(ten)`, "0", "0"},
		{`$var(abc) mod 2`, "0", "[unset]"},
		{`7 mod $var(ten)`, "7", "7"},
		{`$var(abc)&1`, "0", "[unset]"},
		{`1|$var(abc)`, "1", "[unset]"},
		{`$var(abc)^1`, "1", "[unset]"},
		{`$var(abc)<<1`, "0", "[unset]"},
		{`1<<$var(abc)`, "1", "[unset]"},
		{`$var(abc)>>1`, "0", "[unset]"},
		{`$var(abc)<1`, "1", "[unset]"},
		{`1<=$var(abc)`, "0", "[unset]"},
		{`$var(abc)>$var(five)`, "0", "[unset]"},
		{`$var(five)>=$var(abc)`, "1", "[unset]"},
		{`$var(five)==$var(abc)`, "0", "[unset]"},
		{`$var(five)=="abc"`, "0", "[unset]"},
		{`0!=$var(abc)`, "0", "[unset]"},
		{`$var(abc)==$var(five)`, "0", "0"},
		{`$var(abc)!=0`, "1", "1"},
		{`$avp(n)==$var(abc)`, "0", "0"},
		{`$var(abc) ieq 0`, "1", "[unset]"},
		{`0 ine $var(abc)`, "0", "[unset]"},
		{`$var(five) eq $var(abc)`, "0", "0"},
		{`-$var(abc)`, "0", "[unset]"},
		{`~$var(abc)`, "-1", "[unset]"},
		{`!$var(abc)`, "1", "[unset]"},
		{`(int)$var(abc)`, "0", "[unset]"},
		{`(int)"12ab"`, "0", "[unset]"},
		{`(int)$var(empty)`, "0", "0"},
		{`5+$var(empty)`, "5", "5"},
		{`5+$avp(n)`, "5", "5"},
		{`(str)$var(abc)`, "[abc]", "[abc]"},
		{`strlen($var(abc))`, "3", "3"},
		{`$var(abc) && 1`, "0", "[unset]"},
		{`$var(five) && $var(abc)`, "0", "[unset]"},
		{`$var(abc) || 1`, "1", "1"},
		{`$var(five) || $var(abc)`, "1", "1"},
		{`0 || $var(abc)`, "0", "[unset]"},
		{`$var(abc) =~ "^a"`, "1", "1"},
		{`selval($var(abc), "yes", "no") + ""`, "[no]", "[no]"},
		{`selval($var(five), $var(abc), 1) * 2`, "[unset]", "[unset]"},
		// Integers wrap at 32 bits, or do not.
		{`$var(max)+1`, "-2147483648", "2147483648"},
		{`$var(max)+$var(max)`, "-2", "4294967294"},
		{`-2-$var(max)`, "2147483647", "-2147483649"},
		{`$var(max)*$var(max)`, "1", "4611686014132420609"},
		{`-(-1-$var(max))`, "-2147483648", "2147483648"},
		{`~$var(max)`, "-2147483648", "-2147483648"},
		{`1<<$var(n31)`, "-2147483648", "2147483648"},
		{`1<<($var(n31)+1)`, "1", "4294967296"},
		{`$var(max)<<1`, "-2", "4294967294"},
		{`-1>>($var(n31)+1)`, "-1", "-1"},
		{`$var(max)>>33`, "1073741823", "0"},
		{`2147483647+1`, "-2147483648", "2147483648"},
		{`65536*65536`, "0", "4294967296"},
		{`$var(max)+1>0`, "0", "1"},
		{`$var(wide)-0`, "0", "4294967297"},
		{`(int)"4294967297"`, "0", "4294967297"},
		{`(int)"99999999999999999999"`, "0", "[unset]"},
		{`$(var(wide){s.int})`, "0", "4294967297"},
		{`(int)"0x1ffffffff"`, "-1", "8589934591"},
		// A literal has 32 bits in both.
		{`4294967295`, "-1", "-1"},
		{`-2147483648`, "-2147483648", "2147483648"},
		{`0x1ffffffff`, "-1", "-1"},
	} {
		for _, six := range []bool{false, true} {
			b := build(t, `request_route {
  $var(five)=5; $var(ten)="10"; $var(abc)="abc"; $var(empty)=""; $var(max)=2147483647; $var(n31)=31; $var(wide)="4294967297";
  $var(r)="unset"; $var(r) = `+k.expr+`;
  if(is_int("$var(r)")) say("$var(r)"); else say("[$var(r)]");
}`, compile.Options{Dialect6: six})
			b.run(t, "request_route", "")
			want := k.in56
			if six {
				want = k.in6
			}
			if got := strings.Join(b.probe.said, "|"); got != want {
				t.Errorf("%s, dialect 6 %v:\n  got %s, want %s", k.expr, six, got, want)
			}
		}
	}
}

// TestFailedConversionInStatements: where a statement goes on in dialect 6.
func TestFailedConversionInStatements(t *testing.T) {
	for _, k := range []struct{ body, in56, in6 string }{
		{`if(!$var(abc)) say("then"); else say("else");`, "then", "else"},
		{`if($var(abc)) say("then"); else say("else");`, "else", "else"},
		{`if($var(abc)<1) say("then"); say("on");`, "then on", "on"},
		{`if($var(abc)<1 || $var(five)==5) say("then"); else say("else");`, "then", "else"},
		{`if(1==1 || $var(abc)<1) say("then"); else say("else");`, "then", "then"},
		{`if($var(five)=="abc") say("then"); else say("else");`, "else", "else"},
		{`if($var(five)!="abc") say("then"); else say("else");`, "then", "else"},
		{`if($var(five)=="5") say("then"); else say("else");`, "then", "then"},
		{`while($var(abc)<1) { say("in"); break; } say("on");`, "in on", "on"},
		{`switch($var(abc)) { case 0: say("0"); break; default: say("default"); }`, "0", "default"},
		{`switch($var(abc)) { case 0: say("0"); } say("on");`, "0 on", "on"},
		{`switch($var(abc)) { case "abc": say("abc"); }`, "abc", "abc"},
		{`$var(x)=7; $var(x)=1+$var(abc); say("$var(x)");`, "1", "7"},
		{`$avp(x)=7; $avp(x)=1+$var(abc); say("$avp(x)");`, "1", "7"},
		{`route(Sum); say("$rc");`, "2", "-5"},
		{`route(Text); say("on");`, "", ""}, // the script ends
	} {
		for _, six := range []bool{false, true} {
			b := build(t, `request_route { $var(abc)="abc"; $var(five)=5; `+k.body+` }
route[Sum] { return 2+$var(abc); }
route[Text] { return $var(abc); }`, compile.Options{Dialect6: six})
			b.run(t, "request_route", "")
			want := k.in56
			if six {
				want = k.in6
			}
			if got := strings.Join(b.probe.said, " "); got != want {
				t.Errorf("%s, dialect 6 %v:\n  got %q, want %q", k.body, six, got, want)
			}
		}
	}
}

// TestReturnMode: with return_mode=1 a call in an expression is its code, and
// true where that is not 0.
func TestReturnMode(t *testing.T) {
	for body, want := range map[string]string{
		`if(route(M7)==-7) say("-7");`:                       "-7",
		`if(route(M7)) say("then"); else say("else");`:       "then",
		`if(!route(M7)) say("then"); else say("else");`:      "else",
		`if(route(M7)<0) say("then"); else say("else");`:     "then",
		`if(miss() && hit()) say("then");`:                   "then",
		`while(route(M7)>0) say("in"); say("on");`:           "on",
		`$var(x)=route(M7)+1; say("$var(x)");`:               "-6",
		`switch(route(M7)) { case -7: say("-7"); }`:          "-7",
		`$var(m)=-1; if($var(m)) say("in"); say("on");`:      "on",
		`if(selval(1==1, $var(z), 1)) say("in"); say("on");`: "on",
	} {
		b := build(t, "request_route { "+body+" }\nroute[M7] { return -7; }", compile.Options{RawCodes: true})
		b.run(t, "request_route", "")
		if got := strings.Join(b.probe.said, " "); got != want {
			t.Errorf("%s: %q, want %q", body, got, want)
		}
	}
}

// TestOldStyleTests: seen on Kamailio 5.6.3, listening on 127.0.0.1:18100.
func TestOldStyleTests(t *testing.T) {
	yes := []string{
		`method=="OPTIONS"`, `method=="options"`, `method==options`, `method=~"^opt"`, `method==$var(m)`, `method=="OPT"+"IONS"`,
		`uri=="sip:bob@example.com"`, `uri=="sip:BOB@EXAMPLE.com"`, `uri=~"^sip:.*@EXAMPLE"`, `uri!=myself`, `uri!="nonsense"`, `uri==$ru`, `uri=~$rd`,
		`from_uri=="sip:alice@example.org"`, `from_uri=="sip:ALICE@example.org"`, `from_uri=~"ALICE"`, `to_uri=="sip:bob@example.com"`, `to_uri!=myself`,
		`src_ip==127.0.0.1`, `src_ip=="127.0.0.1"`, `src_ip==127.0.0.0/8`, `src_ip=="127.0.0.0/8"`, `src_ip==127.0.0.0/255.0.0.0`, `src_ip==127.0.0.1/0`,
		`src_ip!=10.0.0.1`, `src_ip=~"^127"`, `src_ip==$var(net)`, `src_ip==myself`, `src_ip!="nonsense"`, `src_ip!=$var(m)`,
		`dst_ip==myself`, `myself==dst_ip`, `myself!=uri`,
		`dst_port==18100`, `dst_port!=5060`, `dst_port>=18100`, `dst_port==$var(p)`, `dst_port>$var(five)`, `dst_port==9050+9050`, `src_port>1023`,
		`proto==UDP`, `proto==udp`, `proto!=TCP`, `proto==1`, `proto==$var(proto)`, `af==INET`, `af!=INET6`, `af==2`,
		`msg:len>100`, `msg:len>4294967295`, `status!="200"`,
		`(method==OPTIONS && src_ip==127.0.0.1)`, `!(method==INVITE)`,
		`@ruri.user=="bob"`, `@ruri.user=~"^B"`, `@from.uri.host=="example.org"`, `@to.tag==""`, `defined @to.tag`, `strempty(@to.tag)`,
		`@via[1].host=="127.0.0.1"`, `@via.port=="15999"`, `@via[-1].transport=="UDP"`, `@via[9].host==""`, `@via[1].rport==""`, `@via[1].branch=="z9hG4bK-one"`,
	}
	no := []string{
		`method=="OPTIONS|INVITE"`, `method!="options"`, `method==INVITE`, `method==""`, `method==$avp(nn)`,
		`uri==myself`, `uri=="sip:bob@example.com:5060"`, `uri=="sip:bob@example.com;x=y"`, `uri==""`, `uri==$avp(nn)`,
		`from_uri==myself`, `from_uri=="sip:alice@example.org:5060"`,
		`src_ip!=127.0.0.0/8`, `src_ip==::1`, `src_ip==[::1]`, `src_ip==$avp(nn)`, `dst_ip!=myself`, `myself==uri`,
		`dst_port=="18100"`, `dst_port==$var(ps)`, `dst_port<18100`, `dst_port==$avp(nn)`,
		`(proto==TLS or proto==SCTP or proto==WS or proto==WSS)`, `proto==$var(zero)`, `af==INET6`, `status=="200"`,
		`@to.tag==$null`, `@ruri.user=="BOB"`,
	}
	for i, list := range [][]string{no, yes} {
		for _, test := range list {
			b := build(t, `request_route {
  $var(m)="OPTIONS"; $var(net)="127.0.0.0/8"; $var(p)=18100; $var(ps)="18100"; $var(five)=5; $var(proto)="udp"; $var(zero)=0;
  if(`+test+`) say("yes"); else say("no");
}`, compile.Options{})
			b.run(t, "request_route", "")
			if got := strings.Join(b.probe.said, " "); got != [...]string{"no", "yes"}[i] {
				t.Errorf("%s is %s", test, got)
			}
		}
	}
}

// TestWhileRunsWhileNotZero: an if wants more than 0, a while not 0; functions
// and routes count as 0 or 1 in both. Seen on Kamailio 5.6.3.
func TestWhileRunsWhileNotZero(t *testing.T) {
	for cond, want := range map[string]string{
		`$var(m1)`: "4", `$var(neg)`: "4", `$var(m1) && $var(five)`: "4", `route(M)`: "0", `miss()`: "0", `$var(s)`: "0",
	} {
		b := build(t, `request_route { $var(m1)=-1; $var(neg)="-3"; $var(five)=5; $var(s)="abc";
  while(`+cond+`) { $var(n)=$var(n)+1; if($var(n)>3) break; }
  say("$var(n)");
}
route[M] { return -1; }`, compile.Options{})
		b.run(t, "request_route", "")
		if got := strings.Join(b.probe.said, " "); got != want {
			t.Errorf("while(%s): %s times, want %s", cond, got, want)
		}
	}
}

// TestBreakOutsideLoop: it leaves the route with code 0, which does not end the
// script. Seen on Kamailio 5.6.3, as is the unknown route's code.
func TestBreakOutsideLoop(t *testing.T) {
	b := build(t, `request_route { route(A); say("$rc"); if(route(B)) say("true"); else say("false");
  miss(); $var(n)="NOPE"; route($var(n)); say("$rc"); $var(x)=route($var(n)); say("$var(x)");
  if($var(z)==0) { break; } say("not here"); }
route[A] { break; say("A"); }
route[B] { if($var(z)==0) { miss(); break; } say("B"); }`, compile.Options{})
	b.run(t, "request_route", "")
	if got := strings.Join(b.probe.said, " "); got != "0 false -1 -10" {
		t.Errorf("said %q", got)
	}
}

// TestOperandOutlivesCall: a $var read before a call that assigns it keeps
// its old text.
func TestOperandOutlivesCall(t *testing.T) {
	b := build(t, `request_route {
  $var(a) = "abc" + "def";
  $var(b) = $var(a) + set("$var(a)");
  say("$var(b) $var(a)");
}`, compile.Options{})
	b.run(t, "request_route", "")
	if got := strings.Join(b.probe.said, "|"); got != "abcdef1 overwritten" {
		t.Errorf("got %q", got)
	}
}

// TestAssignedFromItself: a variable's new value may be made of its old one.
// Seen on Kamailio 5.6.3.
func TestAssignedFromItself(t *testing.T) {
	b := build(t, `request_route {
  $var(s) = "ab";
  $var(s) = "<" + $var(s) + "-" + $(var(s){s.substr,1,1}) + ">";
  say("$var(s)");
  $var(s) = $var(s) + 1;
  $var(s) = $var(s) + $var(s);
  say("$var(s)");
  $var(n) = 2147483647;
  $var(n) = $var(n) + 1;
  say("$var(n)");
  $var(n) = $var(n) - 1;
  $var(n) = 1 + $var(n);
  say("$var(n)");
  $var(s) = $var(s) - 1;
  say("$var(s)");
  $var(s) = $hdr(None);
  $var(s) = $var(s) + 1;
  say("$var(s)");
}`, compile.Options{})
	b.run(t, "request_route", "")
	want := "<ab-b>|<ab-b>1<ab-b>1|-2147483648|-2147483648|-1|1"
	if got := strings.Join(b.probe.said, "|"); got != want {
		t.Errorf("got %q, want %q", got, want)
	}
}

// TestLogLines: what only writes a log line is not called where the log has none
// of that level, and is true all the same.
func TestLogLines(t *testing.T) {
	b := build(t, `request_route {
  $var(a) = $var(a) - 1;
  quiet("$rU");
  say("$rc");
  loud("$rd");
  if (quiet("$fU")) { loud("$fd"); }
  quiet("last");
}`, compile.Options{})
	rc := b.run(t, "request_route", "")
	if got := strings.Join(b.probe.said, "|"); got != "1|example.com|alice|example.org" || rc != 1 {
		t.Errorf("got %q and code %d", got, rc)
	}
}

func TestVarsPersist(t *testing.T) {
	b := build(t, `request_route { $var(n) = $var(n) + 1; $vn(x) = "v"; $var(s) = $rU + "@" + $rd; say("$var(n)"); }`, compile.Options{})
	for range 3 {
		b.run(t, "request_route", "")
	}
	if got := strings.Join(b.probe.said, " "); got != "1 2 3" {
		t.Errorf("got %q, want 1 2 3", got)
	}
}

func TestRecursionIsBounded(t *testing.T) {
	b := build(t, `request_route { route(REC); say("$var(d)"); }
route[REC] { $var(d)=$var(d)+1; if($var(d)<400) { route(REC); } }`, compile.Options{})
	b.run(t, "request_route", "")
	if got := strings.Join(b.probe.said, " "); got != "128" {
		t.Errorf("depth %s, want 128", got)
	}
	if !strings.Contains(b.log.String(), "max_recursive_level") {
		t.Errorf("the log does not say why: %q", b.log.String())
	}
}

func TestRunTimeErrorsNameTheirPlace(t *testing.T) {
	b := build(t, "request_route {\n  $var(a) = 1;\n  $var(b) = 5 / $var(z);\n}", compile.Options{})
	b.run(t, "request_route", "")
	if got := b.log.String(); !strings.Contains(got, "kamailio.cfg:3:") || !strings.Contains(got, "division by zero") {
		t.Errorf("log: %q", got)
	}
}

func TestNoAllocations(t *testing.T) {
	b := build(t, `request_route {
  $var(i) = 0;
  while($var(i) < 10) {
    $var(i) = $var(i) + 1;
    $var(s) = "sip:" + $rU + "@" + $rd;
    if($rm == "OPTIONS" && $var(s) != "x") { route(R); }
    switch($rU) { case "alice": $var(a) = 1; break; case "bob": $var(a) = 2; }
    $var(f) = $(ru{s.len}) + $var(a);
    if(src_ip==127.0.0.0/8 && uri!=myself && method==OPTIONS && dst_port==$var(i)) { $var(a) = 3; }
    if(@via[1].host != $var(s) && !$var(i)) { $var(a) = 4; }
  }
}
route[R] { if($var(i) > 5) return 2; return -1; }`, compile.Options{})
	b.run(t, "request_route", "")
	if n := testing.AllocsPerRun(100, func() { b.run(t, "request_route", "") }); n != 0 {
		t.Errorf("%v allocations a run", n)
	}
}
