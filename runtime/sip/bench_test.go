package sip_test

import (
	"strings"
	"testing"

	"olelo/runtime/sip"
)

// BenchmarkParse is what a message costs that is parsed as far as the name says.
func BenchmarkParse(b *testing.B) {
	for _, k := range []struct {
		name string
		ask  func(m *sip.Message)
	}{
		{"first line", func(m *sip.Message) { _ = m.Method() }},
		{"first header", func(m *sip.Message) { m.HeaderAt(0) }},
		{"all headers", func(m *sip.Message) { m.Body() }},
		{"as routed", func(m *sip.Message) { _ = m.Check() }},
	} {
		b.Run(k.name, func(b *testing.B) {
			raw, m := []byte(invite), &sip.Message{}
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				if err := m.Parse(raw); err != nil {
					b.Fatal(err)
				}
				k.ask(m)
			}
		})
	}
}

func BenchmarkURI(b *testing.B) {
	for _, text := range []string{
		"sip:example.com",
		"sip:alice@example.com:5090;transport=udp",
		"sip:+4930123;phone-context=x:pw@[2001:db8::1]:5060;user=phone;lr?Subject=x",
		"tel:+4930123;ext=5",
		"urn:service:sos",
	} {
		b.Run(text, func(b *testing.B) {
			b.ReportAllocs()
			var u sip.URI
			for b.Loop() {
				if err := u.Parse(text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkFramer(b *testing.B) {
	f, stream := &sip.Framer{}, []byte(strings.Repeat(invite, 16))
	b.SetBytes(int64(len(stream)))
	b.ReportAllocs()
	for b.Loop() {
		for rest := stream; len(rest) > 0; {
			n, _, err := f.Next(rest)
			if err != nil || n == 0 {
				b.Fatal(n, err)
			}
			rest = rest[n:]
		}
	}
}
