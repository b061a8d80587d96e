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
