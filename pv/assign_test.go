package pv_test

import (
	"strings"
	"testing"

	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/value"
)

// step assigns val to v where v is set, and then compares what show gives.
type step struct {
	v    string
	val  any
	ok   bool
	show string
	want string
}

func runSteps(t *testing.T, b *registrytest.Bench, steps []step) {
	t.Helper()
	for _, s := range steps {
		if s.v != "" {
			if ok := b.Set(s.v, s.val); ok != s.ok {
				t.Errorf("%s = %v: %v, want %v (%s)", s.v, s.val, ok, s.ok, b.Logged())
			}
		}
		if got := b.Eval(s.show); got != s.want {
			t.Errorf("after %s = %#v: %s = %q, want %q", s.v, s.val, s.show, got, s.want)
		}
	}
}

func TestSetRequestURI(t *testing.T) {
	b := sipBench(t, "req.sip")
	runSteps(t, b, []step{
		{"$rU", "al", true, "$ru|$rU", "sip:al:pw@example.com:5090;user=phone;transport=tcp?Subject=x|al"},
		{"$rd", "d.org", true, "$ru", "sip:al:pw@d.org:5090;user=phone;transport=tcp?Subject=x"},
		{"$rp", 5091, true, "$ru $rp", "sip:al:pw@d.org:5091;user=phone;transport=tcp?Subject=x 5091"},
		{"$rp", "6000", true, "$ru", "sip:al:pw@d.org:6000;user=phone;transport=tcp?Subject=x"},
		{"$rU", 5, false, "$rU", "al"},
		{"$ru", "sip:a@b;lr", true, "$ru $rU $rd $rp", "sip:a@b;lr a b 5060"},
		{"$ru", nil, false, "$ru", "sip:a@b;lr"},
		{"$ru", 12, false, "$ru", "sip:a@b;lr"},
		{"$ru", "garbage", true, "[$ru] [$rU] [$rd] [$rp] [$rP] [$rz]", "[<null>] [<null>] [<null>] [<null>] [<null>] [<null>]"},
		{"$rU", "zz", false, "$ru", "<null>"},
		{"$ru", "sip:x.com", true, "$ru", "sip:x.com"},
		{"$rU", "u", true, "$ru", "sip:u@x.com"},
		{"$ru", "sips:u:p@x.com:1;a=b?c=d", true, "$ru", "sips:u:p@x.com:1;a=b?c=d"},
		{"$rU", "v", true, "$ru", "sips:v:p@x.com:1;a=b?c=d"},
		{"$rd", "y", true, "$ru", "sips:v:p@y:1;a=b?c=d"},
		{"$rp", 7, true, "$ru $rp", "sips:v:p@y:7;a=b?c=d 7"},
		{"$rU", nil, true, "$ru", "sips:y:7;a=b?c=d"},
		{"$rp", nil, true, "$ru", "sips:y;a=b?c=d"},
		{"$ru", "sip:a:p@h:1;x", true, "$ru", "sip:a:p@h:1;x"},
		{"$rp", "", true, "$ru", "sip:a:p@h;x"},
		{"$rd", 5, false, "$ru", "sip:a:p@h;x"},
		{"$rU", "", true, "$ru [$rU]", "sip:h;x [<null>]"},
		{"$ru", "tel:+123;x=y", true, "[$ru] [$rU] [$rd] [$rp] [$rP] [$rz] $rUl", "[tel:+123;x=y] [+123] [<null>] [5060] [UDP] [tel] 4"},
		{"$rU", "9", true, "$ru", "tel:9;x=y"},
		{"$rd", "h", true, "$ru", "sip:9;x=y@h;user=phone"},
		{"$ru", "urn:service:sos", true, "[$ru] [$rU] [$rd] [$rp] [$rz]", "[urn:service:sos] [service] [sos] [5060] [urn]"},
		{"$ru", "sip:1.2.3.4:5099;transport=sctp", true, "$rP $rp [$ou]", "sctp 5099 [sip:bob:pw@example.com:5090;user=phone;transport=tcp?Subject=x]"},
		{"$ru", "sips:a@[2001:db8::1]", true, "$rP $rp $rd $rz", "UDP 5060 [2001:db8::1] sips"},
		{"$ruri", "sip:q@r", true, "$ru", "sip:q@r"},
		{"$ru", "sip:a@b;user=phone", true, "$rz", "tel"},
		{"$ru", "sips:a@b;user=phone", true, "$rz $rp", "tel 5060"},
		{"$ru", "sip:a@b;user=PHONE", true, "$rz", "sip"},
		{"$ru", "sip:+1;npdi;rn=+2@h;user=phone", true, "$rU $rUl", "+1 2"},
		{"$rU", "77", true, "$ru", "sip:77;npdi;rn=+2@h;user=phone"},
		{"$rU", "a b", true, "$ru|$rU", "sip:a b;npdi;rn=+2@h;user=phone|a b"},
		{"$rU", "a;b", true, "$ru|$rU", "sip:a;b;npdi;rn=+2@h;user=phone|a"},
		{"$ru", "sip:+1;npdi@h", true, "$rU", "+1;npdi"},
		{"$rU", "77", true, "$ru", "sip:77@h"},
		{"$ru", "sips:+1;npdi@h;user=phone", true, "$rU", "+1"},
		{"$rd", "k", true, "$ru", "sip:+1;npdi@k;user=phone"},
		{"$rU", "a<b>\t", true, "$ru|$rU", "sip:a<b>\t;npdi@k;user=phone|a<b>\t"},
		{"$rU", "a@b", true, "$ru|$rU", "<null>|<null>"},
		{"$ru", "sip:a@h", true, "$rU", "a"},
		{"$rd", "h_h", true, "$ru|$rU", "<null>|<null>"},
		{"$ru", "sip:h_h", true, "$ru|$rd", "sip:h_h|h_h"},
		{"$du", "sip:my_host:5061", true, "$dd $dp", "my_host 5061"},
		{"$du", "sip:1.2.3.4:5061;transport=tls", true, "[$du] $dd $dp $dP $duri|$nh(u) $nh(d) $nh(p) $nh(P) $nh(U)", "[sip:1.2.3.4:5061;transport=tls] 1.2.3.4 5061 tls sip:1.2.3.4:5061;transport=tls|sip:1.2.3.4:5061;transport=tls 1.2.3.4 5061 tls <null>"},
		{"$du", "sip:h", true, "[$du] $dd $dp $dP|$nh(U)", "[sip:h] h 5060 UDP|<null>"},
		{"$du", "nonsense", true, "[$du] [$dd] [$dp] [$dP]", "[nonsense] [<null>] [<null>] [<null>]"},
		{"$du", 5, false, "$du", "nonsense"},
		{"$du", "", true, "$du", "<null>"},
		{"$du", "sip:h", true, "$du", "sip:h"},
		{"$du", nil, true, "$du", "<null>"},
	})
}

