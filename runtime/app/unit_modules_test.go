package app_test

import (
	"bytes"
	"fmt"
	"net/netip"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/app"
	"olelo/runtime/transport"
)

const relayConfig = `
listen=tcp:127.0.0.1:2855
debug=2
loadmodule "pv"
loadmodule "xlog"
loadmodule "sl"
loadmodule "msrp"
loadmodule "auth"
loadmodule "htable"
loadmodule "ctl"
loadmodule "mi_fifo"
modparam("htable", "htable", "sessions=>size=4;")
event_route[htable:mod-init] { $sht(sessions=>start) = 1; xlog("L_INFO", "ready\n"); }
event_route[msrp:frame-in] {
	if ($msrp(method) == "AUTH") {
		route(AUTH);
		exit;
	}
	$sht(sessions=>$msrp(sessid)) = $sht(sessions=>$msrp(sessid)) + 1;
	if ($var(close) == 1) msrp_relay_flags("2");
	msrp_relay();
}
route[AUTH] {
	if (!pv_www_authenticate("realm", "secret", "0")) {
		msrp_reply("401", "Who are you, $(si)?");
		return -1;
	}
	msrp_reply("200", "Welcome $au");
	return 1;
}
`

func send(tid string) []byte {
	return crlf("MSRP "+tid+" SEND",
		"To-Path: msrp://127.0.0.1:2855/abc;tcp msrp://192.0.2.8:9892/98cjs;tcp",
		"From-Path: msrp://192.0.2.7:7654/iau39;tcp",
		"Message-ID: 12339sdqwer",
		"Byte-Range: 1-6/6",
		"Content-Type: text/plain",
		"", "hello!",
		"-------"+tid+"$")
}

var auth = crlf("MSRP a1b2 AUTH", "To-Path: msrp://127.0.0.1:2855;tcp", "From-Path: msrp://192.0.2.7:7654/iau39;tcp", "-------a1b2$")

func firstLines(r app.Result) (list []string) {
	for _, s := range r.Sent {
		first, _, _ := bytes.Cut(s.Bytes, []byte("\r\n"))
		list = append(list, fmt.Sprintf("%s:%s from %s %s", s.Proto, s.To, s.From.Text, first))
	}
	return list
}

// TestUnitRelaysFrames: msrp_relay and msrp_reply really run; what they send is
// kept where it would leave.
func TestUnitRelaysFrames(t *testing.T) {
	u := load(t, options(t, relayConfig), app.UnitOptions{Source: netip.MustParseAddrPort("192.0.2.7:7654")})
	if diff := cmp.Diff([]app.LogLine{{Level: "INFO", Text: "<script>: ready"}}, u.Startup().Log); diff != "" {
		t.Error(diff)
	}
	const frameIn = "event_route[msrp:frame-in]"
	r := run(t, u, frameIn, send("d93kswow"))
	if diff := cmp.Diff([]string{"tcp:192.0.2.8:9892 from tcp:127.0.0.1:2855 MSRP d93kswow SEND"}, firstLines(r)); diff != "" {
		t.Error(diff)
	}
	if r.Route != frameIn || r.End != app.Return || r.Code != 1 {
		t.Errorf("%+v", r)
	}
	first := r.Sent[0].Conn
	if first == nil || !bytes.HasPrefix(r.Sent[0].Bytes, []byte("MSRP d93kswow SEND\r\nTo-Path: msrp://192.0.2.8:9892/98cjs;tcp\r\nFrom-Path: msrp://127.0.0.1:2855/abc;tcp msrp://192.0.2.7:7654/iau39;tcp\r\n")) {
		t.Errorf("%+v", r.Sent)
	}
	// The connection that was made stays, as a server's would.
	if r := run(t, u, "", send("d93kswox")); len(r.Sent) != 1 || r.Sent[0].Conn != first {
		t.Errorf("%+v", r.Sent)
	}
	if got := eval(t, u, "$sht(sessions=>abc)/$sht(sessions=>start)/$msrp(transid)"); got != "11/1/d93kswox" {
		t.Errorf("%q", got)
	}
	// A frame of another peer comes on a connection of its own.
	u.From(transport.None, netip.MustParseAddrPort("192.0.2.8:9892"))
	if r := run(t, u, frameIn, send("d93kswoy")); len(r.Sent) != 1 || !r.Sent[0].Conn.Alive() || r.Sent[0].Conn != first {
		t.Errorf("the frame is not sent to the connection to 192.0.2.8: %+v", r.Sent)
	}
}

