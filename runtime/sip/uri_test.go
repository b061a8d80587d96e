package sip_test

import (
	"errors"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/sip"
)

func TestParseURI(t *testing.T) {
	for in, want := range map[string]sip.URI{
		"sip:a@b":                        {Scheme: "sip", User: "a", Host: "b"},
		"SIPS:a:p@b:5061;x=1;y?H=v&I":    {Scheme: "SIPS", User: "a", Password: "p", Host: "b", Port: "5061", Params: "x=1;y", Headers: "H=v&I"},
		"sip:b":                          {Scheme: "sip", Host: "b"},
		"sip:[::1]:5060;lr":              {Scheme: "sip", Host: "[::1]", Port: "5060", Params: "lr"},
		"sip:a;b=c@d?x=y":                {Scheme: "sip", User: "a;b=c", Host: "d", Headers: "x=y"},
		"tel:+1-201-555;phone-context=x": {Scheme: "tel", User: "+1-201-555", Params: "phone-context=x"},
		"urn:service:sos":                {Scheme: "urn", User: "service:sos"},
	} {
		got, err := sip.ParseURI(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
	for _, bad := range []string{"", "a", "sip:", "sip:@b", "sip:a@", "sip:a@b:x", "sip:a@b:70000", "sip:[::1", "http://x", "tel:", "urn:", "sip:a b@c", "<sip:a@b>", "sip:a@b\r\n"} {
		if u, err := sip.ParseURI(bad); !errors.Is(err, sip.ErrURI) {
			t.Errorf("%q: %+v, %v", bad, u, err)
		}
	}
	u, _ := sip.ParseURI("sip:a@b:5070;Transport=TCP;lr?Subject=x&y=z")
	if v, ok := u.Param("transport"); v != "TCP" || !ok {
		t.Errorf("transport %q %v", v, ok)
	}
	if v, ok := u.Param("lr"); v != "" || !ok {
		t.Errorf("lr %q %v", v, ok)
	}
	if v, ok := u.Header("subject"); v != "x" || !ok {
		t.Errorf("subject %q %v", v, ok)
	}
	if _, ok := u.Header("nope"); ok || u.PortNum() != 5070 {
		t.Errorf("%d", u.PortNum())
	}
}
