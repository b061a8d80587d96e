package msrp_test

import (
	"bytes"
	"strings"
	"testing"

	"olelo/runtime/msrp"
)

// FuzzFramer checks that frames do not depend on how the stream is cut, and
// that every byte belongs to one frame.
func FuzzFramer(f *testing.F) {
	f.Add([]byte(manual+manual), byte(3))
	f.Add([]byte("MSRP t 200 OK\r\n-------t$\r\nMSRP x\r\n"), byte(1))
	f.Add([]byte("MSRP t SEND\r\n\r\n\r\n-------t$\r\n-------t$\r\n"), byte(2))
	f.Fuzz(func(t *testing.T, stream []byte, size byte) {
		limits := msrp.Limits{Frame: 2000, Header: 500, FirstLine: 100}
		whole, wholeErr := cut(&msrp.Framer{Limits: limits}, stream, max(len(stream), 1))
		parts, partsErr := cut(&msrp.Framer{Limits: limits}, stream, int(size)+1)
		if strings.Join(whole, "|") != strings.Join(parts, "|") || (wholeErr == nil) != (partsErr == nil) {
			t.Errorf("whole: %q, %v\nin pieces of %d: %q, %v", whole, wholeErr, int(size)+1, parts, partsErr)
		}
		if !bytes.HasPrefix(stream, []byte(strings.Join(whole, ""))) {
			t.Error("the frames are not the stream")
		}
	})
}

// FuzzFrame checks that what Parse takes can be answered and relayed, and that
// the results are frames.
func FuzzFrame(f *testing.F) {
	f.Add([]byte(manual))
	f.Add([]byte("MSRP t 200\r\nTo-Path:a b\r\nFrom-Path:c\r\n-------t#\r\n"))
	f.Fuzz(func(t *testing.T, raw []byte) {
		var fr, again msrp.Frame
		if fr.Parse(raw) != nil {
			return
		}
		before := bytes.Clone(raw)
		check := func(what string, b []byte) {
			if err := again.Parse(b); err != nil {
				t.Errorf("%s: %v: %q", what, err, b)
			}
		}
		if fr.IsRequest() {
			check("reply", fr.AppendReply(nil, "200", "OK", "X: y"))
		}
		check("forward", fr.AppendForward(nil, "msrp://a", "msrp://b"))
		if b, ok := fr.BeginRelay(); ok {
			check("relay", bytes.Clone(b))
			fr.EndRelay()
		}
		if !bytes.Equal(raw, before) {
			t.Errorf("changed: %q\n%q", raw, before)
		}
		fr.SessionID()
		fr.Header("x")
	})
}

func FuzzURI(f *testing.F) {
	f.Add("msrp://u:p@[::1]:5/s;tcp;a=b")
	f.Fuzz(func(t *testing.T, s string) {
		u, err := msrp.ParseURI(s)
		if err == nil && !strings.Contains(s, u.Host) {
			t.Errorf("%q: host %q", s, u.Host)
		}
	})
}
