package sip_test

import (
	"errors"
	"net/netip"
	"strings"
	"testing"

	"olelo/runtime/sip"
)

const web = "\r\nPOST /a?b HTTP/1.1\r\nHost: h\r\nvia: 1.1 proxy\r\nV: 1.1 other\r\nContent-Length: 2\r\n\r\nab"

// An HTTP request is routed with a Via of its own, and answered by it.
func TestHTTP(t *testing.T) {
	src := netip.MustParseAddrPort("[::1]:4000")
	raw := sip.AppendHTTP(nil, []byte(web), "TLS", src)
	want := "POST /a?b HTTP/1.1\r\nVia: SIP/2.0/TLS [::1]:4000\r\nHost: h\r\nHia: 1.1 proxy\r\nH: 1.1 other\r\nContent-Length: 2\r\n\r\nab"
	if string(raw) != want {
		t.Fatalf("%q,\nwant %q", raw, want)
	}
	m := new(sip.Message)
	if err := m.Parse(raw); err != nil {
		t.Fatal(err)
	}
	if !m.IsHTTP() || m.Method() != "POST" || m.OrigRURI() != "/a?b" || m.Body() != "ab" {
		t.Errorf("%v %q %q %q", m.IsHTTP(), m.Method(), m.OrigRURI(), m.Body())
	}
	got := string(m.AppendReply(nil, 200, "OK", sip.ReplyInfo{Src: src, Tag: "t", Extra: "X: y\r\n", Body: "hi"}))
	if want := "HTTP/1.1 200 OK\r\nSia: SIP/2.0/TLS [::1]:4000\r\nX: y\r\nContent-Length: 2\r\n\r\nhi"; got != want {
		t.Errorf("%q,\nwant %q", got, want)
	}
	if err := m.Parse([]byte("INFO sip:a SIP/2.0\r\n\r\n")); err != nil || m.IsHTTP() {
		t.Errorf("a SIP request behind it: %v, HTTP %v", err, m.IsHTTP())
	}
}

// 100 Continue is told of once, when the headers are there, however the bytes
// come; and a chunked body is an error.
func TestHTTPFraming(t *testing.T) {
	const request = "POST / HTTP/1.1\r\nExpect: 100-Continue\r\nContent-Length: 2\r\n\r\nab"
	for _, size := range []int{1, 7, 1000} {
		var f sip.Framer
		told, whole := 0, 0
		for start, end := 0, 0; end < len(request)*2; {
			end = min(end+size, len(request)*2)
			for n := 1; n > 0; start += n {
				var u sip.Unit
				var err error
				if n, u, err = f.Next([]byte(request + request)[start:end]); err != nil {
					t.Fatal(err)
				}
				if f.Expects() {
					told++
				}
				if u == sip.Whole {
					whole++
				}
			}
		}
		if told != 2 || whole != 2 {
			t.Errorf("in pieces of %d: told %d times of 2 in %d messages", size, told, whole)
		}
	}
	var f sip.Framer
	f.AcceptNoCL = true
	_, _, err := f.Next([]byte("POST / HTTP/1.1\r\nTransfer-Encoding: chunked\r\n\r\n"))
	if !errors.Is(err, sip.ErrMessage) || !strings.Contains(err.Error(), "Transfer-Encoding") {
		t.Errorf("chunked: %v", err)
	}
	if _, u, err := new(sip.Framer).Next([]byte("INFO sip:a SIP/2.0\r\nExpect: 100-continue\r\nTransfer-Encoding: x\r\nl: 0\r\n\r\n")); u != sip.Whole || err != nil {
		t.Errorf("in SIP these headers frame nothing: %v", err)
	}
}