func TestUnitAuth(t *testing.T) {
	u := load(t, options(t, relayConfig), app.UnitOptions{Source: netip.MustParseAddrPort("192.0.2.7:7654")})
	r := run(t, u, "", auth)
	if diff := cmp.Diff([]string{"tcp:192.0.2.7:7654 from tcp:127.0.0.1:2855 MSRP a1b2 401 Who are you, 192.0.2.7?"}, firstLines(r)); diff != "" {
		t.Error(diff)
	}
	if c := r.Calls[0]; c.Name != "pv_www_authenticate" || c.Code != -5 || c.Mocked {
		t.Errorf("%+v", c)
	}
	// One block in place of the event route, authenticated by a mock.
	u = load(t, options(t, relayConfig), app.UnitOptions{Mocks: []app.Mock{{Name: "pv_www_authenticate", Code: 1}}})
	r = run(t, u, "route[AUTH]", auth)
	if r.Route != "route[AUTH]" || r.Code != 1 || r.End != app.Return {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"mock pv_www_authenticate(realm, secret, 0)", "msrp_reply(200, Welcome <null>)"}, calls(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"tcp:192.0.2.1:5060 from tcp:127.0.0.1:2855 MSRP a1b2 200 Welcome <null>"}, firstLines(r)); diff != "" {
		t.Error(diff)
	}
}

const proxyConfig = `
listen=udp:127.0.0.1:5060
listen=tcp:127.0.0.1:5060
debug=3
onsend_route_reply=yes
loadmodule "tm"
loadmodule "pv"
loadmodule "sl"
loadmodule "textops"
loadmodule "corex"
request_route {
	$avp(a) = "x";
	t_on_failure("NEXT");
	if (!t_relay("192.0.2.9", "50$var(n)")) sl_reply_error();
	forward_tcp("192.0.2.9", 5070);
}
failure_route[NEXT] {
	if (t_check_status("486") && search("^CSeq: 1")) append_branch();
}
onreply_route[UP] { if ($rs == 180) drop; return 0; }
reply_route { if ($rs == 183) drop; }
event_route[core:pre-routing] { if ($rU == "nobody") drop; }
onsend_route { $var(sent) = $var(sent) + 1; }
branch_route[B] { $var(n) = $var(n) + 1; }
`

var ringing = crlf("SIP/2.0 180 Ringing",
	"Via: SIP/2.0/UDP 127.0.0.1;branch=z9hG4bKy",
	"Via: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx",
	"From: <sip:alice@example.net>;tag=1", "To: <sip:bob@example.net>;tag=2", "Call-ID: one", "CSeq: 1 INVITE", "Content-Length: 0", "")

