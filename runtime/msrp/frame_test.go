package msrp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/msrp"
)

// The manual's example, with two URIs in From-Path.
const manual = "MSRP 6aef SEND\r\n" +
	"To-Path: msrps://a.example.org:9000/kjfjan;tcp msrps://b.example.net:9000/aeiug;tcp msrps://bob.example.net:8145/foo;tcp\r\n" +
	"From-Path: msrps://r.example.org:1/q;tcp msrps://alice.example.org:7965/bar;tcp\r\n" +
	"Success-Report: yes\r\n" +
	"Byte-Range: 1-*/*\r\n" +
	"Message-ID: 87652\r\n" +
	"Content-Type: text/plain\r\n" +
	"\r\n" +
	"Hi Bob, I'm about to send you a photo.\r\n" +
	"-------6aef+\r\n"

func parse(t testing.TB, s string) *msrp.Frame {
	t.Helper()
	f := &msrp.Frame{}
	if err := f.Parse([]byte(s)); err != nil {
		t.Fatal(err)
	}
	return f
}

type opt struct {
	Value string
	Has   bool
}

func of(v string, has bool) opt { return opt{v, has} }

func TestFrameParts(t *testing.T) {
	f := parse(t, manual)
	got := map[string]any{
		"raw": f.Raw(), "method": f.Method(), "code": f.Code(), "reason": f.Reason(), "tid": f.TransID(),
		"request": f.IsRequest(), "reply": f.IsReply(), "flag": string(f.Flag()), "first": f.FirstLine(),
		"hdrs": f.Headers(), "body": of(f.Body()), "to": len(f.ToPath()), "from": len(f.FromPath()),
		"crthop": f.CurrentHop(), "nexthop": of(f.NextHop()), "lasthop": f.LastHop(), "prevhop": f.PrevHop(), "firsthop": f.FirstHop(),
		"sessid": of(f.SessionID()), "msgid": of(f.MessageID()), "type": of(f.ContentType()), "range": of(f.ByteRange()),
		"success": of(f.SuccessReport()), "failure": of(f.FailureReport()), "expires": of(f.Expires()), "auth": of(f.Authorization()),
		"header": of(f.Header("byte-range")), "no header": of(f.Header("Foo")), "wants": f.WantsFailure(),
	}
	want := map[string]any{
		"raw": manual, "method": "SEND", "code": "", "reason": "", "tid": "6aef",
		"request": true, "reply": false, "flag": "+", "first": "MSRP 6aef SEND",
		"hdrs": manual[len("MSRP 6aef SEND\r\n"):strings.Index(manual, "\r\nHi")],
		"body": opt{"Hi Bob, I'm about to send you a photo.\r\n", true}, "to": 3, "from": 2,
		"crthop": "msrps://a.example.org:9000/kjfjan;tcp", "nexthop": opt{"msrps://b.example.net:9000/aeiug;tcp", true},
		"lasthop": "msrps://bob.example.net:8145/foo;tcp", "prevhop": "msrps://r.example.org:1/q;tcp",
		"firsthop": "msrps://alice.example.org:7965/bar;tcp",
		"sessid":   opt{"kjfjan", true}, "msgid": opt{"87652", true}, "type": opt{"text/plain", true}, "range": opt{"1-*/*", true},
		"success": opt{"yes", true}, "failure": opt{}, "expires": opt{}, "auth": opt{},
		"header": opt{"1-*/*", true}, "no header": opt{}, "wants": true,
	}
	if d := cmp.Diff(want, got); d != "" {
		t.Error(d)
	}
}

