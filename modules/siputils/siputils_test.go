package siputils_test

import (
	"errors"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"olelo/modules/siputils"
	"olelo/pv"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/transport"
)

// request is the message that the results below were seen with on Kamailio
// 5.6.3.
const request = `INFO sip:a@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa
From: <sip:a@b>;tag=1
To: <sip:c@d>
Call-ID: x1
CSeq: 1 INFO
Contact: "A" <sip:u:p@1.1.1.1:5070;transport=tcp;x=1?h=1>;expires=5, <sip:v@2.2.2.2>;q=1
m: <sip:w@3.3.3.3;ksu=c2lwOnVAMS4xLjEuMTo1MDcw;p>
Supported: path, 100rel
k: outbound
Date: Sat, 13 Nov 2010 23:29:00 GMT
Content-Length: 0

`

// sl stands in for module sl.
type sl struct {
	sent []string
	fail error
}

func (*sl) Exports() registry.Exports { return registry.Exports{} }

func (s *sl) Reply(_ *registry.Ctx, code int, reason, headers string) error {
	s.sent = append(s.sent, fmt.Sprintf("%d %s\r\n%s", code, reason, headers))
	return s.fail
}

func load(t testing.TB, message string, m registry.Module, more map[string]registry.Module) *registrytest.Bench {
	t.Helper()
	mods := map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "siputils": m}
	for name, x := range more {
		mods[name] = x
	}
	b := registrytest.New(t, mods)
	if message != "" {
		b.Message(message)
	}
	return b
}

func bench(t testing.TB, message string) *registrytest.Bench {
	t.Helper()
	return load(t, message, siputils.New(), nil)
}

