package sdp_test

import (
	"errors"
	"strings"
	"testing"

	"olelo/runtime/sdp"
	"olelo/runtime/sip"
)

func message(t testing.TB, contentType, body string) *sip.Message {
	t.Helper()
	m := new(sip.Message)
	text := "INVITE sip:a@b SIP/2.0\nContent-Type: " + contentType + "\n\n" + body
	if err := m.Parse([]byte(strings.ReplaceAll(text, "\n", "\r\n"))); err != nil {
		t.Fatal(err)
	}
	return m
}

const description = `v=0
o=alice 100 7 IN IP4 1.2.3.4
s=-
c=IN IP6 ::1
t=0 0
m=audio 4000 RTP/AVP 0  97
a=rtpmap:97 a/8000
a=rtpmap:97 speex/8000
m=video 4002/2 RTP/SAVP 98
a=inactive`

// Every place that is told is where the text is in the message, also in a part
// of a multipart body.
func TestPlaces(t *testing.T) {
	for typ, body := range map[string]string{
		"application/sdp":                description,
		"multipart/mixed;boundary=\"b\"": "--b\nContent-Type: a/b\n\nv=1\n--b\nContent-Type: application/sdp\n\n" + description + "\n--b--",
	} {
		m := message(t, typ, body)
		d, err := sdp.Of(m)
		if err != nil {
			t.Fatal(err)
		}
		at := func(at int, want string) {
			t.Helper()
			if got := string(m.Raw()[at : at+len(want)]); got != want {
				t.Errorf("%s: %q stands where %q was told", typ, got, want)
			}
		}
		if v, i := d.SessVersion(); v != "7" {
			t.Errorf("%s: version %q", typ, v)
		} else {
			at(i, "7 IN")
		}
		if n := d.AddressFamily(); n != 6 {
			t.Errorf("%s: address family %d", typ, n)
		}
		streams := 0
		for s := range d.Streams() {
			streams++
			at(s.At, "m="+s.Media+" "+s.Port+" "+s.Transport+s.Formats)
			for i, f := range s.FormatList() {
				at(i, f)
			}
			for l := range s.Lines() {
				at(l.At, l.Text)
			}
			if s.Media == "audio" && (s.Encoding("97") != "speex" || s.Encoding("9") != "" || s.Has("a=inactive")) {
				t.Errorf("%s: what the audio stream says of its formats", typ)
			}
			if s.Media == "video" && !s.Has("a=inactive") {
				t.Errorf("%s: the last line, without a line end, is lost", typ)
			}
		}
		if streams != 2 {
			t.Errorf("%s: %d streams", typ, streams)
		}
	}
}

func TestErrors(t *testing.T) {
	if _, err := sdp.Of(message(t, sdp.Type, "")); !errors.Is(err, sdp.ErrNone) {
		t.Errorf("without a body: %v", err)
	}
	if _, err := sdp.Of(message(t, "text/plain", description)); !errors.Is(err, sdp.ErrType) {
		t.Errorf("of another type: %v", err)
	}
	for _, c := range []struct{ old, new, want string }{
		{"v=0", "V=0", "no v="},
		{"o=alice", "x=alice", "no o="},
		{"c=IN", "x=IN", "no c="},
		{"m=", "x=", "no m="},
		{"IN IP4 1.2.3.4", "", "no address"},
		{" IP6 ::1", "", "no address"},
		{" 4000 RTP/AVP 0  97", "", "no port"},
	} {
		_, err := sdp.Of(message(t, sdp.Type, strings.ReplaceAll(description, c.old, c.new)))
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%q in place of %q: %v", c.new, c.old, err)
		}
	}
}

func FuzzOf(f *testing.F) {
	f.Add(sdp.Type, description)
	f.Add("multipart/mixed;boundary=b", "--b\nContent-Type: application/sdp\n\n"+description+"\n--b--")
	f.Fuzz(func(t *testing.T, contentType, body string) {
		m := new(sip.Message)
		if m.Parse([]byte("INVITE sip:a@b SIP/2.0\r\nContent-Type: "+contentType+"\r\n\r\n"+body)) != nil {
			return
		}
		d, _ := sdp.Of(m)
		raw := string(m.Raw())
		for s := range d.Streams() {
			if raw[s.At:s.At+len(s.Text)] != s.Text {
				t.Fatalf("stream at %d", s.At)
			}
			for i, x := range s.FormatList() {
				if raw[i:i+len(x)] != x || s.Encoding(x) == "\x00" {
					t.Fatalf("format %q at %d", x, i)
				}
			}
		}
		if v, i := d.SessVersion(); raw[i:i+len(v)] != v {
			t.Fatalf("version %q at %d", v, i)
		}
		d.AddressFamily()
	})
}
