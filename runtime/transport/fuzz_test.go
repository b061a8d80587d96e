package transport_test

import (
	"net"
	"strings"
	"testing"
	"time"

	"olelo/runtime/transport"
)

// FuzzStream sends any bytes to a server, at once and in small pieces: it must
// see the same messages, close the connection, and live on.
func FuzzStream(f *testing.F) {
	for _, s := range []string{
		options(1) + "\r\n\r\n" + frame(2, "body") + options(3), "MSRP x\r\n", "\r\n\r", "MSRP", "\x00",
		frame(1, "") + "MSRP abcd 200 OK\r\n-------abcd$\r\n", options(1)[:100], "A B SIP/2.0\r\nl: 99999999999\r\n\r\n",
	} {
		f.Add([]byte(s), byte(3))
	}
	type seen struct{ log []string }
	ended := make(chan *seen)
	note := func(kind string, raw []byte, s *seen) { s.log = append(s.log, kind+string(raw)) }
	tr := startWith(f, transport.Config{}, transport.Handlers{
		TCP: func(*transport.Conn) transport.Handler {
			s := &seen{}
			return &funcsOf{funcs{
				sip:  func(_ *transport.Recv, raw []byte) { note("SIP ", raw, s) },
				msrp: func(_ *transport.Recv, raw []byte) { note("MSRP ", raw, s) },
			}, s}
		},
		Closed: func(_ *transport.Conn, h transport.Handler) { ended <- h.(*funcsOf).tag.(*seen) },
	})
	f.Fuzz(func(t *testing.T, data []byte, step byte) {
		if len(data) > 4096 {
			return
		}
		var logs [2]string
		for i, n := range []int{len(data), int(step)%64 + 1} {
			c, err := net.Dial("tcp", tr.addr[transport.TCP].String())
			if err != nil {
				t.Fatal(err)
			}
			// A message at the start, so that there is a Handler to be told.
			_, _ = c.Write([]byte(options(0)))
			for rest := data; len(rest) > 0; rest = rest[min(n, len(rest)):] {
				if _, err := c.Write(rest[:min(n, len(rest))]); err != nil {
					break // the server has seen enough
				}
			}
			_ = c.(*net.TCPConn).CloseWrite()
			select {
			case s := <-ended:
				logs[i] = strings.Join(s.log, "\n")
			case <-time.After(patience):
				t.Fatal("the connection does not end")
			}
			_ = c.Close()
		}
		if logs[0] != logs[1] {
			t.Errorf("at once: %q\nin pieces: %q", logs[0], logs[1])
		}
	})
}

// funcsOf is a Handler with something of the test's.
type funcsOf struct {
	funcs
	tag any
}
