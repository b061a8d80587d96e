package msrp

import (
	"testing"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// BenchmarkVariables reads each key of $msrp.
func BenchmarkVariables(b *testing.B) {
	s := start(b, nil)
	raw := []byte(crlf(send("SEND", me+" "+next)))
	s.C.Recv = &transport.Recv{Proto: transport.TCP, Src: src, SrcIP: "127.0.0.1", Socket: sock, Conn: conn}
	s.C.Msg = &sip.Message{}
	for _, k := range keys {
		v, err := s.Var("$msrp(" + k.name + ")")
		if err != nil {
			b.Fatal(err)
		}
		b.Run(k.name, func(b *testing.B) {
			var val value.Value
			s.route = func(c *registry.Ctx) {
				for b.Loop() {
					v.Get(c, &val)
					c.Arena.Reset()
				}
			}
			b.ReportAllocs()
			if err := s.f.Parse(raw); err != nil {
				b.Fatal(err)
			}
			s.m.HandleFrame(s.C, &s.f)
		})
	}
}