// An unusable port or an empty request URI is refused, where Kamailio takes
// it and then has no request URI at all.
func TestSetRequestURIRefused(t *testing.T) {
	b := sipBench(t, "opt.sip")
	for _, s := range []step{{v: "$rp", val: "abc"}, {v: "$rp", val: 70000}, {v: "$rp", val: -3}, {v: "$ru", val: ""}} {
		if b.Set(s.v, s.val) || b.Logged() == "" {
			t.Errorf("%s = %v was taken, or nothing was said", s.v, s.val)
		}
	}
	if got := b.Eval("$ru"); got != "sip:bob@example.com;user=phone" {
		t.Errorf("$ru = %s", got)
	}
}

func TestAVP(t *testing.T) {
	m := pv.New()
	for _, p := range m.Exports().Params {
		if p.Name == "avp_aliases" {
			if err := p.Set(registry.ParamValue{Str: "al=s:al_real;num=i:100"}); err != nil {
				t.Fatal(err)
			}
		}
	}
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": m})
	for _, v := range []any{1, "two", 3} {
		b.Set("$avp(a)", v)
	}
	runSteps(t, b, []step{
		{"", nil, true, "$avp(a) $(avp(a)[0]) $(avp(a)[1]) $(avp(a)[2]) $(avp(a)[3]) $(avp(a)[-1]) $(avp(a)[-3]) $(avp(a)[-4]) $(avp(a)[*]) $cnt($avp(a))", "3 3 two 1 <null> <null> 3 <null> 3, two, 1 3"},
		{"$(avp(a)[1])", "v", true, "$(avp(a)[*])", "v, 3, two, 1"},
		{"$(avp(a)[0])", "w", true, "$(avp(a)[*])", "w, v, 3, two, 1"},
		{"$(avp(a)[1])", nil, true, "$(avp(a)[*])", "v, 3, two, 1"},
		{"$(avp(a)[-1])", nil, true, "$(avp(a)[*])", "3, two, 1"},
		{"$avp(a)", nil, true, "$(avp(a)[*])", "two, 1"},
		{"$(avp(a)[*])", "z", true, "$(avp(a)[*])", "z"},
		{"$(avp(a)[*])", nil, true, "[$(avp(a)[*])] $cnt($avp(a))", "[<null>] 0"},
		{"$avp(i:10)", 5, true, "$avp(i:10)", "5"},
		{"$avp(s:10)", "s10", true, "$avp(10)", "s10"},
		{"$avp(10)", "x10", true, "$avp(i:10) $avp(s:10)", "5 x10"},
		{"$avp(al)", "alias", true, "$avp(s:al_real) $avp(al)", "alias alias"},
		{"$avp(num)", 7, true, "$avp(i:100) $avp(num)", "7 7"},
		{"$var(n)", "dyn", true, "$avp($var(n))", "<null>"},
		{"$avp($var(n))", "D", true, "$avp(dyn) $avp($var(n)) $avp(s:dyn)", "D D D"},
		{"$var(n)", 10, true, "$avp($var(n))", "5"},
		{"$avp(A)", "A", true, "[$avp(a)] [$avp(A)]", "[<null>] [A]"},
		{"$avp($avp(zz))", "nn", false, "$avp(zz)", "<null>"},
		{"$avp(x y)", 1, true, "$avp(x y)", "1"},
		{"$avp(e)", "", true, "[$avp(e)] $(avp(e){s.len})", "[] 0"},
		{"$avp(q)", nil, true, "$avp(q)", "<null>"},
		{"$var(i)", 1, true, "$(avp(a)[$var(i)])", "<null>"},
	})
	b.C.EndMessage()
	if got := b.Eval("$avp(A)"); got != "<null>" {
		t.Errorf("an AVP outlived its message: %s", got)
	}
}

