package msrp_test

import (
	"bytes"
	"errors"
	"strings"
	"testing"

	"olelo/runtime/msrp"
)

const head = "To-Path: msrp://a.example:1/s;tcp msrp://b.example:2/b;tcp\r\nFrom-Path: msrp://c.example:3/c;tcp\r\n"

// cut feeds stream to a Framer, size bytes at a time, and returns the frames.
func cut(f *msrp.Framer, stream []byte, size int) (frames []string, err error) {
	start := 0
	for end := 0; end < len(stream); {
		end = min(end+size, len(stream))
		for {
			n, err := f.Next(stream[start:end])
			if err != nil {
				return frames, err
			}
			if n == 0 {
				break
			}
			frames = append(frames, string(stream[start:start+n]))
			start += n
		}
	}
	return frames, nil
}

func TestFramerFrames(t *testing.T) {
	body := func(tid, text, flag string) string {
		return "MSRP " + tid + " SEND\r\n" + head + "\r\n" + text + "\r\n-------" + tid + flag + "\r\n"
	}
	lookAlikes := "-------t1\r\n-------t1x\r\n-------t1$ \r\n-------t2$\r\n------t1$\r\n--------t1$\r\n-------t1$\n-------t1$\r-------t1$\r\n-\r\n-------t\r\n\r\n-------t1%\r\n-------t1$x"
	for name, frames := range map[string][]string{
		"body":                    {body("t1", "Hi", "$")},
		"no body":                 {"MSRP t1 SEND\r\n" + head + "-------t1$\r\n"},
		"empty body":              {body("t1", "", "$")},
		"no header":               {"MSRP t1 SEND\r\n-------t1$\r\n"},
		"flags":                   {body("t1", "a", "$"), body("t1", "b", "+"), body("t1", "c", "#")},
		"response":                {"MSRP t1 200 OK\r\n" + head + "-------t1$\r\n", "MSRP t1 200\r\n" + head + "-------t1$\r\n"},
		"look-alikes are body":    {body("t1", lookAlikes, "$"), body("t1", "x", "$")},
		"body of a frame":         {body("outer", body("inner", "x", "$"), "$")},
		"binary":                  {body("t1", "\x00\xff\r\n\r\n\r\n-", "$")},
		"id of one and of many":   {body("t", "x", "$"), body(strings.Repeat("t", 300), "x", "$")},
		"body starts like an end": {"MSRP t1 SEND\r\n" + head + "\r\n-------t1$\r\n\r\n-------t1$\r\n"},
		"header like an end line": {"MSRP t1 SEND\r\n" + head + "-------t2$\r\n-------t1$\r\n"},
	} {
		t.Run(name, func(t *testing.T) {
			stream := []byte(strings.Join(frames, ""))
			for _, size := range []int{1, 2, 3, 7, len(stream)} {
				got, err := cut(&msrp.Framer{}, stream, size)
				if err != nil || strings.Join(got, "|") != strings.Join(frames, "|") {
					t.Fatalf("in pieces of %d: %q, %v\nwant %q", size, got, err, frames)
				}
			}
		})
	}
}

func TestFramerWaits(t *testing.T) {
	for _, s := range []string{
		"", "M", "MSRP", "MSRP ", "MSRP t1", "MSRP t1 SEND\r", "MSRP t1 SEND\r\n" + head,
		"MSRP t1 SEND\r\n" + head + "-------t1$\r", "MSRP t1 SEND\r\n" + head + "\r\nHi\r\n-------t1$",
		"MSRP t1 SEND\r\n" + head + "\r\nHi\r\n-------t1*\r\n",
		"MSRP t1 SEND\r\n" + head + "\r\n-------t1$\r\n", // the body has to end with CRLF
	} {
		var f msrp.Framer
		if n, err := f.Next([]byte(s)); n != 0 || err != nil {
			t.Errorf("%q: %d, %v", s, n, err)
		}
		if f.Partial() != (len(s) > 4) {
			t.Errorf("%q: Partial is %v", s, f.Partial())
		}
	}
}

