package pv_test

import (
	"net/netip"
	"testing"

	"olelo/pv"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/transport"
)

// As Kamailio 5.6.3 shows them in onsend_route, and elsewhere.
func TestSending(t *testing.T) {
	b := registrytest.New(t, map[string]registry.Module{"pv": pv.New()})
	for _, v := range []string{"$snd(ip)", "$sndto(port)", "$sndfrom(ip)", "$snd(buf)"} {
		if got := b.Eval(v); got != "<null>" {
			t.Errorf("%s is %s where nothing is sent", v, got)
		}
	}
	b.C.State.Sending = msgstate.Sending{
		Proto: transport.UDP, To: netip.MustParseAddrPort("127.0.0.1:17951"), Bytes: []byte("OPTIONS"),
		From: transport.NewSocket(transport.UDP, netip.MustParseAddrPort("[::1]:17900"), "", ""),
	}
	for v, want := range map[string]string{
		"$snd(ip)": "127.0.0.1", "$snd(port)": "17951", "$snd(proto)": "1", "$snd(af)": "2", "$snd(len)": "7", "$snd(buf)": "OPTIONS",
		"$sndto(ip)": "127.0.0.1", "$sndto(port)": "17951",
		"$sndfrom(ip)": "::1", "$sndfrom(port)": "17900", "$sndfrom(af)": "10",
	} {
		if got := b.Eval(v); got != want {
			t.Errorf("%s is %s, want %s", v, got, want)
		}
	}
	if v := b.Get("$snd(port)"); v.IsStr() {
		t.Error("$snd(port) is no integer")
	}
	if _, err := b.Var("$snd(x)"); err == nil {
		t.Error("$snd(x) is bound")
	}
}
