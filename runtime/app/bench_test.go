package app

import (
	"bytes"
	"context"
	"io"
	"net/netip"
	"os"
	"path/filepath"
	"testing"

	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/transport"
)

const request = "OPTIONS sip:bob@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1:5060;branch=z9hG4bK-1\r\nMax-Forwards: 70\r\n" +
	"From: \"Alice\" <sip:alice@example.org>;tag=1\r\nTo: Bob <sip:bob@example.com>\r\nCall-ID: 1@bench\r\nCSeq: 1 OPTIONS\r\n" +
	"Contact: <sip:alice@192.0.2.1:5060>\r\nUser-Agent: bench\r\nAccept: application/sdp\r\nContent-Length: 0\r\n\r\n"

// BenchmarkDispatch is what a message costs from a socket's buffer to the bytes
// that are sent; of an empty route, all around the script.
func BenchmarkDispatch(b *testing.B) {
	for _, k := range []struct{ name, route string }{
		{"empty", `drop;`},
		{"reply", `sl_send_reply("200", "OK");`},
		{"forward", `$du = "sip:192.0.2.2:5060"; forward();`},
		{"typical", `if ($ua =~ "friendly|scanner|sipcli") { exit; }
			if ($sht(ban=>$si) != $null) { exit; }
			if (!mf_process_maxfwd_header("10")) { sl_send_reply("483", "Too Many Hops"); exit; }
			if (!sanity_check("17895", "7")) { exit; }
			if (is_method("OPTIONS") && uri == myself) {
				$var(n) = $shtinc(ban=>count::$si);
				append_to_reply("X-Count: $var(n)\r\n");
				sl_send_reply("200", "Keepalive");
			}`},
	} {
		b.Run(k.name, func(b *testing.B) {
			h := alone(b, k.route)
			recv := &transport.Recv{
				Proto: transport.UDP, Src: netip.MustParseAddrPort("192.0.2.1:5060"), SrcIP: "192.0.2.1", Socket: h.s.net.Sockets()[0],
			}
			raw := []byte(request)
			b.SetBytes(int64(len(raw)))
			b.ReportAllocs()
			for b.Loop() {
				h.SIP(recv, raw)
			}
		})
	}
}

// alone is one worker of a server that sends nothing.
func alone(b *testing.B, route string) handler {
	b.Helper()
	file := filepath.Join(b.TempDir(), "kamailio.cfg")
	if err := os.WriteFile(file, []byte(`debug=0
listen=udp:127.0.0.1:5060
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "maxfwd.so"
loadmodule "textops.so"
loadmodule "siputils.so"
loadmodule "sanity.so"
loadmodule "htable.so"
modparam("htable", "htable", "ban=>size=8;")
request_route {
`+route+`
}
`), 0o600); err != nil {
		b.Fatal(err)
	}
	o := Options{
		File: file, Modules: all.Modules, Builtin: []Builtin{{Name: "core", Module: core.New()}},
		Stdout: io.Discard, Stderr: io.Discard,
	}
	o.setDefaults()
	o.logHere()
	s, diags := load(&o)
	if diags.Errors() > 0 {
		b.Fatal(diags.Items[0])
	}
	b.Cleanup(s.stop)
	cfg := s.transportConfig()
	cfg.Capture = func(transport.Sent) {}
	if err := s.open(context.Background(), cfg, transport.Handlers{}); err != nil {
		b.Fatal(err)
	}
	w, err := s.workers.add("bench")
	if err != nil {
		b.Fatal(err)
	}
	s.first = w
	if err := s.initFirstWorker(); err != nil {
		b.Fatal(err)
	}
	s.net.Start()
	return handler{s, w}
}

// BenchmarkSendPath is the example's SEND path, from a connection's buffer to
// another one's socket.
func BenchmarkSendPath(b *testing.B) {
	h, recv, frame, bob := sendPath(b)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	go func() { _, _ = io.Copy(io.Discard, bob.r) }()
	for b.Loop() {
		h.MSRP(recv, frame)
	}
}

// BenchmarkRelay is the example's SEND path through a server's sockets, with 16
// frames a write; both clients are in the figure.
func BenchmarkRelay(b *testing.B) {
	_, addr := startRelay(b)
	alice, bob := dialRelay(b, addr), dialRelay(b, addr)
	alice.auth(b)
	frame := sendTo(bob.auth(b))
	const batch = 16
	chunk := bytes.Repeat(frame, batch)
	b.SetBytes(int64(len(frame)))
	b.ReportAllocs()
	b.ResetTimer()
	writes := (b.N + batch - 1) / batch
	go func() {
		for range writes {
			if _, err := alice.c.Write(chunk); err != nil {
				return
			}
		}
	}()
	if _, err := io.CopyN(io.Discard, bob.r, int64(writes*len(chunk))); err != nil {
		b.Fatal(err)
	}
}
