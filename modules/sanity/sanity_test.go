package sanity_test

import (
	"fmt"
	"strings"
	"testing"

	"olelo/modules/sanity"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

// sl is module sl as far as replies go.
type sl struct{ sent []string }

func (*sl) Exports() registry.Exports { return registry.Exports{} }

func (s *sl) Reply(_ *registry.Ctx, code int, reason, headers string) error {
	s.sent = append(s.sent, fmt.Sprintf("%d %s%s", code, reason, headers))
	return nil
}

type host struct {
	registrytest.Host
	sl registry.Module
}

func (h host) Module(name string) (registry.Module, bool) { return h.sl, name == "sl" && h.sl != nil }

func bench(t testing.TB, params map[string]any) (*registrytest.Bench, *sl) {
	t.Helper()
	m, s := sanity.New(), &sl{}
	for _, p := range m.Exports().Params {
		if v, ok := params[p.Name]; ok {
			n, _ := v.(int)
			text, _ := v.(string)
			if err := p.Set(registry.ParamValue{Int: int64(n), Str: text, IsInt: text == ""}); err != nil {
				t.Fatal(err)
			}
		}
	}
	if err := m.(registry.Provisioner).Provision(host{sl: s}); err != nil {
		t.Fatal(err)
	}
	return registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "sanity": m}), s
}

const good = `INFO sip:a@b SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa
From: <sip:a@b>;tag=1
To: <sip:c@d>
Call-ID: x1
CSeq: 1 INFO
Content-Length: 0

`

// Seen on Kamailio 5.6.3; the rest of it is in conformance/suites/sanity.
func TestChecks(t *testing.T) {
	for _, k := range []struct {
		checks   int
		old, new string
		sent     string
	}{
		{2, "sip:a@b SIP", "foo:a@b SIP", "400 Bad Request URI"},
		{4, "Content", "Via: junk\nContent", ""},
		{32, "1 INFO", "1 OPTIONS", "400 CSeq method does not match request method"},
		{64, "CSeq: 1", "CSeq: 4294967297", "400 CSeq number is illegal"},
		{128, "Length: 0", "Length: 1", "400 Content-Length mis-match"},
		{256, "Content", "Expires: x\nContent", "400 Expires value is illegal"},
		{512, "Content", "Proxy-Require: x\nContent", "420 Bad Proxy Require ExtensionUnsupported: x\r\n"},
		{1024, "<sip:c@d>", "<d>", "400 Ivalid To Header"},
		{2048, "Content", "Authorization: Basic x\nContent", ""},
		{4096, ";tag=1", ";tag=1;tag=1", "400 Many From Tag Params"},
		{8192, "Content", "Authorization: Digest x\nContent", "400 Bad Auth Header"},
	} {
		b, s := bench(t, map[string]any{"autodrop": 0})
		b.Message(good)
		if rc := b.Run("sanity_check", 1<<15-1); rc != 1 {
			t.Fatalf("the good request: %d %v", rc, s.sent)
		}
		b.Message(strings.Replace(good, k.old, k.new, 1))
		rc := b.Run("sanity_check", k.checks)
		if got := strings.Join(s.sent, " "); rc != -1 || got != k.sent {
			t.Errorf("%d: %d %q, want %q", k.checks, rc, got, k.sent)
		}
		if rc := b.Run("sanity_check", (1<<15-1)&^k.checks&^(1024|2048|8192)); rc != 1 {
			t.Errorf("%d: without it %d", k.checks, rc)
		}
	}
}

func TestReply(t *testing.T) {
	b, s := bench(t, map[string]any{"noreply": 1})
	b.Message(strings.Replace(good, "1 INFO", "1 BYE", 1))
	if rc := b.Run("sanity_check"); rc != 0 || len(s.sent) > 0 {
		t.Errorf("%d %v", rc, s.sent)
	}
	b.Run("sanity_reply")
	b.C.EndMessage()
	b.Message(good)
	b.Run("sanity_reply")
	if got := strings.Join(s.sent, "; "); got != "400 CSeq method does not match request method; 500 Server Sanity Failure" {
		t.Error(got)
	}
}

func TestNeedsSL(t *testing.T) {
	if err := sanity.New().(registry.Provisioner).Provision(host{}); err == nil || !strings.Contains(err.Error(), "sl.so") {
		t.Error(err)
	}
}

func TestNoAllocations(t *testing.T) {
	b, _ := bench(t, nil)
	b.Message(good)
	call, err := b.Call("sanity_check", 1<<15-1, 15)
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() { call(b.C) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