func args(a ...any) []any { return a }

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func TestMessage(t *testing.T) {
	reply := strings.Replace(request, "INFO sip:a@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1)
	dialog := strings.Replace(request, "To: <sip:c@d>", "t: <sip:c@d>;TAG=x", 1)
	second := strings.Replace(request, "Via:", "Via: SIP/2.0/UDP 1.2.3.4;branch=b\nVia:", 1)
	for _, c := range []struct {
		message, fn string
		args        []any
		want        int
	}{
		{request, "is_request", nil, 1},
		{reply, "is_request", nil, -1},
		{request, "is_reply", nil, -1},
		{reply, "is_reply", nil, 1},
		{request, "has_totag", nil, -1},
		{dialog, "has_totag", nil, 1},
		{strings.Replace(request, "To: <sip:c@d>", "To: <sip:c@d>;tag=", 1), "has_totag", nil, -1},
		{request, "is_first_hop", nil, 1},
		{second, "is_first_hop", nil, -1},
		{request, "is_supported", args("path"), 1},
		{request, "is_supported", args("100rel"), 1},
		{request, "is_supported", args("outbound"), 1},
		{request, "is_supported", args("gruu"), -1},
		{request, "hdr_date_check", args("10"), -4},
		{request, "hdr_date_check", args(2000000000), 1},
		{strings.Replace(request, "2010", "2040", 1), "hdr_date_check", args("10"), 1},
		{strings.Replace(request, "GMT", "+0000", 1), "hdr_date_check", args("10"), -1},
		{strings.Replace(request, "Date", "Dat", 1), "hdr_date_check", args("10"), -1},
		{"", "has_totag", nil, -1},
		{"", "is_request", nil, -1},
		{"", "is_reply", nil, -1},
		{"", "is_first_hop", nil, -1},
	} {
		if got := bench(t, c.message).Run(c.fn, c.args...); got != c.want {
			t.Errorf("%s%q: %d, want %d for\n%s", c.fn, c.args, got, c.want, c.message)
		}
	}
}

// host is a server on udp:127.0.0.1:5060 that is also called sip.example.
type host struct{ registrytest.Host }

func (host) Sockets() []*transport.Socket {
	return []*transport.Socket{{Proto: transport.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:5060")}}
}

func (host) AddAlias(registry.Alias) {}

func (host) Aliases() []registry.Alias { return []registry.Alias{{Host: "sip.example"}} }

func TestFirstHopOfReply(t *testing.T) {
	for _, c := range []struct {
		routes     string
		any, names int // by mode
	}{
		{"", 1, 1},
		{"Record-Route: <sip:127.0.0.1:5060;lr>\n", 1, 1},
		{"Record-Route: <sip:127.0.0.1;lr>, <sip:1.2.3.4;lr>\n", 1, 1},
		{"Record-Route: <sip:1.2.3.4;lr>\nRecord-Route: <sip:127.0.0.1;lr>\n", -1, -1},
		{"Record-Route: <sip:127.0.0.1:5061;lr>\n", -1, -1},
		{"Record-Route: <sip:localhost;lr>\n", -1, -1},
		{"Record-Route: <sip:SIP.example;lr>\n", -1, 1},
		{"Record-Route: foo\n", -1, -1},
	} {
		m := siputils.New()
		if err := m.(registry.Provisioner).Provision(host{}); err != nil {
			t.Fatal(err)
		}
		b := load(t, "SIP/2.0 200 OK\nVia: SIP/2.0/UDP 127.0.0.1:5060;branch=b\nVia: SIP/2.0/UDP 127.0.0.1:15999;branch=a\n"+c.routes+"Content-Length: 0\n\n", m, nil)
		if got := b.Run("is_first_hop"); got != c.any {
			t.Errorf("%q: %d, want %d", c.routes, got, c.any)
		}
		if got := b.Run("is_first_hop", "1"); got != c.names {
			t.Errorf("%q, mode 1: %d, want %d", c.routes, got, c.names)
		}
	}
}

func TestOptions(t *testing.T) {
	options := strings.NewReplacer("INFO sip:a@", "OPTIONS sip:", "1 INFO", "1 OPTIONS").Replace(request)
	const headers = "200 OK\r\nAccept: */*\r\nAccept-Encoding: \r\nAccept-Language: en\r\nSupported: \r\n"
	for _, c := range []struct {
		message string
		fail    error
		rc      int
		sent    string
	}{
		{options, nil, 1, headers},
		{strings.Replace(options, "OPTIONS sip:", "OPTIONS sip:a@", 1), nil, -1, ""},
		{request, nil, -1, ""},
		{options, errors.New("no way back"), -1, headers},
	} {
		s := &sl{fail: c.fail}
		b := load(t, c.message, siputils.New(), map[string]registry.Module{"sl": s})
		if rc := b.Run("options_reply"); rc != c.rc || strings.Join(s.sent, "") != c.sent {
			t.Errorf("%.30q: %d, sent %q; want %d, %q", c.message, rc, s.sent, c.rc, c.sent)
		}
		if b.Logged() == "" != (c.rc > 0) {
			t.Errorf("%.30q: the log does not tell what happened", c.message)
		}
	}
	m := siputils.New()
	for _, p := range m.Exports().Params {
		if strings.HasPrefix(p.Name, "options_") {
			if err := p.Set(registry.ParamValue{Str: p.Name}); err != nil {
				t.Fatal(err)
			}
		}
	}
	s := &sl{}
	load(t, options, m, map[string]registry.Module{"sl": s}).Run("options_reply")
	if want := "200 OK\r\nAccept: options_accept\r\nAccept-Encoding: options_accept_encoding\r\nAccept-Language: options_accept_language\r\nSupported: options_support\r\n"; strings.Join(s.sent, "") != want {
		t.Errorf("%q", s.sent)
	}
	if _, err := bench(t, options).Call("options_reply"); err == nil || !strings.Contains(err.Error(), "loadmodule") {
		t.Errorf("without module sl: %v", err)
	}
}

func TestTexts(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []any
		want int
	}{
		{"is_uri", args("sip:a@b"), 1},
		{"is_uri", args("tel:+123"), 1},
		{"is_uri", args("urn:service:sos"), 1},
		{"is_uri", args("sips:a@b;x=1?c=d"), 1},
		{"is_uri", args("sip:"), -1},
		{"is_uri", args("sip:a@"), -1},
		{"is_uri", args("http://a"), -1},
		{"is_uri", args("<sip:a@b>"), -1},
		{"is_uri", args(""), -1},
		{"is_uri", args("sip:a@b:99999"), -1},
		{"is_tel_number", args("+123"), 1},
		{"is_tel_number", args("123"), 1},
		{"is_tel_number", args("+"), -2},
		{"is_tel_number", args(""), -2},
		{"is_tel_number", args("1-2"), -2},
		{"is_numeric", args("123"), 1},
		{"is_numeric", args(""), -2},
		{"is_numeric", args("+1"), -2},
		{"is_alphanum", args("a1Z"), 1},
		{"is_alphanum", args(""), -2},
		{"is_alphanum", args("a-"), -3},
		{"is_alphanumex", args("a-", "-"), 1},
		{"is_alphanumex", args("a-", ""), -3},
		{"is_alphanumex", args("", "-"), -2},
		{"is_gruu", args("sip:a@h;gr=x"), 1},
		{"is_gruu", args("sip:a@h;gr"), 2},
		{"is_gruu", args("sip:a@h;gr="), 2},
		{"is_gruu", args("foo"), -1},
		{"is_gruu", nil, -1},
		{"cmp_uri", args("sip:a@b", "SIP:a@B"), 1},
		{"cmp_uri", args("sip:a@b", "sip:A@b"), -1},
		{"cmp_uri", args("sip:a@b", "sip:a@b:5060"), -1},
		{"cmp_uri", args("sip:a@b;x=1", "sip:a@b"), 1},
		{"cmp_uri", args("sip:a@b;x=1;y=2", "sip:a@b;y=2;x=1"), 1},
		{"cmp_uri", args("sip:a@b;transport=tcp", "sip:a@b"), 1},
		{"cmp_uri", args("sip:a@b", "sips:a@b"), -1},
		{"cmp_uri", args("sip:a:p@b", "sip:a@b"), -1},
		{"cmp_uri", args("sip:a@b;x=1 y", "sip:a@b"), -2},
		{"cmp_uri", args("sip:a@b;x;", "sip:a@b;x;"), -2},
		{"cmp_uri", args("sip:a@b;x=\"open", "sip:a@b"), -2},
		{"cmp_uri", args("sip:a@b;x=1;x=2", "sip:a@b;x=1;x=2"), -1},
		{"cmp_uri", args("sip:a@b;ttl=1;x=1 y", "sip:a@b"), -1},
		{"cmp_uri", args("sip:a@b:05", "sip:a@b:5"), -1},
		{"cmp_uri", args("sip:a@b:", "sip:a@b"), 1},
		{"cmp_aor", args("sip:a@b:0", "sip:a@b"), -1},
		{"cmp_aor", args("sip:a@b:5061", "sip:a@b:0"), 1},
		{"cmp_uri", args("sip:a@b?x=1", "sip:a@b"), 1},
		{"cmp_uri", args("sip:a@b;x=1", "sip:a@b;x=2"), -1},
		{"cmp_uri", args("sip:a@b;user=phone", "sip:a@b"), -1},
		{"cmp_uri", args("sip:a@b", "sip:a@b;user=phone"), -1},
		{"cmp_uri", args("sip:a;b@h;user=phone", "sip:a;c@h;user=phone"), 1},
		{"cmp_uri", args("sip:a;b=1@h;user=phone", "sip:a;b=2@h;user=phone"), -1},
		{"cmp_uri", args("sip:a;b@h;user=phone", "sip:a@h;user=phone"), -1},
		{"cmp_uri", args("sip:a@h;user=phone", "sip:a;b@h;user=phone"), -1},
		{"cmp_uri", args("sip:a@h;user=phone;x=2", "sip:a@h;user=phone;x=1"), 1},
		{"cmp_uri", args("sip:a@h;user=phone", "sip:a@h;user=phone;ttl=1"), 1},
		{"cmp_uri", args("sip:a@h;user=phone", "sips:a@h;user=phone"), 1},
		{"cmp_uri", args("tel:+1;a=1", "tel:+1;a=2"), -1},
		{"cmp_uri", args("tel:+1", "tel:+1"), 1},
		{"cmp_uri", args("tel:+1", "tel:+2"), -1},
		{"cmp_uri", args("foo", "sip:a@b"), -2},
		{"cmp_uri", args("sip:a@b", ""), -2},
		{"cmp_aor", args("sip:a@b;x=1", "sip:a@B"), 1},
		{"cmp_aor", args("sip:a@b", "sip:a@b:5061"), -1},
		{"cmp_aor", args("sip:a@b", "sip:A@b"), -1},
		{"cmp_aor", args("sip:a@b", "sips:a@b"), 1},
		{"cmp_aor", args("foo", "sip:a@b"), -2},
		{"cmp_hdr_name", args("From", "f"), 1},
		{"cmp_hdr_name", args("From", "FROM:"), 1},
		{"cmp_hdr_name", args("X-A", "x-a"), 1},
		{"cmp_hdr_name", args("X-A", "x-b"), -2},
		{"cmp_hdr_name", args("X-B", "X-A"), -1},
		{"cmp_hdr_name", args("From", "To"), -1},
		{"cmp_hdr_name", args("", ""), -2},
	} {
		if got := bench(t, request).Run(c.fn, c.args...); got != c.want {
			t.Errorf("%s%q: %d, want %d", c.fn, c.args, got, c.want)
		}
	}
}

func TestE164(t *testing.T) {
	for _, c := range []struct {
		fn    string
		value any
		want  int
	}{
		{"is_e164", "+1234", 1},
		{"is_e164", "1234", -1},
		{"is_e164", "+0234", 1},
		{"is_e164", "+1", -1},
		{"is_e164", "+12", 1},
		{"is_e164", "+123456789012345", 1},
		{"is_e164", "+1234567890123456", -1},
		{"is_e164", "+12a", -1},
		{"is_e164", "", -1},
		{"is_e164", 12, -1},
		{"is_e164", nil, -1},
		{"is_uri_user_e164", "sip:+1234@h", 1},
		{"is_uri_user_e164", "sip:1234@h", -1},
		{"is_uri_user_e164", "tel:+1234", -1},
		{"is_uri_user_e164", "foo", -1},
	} {
		b := bench(t, request)
		b.Set("$avp(x)", c.value)
		if got := b.Run(c.fn, "$avp(x)"); got != c.want {
			t.Errorf("%s of %v: %d, want %d", c.fn, c.value, got, c.want)
		}
	}
}

func TestParams(t *testing.T) {
	for _, c := range []struct {
		uri, fn string
		args    []any
		rc      int
		want    string
	}{
		{"sip:a@h;p1;p2=v2", "uri_param", args("p1"), 1, ""},
		{"sip:a;npdi@h;user=phone", "uri_param", args("npdi"), 1, ""},
		{"sip:a;npdi@h;user=phone", "uri_param", args("user", "phone"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("p2"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("P1"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("p2", "v2"), 1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("p2", "V2"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("p1", "v2"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param", args("p1", ""), 1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param_any", args("p1"), 1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param_any", args("p2"), 1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param_any", args("p"), -1, ""},
		{"sip:a@h;p1;p2=v2", "uri_param_any", args(""), -1, ""},
		{"sip:a@h", "add_uri_param", args("x=y"), 1, "sip:a@h;x=y"},
		{"sip:a@h;p1", "add_uri_param", args("x=y"), 1, "sip:a@h;p1;x=y"},
		{"sip:a@h;p1", "add_uri_param", args("$rm"), 1, "sip:a@h;p1;$rm"},
		{"sip:a@h;p1?h=v", "add_uri_param", args(""), 1, "sip:a@h;p1?h=v"},
		// Kamailio's result is no URI.
		{"sip:a@h;p1?h=v", "add_uri_param", args("x=y"), 1, "sip:a@h;p1;x=y?h=v"},
		{"sip:a@h?h=v", "add_uri_param", args("x=y"), 1, "sip:a@h;x=y?h=v"},
		{"sip:a@h;p1;p2=v2", "uri_param_rm", args("p1"), 1, "sip:a@h;p2=v2"},
		{"sip:a@h;p1;p2=v2;p3", "uri_param_rm", args("p2"), 1, "sip:a@h;p1;p3"},
		{"sip:a@h;p1;p2=v2;p3", "uri_param_rm", args("P3"), 1, "sip:a@h;p1;p2=v2"},
		{"sip:a@h;p1", "uri_param_rm", args("zz"), 1, "sip:a@h;p1"},
		{"sip:a@h;p1?h=v", "uri_param_rm", args("p1"), 1, "sip:a@h?h=v"},
		{"sip:a;p1=x@h", "uri_param_rm", args("p1"), 1, "sip:a;p1=x@h"},
		{"tel:123;p1=x", "uri_param_rm", args("p1"), 1, "tel:123"},
		{"sip:a@h;p1;p1", "uri_param_rm", args("p1"), 1, "sip:a@h;p1"},
	} {
		b := bench(t, request)
		b.Set("$ru", c.uri)
		if c.want == "" {
			c.want = c.uri
		}
		if rc := b.Run(c.fn, c.args...); rc != c.rc || b.C.Msg.RURI() != c.want {
			t.Errorf("<%s> %s%q: %d <%s>, want %d <%s>", c.uri, c.fn, c.args, rc, b.C.Msg.RURI(), c.rc, c.want)
		}
	}
	for name, want := range map[string]string{"p2": "v2 1", "p1": " 1", "P2": "0 -1", "zz": "0 -1"} {
		b := bench(t, request)
		b.Set("$ru", "sip:a@h;p1;p2=v2")
		rc := b.Run("get_uri_param", name, "$var(v)")
		if got := fmt.Sprint(b.Eval("$var(v)"), " ", rc); got != want {
			t.Errorf("get_uri_param(%s): %q, want %q", name, got, want)
		}
	}
}

func TestURIParts(t *testing.T) {
	for _, c := range []struct {
		fn, uri string
		part    any
		rc      int
		want    string
	}{
		{"set_uri_user", "sip:a@h;x=1", "bob", 1, "sip:bob@h;x=1"},
		{"set_uri_user", "sip:a:p@h;x=1", "bob", 1, "sip:bob@h;x=1"},
		{"set_uri_user", "sip:h;x=1", "bob", 1, "sip:bob@h;x=1"},
		{"set_uri_user", "sip:a:p@h;x=1", "", 1, "sip:h;x=1"},
		{"set_uri_user", "sip:a:p@h;x=1", nil, -1, "sip:a:p@h;x=1"},
		{"set_uri_user", "foo", "bob", -1, "foo"},
		{"set_uri_user", "tel:123", "bob", -1, "tel:123"}, // Kamailio crashes
		{"set_uri_host", "sip:a@h:5;x=1", "new", 1, "sip:a@new:5;x=1"},
		{"set_uri_host", "sip:h?x=1", "new", 1, "sip:new?x=1"},
		{"set_uri_host", "sip:a@h", "1.2.3.4:99", 1, "sip:a@1.2.3.4:99"},
		{"set_uri_host", "sip:a:p@h", "", -1, "sip:a:p@h"},
		{"set_uri_host", "foo", "new", -1, "foo"},
	} {
		b := bench(t, request)
		b.Set("$var(u)", c.uri)
		b.Set("$avp(n)", c.part)
		rc := b.Run(c.fn, "$var(u)", "$avp(n)")
		if got := b.Eval("$var(u)"); rc != c.rc || got != c.want {
			t.Errorf("%s <%s> %v: %d <%s>, want %d <%s>", c.fn, c.uri, c.part, rc, got, c.rc, c.want)
		}
	}
	for _, c := range []struct {
		uri, host string
		rc        int
		want      string
	}{
		{"tel:+(34)-999-888-777", "foo.com", 1, "sip:+34999888777@foo.com;user=phone"},
		{"tel:+12-(34)-56-78;Ext=200;ISUB=+123-456", "foo.com", 1, "sip:+12345678;ext=200;isub=+123-456@foo.com;user=phone"},
		{"TEL:+1.2", "foo.com", 1, "sip:+12@foo.com;user=phone"},
		{"tel:+1;phone-context=A.B", "foo.com:5", 1, "sip:+1;phone-context=a.b@foo.com:5;user=phone"},
		{"sip:a@b", "foo.com", 2, "0"},
		{"foo", "foo.com", 2, "0"},
		{"", "foo.com", 2, "0"},
	} {
		b := bench(t, request)
		rc := b.Run("tel2sip", c.uri, c.host, "$var(r)")
		if got := b.Eval("$var(r)"); rc != c.rc || got != c.want {
			t.Errorf("tel2sip <%s>: %d <%s>, want %d <%s>", c.uri, rc, got, c.rc, c.want)
		}
	}
}

func TestContacts(t *testing.T) {
	const (
		first = `"A" <sip:u:p@1.1.1.1:5070;transport=tcp;x=1?h=1>;expires=5, <sip:v@2.2.2.2>;q=1`
		third = "<sip:w@3.3.3.3;ksu=c2lwOnVAMS4xLjEuMTo1MDcw;p>"
	)
	encoded := strings.Replace(request, first, `"x" <sip:pre*a*b*1.1.1.1*50*udp@9.9.9.9;z>`, 1)
	bare := strings.Replace(request, first, "sip:u@1.1.1.1;expires=5", 1)
	star := strings.NewReplacer(first, "*", "m: "+third+"\n", "").Replace(request)
	none := strings.NewReplacer("Contact", "X", "m:", "Y:").Replace(request)
	for _, c := range []struct {
		message, fn string
		args        []any
		rc          int
		change      []string
	}{
		{request, "encode_contact", args("pre", "9.9.9.9"), 1, []string{first, `"A" <sip:pre*u*p*1.1.1.1*5070*tcp@9.9.9.9>;expires=5, <sip:pre*v**2.2.2.2**@9.9.9.9>;q=1`}},
		{bare, "encode_contact", args("pre", "9.9.9.9"), 1, []string{"sip:u@1.1.1.1;", "sip:pre*u**1.1.1.1**@9.9.9.9;"}},
		{star, "encode_contact", args("pre", "9.9.9.9"), 1, nil},
		{none, "encode_contact", args("pre", "9.9.9.9"), -1, nil},
		{request, "decode_contact_header", nil, -26, nil},
		{encoded, "decode_contact_header", nil, 1, []string{"sip:pre*a*b*1.1.1.1*50*udp@9.9.9.9;z", "sip:a:b@1.1.1.1:50;transport=udp"}},
		{star, "decode_contact_header", nil, 1, nil},
		{none, "decode_contact_header", nil, -1, nil},
		// Kamailio leaves the second header as it is.
		{request, "contact_param_encode", args("ksu", "sip:9.9.9.9:5060;transport=tcp"), 1, []string{
			"sip:u:p@1.1.1.1:5070;transport=tcp;x=1?h=1", "sip:9.9.9.9:5060;transport=tcp;ksu=c2lwOnU6cEAxLjEuMS4xOjUwNzA7dHJhbnNwb3J0PXRjcDt4PTE_aD0x",
			"sip:v@2.2.2.2", "sip:9.9.9.9:5060;transport=tcp;ksu=c2lwOnZAMi4yLjIuMg",
			"sip:w@3.3.3.3;ksu=c2lwOnVAMS4xLjEuMTo1MDcw;p", "sip:9.9.9.9:5060;transport=tcp;ksu=c2lwOndAMy4zLjMuMztrc3U9YzJsd09uVkFNUzR4TGpFdU1UbzFNRGN3O3A",
		}},
		{strings.Replace(bare, "m: "+third+"\n", "", 1), "contact_param_encode", args("ksu", "sip:9.9.9.9"), 1, []string{"sip:u@1.1.1.1;", "<sip:9.9.9.9;ksu=c2lwOnVAMS4xLjEuMQ>;"}},
		{star, "contact_param_encode", args("ksu", "sip:9.9.9.9"), 1, nil},
		{request, "contact_param_decode", args("ksu"), 1, []string{third, "<sip:u@1.1.1.1:5070>"}},
		{request, "contact_param_decode", args("nope"), 1, nil},
		{none, "contact_param_decode", args("ksu"), 1, nil},
		{request, "contact_param_rm", args("x"), 1, []string{";x=1?", "?"}},
		{request, "contact_param_rm", args("X"), 1, []string{";x=1?", "?"}},
		{request, "contact_param_rm", args("transport"), 1, []string{";transport=tcp;x", ";x"}},
		{request, "contact_param_rm", args("p"), 1, []string{";p>", ">"}},
		{request, "contact_param_rm", args("expires"), 1, nil},
		{bare, "contact_param_rm", args("expires"), 1, nil},
		{none, "contact_param_rm", args("x"), 1, nil},
	} {
		b := bench(t, c.message)
		rc := b.Run(c.fn, c.args...)
		want := crlf(strings.NewReplacer(c.change...).Replace(c.message))
		if got := string(b.C.Msg.AppendEdited(nil)); rc != c.rc || got != want {
			t.Errorf("%s%q: %d\n%q, want %d\n%q", c.fn, c.args, rc, got, c.rc, want)
		}
	}
}

func TestDecodeRequest(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []any
		uri  string
		rc   int
		want string
	}{
		{"decode_contact", nil, "sip:pre*u*p*1.1.1.1*5070*tcp@9.9.9.9", 1, "sip:u:p@1.1.1.1:5070;transport=tcp"},
		{"decode_contact", nil, "sip:pre*u**1.1.1.1*5070*@9.9.9.9", 1, "sip:u@1.1.1.1:5070"},
		{"decode_contact", nil, "sip:pre***1.1.1.1**@9.9.9.9", 1, "sip:1.1.1.1"},
		{"decode_contact", nil, "sip:pre@9.9.9.9", -26, "sip:pre@9.9.9.9"},
		{"contact_param_decode_ruri", args("ksu"), "sip:9.9.9.9;ksu=c2lwOnVAMS4xLjEuMTo1MDcw", 1, "sip:u@1.1.1.1:5070"},
		{"contact_param_decode_ruri", args("ksu"), "sip:x@9.9.9.9;ksu=c2lwOnVAMS4xLjEuMTo1MDcw;a=b", 1, "sip:u@1.1.1.1:5070"},
		{"contact_param_decode_ruri", args("ksu"), "sip:x@9.9.9.9", 1, "sip:x@9.9.9.9"},
		{"contact_param_decode_ruri", args("ksu"), "sip:x@9.9.9.9;ksu=!!!", -1, "sip:x@9.9.9.9;ksu=!!!"},
		// Kamailio makes it foo, and finds no URI then.
		{"contact_param_decode_ruri", args("ksu"), "sip:x@9.9.9.9;ksu=Zm9v", -1, "sip:x@9.9.9.9;ksu=Zm9v"},
	} {
		b := bench(t, request)
		b.Set("$ru", c.uri)
		if rc := b.Run(c.fn, c.args...); rc != c.rc || b.C.Msg.RURI() != c.want {
			t.Errorf("%s <%s>: %d <%s>, want %d <%s>", c.fn, c.uri, rc, b.C.Msg.RURI(), c.rc, c.want)
		}
	}
}

func TestSeparator(t *testing.T) {
	m := siputils.New()
	for _, p := range m.Exports().Params {
		if p.Name != "contact_flds_separator" {
			continue
		}
		if err := p.Set(registry.ParamValue{}); err == nil {
			t.Error("no separator is accepted")
		}
		if err := p.Set(registry.ParamValue{Str: "-"}); err != nil {
			t.Fatal(err)
		}
	}
	b := load(t, request, m, nil)
	b.Set("$ru", "sip:pre-u-p-1.1.1.1-5070-tcp@9.9.9.9")
	if rc := b.Run("decode_contact"); rc != 1 || b.C.Msg.RURI() != "sip:u:p@1.1.1.1:5070;transport=tcp" {
		t.Errorf("%d <%s>", rc, b.C.Msg.RURI())
	}
}

func TestRemoteParty(t *testing.T) {
	const end = "Content-Length: 0\n"
	for _, c := range []struct {
		fn     string
		args   []any
		avp    any
		rc     int
		header string
	}{
		{"append_rpid_hf", nil, nil, -1, ""},
		{"append_rpid_hf", nil, "sip:+123@h", 1, "Remote-Party-ID: sip:+123@h;party=calling;id-type=subscriber;screen=yes\n"},
		{"append_rpid_hf", args("<", ">;x"), "sip:+123@h", 1, "Remote-Party-ID: <sip:+123@h>;x\n"},
		{"is_rpid_user_e164", nil, nil, -1, ""},
		{"is_rpid_user_e164", nil, "sip:+123@h", 1, ""},
		{"is_rpid_user_e164", nil, `"x" <sip:+123@h>`, 1, ""},
		{"is_rpid_user_e164", nil, "sip:123@h", -1, ""},
		{"is_rpid_user_e164", nil, "+123", -1, ""},
	} {
		b := bench(t, request)
		b.Set("$avp(rpid)", c.avp)
		rc := b.Run(c.fn, c.args...)
		want := crlf(strings.Replace(request, end, end+c.header, 1))
		if got := string(b.C.Msg.AppendEdited(nil)); rc != c.rc || got != want {
			t.Errorf("%s%q of %v: %d\n%q, want %d\n%q", c.fn, c.args, c.avp, rc, got, c.rc, want)
		}
	}
}

func TestCharging(t *testing.T) {
	const have = `P-Charging-Vector: icid-value=abc;icid-generated-at=1.2.3.4;orig-ioi=o.x;term-ioi="t.x"` + "\n"
	with := strings.Replace(request, "Content-Length", have+"Content-Length", 1)
	for _, c := range []struct {
		message, flags string
		kept, made     bool
	}{
		{request, "g", false, true},
		{request, "r", false, false},
		{request, "f", false, true},
		{request, "x", false, false},
		{with, "g", true, false},
		{with, "", true, false},
		// Kamailio leaves the header in its place.
		{with, "r", false, false},
		{with, "f", false, true},
		{with, "rg", false, true},
	} {
		b := bench(t, c.message)
		if rc := b.Run("sip_p_charging_vector", c.flags); rc != 1 {
			t.Errorf("%q: %d", c.flags, rc)
		}
		sent := string(b.C.Msg.AppendEdited(nil))
		if strings.Contains(sent, crlf(have)) != c.kept {
			t.Errorf("%q: the header there is %q", c.flags, sent)
		}
		_, id, made := strings.Cut(sent, "\r\nP-Charging-Vector: icid-value=")
		made = made && !c.kept
		if made != c.made || made && !strings.HasPrefix(id[32:], "; icid-generated-at=127.0.0.1\r\n\r\n") {
			t.Errorf("%q: %q", c.flags, sent)
		}
	}
	b := bench(t, with)
	if got, want := b.Eval("$pcv(value)|$pcv(genaddr)|$pcv(orig)|$pcv(term)"), `abc|1.2.3.4|o.x|"t.x"`; got != want {
		t.Errorf("%s, want %s", got, want)
	}
	if got := b.Eval("$pcv(all)\n"); "P-Charging-Vector: "+got != have {
		t.Errorf("%s", got)
	}
	if got := bench(t, request).Eval("$pcv(all)"); got != "<null>" {
		t.Errorf("%s", got)
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []any
		want string
	}{
		{"is_supported", args("foo"), "path, 100rel"},
		{"is_supported", args("$var(x)"), "not among"},
		{"is_e164", args("+123"), "$"},
		{"is_first_hop", args("x"), "integer"},
		{"hdr_date_check", args("x"), "integer"},
		{"set_uri_user", args("x", "$var(n)"), "$"},
		{"set_uri_user", args("$var(u)", "bob"), "$"},
		{"set_uri_user", args("$rm", "$var(n)"), "read-only"},
		{"tel2sip", args("a", "b", "x"), "$"},
	} {
		if _, err := bench(t, "").Call(c.fn, c.args...); err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%q: error %v, want %q", c.fn, c.args, err, c.want)
		}
	}
	b := bench(t, "")
	if _, err := b.Format("$pcv(x)"); err == nil || !strings.Contains(err.Error(), "genaddr") {
		t.Errorf("$pcv(x): %v", err)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	b := bench(t, request)
	for _, c := range [][]any{
		{"has_totag"},
		{"is_request"},
		{"is_first_hop"},
		{"is_supported", "outbound"},
		{"uri_param", "x"},
		{"is_numeric", "$cs"},
	} {
		f, err := b.Call(c[0].(string), c[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		if n := testing.AllocsPerRun(100, func() { f(b.C); b.C.Arena.Reset() }); n != 0 {
			t.Errorf("%s: %v allocations", c[0], n)
		}
	}
}

// FuzzContacts gives Contacts and URIs of all kinds to what rewrites them.
func FuzzContacts(f *testing.F) {
	f.Add(`"A" <sip:u:p@1.1.1.1:5070;transport=tcp;x=1?h=1>;expires=5, sip:v@2.2.2.2;q=1`)
	f.Add("*")
	f.Add("sip:pre*u*p*1.1.1.1*5070*tcp@9.9.9.9;x=c2lwOnVAMS4xLjEuMTo1MDcw")
	b := load(f, "", siputils.New(), nil)
	var calls []registry.Call
	for _, c := range [][]any{
		{"encode_contact", "pre", "h"},
		{"decode_contact_header"},
		{"decode_contact"},
		{"contact_param_encode", "x", "sip:h"},
		{"contact_param_decode", "x"},
		{"contact_param_decode_ruri", "x"},
		{"contact_param_rm", "x"},
		{"uri_param_rm", "x"},
		{"add_uri_param", "x=y"},
		{"set_uri_user", "$ru", "$rU"},
		{"set_uri_host", "$ru", "$rd"},
		{"tel2sip", "$ru", "h", "$ru"},
	} {
		fn, err := b.Call(c[0].(string), c[1:]...)
		if err != nil {
			f.Fatal(err)
		}
		calls = append(calls, fn)
	}
	f.Fuzz(func(t *testing.T, contact string) {
		if strings.ContainsAny(contact, "\r\n") || contact == "" {
			return
		}
		b.T = t
		b.Message("INFO sip:a SIP/2.0\r\nContact: " + contact + "\r\n\r\n")
		for _, fn := range calls {
			b.Set("$ru", contact)
			fn(b.C)
		}
		b.C.Msg.AppendEdited(nil)
		b.C.EndMessage()
		b.Logged()
	})
}

// TestSeededChargingVector: the id of a new header is random, and the same for
// the same seed.
func TestSeededChargingVector(t *testing.T) {
	id := func(r *random.Source) string {
		m := siputils.New()
		if err := m.(registry.Provisioner).Provision(host{registrytest.Host{Chance: r}}); err != nil {
			t.Fatal(err)
		}
		b := registrytest.New(t, map[string]registry.Module{"siputils": m})
		b.Message(request)
		if rc := b.Run("sip_p_charging_vector", "g"); rc != 1 {
			t.Fatalf("code %d", rc)
		}
		_, after, _ := strings.Cut(string(b.C.Msg.AppendEdited(nil)), "icid-value=")
		id, _, _ := strings.Cut(after, ";")
		if len(id) != 32 {
			t.Fatalf("the id is %q", id)
		}
		return id
	}
	if a, b := id(random.Seeded(1)), id(random.Seeded(1)); a != b {
		t.Errorf("with one seed %s and %s", a, b)
	}
	if a, b := id(nil), id(nil); a == b {
		t.Errorf("without a seed twice %s", a)
	}
}