// Values seen on Kamailio 5.6.3, but for the response without text, which it
// takes for a request of the method 200.
func TestFrameForms(t *testing.T) {
	const to, from = "To-Path: msrp://a:1/s;tcp\r\n", "From-Path: msrp://c:3/c;tcp\r\n"
	type parts struct {
		Method, Code, Reason string
		Body                 opt
		Next, Session, ID    opt
		Prev                 string
	}
	s, c := opt{"s", true}, "msrp://c:3/c;tcp"
	for name, want := range map[string]struct {
		frame string
		parts
	}{
		"no body":              {"MSRP t SEND\r\n" + to + from + "-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"empty body":           {"MSRP t SEND\r\n" + to + from + "\r\n\r\n-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c, Body: opt{"\r\n", true}}},
		"response":             {"MSRP t 413 Stop, please\r\n" + to + from + "-------t$\r\n", parts{Code: "413", Reason: "Stop, please", Session: s, Prev: c}},
		"response, no text":    {"MSRP t 200\r\n" + to + from + "-------t$\r\n", parts{Code: "200", Session: s, Prev: c}},
		"response, empty text": {"MSRP t 200 \r\n" + to + from + "-------t$\r\n", parts{Code: "200", Session: s, Prev: c}},
		"lower-case method":    {"MSRP t send\r\n" + to + from + "-------t$\r\n", parts{Method: "send", Session: s, Prev: c}},
		"two spaces":           {"MSRP t  SEND\r\n" + to + from + "-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"no space after colon": {"MSRP t SEND\r\nTo-Path:msrp://a:1/s;tcp\r\nFrom-Path:msrp://c:3/c;tcp\r\n-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"tab after colon":      {"MSRP t SEND\r\nTo-Path:\tmsrp://a:1/s;tcp\r\n" + from + "-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"space at the end":     {"MSRP t SEND\r\nTo-Path: msrp://a:1/s;tcp \r\n" + from + "-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"two spaces between":   {"MSRP t SEND\r\nTo-Path: msrp://a:1/s;tcp  msrp://b\r\n" + from + "-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c, Next: opt{"msrp://b", true}}},
		"no URI":               {"MSRP t SEND\r\nTo-Path: foo\r\nFrom-Path: bar\r\n-------t$\r\n", parts{Method: "SEND", Prev: "bar"}},
		"no session":           {"MSRP t SEND\r\nTo-Path: msrp://a:1;tcp\r\n" + from + "-------t$\r\n", parts{Method: "SEND", Prev: c}},
		"empty session":        {"MSRP t SEND\r\nTo-Path: msrp://a:1/;tcp\r\n" + from + "-------t$\r\n", parts{Method: "SEND", Prev: c}},
		"two Message-IDs":      {"MSRP t SEND\r\n" + to + from + "Message-ID:  a \r\nMessage-ID: b\r\n-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c, ID: opt{"a", true}}},
		"space before colon":   {"MSRP t SEND\r\n" + to + from + "Message-ID : a\r\n-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c}},
		"names in any case":    {"MSRP t SEND\r\n" + strings.ToLower(to+from) + "MESSAGE-ID: a\r\n-------t$\r\n", parts{Method: "SEND", Session: s, Prev: c, ID: opt{"a", true}}},
	} {
		f := parse(t, want.frame)
		got := parts{f.Method(), f.Code(), f.Reason(), of(f.Body()), of(f.NextHop()), of(f.SessionID()), of(f.MessageID()), f.PrevHop()}
		if d := cmp.Diff(want.parts, got); d != "" {
			t.Errorf("%s: %s", name, d)
		}
	}
}

func TestFrameErrors(t *testing.T) {
	const first, to, from, end = "MSRP t SEND\r\n", "To-Path: msrp://a:1/s;tcp\r\n", "From-Path: msrp://c:3/c;tcp\r\n", "-------t$\r\n"
	for bad, want := range map[string]string{
		"":                                   "does not start",
		"SIP t SEND\r\n":                     "does not start",
		"MSRP t SEND":                        "no end",
		"MSRP t\r\n" + end:                   "needs a transaction id",
		"MSRP t \r\n" + end:                  "needs a transaction id",
		"MSRP t 2x0 OK\r\n" + end:            `invalid status code "2x0"`,
		"MSRP t 99 OK\r\n" + end:             `invalid status code "99"`,
		"MSRP t 2000 OK\r\n" + end:           `invalid status code "2000"`,
		"MSRP t SEND \r\n" + end:             `invalid status code "SEND"`,
		"MSRP t SE\x00ND\r\n" + end:          "method has a character",
		first + from + end:                   "From-Path has to follow To-Path",
		first + to + end:                     "no From-Path",
		first + end:                          "no To-Path",
		first + from + to + end:              "has to follow",
		first + to + to + from + end:         "more than one To-Path",
		first + to + from + from + end:       "more than one From-Path",
		first + to + from + to + end:         "more than one To-Path",
		first + "X: y\r\n" + to + from + end: "have to stand before",
		first + to + "X: y\r\n" + from + end: "have to stand before",
		first + "To-Path: msrp://a\r\n msrp://b\r\n" + from + end: "folded",
		first + to + from + "X: a\r\n b: c\r\n" + end:             "folded",
		first + to + from + "garbage\r\n" + end:                   "no colon",
		first + to + from + ": x\r\n" + end:                       "no name",
		first + to + from + "X: a\nY: b\r\n" + end:                "bare CR or LF",
		first + "To-Path:\r\n" + from + end:                       "To-Path is empty",
		first + "To-Path:   \r\n" + from + end:                    "To-Path is empty",
		first + to + "From-Path: \r\n" + end:                      "From-Path is empty",
		first + to + from:                                         "no end",
		first + to + from + "-------u$\r\n":                       "end line of its transaction id",
		first + to + from + "-------t*\r\n":                       "not one of $ + #",
		first + to + from + "\r\nHi\r\n":                          "end line of its transaction id",
		first + to + from + "\r\nHi" + end:                        "does not end with CRLF",
		first + to + from + "\r\n" + end:                          "does not end with CRLF",
		first + to + from + "-------t$\r\nX: y\r\n" + end:         "no colon",
	} {
		var f msrp.Frame
		err := f.Parse([]byte(bad))
		if !errors.Is(err, msrp.ErrFrame) || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", bad, err, want)
		}
	}
}

func TestFrameIsReusable(t *testing.T) {
	f := parse(t, manual)
	f.State = "kept"
	if err := f.Parse([]byte("MSRP t 200 OK\r\nTo-Path: msrp://a:1\r\nFrom-Path: msrp://c:3\r\n-------t$\r\n")); err != nil {
		t.Fatal(err)
	}
	_, id := f.MessageID()
	_, next := f.NextHop()
	_, body := f.Body()
	if f.IsRequest() || id || next || body || len(f.FromPath()) != 1 {
		t.Error("something of the frame before is left")
	}
	if f.State != "kept" {
		t.Error("State is not kept")
	}
}

func TestFrameAllocates(t *testing.T) {
	raw := []byte(manual)
	var f msrp.Frame
	if err := f.Parse(raw); err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(100, func() {
		_ = f.Parse(raw)
		_, _ = f.SessionID()
		if b, ok := f.BeginRelay(); ok {
			_ = b
			f.EndRelay()
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}

func TestBegunFrameHidesWhatHasNotCome(t *testing.T) {
	raw := []byte(manual)
	var f msrp.Frame
	if err := f.ParseBegun(raw[:bytes.Index(raw, []byte("\r\n\r\n"))+4]); err != nil {
		t.Fatal(err)
	}
	for name, read := range map[string]func(){
		"Raw": func() { f.Raw() }, "Body": func() { f.Body() }, "Flag": func() { f.Flag() },
	} {
		func() {
			defer func() {
				if recover() == nil {
					t.Errorf("%s gives what has not come", name)
				}
			}()
			read()
		}()
	}
}

// A frame's storage is used again, and what it has kept of the one before must
// not show.
func TestSessionIDOfFramesInTurn(t *testing.T) {
	var f msrp.Frame
	for _, tt := range []struct {
		uri, id string
		ok      bool
	}{
		{"msrp://a:1/s1;tcp", "s1", true},
		{"msrp://a:1/s1;tcp", "s1", true},
		{"msrps://u@a:1/s2", "s2", true},
		{"msrp://a:1;tcp", "", false},
		{"msrp://a:1;tcp/x", "", false},
		{"msrp://a:x/s1;tcp", "", false},
		{"msrp://a:x/s1;tcp", "", false},
		{"msrp://a:1/s1;tcp", "s1", true},
	} {
		if err := f.Parse([]byte("MSRP t SEND\r\nTo-Path: " + tt.uri + "\r\nFrom-Path: msrp://b:2/c;tcp\r\n-------t$\r\n")); err != nil {
			t.Fatal(err)
		}
		if id, ok := f.SessionID(); id != tt.id || ok != tt.ok {
			t.Errorf("%s: %q, %v; want %q, %v", tt.uri, id, ok, tt.id, tt.ok)
		}
	}
}
