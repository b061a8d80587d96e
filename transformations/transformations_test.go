package transformations_test

import (
	"bufio"
	"os"
	"strconv"
	"strings"
	"testing"

	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/value"
	"olelo/transformations"
)

const message = `INVITE sip:bob:pw@example.com:5090;user=phone SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bK-one
From: "Alice A" <sip:alice@example.org>;tag=abc123
To: Bob <sip:bob@example.com>
Call-ID: cid@lang
CSeq: 10 INVITE
Content-Length: 0

`

// others exports the classes that are not of module pv.
type others struct{}

func (others) Exports() registry.Exports {
	var all []registry.Trans
	for _, l := range [][]registry.Trans{transformations.Textops(), transformations.SQLOps(), transformations.XHTTP(), transformations.Corex()} {
		all = append(all, l...)
	}
	return registry.Exports{Trans: all}
}

func bench(t testing.TB) *registrytest.Bench {
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "others": others{}})
	b.Message(message)
	b.Set("$var(zero)", 0)
	b.Set("$var(one)", 1)
	b.Set("$var(neg)", -1)
	b.Set("$var(b)", "b")
	b.Set("$var(bc)", "bc")
	b.Set("$var(e)", "")
	b.Set("$var(comma)", ",")
	b.Set("$var(str5)", "5")
	return b
}

func kind(v value.Value) string {
	switch {
	case v.IsNull():
		return "N"
	case v.K == value.Int:
		return "NI"
	}
	return "S"
}

func TestAsKamailio(t *testing.T) {
	f, err := os.Open("testdata/kamailio-5.6.3.tsv")
	if err != nil {
		t.Fatal(err)
	}
	defer f.Close()
	b := bench(t)
	rows := 0
	for sc := bufio.NewScanner(f); sc.Scan(); {
		if strings.HasPrefix(sc.Text(), "#") {
			continue
		}
		col := strings.Split(sc.Text(), "\t")
		if len(col) < 4 {
			t.Fatalf("bad row %q", sc.Text())
		}
		rows++
		if s, err := strconv.Unquote(col[0]); err == nil {
			b.Set("$var(x)", s)
		} else if n, err := strconv.Atoi(col[0]); err == nil {
			b.Set("$var(x)", n)
		} else {
			t.Fatalf("bad value %s", col[0])
		}
		want, err := strconv.Unquote(col[3])
		if err != nil {
			t.Fatalf("bad text %s: %v", col[3], err)
		}
		text := "$(var(x)" + col[1] + ")"
		_, err = b.Var(text)
		if (err != nil) != (col[2] == "LOADERR") {
			t.Errorf("%s: load error %v, want %s", text, err, col[2])
		}
		if err != nil {
			continue
		}
		if got := kind(b.Get(text)); got != col[2] {
			t.Errorf("%s of %s is %s, want %s", text, col[0], got, col[2])
		}
		if got := b.Eval(text); got != want {
			t.Errorf("%s of %s = %q, want %q", text, col[0], got, want)
		}
		b.C.EndMessage()
	}
	if rows < 500 {
		t.Errorf("only %d rows", rows)
	}
}

// Of $null, every one gives a void.
func TestNull(t *testing.T) {
	b := bench(t)
	for _, tr := range []string{
		"{s.len}", "{s.md5}", "{s.int}", "{s.select,0,;}", "{s.substr,0,1}", "{s.tolower}", "{s.replace,a,b}",
		"{s.numeric}", "{s.trim}", "{s.count,a}", "{s.after,a}", "{s.escape.common}", "{s.corehash}", "{s.ftime,%Y}",
		"{s.encode.hexa}", "{s.unquote}", "{s.prefixes}", "{s.fmtlines,3,3}", "{s.urlencode.param}", "{s.len}{s.len}",
		"{uri.user}", "{param.value,a}", "{nameaddr.uri}", "{tobody.uri}", "{line.count}", "{line.at,0}",
		"{re.subst,/a/b/}", "{urialias.encode}",
	} {
		if v := b.Get("$(null" + tr + ")"); !v.IsNull() {
			t.Errorf("$(null%s) is %+v", tr, v)
		}
		if s := b.Eval("[$(null" + tr + ")]"); s != "[]" {
			t.Errorf("$(null%s) shows as %s", tr, s)
		}
	}
	if s := b.Eval("$null"); s != "<null>" {
		t.Errorf("$null shows as %s", s)
	}
}

