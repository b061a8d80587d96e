package sip_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/sip"
)

const invite = "INVITE sip:bob@biloxi.example;x=1 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bK776;rport, SIP/2.0/TCP [::1]\r\n" +
	"v: SIP / 2.0 / TLS 10.0.0.1 : 5 ; branch = x ; received=1.2.3.4;rport=77;i=9;maddr=h;alias\r\n" +
	"Max-Forwards: 70\r\n" +
	"t: \"Bob \\\" <B>\" <sip:bob@biloxi.example;y=2>;p=\"a;tag=no\"\r\n" +
	"From : sip:alice@atlanta.example;tag=88 \r\n" +
	"i:  a84b4c76e66710 \r\n" +
	"CSeq: 314159 \t INVITE\r\n" +
	"m: <sip:alice@pc33>, <sip:second>\r\n" +
	"Z: 1\r\n" +
	"x-y: one\r\n  two\r\n\tthree\r\n" +
	"Z: 2\r\n" +
	"k: 100rel\r\n" +
	"c: text/plain\r\n" +
	"l: 4\r\n" +
	"\r\n" +
	"body"

func parse(t testing.TB, s string) *sip.Message {
	t.Helper()
	m := &sip.Message{}
	if err := m.Parse([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return m
}

func TestRequest(t *testing.T) {
	m := parse(t, invite)
	num, method, ok := m.CSeq()
	length, hasLength := m.ContentLength()
	got := map[string]any{
		"raw": string(m.Raw()), "request": m.IsRequest(), "method": m.Method(), "uri": m.RURI(), "orig": m.OrigRURI(),
		"version": m.Version(), "status": m.Status(), "reason": m.Reason(), "body": m.Body(), "end": m.HeadersEnd(),
		"callid": m.CallID(), "cseq": []any{num, method, ok}, "contact": m.Contact(), "length": []any{length, hasLength},
		"type": m.ContentType(), "agent": m.UserAgent(), "headers": m.NumHeaders(), "first": m.HeaderAt(0).Name,
	}
	want := map[string]any{
		"raw": invite, "request": true, "method": "INVITE", "uri": "sip:bob@biloxi.example;x=1", "orig": "sip:bob@biloxi.example;x=1",
		"version": "SIP/2.0", "status": 0, "reason": "", "body": "body", "end": true,
		"callid": "a84b4c76e66710", "cseq": []any{"314159", "INVITE", true}, "contact": "<sip:alice@pc33>, <sip:second>", "length": []any{4, true},
		"type": "text/plain", "agent": "", "headers": 14, "first": "Via",
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

func TestReplyLine(t *testing.T) {
	m := parse(t, "SIP/2.0 180 Ringing, really\r\nTo: a\r\n\r\n")
	if m.IsRequest() || m.Method() != "" || m.Status() != 180 || m.Reason() != "Ringing, really" || m.SetRURI("sip:x") {
		t.Errorf("%v %q %d %q", m.IsRequest(), m.Method(), m.Status(), m.Reason())
	}
	if m := parse(t, "SIP/2.0 200\r\n\r\n"); m.Status() != 200 || m.Reason() != "" {
		t.Errorf("%d %q", m.Status(), m.Reason())
	}
}

func TestHeaders(t *testing.T) {
	m := parse(t, invite)
	for _, c := range []struct {
		name string
		i    int
		want string
		ok   bool
	}{
		{"Z", 0, "1", true},
		{"z", 1, "2", true},
		{"Z", -1, "2", true},
		{"Z", -2, "1", true},
		{"Z", 2, "", false},
		{"Z", -3, "", false},
		{"Max-forwards", 0, "70", true},
		{"Supported", 0, "100rel", true},
		{"k", 0, "100rel", true},
		{"SUPPORTED", -1, "100rel", true},
		{"Call-ID", 0, "a84b4c76e66710", true},
		{"via", 1, "SIP / 2.0 / TLS 10.0.0.1 : 5 ; branch = x ; received=1.2.3.4;rport=77;i=9;maddr=h;alias", true},
		{"X-Y", 0, "one\r\n  two\r\n\tthree", true},
		{"Session-Expires", 0, "", false}, // x
		{"Nope", 0, "", false},
		{"Nope", -1, "", false},
	} {
		h, ok := m.Header(c.name, c.i)
		if h.Body != c.want || ok != c.ok {
			t.Errorf("%s[%d]: %q, %v", c.name, c.i, h.Body, ok)
		}
		k := sip.HeaderKey(c.name)
		if h2, ok2 := m.HeaderByKey(&k, c.i); h2 != h || ok2 != ok {
			t.Errorf("%s[%d] by key: %q, %v", c.name, c.i, h2.Body, ok2)
		}
	}
	k := sip.HeaderKey("z")
	if n := m.CountByKey(&k); n != 2 {
		t.Errorf("%d Z", n)
	}
	// What is no header is stepped over.
	m = parse(t, "OPTIONS sip:a SIP/2.0\r\nfoo bar\r\n: x\r\nA b: c\r\nX:\r\nY: 1\r\n")
	if h, ok := m.Header("X", 0); !ok || h.Body != "" || m.NumHeaders() != 2 || m.HeadersEnd() || m.Body() != "" {
		t.Errorf("%+v %v %d %v %q", h, ok, m.NumHeaders(), m.HeadersEnd(), m.Body())
	}
	// Bare line feeds, and line ends before the message.
	m = parse(t, "\r\n\r\nOPTIONS sip:a SIP/2.0\nX: 1\n\nbody\n")
	if h, _ := m.Header("X", 0); h.Body != "1" || m.Body() != "body\n" {
		t.Errorf("%+v %q", h, m.Body())
	}
}

func TestAddresses(t *testing.T) {
	m := parse(t, invite)
	if d := cmp.Diff(sip.NameAddr{
		Body:    `"Bob \" <B>" <sip:bob@biloxi.example;y=2>;p="a;tag=no"`,
		Display: `"Bob \" <B>"`, URI: "sip:bob@biloxi.example;y=2", Params: `;p="a;tag=no"`,
	}, *m.To()); d != "" {
		t.Error(d)
	}
	if d := cmp.Diff(sip.NameAddr{
		Body: "sip:alice@atlanta.example;tag=88", URI: "sip:alice@atlanta.example", Params: ";tag=88", Tag: "88",
	}, *m.From()); d != "" {
		t.Error(d)
	}
	for in, want := range map[string]sip.NameAddr{
		"<sip:a>;TAG=f":         {URI: "sip:a", Params: ";TAG=f", Tag: "f"},
		"<sip:a>;tag":           {URI: "sip:a", Params: ";tag"},
		"Bob <sip:a> ; tag = 5": {Display: "Bob", URI: "sip:a", Params: "; tag = 5", Tag: "5"},
		`<sip:a>;x="y"`:         {URI: "sip:a", Params: `;x="y"`},
		"<sip:a":                {},
		"\"open <sip:a>":        {},
		"*":                     {URI: "*"},
		"":                      {},
	} {
		want.Body = in
		if d := cmp.Diff(want, sip.ParseNameAddr(in)); d != "" {
			t.Errorf("%q: %s", in, d)
		}
	}
	if v, ok := sip.Param(`;x="a b";y`, "x"); v != "a b" || !ok {
		t.Errorf("%q, %v", v, ok)
	}
	if m := parse(t, "OPTIONS sip:a SIP/2.0\r\n\r\n"); *m.From() != (sip.NameAddr{}) || *m.To() != (sip.NameAddr{}) {
		t.Error("addresses out of nothing")
	}
}

func TestVia(t *testing.T) {
	m := parse(t, invite)
	want := []sip.Via{
		{
			Body: "SIP/2.0/UDP pc33.atlanta.example:5066;branch=z9hG4bK776;rport", Proto: "SIP/2.0/UDP",
			Host: "pc33.atlanta.example", Port: 5066, Params: ";branch=z9hG4bK776;rport", Branch: "z9hG4bK776", HasRPort: true,
		},
		{Body: "SIP/2.0/TCP [::1]", Proto: "SIP/2.0/TCP", Host: "[::1]"},
		{
			Body:  "SIP / 2.0 / TLS 10.0.0.1 : 5 ; branch = x ; received=1.2.3.4;rport=77;i=9;maddr=h;alias",
			Proto: "SIP / 2.0 / TLS", Host: "10.0.0.1", Port: 5,
			Params: "; branch = x ; received=1.2.3.4;rport=77;i=9;maddr=h;alias", Branch: "x", Received: "1.2.3.4", RPort: "77", HasRPort: true, I: "9", Alias: true, MAddr: "h",
		},
	}
	for i, w := range want {
		v, ok := m.Via(i)
		if d := cmp.Diff(w, v); d != "" || !ok {
			t.Errorf("%d: %v %s", i, ok, d)
		}
	}
	if v, ok := m.Via(-1); ok || v.Body != "" {
		t.Errorf("a Via before the first: %+v", v)
	}
	if _, ok := m.Via(3); ok {
		t.Error("a fourth Via")
	}
	v, _ := m.Via(2)
	if v.Transport() != "TLS" {
		t.Errorf("transport %q", v.Transport())
	}
	for _, bad := range []string{"", "SIP/2.0", "SIP/2.0/UDP", "SIP/2.0/UDP ;branch=x", "SIP/2.0/UDP h:x", "SIP/2.0/UDP h:70000", "SIP/2.0/UDP [::1", "x y"} {
		if v, ok := sip.ParseVia(bad); ok {
			t.Errorf("%q: %+v", bad, v)
		}
	}
}

func TestRewrites(t *testing.T) {
	m := parse(t, invite)
	buf := []byte("sip:new@host")
	if m.RURIChanged() || !m.SetRURI(string(buf)) || m.RURI() != "sip:new@host" || !m.RURIChanged() || m.OrigRURI() != "sip:bob@biloxi.example;x=1" {
		t.Errorf("%q %q", m.RURI(), m.OrigRURI())
	}
	first := m.RURI()
	m.SetDstURI("sip:1.2.3.4;transport=tcp")
	m.SetRURI("sip:other")
	if first != "sip:new@host" || m.DstURI() != "sip:1.2.3.4;transport=tcp" || m.RURI() != "sip:other" {
		t.Errorf("%q %q %q", first, m.DstURI(), m.RURI())
	}
	m.SetRURI("")
	m.SetDstURI("")
	if m.RURI() != m.OrigRURI() || m.DstURI() != "" {
		t.Errorf("%q %q", m.RURI(), m.DstURI())
	}
	m.SetFlag(0)
	m.SetFlag(31)
	m.ResetFlag(0)
	if m.IsFlag(0) || !m.IsFlag(31) || m.Flags() != 1<<31 {
		t.Errorf("flags %x", m.Flags())
	}
	m.SetFlags(5)
	if err := m.Parse([]byte(invite)); err != nil || m.Flags() != 0 || m.RURIChanged() {
		t.Error("something is left of the message before", err)
	}
}

func TestParseErrors(t *testing.T) {
	for bad, want := range map[string]string{
		"":                           "no end",
		"OPTIONS sip:a SIP/2.0":      "no end",
		"hello\r\n":                  "no space",
		"hello world\r\n":            "method, URI and version",
		"INFO  sip:a SIP/2.0\r\n":    "method, URI and version",
		"INFO sip:a SIP/3.0\r\n":     "not SIP/2.0",
		"INFO sip:a b SIP/2.0\r\n":   "not SIP/2.0",
		"GET / HTTP/11\r\n":          "not SIP/2.0",
		"IN\x00FO sip:a SIP/2.0\r\n": "method has a character",
		"SIP/2.0 2x0 OK\r\n":         "status",
		"SIP/2.0 20 OK\r\n":          "status",
		"SIP/2.0 099 OK\r\n":         "status",
		" INFO sip:a SIP/2.0\r\n":    "no space",
	} {
		m := parse(t, invite)
		err := m.Parse([]byte(bad))
		if !errors.Is(err, sip.ErrMessage) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", bad, err, want)
		}
		if m.Raw() != nil || m.Method() != "" || m.NumHeaders() != 0 || m.CallID() != "" {
			t.Errorf("%q: not empty after the error", bad)
		}
	}
}

type source struct {
	text  string
	calls int
}

func (s *source) AppendSIP(dst []byte) []byte { s.calls++; return append(dst, s.text...) }

func TestSource(t *testing.T) {
	m := parse(t, invite)
	src := &source{text: "MSRP sip:a@127.0.0.1 SIP/2.0\r\nCall-ID: a\r\nX: y\r\n\r\n"}
	m.SetSource(src)
	if src.calls != 0 {
		t.Error("built before it was needed")
	}
	if m.Method() != "MSRP" || m.RURI() != "sip:a@127.0.0.1" || m.CallID() != "a" || string(m.Raw()) != src.text || m.Body() != "" {
		t.Errorf("%q %q %q %q", m.Method(), m.RURI(), m.CallID(), m.Raw())
	}
	if src.calls != 1 {
		t.Errorf("built %d times", src.calls)
	}
	m.SetSource(&source{text: "no message"})
	if m.Method() != "" || m.CallID() != "" || m.Raw() != nil {
		t.Errorf("%q", m.Method())
	}
	m.SetSource(src)
	m.SetRURI("sip:x")
	if m.RURI() != "sip:x" || m.OrigRURI() != "sip:a@127.0.0.1" {
		t.Errorf("%q", m.RURI())
	}
}

func TestAllocations(t *testing.T) {
	raw := []byte(invite)
	m := parse(t, invite)
	k := sip.HeaderKey("X-Y")
	var dst []byte
	r := sip.ReplyInfo{Src: src, Tag: "t", Server: "olelo", Extra: "X: y\r\n"}
	use := func() {
		if m.Parse(raw) != nil {
			t.Fatal()
		}
		m.HeaderByKey(&k, 0)
		m.Header("nope", -1)
		m.From()
		m.To()
		m.Via(2)
		m.CSeq()
		m.SetRURI("sip:new")
		_, _ = sip.ParseURI(m.RURI())
		dst = m.AppendReply(dst[:0], 403, "No", r)
	}
	use()
	if n := testing.AllocsPerRun(100, use); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}
