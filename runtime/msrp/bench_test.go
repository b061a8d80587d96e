package msrp_test

import (
	"fmt"
	"strings"
	"testing"

	"olelo/runtime/msrp"
)

func bodyFrame(n int) string {
	return "MSRP a786hjs2 SEND\r\n" + head + "Message-ID: 87652491\r\nByte-Range: 1-*/*\r\nContent-Type: text/plain\r\n\r\n" +
		strings.Repeat("x", n) + "\r\n-------a786hjs2$\r\n"
}

// BenchmarkFramer finds the end of each of 16 frames that were read at once.
func BenchmarkFramer(b *testing.B) {
	for _, n := range []int{100, 10 << 10, 1 << 20} {
		b.Run(fmt.Sprintf("body=%d", n), func(b *testing.B) {
			f, stream := &msrp.Framer{}, []byte(strings.Repeat(bodyFrame(n), 16))
			b.SetBytes(int64(len(stream)))
			b.ReportAllocs()
			for b.Loop() {
				for rest := stream; len(rest) > 0; {
					n, err := f.Next(rest)
					if err != nil || n == 0 {
						b.Fatal(n, err)
					}
					rest = rest[n:]
				}
			}
		})
	}
}

func BenchmarkParse(b *testing.B) {
	raw, f := []byte(bodyFrame(100)), &msrp.Frame{}
	b.SetBytes(int64(len(raw)))
	b.ReportAllocs()
	for b.Loop() {
		if err := f.Parse(raw); err != nil {
			b.Fatal(err)
		}
	}
}
