package textops_test

import (
	"fmt"
	"strings"
	"testing"

	"olelo/modules/textops"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/sip"
)

// withBody is a request with a body, its line ends CRLF.
func withBody(headers, body string) string {
	body = crlf(body)
	return crlf(fmt.Sprintf("INFO sip:a@127.0.0.1 SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa\nFrom: <sip:a@b>;tag=1\nTo: <sip:c@d>\nCall-ID: x1\nCSeq: 1 INFO\n%sContent-Length: %d\n\n", headers, len(body))) + body
}

func TestHasBody(t *testing.T) {
	for _, c := range []struct {
		message string
		mime    []any
		want    int
	}{
		{withBody("Content-Type: text/plain\n", "abc"), nil, 1},
		{withBody("", ""), nil, -1},
		{strings.Replace(withBody("", "abc"), "Content-Length: 3\r\n", "", 1), nil, -1},
		{withBody("Content-Type: text/plain\n", "abc"), args("text/plain"), 1},
		{withBody("c: Text/Plain ; charset=x\n", "abc"), args("TEXT/plain"), 1},
		{withBody("Content-Type: text/plain\n", "abc"), args("application/sdp"), -1},
		{withBody("Content-Type: text/plain\n", "abc"), args("text/*"), -1},
		{withBody("Content-Type: text/plain\n", "abc"), args(""), 1},
		{withBody("Content-Type: multipart/mixed;boundary=foo\n", "abc"), args("multipart/mixed"), 1},
		{withBody("", "v=0"), args("application/sdp"), 1},
		{withBody("", "v=0"), args("text/plain"), -1},
	} {
		if got := bench(t, c.message).Run("has_body", c.mime...); got != c.want {
			t.Errorf("has_body%q: %d, want %d for\n%s", c.mime, got, c.want, c.message)
		}
	}
}

func TestSetBody(t *testing.T) {
	message := withBody("Content-Type: text/plain\nSubject: s\n", "body one\n")
	for _, c := range []struct {
		args   []any
		rc     int
		change []string
	}{
		{args("new $rm", "text/$rm"), 1, []string{"Content-Type: text/plain\n", "", "Content-Length: 10\n", "Content-Length: 8\nContent-Type: text/INFO\n", "body one\n", "new INFO"}},
		{args("", "text/plain"), -1, nil},
		{args("abc", ""), -1, nil},
	} {
		var change []string
		for _, s := range c.change {
			change = append(change, crlf(s))
		}
		b := bench(t, message)
		rc := b.Run("set_body", c.args...)
		want := strings.NewReplacer(change...).Replace(message)
		if got := string(b.C.Msg.AppendEdited(nil)); rc != c.rc || got != want {
			t.Errorf("set_body%q: %d\n%q, want %d\n%q", c.args, rc, got, c.rc, want)
		}
	}
}

const parts = `--foo
Content-Type: application/sdp

v=0
s=x
--foo
Content-Type: text/plain; charset=x
Content-Disposition: signal

hello
--foo
Content-Type: text/plain

second
--foo--
`

func TestParts(t *testing.T) {
	const head = "Content-Type: multipart/mixed;boundary=\"foo\"\n"
	message := withBody(head, parts)
	const plain = "--foo\nContent-Type: text/plain; charset=x\nContent-Disposition: signal\n\nhello\n"
	for _, c := range []struct {
		fn   string
		args []any
		rc   int
		body string // as sent
	}{
		{"filter_body", args("application/sdp"), 1, "v=0\ns=x"},
		// Kamailio wants a line end right behind the type.
		{"filter_body", args("TEXT/plain"), 1, "hello"},
		{"filter_body", args("foo/bar"), -1, parts},
		{"remove_body_part", args("application/sdp"), 1, strings.Replace(parts, "--foo\nContent-Type: application/sdp\n\nv=0\ns=x\n", "", 1)},
		{"remove_body_part", args("text/plain"), 1, strings.Replace(parts, plain, "", 1)},
		{"remove_body_part", args("foo/bar"), -1, parts},
		{"append_body_part", args("a$rm", "text/foo"), 1, strings.Replace(parts, "--foo--", "--foo\nContent-Type: text/foo\n\naINFO\n--foo--", 1)},
		{"append_body_part", args("abc", "text/foo", "disp"), 1, strings.Replace(parts, "--foo--", "--foo\nContent-Type: text/foo\nContent-Disposition: disp\n\nabc\n--foo--", 1)},
		{"append_body_part", args("", "text/foo"), -1, parts},
		{"append_body_part", args("abc", ""), -1, parts},
		{"append_body_part_hex", args("61 62", "text/foo"), 1, strings.Replace(parts, "--foo--", "--foo\nContent-Type: text/foo\n\nab\n--foo--", 1)},
		{"append_body_part_hex", args("61 6", "text/foo"), -1, parts},
		{"append_body_part_hex", args("6x", "text/foo"), -1, parts},
	} {
		b := bench(t, message)
		rc := b.Run(c.fn, c.args...)
		if got := string(b.C.Msg.AppendEdited(nil)); rc != c.rc || got != withBody(head, c.body) {
			t.Errorf("%s%q: %d\n%q, want %d\n%q", c.fn, c.args, rc, got, c.rc, withBody(head, c.body))
		}
	}
	for _, c := range []struct {
		fn, mime string
		rc       int
		want     string
	}{
		{"get_body_part", "application/sdp", 1, "\nv=0\ns=x\n"},
		{"get_body_part_raw", "application/sdp", 1, "Content-Type: application/sdp\n\nv=0\ns=x\n--foo\n"},
		{"get_body_part", "text/plain", 1, "\nhello\n"},
		{"get_body_part", "foo/bar", -1, "<null>"},
		{"get_body_part", "text", -1, "<null>"},
		{"get_body_part", "", -1, "<null>"},
	} {
		b := bench(t, message)
		rc := b.Run(c.fn, c.mime, "$avp(p)")
		if got := b.Eval("$avp(p)"); rc != c.rc || got != crlf(c.want) {
			t.Errorf("%s(%q): %d %q, want %d %q", c.fn, c.mime, rc, got, c.rc, c.want)
		}
	}
}