func TestXAVP(t *testing.T) {
	b := sipBench(t, "opt.sip")
	runSteps(t, b, []step{
		{"$xavp(a)", 1, true, "$xavp(a)", "1"},
		{"$xavp(a)", "s", true, "$xavp(a) $xavp(a[0]) $xavp(a[1]) $xavp(a[2]) $xavp(a[-1]) $xavp(a[-2]) $xavp(a[*]) $cnt($xavp(a))", "s s 1 <null> 1 s s 2"},
		{"$xavp(b=>x)", 1, true, "$xavp(b=>x)", "1"},
		{"$xavp(b=>x)", 2, true, "$xavp(b=>x)", "2"},
		{"$xavp(b=>y)", 3, true, "$xavp(b=>x) $xavp(b[0]=>y) $xavp(b[1]=>x) $xavp(b[2]=>x) $cnt($xavp(b)) [$xavp(b=>y)]", "<null> 3 2 1 3 [3]"},
		{"$xavp(b[0]=>x)", 10, true, "$xavp(b[0]=>x)", "10"},
		{"$xavp(b[0]=>x)", 11, true, "$xavp(b[0]=>x) $xavp(b[0]=>x[0]) $xavp(b[0]=>x[1]) $xavp(b[0]=>x[*]) $xavp(b[*]=>x)", "11 11 10 11, 10 11"},
		{"$xavp(b[0]=>x[0])", 20, true, "$xavp(b[0]=>x[0]) $xavp(b[0]=>x[1]) $xavp(b[0]=>x[2])", "20 10 <null>"},
		{"$xavp(b[0]=>x[1])", "one", true, "$xavp(b[0]=>x[0]) $xavp(b[0]=>x[1]) $xavp(b[0]=>x[2])", "20 one <null>"},
		{"$xavp(b[0]=>x[9])", "nine", true, "$xavp(b[0]=>x[9])", "<null>"},
		{"$xavp(b[9]=>x)", "q", true, "$cnt($xavp(b))", "3"},
		{"$xavp(b[0]=>x)", nil, true, "$xavp(b[0]=>x) $xavp(b[0]=>x[1])", "one <null>"},
		{"$xavp(b[0]=>x[*])", nil, true, "[$xavp(b[0]=>x)] $xavp(b[0]=>y)", "[<null>] 3"},
		{"$xavp(b)", nil, true, "$cnt($xavp(b)) $xavp(b=>x)", "2 2"},
		{"$xavp(b[*])", nil, true, "$cnt($xavp(b)) [$xavp(b)]", "0 [<null>]"},
		{"$xavp(c)", 5, true, "$xavp(c)", "5"},
		{"$xavp(c[0])", 6, true, "$xavp(c) $cnt($xavp(c))", "6 1"},
		{"$xavp(c=>k)", 1, true, "$xavp(c=>k) $cnt($xavp(c))", "1 2"},
		{"$xavp(c[1]=>k)", 2, false, "$xavp(c[1]=>k) $xavp(c[1])", "<null> 6"},
		{"$xavp(d=>l=>m)", 1, true, "$xavp(d=>l=>m) $xavp(d=>l)", "1 1"},
		{"$xavp(e=>a)", nil, true, "[$xavp(e=>a)] $cnt($xavp(e))", "[<null>] 0"},
		{"$xavp(f=>a)", "A", true, "$xavp(f[$var(i0)]=>a)", "A"},
		{"$xavp(F=>a)", "Z", true, "$xavp(F=>a) $xavp(f=>a)", "Z A"},
		{"$xavp(a.b=>c-d)", "dash", true, "$xavp(a.b=>c-d)", "dash"},
		{"$xavp(zz[0]=>b)", 1, true, "[$xavp(zz[0]=>b)] $cnt($xavp(zz))", "[<null>] 0"},
		{"$xavu(x)", 1, true, "$xavu(x)", "1"},
		{"$xavu(x)", 2, true, "$xavu(x)", "2"},
		{"$xavu(y=>z)", "yz", true, "$xavu(y=>z)", "yz"},
		{"$xavu(y=>w)", 4, true, "$xavu(y=>z) $xavu(y=>w) $xavu(nope) $xavu(y=>nope)", "yz 4 <null> <null>"},
		{"$xavu(y=>z)", nil, true, "$xavu(y=>z) $xavu(y=>w)", "<null> 4"},
		{"$xavu(y)", nil, true, "$xavu(y=>w)", "<null>"},
		{"$xavi(What=>Foo)", 5, true, "$xavi(what=>foo)", "5"},
		{"$xavi(wHAT[0]=>fOO)", 6, true, "$xavi(what=>foo) $xavi(WHAT[0]=>FOO[1])", "6 5"},
	})
	// 5.6.3 shows an address here.
	if got := b.Eval("$xavp(c)"); got != "<<xavp:c>>" {
		t.Errorf("a list shows as %s", got)
	}
}

