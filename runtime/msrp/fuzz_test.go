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

// FuzzRest checks that frames whose bytes are taken as they come, cut anywhere, are
// those of a Framer that holds them, and that what is sent on of them begins as
// what is sent of the whole frame.
func FuzzRest(f *testing.F) {
	f.Add([]byte(manual+manual), byte(3))
	f.Add([]byte("MSRP t SEND\r\nTo-Path: a b\r\nFrom-Path: c\r\n\r\n\r\n-------t\r\n-------t$\r-------t$\r\n-------t$\r\nMSRP t SEND\r\n"), byte(2))
	f.Fuzz(func(t *testing.T, stream []byte, size byte) {
		whole, wholeErr := cut(&msrp.Framer{}, stream, max(len(stream), 1))
		var parts []string
		var fr msrp.Framer
		var rest *msrp.Rest
		var partsErr error
		begun := "" // of a frame
		for left := stream; ; {
			n, end := 0, false
			have := left[:min(len(left), int(size)+1)]
			// More comes where that tells nothing.
			for {
				if rest != nil {
					n, end = rest.Next(have)
				} else if n, partsErr = fr.Next(have); n > 0 {
					end = true
				} else if partsErr == nil && fr.InBody() {
					n = fr.Known()
					r := fr.Rest(have)
					rest = &r
				}
				if n > 0 || partsErr != nil || len(have) == len(left) {
					break
				}
				have = left[:min(len(left), len(have)+int(size)+1)]
			}
			if n == 0 {
				break
			}
			begun += string(left[:n])
			left = left[n:]
			if end {
				parts, begun, rest = append(parts, begun), "", nil
			}
		}
		if strings.Join(whole, "|") != strings.Join(parts, "|") || (wholeErr == nil) != (partsErr == nil) {
			t.Errorf("whole: %q, %v\nas they come, in pieces of %d: %q, %v", whole, wholeErr, int(size)+1, parts, partsErr)
		}
		for _, w := range whole {
			compareBegun(t, []byte(w))
		}
	})
}

// compareBegun compares a frame with what it is before its body has come.
func compareBegun(t *testing.T, raw []byte) {
	var whole, begun msrp.Frame
	head := bytes.Index(raw, []byte("\r\n\r\n")) + 4
	if err := whole.Parse(raw); err != nil {
		return
	}
	if _, has := whole.Body(); !has {
		return
	}
	start := bytes.Clone(raw[:head])
	if err := begun.ParseBegun(start); err != nil {
		t.Fatalf("%v: %q", err, start)
	}
	if whole.Begun() || !begun.Begun() {
		t.Error("Begun is wrong")
	}
	if w, b := whole.AppendReply(nil, "200", "OK", ""), begun.AppendReply(nil, "200", "OK", ""); !bytes.Equal(w, b) {
		t.Errorf("replies: %q, %q", w, b)
	}
	if w, b := whole.AppendForward(nil, "msrp://a", "msrp://b"), begun.AppendForward(nil, "msrp://a", "msrp://b"); !bytes.HasPrefix(w, b) {
		t.Errorf("forwarded: %q, %q", w, b)
	}
	w, ok := whole.BeginRelay()
	b, okb := begun.BeginRelay()
	if ok != okb || !bytes.HasPrefix(w, b) {
		t.Errorf("relayed: %q, %q", w, b)
	}
	if ok {
		begun.EndRelay()
		if !bytes.Equal(start, raw[:head]) && !bytes.Equal(w[head:], raw[head:]) {
			t.Error("EndRelay does not undo it")
		}
	}
}