// Classes that 5.6.3's pv does not have or that other modules export; the
// values are their manuals'.
func TestManual(t *testing.T) {
	b := bench(t)
	b.Set("$var(x)", "\"name\" <sip:name@a.com>")
	b.Set("$var(n)", 7)
	b.Set("$var(u)", "/path/to/file/?this=is&the=querystring")
	b.Set("$var(q)", `it's \`)
	for _, tt := range []struct{ text, want string }{
		{"$(var(x){val.json})", `\"name\" <sip:name@a.com>`},
		{"$(var(x){val.jsonqe})", `"\"name\" <sip:name@a.com>"`},
		{"$(var(n){val.jsonqe})", "7"},
		{"$(null{val.jsonqe})", `""`},
		{"$(null{val.n0})", "0"},
		{"[$(null{val.ne})]", "[]"},
		{"$(var(u){url.path})", "/path/to/file/"},
		{"$(var(u){url.querystring})", "this=is&the=querystring"},
		{"$(null{sql.val})", "NULL"},
		{"$(null{sql.val.int})", "0"},
		{"$(null{sql.val.str})", "''"},
		{"$(var(n){sql.val})", "7"},
		{"$(var(q){sql.val})", `'it\'s \\'`},
	} {
		if got := b.Eval(tt.text); got != tt.want {
			t.Errorf("%s = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func TestAllocs(t *testing.T) {
	b := bench(t)
	b.Set("$var(x)", "sip:alice@example.com:5070;transport=tcp;a=1")
	for _, text := range []string{
		"$(var(x){s.len})", "$(var(x){s.select,1,:})", "$(var(x){uri.user})", "$(var(x){uri.param,a})",
		"$(var(x){s.md5})", "$(var(x){s.replace,alice,bob})", "$(var(x){param.value,a})", "$(var(x){s.substr,0,3}{s.toupper})",
	} {
		v, err := b.Var(text)
		if err != nil {
			t.Fatal(err)
		}
		var val value.Value
		v.Get(b.C, &val)
		if n := testing.AllocsPerRun(100, func() {
			v.Get(b.C, &val)
			b.C.Arena.Reset()
		}); n != 0 {
			t.Errorf("%s allocates %v times", text, n)
		}
	}
}

func FuzzTransformations(f *testing.F) {
	keys := []string{
		"s.int", "s.encode.7bit", "s.decode.7bit", "s.decode.hexa", "s.decode.base58", "s.decode.base64", "s.decode.base64t",
		"s.escape.common", "s.unescape.common", "s.escape.user", "s.unescape.user", "s.escape.csv", "s.urlencode.param",
		"s.urldecode.param", "s.corehash", "s.unquote", "s.unbracket", "s.prefixes,3", "s.fmtlines,3,1", "s.select,-1,;",
		"s.substr,-2,1", "uri.user", "uri.duri", "uri.saor", "uri.param,a", "param.value,a", "param.name,-1", "param.count,&",
		"nameaddr.uri", "nameaddr.len", "tobody.user", "tobody.params", "line.at,-1", "line.sw,a", "urialias.encode",
		"urialias.decode", "val.json", "re.subst,/(a)b*/[\\1]/g", "sql.val",
	}
	f.Add("sip:a@b;c=d, <x>\r\n")
	f.Add(`"a;b"=c;%41\'`)
	b := bench(f)
	gets := make([]registry.Getter, len(keys))
	for i, k := range keys {
		v, err := b.Var("$(var(x){" + k + "})")
		if err != nil {
			f.Fatal(err)
		}
		gets[i] = v.Get
	}
	f.Fuzz(func(t *testing.T, s string) {
		b.T = t
		b.Set("$var(x)", s)
		for _, get := range gets {
			var v value.Value
			get(b.C, &v)
		}
		b.C.EndMessage()
		b.Out.Reset()
		// What is encoded comes back.
		for _, pair := range [][2]string{{"s.encode.hexa", "s.decode.hexa"}, {"s.encode.base64", "s.decode.base64"}, {"s.encode.base64urlt", "s.decode.base64urlt"}, {"s.urlencode.param", "s.urldecode.param"}} {
			if got := b.Eval("$(var(x){" + pair[0] + "}{" + pair[1] + "})"); got != s {
				t.Fatalf("%v: %q became %q", pair, s, got)
			}
		}
	})
}

// What only Kamailio 6 has: the values are its manual's, or follow from it.
func TestOnlyIn6(t *testing.T) {
	b := bench(t)
	for _, k := range []struct {
		x        any
		tr, want string
	}{
		{"abc", "{s.sha1}", "a9993e364706816aba3e25717850c26c9cd0d89d"},
		{"4321", "{s.intv}", "4321"},
		{"x", "{s.intv}", ""},
		{"12 34\t56", "{s.selectsw,1}", "34"},
		{"12 34\t56", "{s.selectsw,2}", "56"},
		{"12 34\t56", "{s.selectsw,3}", ""},
		{" 12  34\r\n56 ", "{s.selectsw,0}", "12"},
		{" 12  34\r\n56 ", "{s.selectsw,-1}", "56"},
		{" 12  34\r\n56 ", "{s.selectsw,-3}", "12"},
		{" 12  34\r\n56 ", "{s.selectsw,-4}", ""},
		{"12 34", "{s.selectsw,$var(one)}", "34"},
		{"", "{s.selectsw,0}", ""},
		{"a,\r\n\t b,\r\n c", "{s.rmhdws}", "a, b, c"},
		{"a,\r\n\t b,\r\n c\r\n", "{s.rmhlws}", "a,b,c"},
		{"abc", "{s.rmhlws}", "abc"},
		{"sip:a@b;x=1;y=2;z?h=v", "{uri.rmparam,y}", "sip:a@b;x=1;z?h=v"},
		{"sip:a@b;x=1;y=2;z?h=v", "{uri.rmparam,z}", "sip:a@b;x=1;y=2?h=v"},
		{"sip:a@b;b", "{uri.rmparam,$var(b)}", "sip:a@b"},
		{"sip:a@b", "{uri.rmparam,x}", "sip:a@b"},
		{1234, "{num.fdigit}", "1"},
		{1234, "{num.ldigit}", "4"},
		{-57, "{num.fdigit}", "5"},
		{"1234", "{num.fdigit}", "0"},
	} {
		switch x := k.x.(type) {
		case string:
			b.Set("$var(x)", x)
		case int:
			b.Set("$var(x)", x)
		}
		if got := b.Eval("$(var(x)" + k.tr + ")"); got != k.want {
			t.Errorf("%s of %q = %q, want %q", k.tr, k.x, got, k.want)
		}
	}
	if got, want := b.Eval("$Eb$En$Er$Et$Es$Ec$Eq$Ek$Ei$Ej$Ev"), "\\\n\r\t ,\"':;`"; got != want {
		t.Errorf("the named bytes are %q, want %q", got, want)
	}
	for _, bad := range []string{"{s.selectsw}", "{s.sha1,x}", "{uri.rmparam}"} {
		if _, err := b.Var("$(var(x)" + bad + ")"); err == nil {
			t.Errorf("%s is taken", bad)
		}
	}
}