func TestFlags(t *testing.T) {
	b := sipBench(t, "opt.sip")
	runSteps(t, b, []step{
		{"$mf", 5, true, "$mf $mF", "5 00000005"},
		{"$Mf(1)", 1, true, "$mf $Mf(1) $Mf(0) $Mf(3)", "7 1 1 0"},
		{"$Mf(3)", 1, true, "$mf", "15"},
		{"$Mf(0)", 0, true, "$mf", "14"},
		{"$mf", "7", false, "$mf", "14"},
		{"$mF", 8, true, "$mf", "8"},
		{"$mf", nil, true, "$mf", "0"},
		{"$mf", -1, true, "$mf $mF", "4294967295 ffffffff"},
		{"$sf", 3, true, "$sf", "3"},
		{"$Sf(4)", 1, true, "$sf $sF", "19 00000013"},
		{"$bf", 2, true, "$bf", "2"},
		{"$Bf(0)", 1, true, "$bf $bF", "3 00000003"},
	})
}

func TestScriptVariables(t *testing.T) {
	m := pv.New()
	params := map[string][]string{"shvset": {"set=i:3", "sets=s:hello;x=y"}, "varset": {"vi=i:-4", "vs=s:gw;b=i:2"}}
	for _, p := range m.Exports().Params {
		for _, s := range params[p.Name] {
			if err := p.Set(registry.ParamValue{Str: s}); err != nil {
				t.Fatal(err)
			}
		}
		if p.Name == "shvset" {
			for _, bad := range []string{"x", "x=3", "x=i:abc", "x=q:1", "=i:1"} {
				if p.Set(registry.ParamValue{Str: bad}) == nil {
					t.Errorf("shvset %q was accepted", bad)
				}
			}
		}
	}
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": m})
	b.Eval("$var(vi) $var(vs)")
	if err := m.InitWorker(b.C); err != nil {
		t.Fatal(err)
	}
	both := value.OfBoth("5090", 5090)
	runSteps(t, b, []step{
		{"", nil, true, "$var(vi) $var(vs) $vz(vi) $vn(vi) $var(none) $vn(none) $shv(none) $shv(set) $shv(sets)", "-4 gw;b=i:2 -4 <null> 0 <null> 0 3 hello;x=y"},
		{"$var(a)", "5", true, "$var(a)", "5"},
		{"$var(a)", nil, true, "$var(a)", "0"},
		{"$vn(a)", 4, true, "$vn(a) $var(a)", "4 0"},
		{"$vn(a)", nil, true, "$vn(a)", "<null>"},
		{"$vz(a)", "z", true, "$var(a)", "z"},
		{"$shv(a)", "str", true, "$shv(a)", "str"},
		{"$shv(a)", nil, true, "[$shv(a)]", "[]"},
		{"$shv(a)", 8, true, "$shv(a)", "8"},
	})
	for _, name := range []string{"$var(p)", "$vn(p)", "$shv(p)", "$avp(p)", "$xavp(p)", "$xavu(p)"} {
		b.Set(name, both)
		if k := kind(b.Get(name)); k != "S" {
			t.Errorf("%s = a variable with both forms is %s, want S", name, k)
		}
	}
}

