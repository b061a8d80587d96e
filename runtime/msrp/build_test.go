package msrp_test

import (
	"slices"
	"strings"
	"testing"

	"olelo/runtime/msrp"
)

// relay returns what BeginRelay makes, and checks that EndRelay undoes it.
func relay(t *testing.T, f *msrp.Frame) (string, bool) {
	t.Helper()
	before := strings.Clone(f.Raw())
	b, ok := f.BeginRelay()
	got := string(b)
	if ok {
		f.EndRelay()
	}
	if f.Raw() != before {
		t.Errorf("not undone:\n%q\n%q", f.Raw(), before)
	}
	return got, ok
}

func TestRelay(t *testing.T) {
	for name, c := range map[string]struct{ in, out string }{
		// Seen on Kamailio 5.6.3.
		"two URIs": {
			"MSRP 6aef SEND\r\nTo-Path: msrp://127.0.0.1:17100/kj;tcp msrp://127.0.0.1:17110/n;tcp\r\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp\r\nX-Op: relay\r\nX-A: \r\n\r\nHi\r\n-------6aef$\r\n",
			"MSRP 6aef SEND\r\nTo-Path: msrp://127.0.0.1:17110/n;tcp\r\nFrom-Path: msrp://127.0.0.1:17100/kj;tcp msrp://127.0.0.1:7965/bar;tcp\r\nX-Op: relay\r\nX-A: \r\n\r\nHi\r\n-------6aef$\r\n",
		},
		"three and two": {
			manual,
			strings.NewReplacer("To-Path: msrps://a.example.org:9000/kjfjan;tcp ", "To-Path: ", "From-Path: ", "From-Path: msrps://a.example.org:9000/kjfjan;tcp ").Replace(manual),
		},
		// Kamailio loses bytes here.
		"no space after the colons": {
			"MSRP t 200 OK\r\nTo-Path:msrp://a msrp://b\r\nFrom-Path:msrp://c\r\n-------t$\r\n",
			"MSRP t 200 OK\r\nTo-Path:msrp://b\r\nFrom-Path:msrp://a msrp://c\r\n-------t$\r\n",
		},
	} {
		got, ok := relay(t, parse(t, c.in))
		if !ok || got != c.out {
			t.Errorf("%s: %v\n%q\n%q", name, ok, got, c.out)
		}
	}
	if b, ok := relay(t, parse(t, "MSRP t 200 OK\r\nTo-Path: msrp://a\r\nFrom-Path: msrp://c\r\n-------t$\r\n")); ok {
		t.Errorf("one URI: %q", b)
	}
}

func TestReply(t *testing.T) {
	const send = "MSRP 6aef SEND\r\nTo-Path: msrp://127.0.0.1:17100/kj;tcp msrp://x;tcp\r\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp msrp://y;tcp\r\nMessage-ID: z\r\n\r\nHi\r\n-------6aef+\r\n"
	for name, c := range map[string]struct{ in, hdrs, want string }{
		// Seen on Kamailio 5.6.3.
		"SEND": {send, "X: y\r\nZ: k\r\n", "MSRP 6aef 200 OK\r\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\r\nFrom-Path: msrp://127.0.0.1:17100/kj;tcp\r\nMessage-ID: z\r\nX: y\r\nZ: k\r\n-------6aef$\r\n"},
		"no Message-ID": {
			strings.Replace(send, "Message-ID: z\r\n", "", 1), "",
			"MSRP 6aef 200 OK\r\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\r\nFrom-Path: msrp://127.0.0.1:17100/kj;tcp\r\n-------6aef$\r\n",
		},
		// Kamailio: the header and the end line become one line.
		"header without CRLF": {send, "A: b", "MSRP 6aef 200 OK\r\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\r\nFrom-Path: msrp://127.0.0.1:17100/kj;tcp\r\nMessage-ID: z\r\nA: b\r\n-------6aef$\r\n"},
		// Kamailio: the first URI only, which the relay before cannot pass on.
		"AUTH": {
			strings.Replace(send, "SEND", "AUTH", 1), "",
			"MSRP 6aef 200 OK\r\nTo-Path: msrp://127.0.0.1:7965/bar;tcp msrp://y;tcp\r\nFrom-Path: msrp://127.0.0.1:17100/kj;tcp\r\nMessage-ID: z\r\n-------6aef$\r\n",
		},
	} {
		if got := string(parse(t, c.in).AppendReply(nil, "200", "OK", c.hdrs)); got != c.want {
			t.Errorf("%s:\n%q\n%q", name, got, c.want)
		}
	}
}

// The manual's second example, with the empty line that Kamailio ends it with.
func TestSIP(t *testing.T) {
	const sip = "MSRP sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKa\r\nFrom: <b@127.0.0.1>;tag=a\r\nTo: <a@127.0.0.1>\r\nCall-ID: a\r\nCSeq: 1 MSRP\r\nContent-Length: 0\r\nMSRP-First-Line: "
	want := sip + manual[:strings.Index(manual, "\r\nHi")] + "\r\n"
	if got := string(parse(t, manual).AppendSIP(nil)); got != want {
		t.Errorf("%q\n%q", got, want)
	}
	noBody := "MSRP t SEND\r\nTo-Path: msrp://a\r\nFrom-Path: msrp://c\r\n-------t$\r\n"
	if got, want := string(parse(t, noBody).AppendSIP(nil)), sip+noBody[:len(noBody)-len("-------t$\r\n")]+"\r\n"; got != want {
		t.Errorf("%q\n%q", got, want)
	}
}