// TestUnitKinds: blocks of all kinds run as what they are, functions that olelo
// does not run are mocked.
func TestUnitKinds(t *testing.T) {
	o := options(t, proxyConfig)
	o.Lenient = true
	u := load(t, o, app.UnitOptions{Mocks: []app.Mock{
		{Name: "t_on_failure", Code: 1}, {Name: "t_relay/2", Code: -1}, {Name: "sl_reply_error", Code: 1}, {Name: "t_check_status", Code: 1},
	}})
	r := run(t, u, "request_route", invite)
	if diff := cmp.Diff([]string{"mock t_on_failure(NEXT)", "mock t_relay(192.0.2.9, 500)", "mock sl_reply_error()", "forward_tcp(192.0.2.9, 5070)"}, calls(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]string{"tcp:192.0.2.9:5070 from tcp:127.0.0.1:5060 INVITE sip:bob@example.net SIP/2.0"}, firstLines(r)); diff != "" {
		t.Error(diff)
	}
	if r := run(t, u, "failure_route[NEXT]", invite); r.End != app.Return || len(r.Calls) != 3 || r.Calls[2].Name != "append_branch" {
		t.Errorf("%+v", r)
	}
	if r := run(t, u, "onreply_route[UP]", ringing); r.End != app.Drop || r.Code != 0 {
		t.Errorf("%+v", r)
	}
	if r := run(t, u, "onreply_route[UP]", bytes.Replace(ringing, []byte("180"), []byte("200"), 1)); r.End != app.Exit || r.Code != 0 {
		t.Errorf("%+v", r)
	}
	// The server forwards a reply that its route lets through; the route alone does not.
	if r := run(t, u, "", ringing); len(r.Sent) != 1 || r.Sent[0].To.String() != "192.0.2.1:5060" || r.Route != "reply_route" {
		t.Errorf("%+v", r)
	}
	if r := run(t, u, "reply_route", ringing); len(r.Sent) != 0 || r.End != app.Return {
		t.Errorf("%+v", r)
	}
	if r := run(t, u, "", bytes.Replace(ringing, []byte("180"), []byte("183"), 1)); len(r.Sent) != 0 || r.End != app.Drop {
		t.Errorf("%+v", r)
	}
	// event_route[core:pre-routing] goes before.
	nobody := bytes.ReplaceAll(invite, []byte("sip:bob"), []byte("sip:nobody"))
	if r := run(t, u, "", nobody); r.Route != "event_route[core:pre-routing]" || r.End != app.Drop || len(r.Calls) != 0 {
		t.Errorf("%+v", r)
	}
	// A block that needs no message.
	if r := run(t, u, "branch_route[B]", nil); r.End != app.Return {
		t.Errorf("%+v", r)
	}
	if got := eval(t, u, "$var(n) $var(sent)"); got != "1 2" { // a request and a reply
		t.Errorf("$var(n) $var(sent) is %s", got)
	}
}

func TestUnitRefuses(t *testing.T) {
	for _, x := range []struct{ cfg, mock, want string }{
		{"request_route { $var(x) = ; }", "", "[syntax]"},
		{"request_route { exit; }", "sl_send_repli", "mock: there is no function sl_send_repli()"},
		{relayConfig, "msrp_repli", "did you mean msrp_reply()?"},
		{relayConfig, "msrp_reply/5", "msrp_reply() takes 2 or 3 parameters, not 5"},
		{relayConfig, "is_method", "is_method() is a function of module"},
	} {
		var told bytes.Buffer
		o := options(t, x.cfg)
		o.Stderr = &told
		u := app.UnitOptions{}
		if x.mock != "" {
			u.Mocks = []app.Mock{{Name: x.mock, Code: 1}}
		}
		if unit, err := app.LoadUnit(o, u); err == nil {
			unit.Close()
			t.Errorf("%q is loaded with the mock %q", x.cfg, x.mock)
		} else if !strings.Contains(err.Error(), "has 1 mistake") || !strings.Contains(told.String(), x.want) {
			t.Errorf("%v, want %q in\n%s", err, x.want, told.String())
		}
	}

	u := load(t, options(t, relayConfig), app.UnitOptions{})
	for _, x := range []struct {
		route string
		msg   []byte
		want  string
	}{
		{"route[AUHT]", auth, "there is no route[AUHT]: did you mean route[AUTH]?"},
		{"request_route", invite, "there is no request_route"},
		{"", nil, "there is no message"},
		{"route[AUTH]", invite, "no listen=udp:"},
		{"route[AUTH]", []byte("MSRP x SEND\r\n"), "cannot be routed"},
	} {
		if _, err := u.Run(x.route, x.msg); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.route, err, x.want)
		}
	}
	for text, want := range map[string]string{
		"$nosuch": "there is no variable $nosuch", "$(ru": "",
	} {
		if _, _, err := u.Eval(text); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%s: %v", text, err)
		}
	}
	u = load(t, options(t, proxyConfig[:strings.Index(proxyConfig, "loadmodule")]+"request_route { exit; }\nreply_route { exit; }\n"), app.UnitOptions{})
	for _, x := range []struct {
		route string
		msg   []byte
		want  string
	}{
		{"request_route", ringing, "this is a reply"},
		{"reply_route", invite, "this is a request"},
		{"request_route", send("a1b2"), "the module msrp, which is not loaded"},
		{"request_route", []byte("INVITE sip:x SIP/2.0\r\n\r\n"), "cannot be routed"},
	} {
		if _, err := u.Run(x.route, x.msg); err == nil || !strings.Contains(err.Error(), x.want) {
			t.Errorf("%s: %v, want %q", x.route, err, x.want)
		}
	}
}