func TestBranches(t *testing.T) {
	b := sipBench(t, "opt.sip")
	runSteps(t, b, []step{
		{"", nil, true, "$branch(count) [$branch(uri)] [$br] [$bR]", "<null> [<null>] [<null>] [<null>]"},
		{"$br", "sip:b1@h1", true, "$branch(count)", "1"},
		{"$br", "sip:b2@h2;x=y", true, "$branch(count) [$branch(uri)] [$(branch(uri)[1])] [$(branch(uri)[-1])] [$(branch(uri)[5])] [$(branch(q)[0])]", "2 [sip:b1@h1] [sip:b2@h2;x=y] [sip:b2@h2;x=y] [<null>] [<null>]"},
		{"$(branch(q)[1])", 500, true, "$(branch(q)[1])|[$br]|[$bR]", "500|[sip:b1@h1]|[sip:b1@h1, <sip:b2@h2;x=y>;q=0.5]"},
		{"$br", "", false, "$branch(count)", "2"},
		{"$br", nil, false, "$branch(count)", "2"},
		{"$(branch(uri)[0])", "sip:chg@c", true, "$branch(uri)", "sip:chg@c"},
		{"$(branch(dst_uri)[0])", "sip:dst@d", true, "$branch(dst_uri)", "sip:dst@d"},
		{"$(branch(path)[0])", "<sip:p;lr>", true, "$branch(path)", "<sip:p;lr>"},
		{"$(branch(flags)[0])", 5, true, "$branch(flags) [$branch(send_socket)]", "5 [<null>]"},
		{"$(branch(q)[0])", "0.3", false, "$(branch(q)[0])", "<null>"},
		{"$(branch(uri)[0])", nil, true, "$branch(count) [$branch(uri)]", "1 [sip:b2@h2;x=y]"},
		{"$sbranch(uri)", "sip:sb@s", true, "$sbranch(uri)", "sip:sb@s"},
		{"$sbranch(dst_uri)", "sip:sd", true, "$sbranch(dst_uri)", "sip:sd"},
		{"$sbranch(flags)", 3, true, "$sbranch(flags)", "3"},
	})
	for _, c := range []struct {
		fn         string
		want       int
		show, text string
	}{
		{"sbranch_append", 1, "$branch(count) [$(branch(uri)[-1])] [$(branch(dst_uri)[-1])]", "2 [sip:sb@s] [sip:sd]"},
		{"sbranch_set_ruri", 1, "$ru $du $bf", "sip:sb@s sip:sd 3"},
		{"sbranch_reset", 1, "$sbranch(uri)", "<null>"},
		{"sbranch_append", -1, "$branch(count)", "2"},
		{"sbranch_set_ruri", -1, "$ru", "sip:sb@s"},
	} {
		if got := b.Run(c.fn); got != c.want {
			t.Errorf("%s() = %d, want %d", c.fn, got, c.want)
		}
		if got := b.Eval(c.show); got != c.text {
			t.Errorf("after %s(): %s, want %s", c.fn, got, c.text)
		}
	}
}

