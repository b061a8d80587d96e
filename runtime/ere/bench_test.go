package ere_test

import (
	"testing"

	"olelo/runtime/ere"
)

// BenchmarkMatch asks whether patterns as configurations have them match.
func BenchmarkMatch(b *testing.B) {
	const uri = "sip:1000001@example.com:5090;transport=udp"
	for _, k := range []struct{ name, pattern, text string }{
		{"prefix", "^sip:[0-9]+@", uri},
		{"prefix/none", "^sips:", uri},
		{"words/none", "friendly|scanner|sipcli|sundayddr", "Yealink SIP-T46S 66.84.0.15"},
		{"suffix", "transport=(udp|tcp)$", uri},
		{"whole", "^[0-9]{6,15}$", "4930123456"},
		{"line", `c=IN IP4 (10\.|192\.168\.|172\.(1[6-9]|2[0-9]|3[01])\.)`, "v=0\r\no=- 20518 0 IN IP4 192.0.2.4\r\ns=-\r\nc=IN IP4 192.168.2.4\r\nt=0 0\r\n"},
	} {
		b.Run(k.name, func(b *testing.B) {
			r, err := ere.Compile(k.pattern, ere.IgnoreCase)
			if err != nil {
				b.Fatal(err)
			}
			b.ReportAllocs()
			for b.Loop() {
				if _, err := r.Match(k.text); err != nil {
					b.Fatal(err)
				}
			}
		})
	}
}

func BenchmarkCompile(b *testing.B) {
	for b.Loop() {
		if _, err := ere.Compile("friendly|scanner|sipcli|sundayddr", ere.IgnoreCase); err != nil {
			b.Fatal(err)
		}
	}
}
