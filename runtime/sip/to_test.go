package sip_test

import (
	"testing"

	"olelo/runtime/sip"
)

// TestParseTo: what Kamailio 5.6.3 was seen to make of these.
func TestParseTo(t *testing.T) {
	for in, want := range map[string]sip.NameAddr{
		" sip:a@b;tag=1":                   {URI: "sip:a@b", Params: ";tag=1", Tag: "1"},
		"Bob, C <sip:a@b>":                 {Display: "Bob, C", URI: "sip:a@b"},
		`"x\"y" < sip:a@b > ; tag = 1 ; y`: {Display: `"x\"y"`, URI: "sip:a@b", Params: "; tag = 1 ; y", Tag: "1"},
		"<sip:a@b>;tag=1;TAG=2":            {URI: "sip:a@b", Params: ";tag=1;TAG=2", Tag: "2"},
		`<sip:a@b>;x="a;b";tag="1"`:        {URI: "sip:a@b", Params: `;x="a;b";tag="1"`, Tag: "1"},
		"Bob\r\n <sip:a@b>\r\n ;x= ":       {Display: "Bob", URI: "sip:a@b", Params: ";x= "},
		"sip:a,b@c":                        {URI: "sip:a,b@c"},
		"<sip:a@b>;x=<y>":                  {URI: "sip:a@b", Params: ";x=<y>"},
	} {
		want.Body = in
		if got, ok := sip.ParseTo(in); !ok || got != want {
			t.Errorf("%q: %+v, %v", in, got, ok)
		}
	}
	for _, bad := range []string{
		"", "<>", "<sip:a@b", "sip:a@b>", "<sip:a@b> x", "<sip:a@b>;", "<sip:a@b>;;x", "<sip:a@b>;x y", "<sip:a@b>;x=a=b", "<sip:a@b>;=b", `<sip:a@b>;x="a`, `<sip:a@b>;x="a\"b"`,
		"<sip:a@b>,<sip:b@c>", "B;x <sip:a@b>", "B>x <sip:a@b>", `B "x" <sip:a@b>`, `"x" B <sip:a@b>`, `"x" sip:a@b`, `"open <sip:a@b>`, "<sip:a b@c>", "<sip:a<b@c>", "Bob\n<sip:a@b>", "\r\n <sip:a@b>",
		`B\ <sip:a@b>`, `<sip:a@b>;x=\y`, "sip:a@b x",
	} {
		if got, ok := sip.ParseTo(bad); ok {
			t.Errorf("%q: %+v", bad, got)
		}
	}
}
