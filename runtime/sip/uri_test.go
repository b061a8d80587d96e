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
		"urn:service:sos":                {Scheme: "urn", User: "service", Host: "sos"},
		"urn:@a@h":                       {Scheme: "urn", User: "@a", Host: "h"},
		"urn:@a:b":                       {Scheme: "urn", User: "@a", Host: "b"},
		"urn:isbn:0451":                  {Scheme: "urn", Host: "isbn", Port: "0451"},
		"urn:a:p@h;x?y":                  {Scheme: "urn", User: "a", Password: "p", Host: "h", Params: "x", Headers: "y"},
		"urn:a;b:c":                      {Scheme: "urn", Host: "a", Params: "b:c"},
		"tel:@h:5":                       {Scheme: "tel", User: "@h", Port: "5"},
		"tel:;a?b":                       {Scheme: "tel", User: ";a", Headers: "b"},
		"sip:@a:p@h":                     {Scheme: "sip", User: "@a", Password: "p", Host: "h"},
		"sip:[::1]:5;x:p@h":              {Scheme: "sip", User: "[::1]:5;x", Password: "p", Host: "h"},
		"sip:[::1]?x@[::2]":              {Scheme: "sip", User: "[::1]?x", Host: "[::2]"},
		"sip:a:65535@h":                  {Scheme: "sip", User: "a", Password: "65535", Host: "h"},
		"sip:a;x:65536]@h":               {Scheme: "sip", User: "a;x", Password: "65536]", Host: "h"},
		"sip:h;m":                        {Scheme: "sip", Host: "h", Params: "m"},
		"sip:h;madd=":                    {Scheme: "sip", Host: "h", Params: "madd="},
		"sip:h:":                         {Scheme: "sip", Host: "h", EmptyPort: true},
		"sip:?a":                         {Scheme: "sip", Host: "?a"},
		"tel:+1;x=y?z":                   {Scheme: "tel", User: "+1", Params: "x=y", Headers: "z"},

		// With user=phone the user has parameters; without, they are of the user.
		"sip:+1;npdi;rn=+2@h;user=phone": {Scheme: "sip", User: "+1", UserParams: "npdi;rn=+2", Host: "h", Params: "user=phone"},
		"sip:a;b;c=d:p@h;x;USER=phone":   {Scheme: "sip", User: "a", UserParams: "b;c=d", Password: "p", Host: "h", Params: "x;USER=phone"},
		"sip:a;b@h;user=ip;user=phone":   {Scheme: "sip", User: "a", UserParams: "b", Host: "h", Params: "user=ip;user=phone"},
		"sip:a;b@h;user=phone;user":      {Scheme: "sip", User: "a", UserParams: "b", Host: "h", Params: "user=phone;user"},
		"sip:a;b@h;user=phone;user=ip":   {Scheme: "sip", User: "a;b", Host: "h", Params: "user=phone;user=ip"},
		"sip:a;b@h;user=PHONE":           {Scheme: "sip", User: "a;b", Host: "h", Params: "user=PHONE"},
		"sip:a;b@h?user=phone":           {Scheme: "sip", User: "a;b", Host: "h", Headers: "user=phone"},
		"sip:h;user=phone":               {Scheme: "sip", Host: "h", Params: "user=phone"},
		"tel:+1:5;x=y?z":                 {Scheme: "tel", User: "+1", Port: "5", Params: "x=y", Headers: "z"},
		"tel:+1;npdi:5@h;x?z":            {Scheme: "tel", User: "h", Password: "5", Params: "x", Headers: "z"},
		"tel:+1;npdi;user=phone":         {Scheme: "tel", User: "+1", Params: "npdi;user=phone"},
		"sip:a b\t<c>\"d@h:5":            {Scheme: "sip", User: "a b\t<c>\"d", Host: "h", Port: "5"},
		"sip:a:p q@h":                    {Scheme: "sip", User: "a", Password: "p q", Host: "h"},
		"sip:a;[x?y]@h":                  {Scheme: "sip", User: "a;[x?y]", Host: "h"},
		"sip:h;x@y":                      {Scheme: "sip", User: "h;x", Host: "y"},
		"sip:a@h;x< y=[z]?u v":           {Scheme: "sip", User: "a", Host: "h", Params: "x< y=[z]", Headers: "u v"},
		"sip:h_h:5;x":                    {Scheme: "sip", Host: "h_h", Port: "5", Params: "x"},
		"sip:h h:5":                      {Scheme: "sip", Host: "h h", Port: "5"},
		"sip:a@h-":                       {Scheme: "sip", User: "a", Host: "h-"},
		"sip:a@h..h:00005":               {Scheme: "sip", User: "a", Host: "h..h", Port: "00005"},
		"sip:h;received=sip:1.2.3.4:5":   {Scheme: "sip", Host: "h", Params: "received=sip:1.2.3.4:5"},
	} {
		got, err := sip.ParseURI(in)
		if err != nil {
			t.Errorf("%s: %v", in, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", in, d)
		}
	}
	for _, bad := range []string{
		"", "a", "sip:", "sip:@b", "sip:a@", "sip:a@b:x", "sip:a@b:70000", "sip:[::1", "http://x", "tel:", "urn:", "sip:a b@c d", "<sip:a@b>", "sip:a@b\r\n",
		"sip:a@h_h", "sip:a@-h", "sip:a@.h", "sip:a@h ", "sip:a@ h", "sip:a@h:5 ", "sip:a@h\x7f", "sip:a@[::1]x", "sip:a@b@h", "sip:a@h;x@y", "sip:a@h?x@y",
		"sip:a[b@h", "sip:a]@h", "sip:[::1]@h", "sip:a:b:c@h", "sip:a:p;q@h", "sip:a:p[@h", "sip::p@h", "sip:h[h", "sip:a@h?x;y",
		"tel:+1:a", "tel:+1:5:6", "tel:+1@a@b", "tel:+1[", "tel:+1?a;b", "tel:+1\r\n",
		"tels:+1", "urn:a:b:c", "urn:service:sos;x", "urn:service:sos?x", "urn:a:99999", "urn:a:99999999999", "urn:@h", "sip:h;maddr", "sip:[::&]",
		"sip:a:65536@h", "sip:a:123456x@h", "sip:h;ma", "tel:1;x;MADD", "sip:[::1]:5@h", "sip:[::1]x;y@h", "sip:[::&];x@h",
		"sip:;npdi@h;user=phone", "sip:h:65536", "sip::5",
		"sip:a\r\nb@h", // which Kamailio takes, and which makes two lines of one
	} {
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