// What Kamailio's start refuses, too.
func TestLoadErrors(t *testing.T) {
	b := bench(t)
	for text, part := range map[string]string{
		"$rU(x)":          "nothing in parentheses",
		"$(rU[0])":        "no [index]",
		"$var()":          "needs a name",
		"$(var(x)[0])":    "no [index]",
		"$avp(i:x)":       "needs a number",
		"$avp(s:)":        "needs a name",
		"$avp(x.y)":       "no dot",
		"$hdr()":          "needs a header's name",
		"$hdr(X Y)":       "no header name",
		"$hdr(a(b)c)":     "no header name",
		"$cnt($ru)":       "counts an AVP",
		"$cnt(x)":         "counts an AVP",
		"$cnt($xavu(x))":  "counts an AVP",
		"$timef()":        "needs a strftime format",
		"$time(foo)":      `no key "foo"`,
		"$TV(x)":          `no key "x"`,
		"$version(x)":     `no key "x"`,
		"$expires(x)":     `no key "x"`,
		"$Mf(32)":         "0 to 31",
		"$Mf(x)":          "0 to 31",
		"$via0(x)":        `no key "x"`,
		"$nh(x)":          `no key "x"`,
		"$branch(x)":      `no key "x"`,
		"$K(nosuch)":      `no key "nosuch"`,
		"$shv()":          "needs a name",
		"$xavp()":         "needs a name",
		"$xavp(a[)":       "no closing ]",
		"$xavp(a[x])":     "no number",
		"$xavp(a[ 0 ])":   "no number",
		"$xavp(a=>)":      "needs a name",
		"$(xavp(a)[0])":   "no [index]",
		"$_s()":           "needs a text",
		"$_s($nosuch)":    "unknown variable $nosuch",
		"$avp($nosuch)":   "unknown variable $nosuch",
		"$def()":          "needs a definition's name",
		"$env()":          "needs an environment variable",
		"$(rU{s.nosuch})": "unknown transformation",
	} {
		_, err := b.Format(text)
		if err == nil || !strings.Contains(err.Error(), part) {
			t.Errorf("%s: %v, want …%s…", text, err, part)
		}
	}
}