func TestFramerErrors(t *testing.T) {
	long := strings.Repeat("x", 2000)
	for _, c := range []struct {
		stream string
		want   error
		text   string
	}{
		{"MSRX", msrp.ErrNotMSRP, `"MSRP "`},
		{"msrp t1 SEND\r\n", msrp.ErrNotMSRP, `"MSRP "`},
		{"MSRP x\r\n", msrp.ErrNotMSRP, "neither method nor status"},
		{"MSRP \r\n", msrp.ErrNotMSRP, "no transaction id"},
		{"MSRP  SEND\r\n", msrp.ErrNotMSRP, "no transaction id"},
		{"MSRP t1 \r\n", msrp.ErrNotMSRP, "neither method nor status"},
		{"MSRP t1 SEND\n", msrp.ErrNotMSRP, "control character"},
		{"MSRP t1 SE\rND\r\n", msrp.ErrNotMSRP, "control character"},
		{"MSRP t\x00 SEND\r\n", msrp.ErrNotMSRP, "control character"},
		{"MSRP " + long, msrp.ErrTooLarge, "first line over 100"},
		{"MSRP t1 SEND\r\n" + long, msrp.ErrTooLarge, "headers over 300"},
		{"MSRP t1 SEND\r\nX: " + long + "\r\n", msrp.ErrTooLarge, "headers over 300"},
		{"MSRP t1 SEND\r\n\r\n" + long, msrp.ErrTooLarge, "more than 1000"},
		{"MSRP t1 SEND\r\n\r\n" + long[:990] + "\r\n-------t1$\r\n", msrp.ErrTooLarge, "more than 1000"},
	} {
		for _, size := range []int{1, len(c.stream)} {
			f := msrp.Framer{Limits: msrp.Limits{Frame: 1000, Header: 300, FirstLine: 100}}
			_, err := cut(&f, []byte(c.stream), size)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%.40q in pieces of %d: %v, want %q", c.stream, size, err, c.text)
			}
		}
	}
}

// The limit of a frame holds without a body, too, where it is below that of headers.
func TestFramerLimitsHeadersAsFrame(t *testing.T) {
	stream := []byte("MSRP t1 SEND\r\n" + strings.Repeat("X: y\r\n", 40) + "-------t1$\r\n")
	for _, size := range []int{1, len(stream)} {
		f := msrp.Framer{Limits: msrp.Limits{Frame: 200}}
		if _, err := cut(&f, stream, size); !errors.Is(err, msrp.ErrTooLarge) {
			t.Errorf("in pieces of %d: %v, want too large", size, err)
		}
	}
}

func TestIsMSRP(t *testing.T) {
	for s, want := range map[string][2]bool{
		"": {false, true}, "M": {false, true}, "MSRP": {false, true}, "MSRP ": {true, false}, "MSRP x": {true, false},
		"MSRP\r": {false, false}, "msrp ": {false, false}, "MESSAGE": {false, false}, "\r\n": {false, false},
	} {
		if yes, more := msrp.IsMSRP([]byte(s)); yes != want[0] || more != want[1] {
			t.Errorf("%q: %v, %v", s, yes, more)
		}
	}
}

// A body of 5 MB that comes byte by byte, and one made of what nearly ends it:
// this test would take minutes if the search started anew with each byte.
func TestFramerIsLinear(t *testing.T) {
	tid := strings.Repeat("t", 500)
	for filler, size := range map[string]int{"x": 5_000_000, "\r\n-------": 500_000, "\r\n-------" + tid: 500_000, "\r\n-------" + tid + "$\r": 500_000} {
		stream := append([]byte("MSRP "+tid+" SEND\r\n"+head+"\r\n"), bytes.Repeat([]byte(filler), size/len(filler))...)
		stream = append(stream, "\r\n-------"+tid+"$\r\n"...)
		if got, err := cut(&msrp.Framer{}, stream, 1); err != nil || len(got) != 1 || len(got[0]) != len(stream) {
			t.Fatalf("%.20q: %d frames, %v", filler, len(got), err)
		}
	}
}

func TestFramerAllocates(t *testing.T) {
	frame := []byte("MSRP t1 SEND\r\n" + head + "\r\nHi\r\n-------t1$\r\n")
	var f msrp.Framer
	if n := testing.AllocsPerRun(100, func() {
		if n, err := f.Next(frame); n != len(frame) || err != nil {
			t.Fatal(n, err)
		}
	}); n != 0 {
		t.Errorf("%v allocations a frame", n)
	}
}