// Bodies that are not multipart, or broken.
func TestNoParts(t *testing.T) {
	for _, c := range []struct{ head, body string }{
		{"Content-Type: text/plain\n", parts},
		{"", parts},
		{"Content-Type: multipart/mixed\n", parts},
		{"Content-Type: multipart/mixed;boundary=bar\n", parts},
		{"Content-Type: multipart/mixed;boundary=fo\n", parts},
		{"Content-Type: multipart/mixed;boundary=foo\n", "--foo\nContent-Type: text/plain\n\nno end\n"},
		{"Content-Type: multipart/mixed;boundary=foo\n", "x--foo\nContent-Type: text/plain\n\nx--foo--\n"},
		{"Content-Type: multipart/mixed;boundary=foo\n", ""},
	} {
		b := bench(t, withBody(c.head, c.body))
		if rc := b.Run("filter_body", "text/plain"); rc != -1 || b.C.Msg.Edited() {
			t.Errorf("%q %q: %d", c.head, c.body, rc)
		}
	}
	if rc := bench(t, withBody("Content-Type: text/plain\n", parts)).Run("append_body_part", "abc", "text/plain"); rc != -1 {
		t.Errorf("a part appended to a body that is not multipart: %d", rc)
	}
}

func TestHold(t *testing.T) {
	const (
		session = "v=0\no=x 1 1 IN IP4 1.1.1.1\ns=-\n"
		here    = session + "c=IN IP4 1.1.1.1\nt=0 0\n"
		null    = session + "c=IN IP4 0.0.0.0\nt=0 0\n"
		audio   = "m=audio 5 RTP/AVP 0\n"
		sdp     = "Content-Type: application/sdp\n"
	)
	for _, c := range []struct {
		head, body string
		want       int
	}{
		{sdp, here + audio, -1},
		{sdp, null + audio, 1},
		{sdp, here + audio + "c=IN IP4 0.0.0.0\n", 1},
		{sdp, null + audio + "c=IN IP4 1.0.0.0\n", -1},
		{sdp, here + audio + "a=sendonly\n", 2},
		{sdp, here + audio + "a=inactive\n", 2},
		{sdp, here + audio + "a=recvonly\n", -1},
		{sdp, here + audio + "a=sendonly\na=sendrecv\n", 2},
		{sdp, here + "a=sendonly\n" + audio, 2},
		{sdp, here + "a=sendonly\n" + audio + "a=sendrecv\n", 2},
		{sdp, here + audio + "m=video 6 RTP/AVP 3\na=sendonly\n", -1},
		{sdp, here + audio + "m=audio 6 RTP/AVP 3\na=sendonly\n", 2},
		{sdp, here + "m=audio 0 RTP/AVP 0\na=sendonly\n", 2},
		{sdp, here + "m=message 5 RTP/AVP 0\na=sendonly\n", -1},
		{sdp, session + "c=IN IP6 ::\nt=0 0\n" + audio, -1},
		{sdp, null + audio + "a=sendonly\n", 2},
		{sdp, session + "t=0 0\n" + audio + "a=sendonly\n", -1},
		{"Content-Type: text/plain\n", here + audio + "a=sendonly\n", -1},
		{"", here + audio + "a=sendonly\n", -1},
		{"Content-Type: multipart/mixed;boundary=f\n", "--f\nContent-Type: application/sdp\n\n" + here + audio + "a=sendonly\n--f--\n", 2},
	} {
		if got := bench(t, withBody(c.head, c.body)).Run("is_audio_on_hold"); got != c.want {
			t.Errorf("%d, want %d for\n%s%s", got, c.want, c.head, c.body)
		}
	}
}

// FuzzBody gives bodies of all kinds to what reads them.
func FuzzBody(f *testing.F) {
	f.Add("multipart/mixed;boundary=foo", crlf(parts))
	f.Add("multipart/mixed;boundary=\"f\"", "--f\n--f--")
	f.Add("application/sdp", "v=0\r\nc=IN IP4 0.0.0.0\r\nm=audio 1 RTP/AVP 0\r\na=sendonly")
	b := registrytest.New(f, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "textops": textops.New()})
	var calls []registry.Call
	for _, c := range []call{
		{fn: "filter_body", args: args("text/plain")},
		{fn: "remove_body_part", args: args("application/sdp")},
		{fn: "get_body_part", args: args("text/plain", "$avp(a)")},
		{fn: "get_body_part_raw", args: args("text/plain", "$avp(a)")},
		{fn: "append_body_part", args: args("abc", "text/plain")},
		{fn: "is_audio_on_hold"},
	} {
		fn, err := b.Call(c.fn, c.args...)
		if err != nil {
			f.Fatal(err)
		}
		calls = append(calls, fn)
	}
	f.Fuzz(func(t *testing.T, typ, body string) {
		var m sip.Message
		if strings.ContainsAny(typ, "\r\n") || m.Parse([]byte("INFO sip:a SIP/2.0\r\nContent-Type: "+typ+"\r\n\r\n"+body)) != nil {
			return
		}
		b.C.Msg = &m
		for _, fn := range calls {
			fn(b.C)
		}
		m.AppendEdited(nil)
		b.C.EndMessage()
		b.Logged()
	})
}