func TestForward(t *testing.T) {
	const in = "MSRP t SEND\r\nTo-Path: msrp://a msrp://b\r\nFrom-Path: msrp://c\r\nX: y\r\n\r\nHi\r\n-------t$\r\n"
	f := parse(t, in)
	for _, c := range []struct{ to, from, want string }{
		{"", "", in},
		{"msrp://d msrp://e", "", strings.Replace(in, "msrp://a msrp://b", "msrp://d msrp://e", 1)},
		{"msrp://d", f.Path(), "MSRP t SEND\r\nTo-Path: msrp://d\r\nFrom-Path: msrp://a msrp://b\r\nX: y\r\n\r\nHi\r\n-------t$\r\n"},
	} {
		if got := string(f.AppendForward(nil, c.to, c.from)); got != c.want {
			t.Errorf("%q %q:\n%q\n%q", c.to, c.from, got, c.want)
		}
	}
	for path, ok := range map[string]bool{"": true, "msrp://a": true, "msrp://a msrps://b:1/c;tcp": true, "msrp://a  msrp://b": false, "x": false, "msrp://a\r\nX: y": false} {
		if err := msrp.CheckPath(path); (err == nil) != ok {
			t.Errorf("%q: %v", path, err)
		}
	}
}

func TestLost(t *testing.T) {
	relayed := func(method, failure string) string {
		return "MSRP t " + method + "\r\nTo-Path: msrp://b\r\nFrom-Path: msrp://relay/s;tcp msrp://r2 msrp://alice\r\nMessage-ID: 5\r\n" + failure + "-------t$\r\n"
	}
	for _, c := range []struct{ in, want string }{
		{relayed("SEND", ""), "MSRP t 408 Lost\r\nTo-Path: msrp://r2\r\nFrom-Path: msrp://relay/s;tcp\r\nMessage-ID: 5\r\n-------t$\r\n"},
		{relayed("SEND", "Failure-Report: yes\r\n"), "MSRP t 408 Lost\r\nTo-Path: msrp://r2\r\nFrom-Path: msrp://relay/s;tcp\r\nMessage-ID: 5\r\n-------t$\r\n"},
		{relayed("SEND", "Failure-Report: partial\r\n"), "MSRP t 408 Lost\r\nTo-Path: msrp://r2\r\nFrom-Path: msrp://relay/s;tcp\r\nMessage-ID: 5\r\n-------t$\r\n"},
		{relayed("AUTH", ""), "MSRP t 408 Lost\r\nTo-Path: msrp://r2 msrp://alice\r\nFrom-Path: msrp://relay/s;tcp\r\nMessage-ID: 5\r\n-------t$\r\n"},
		{relayed("SEND", "Failure-Report: no\r\n"), ""},
		{relayed("REPORT", ""), ""},
		{relayed("200 OK", ""), ""},
		{strings.Replace(relayed("SEND", ""), " msrp://r2 msrp://alice", "", 1), ""},
	} {
		got, ok := parse(t, c.in).AppendLost(nil, "408", "Lost")
		if string(got) != c.want || ok != (c.want != "") {
			t.Errorf("%q: %v\n%q\n%q", c.in, ok, got, c.want)
		}
	}
}

func TestReport(t *testing.T) {
	f := parse(t, manual)
	relayed, _ := f.BeginRelay()
	raw := slices.Clone(relayed)
	f.EndRelay()
	want := "MSRP r1 REPORT\r\nTo-Path: msrps://r.example.org:1/q;tcp msrps://alice.example.org:7965/bar;tcp\r\nFrom-Path: msrps://a.example.org:9000/kjfjan;tcp\r\nMessage-ID: 87652\r\nByte-Range: 1-*/*\r\nStatus: 000 408 Timeout\r\n-------r1$\r\n"
	b, ok := parse(t, string(raw)).AppendReport(nil, "r1", "408 Timeout")
	got := string(b)
	if got != want || !ok {
		t.Errorf("%v\n%q\n%q", ok, got, want)
	}
	for _, in := range []string{
		"MSRP t 200 OK\r\nTo-Path: msrp://a;tcp\r\nFrom-Path: msrp://b;tcp msrp://c;tcp\r\n-------t$\r\n",
		"MSRP t SEND\r\nTo-Path: msrp://a;tcp\r\nFrom-Path: msrp://b;tcp\r\n-------t$\r\n",
		"MSRP t SEND\r\nTo-Path: msrp://a;tcp\r\nFrom-Path: msrp://b;tcp msrp://c;tcp\r\nFailure-Report: no\r\n-------t$\r\n",
	} {
		if b, ok := parse(t, in).AppendReport(nil, "r1", "408 Timeout"); ok || len(b) > 0 {
			t.Errorf("%q is reported: %q", in, b)
		}
	}
	if err := new(msrp.Frame).Parse([]byte(got)); err != nil {
		t.Error(err)
	}
}
