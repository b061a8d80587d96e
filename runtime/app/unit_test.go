package app_test

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/coverage"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
	"olelo/runtime/transport"
)

func crlf(lines ...string) []byte { return []byte(strings.Join(lines, "\r\n") + "\r\n") }

var invite = crlf(
	"INVITE sip:bob@example.net SIP/2.0",
	"Via: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bKx",
	"From: <sip:alice@example.net>;tag=1",
	"To: <sip:bob@example.net>",
	"Call-ID: one",
	"CSeq: 1 INVITE",
	"Content-Length: 0",
	"")

func options(t *testing.T, cfg string) app.Options {
	t.Helper()
	file := filepath.Join(t.TempDir(), "kamailio.cfg")
	if err := os.WriteFile(file, []byte(cfg), 0o600); err != nil {
		t.Fatal(err)
	}
	return app.Options{
		File: file, Modules: all.Modules, Builtin: []app.Builtin{{Name: "core", Module: core.New()}},
		Stdout: io.Discard, Stderr: io.Discard,
	}
}

func load(t *testing.T, o app.Options, u app.UnitOptions) *app.Unit {
	t.Helper()
	var told bytes.Buffer
	o.Stderr = &told
	unit, err := app.LoadUnit(o, u)
	if err != nil {
		t.Fatalf("%v\n%s", err, told.String())
	}
	t.Cleanup(unit.Close)
	return unit
}

func run(t *testing.T, u *app.Unit, route string, message []byte) app.Result {
	t.Helper()
	r, err := u.Run(route, message)
	if err != nil {
		t.Fatal(err)
	}
	return r
}

func eval(t *testing.T, u *app.Unit, text string) string {
	t.Helper()
	val, null, err := u.Eval(text)
	if err != nil {
		t.Fatalf("%s: %v", text, err)
	}
	if null {
		return "$null"
	}
	return val
}

func TestEvalKnowsDefinitions(t *testing.T) {
	u := load(t, options(t, "#!define X 5x\nrequest_route {\n\texit;\n}\n"), app.UnitOptions{})
	if got := eval(t, u, "$def(X) $defn(X) $def(Y)"); got != "5x 5 <null>" {
		t.Error(got)
	}
}

// calls are as a configuration would write them, and what they returned.
func calls(r app.Result) (list []string) {
	for _, c := range r.Calls {
		text := c.Name + "(" + strings.Join(c.Args, ", ") + ")"
		if c.Mocked {
			text = "mock " + text
		}
		list = append(list, text)
	}
	return list
}

const unitConfig = `
listen=udp:127.0.0.1:5060
debug=2
loadmodule "pv"
loadmodule "xlog"
loadmodule "sl"
loadmodule "htable"
modparam("htable", "htable", "t=>size=4;")
request_route {
	$var(n) = $var(n) + 1;
	$sht(t=>$rU) = $var(n);
	xlog("L_INFO", "hello $rU\n");
	if (!sl_send_reply("404", "No $rU")) {
		drop;
	}
	route(AFTER);
	exit;
}
route[AFTER] { return 7; }
`

func TestUnitRunsABlock(t *testing.T) {
	o := options(t, unitConfig)
	o.Coverage = coverage.NewCounters()
	u := load(t, o, app.UnitOptions{Source: netip.MustParseAddrPort("192.0.2.7:5062")})
	r := run(t, u, "request_route", invite)
	if r.Route != "request_route" || r.End != app.Exit || r.Code != 1 {
		t.Errorf("%s ended by %s with %d", r.Route, r.End, r.Code)
	}
	if diff := cmp.Diff([]string{"xlog(L_INFO, hello bob\n)", "sl_send_reply(404, No bob)"}, calls(r)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]app.LogLine{{Level: "INFO", Text: "<script>: hello bob"}}, r.Log); diff != "" {
		t.Error(diff)
	}
	if len(r.Sent) != 1 || !bytes.HasPrefix(r.Sent[0].Bytes, []byte("SIP/2.0 404 No bob\r\n")) ||
		r.Sent[0].To.String() != "192.0.2.7:5060" || r.Sent[0].Proto != transport.UDP || r.Sent[0].From.Text != "udp:127.0.0.1:5060" {
		t.Errorf("sent %+v", r.Sent)
	}
	// State lives on.
	run(t, u, "request_route", invite)
	for text, want := range map[string]string{
		"$sht(t=>bob)": "2", "$var(n)": "2", "$rU@$si": "bob@192.0.2.7", "$var(new)": "0", "$vn(x)": "$null", "$(ru{s.len})": "19",
	} {
		if got := eval(t, u, text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	if r := run(t, u, "route[AFTER]", invite); r.Code != 7 || r.End != app.Return {
		t.Errorf("%+v", r)
	}
	got := map[string]uint64{}
	for _, p := range o.Coverage.Profile().Points() {
		got[fmt.Sprintf("%d:%d %s", p.Line, p.Col, p.Kind)] = p.Count
	}
	want := map[string]uint64{
		"10:2 stmt": 2, "11:2 stmt": 2, "12:2 stmt": 2, "13:2 stmt": 2, "13:7 true": 2, "13:7 false": 0, "14:3 stmt": 0,
		"16:2 stmt": 2, "17:2 stmt": 2, "19:16 stmt": 3,
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
}

func TestUnitMocks(t *testing.T) {
	u := load(t, options(t, unitConfig), app.UnitOptions{Mocks: []app.Mock{{Name: "sl_send_reply/2", Code: -1}}})
	r := run(t, u, "", invite)
	if r.End != app.Drop || len(r.Sent) != 0 {
		t.Errorf("%+v", r)
	}
	if diff := cmp.Diff([]string{"xlog(L_INFO, hello bob\n)", "mock sl_send_reply(404, No bob)"}, calls(r)); diff != "" {
		t.Error(diff)
	}
}
