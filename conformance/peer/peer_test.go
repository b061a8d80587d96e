package peer

import (
	"errors"
	"net"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// pair is a Stream and the connection at its other side.
func pair(t *testing.T) (*Stream, net.Conn) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	s, err := Dial(l.Addr().String(), 10*time.Second)
	if err != nil {
		t.Fatal(err)
	}
	c, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() { s.Close(); c.Close() })
	return s, c
}

func TestItems(t *testing.T) {
	items := []string{
		"\r\n",
		"MSRP a SEND\r\nTo-Path: x\r\n-------a$\r\n",
		"MSRP a SEND\r\nX: y\r\n\r\n-------a\r\n-------a!\r\n-------a$ \r\n-------b$\r\n\r\n-------a+\r\n",
		"SIP/2.0 200 OK\r\nContent-Length: 4\r\n\r\nMSRP",
		"SIP/2.0 200 OK\r\nl : 0\r\n\r\n",
		"SIP/2.0 200 OK\r\n\r\n",
		"MSRP a 200 OK\r\n-------a#\r\n",
	}
	for _, n := range []int{1, 7, 1000} {
		s, c := pair(t)
		go func() {
			far := &Stream{Conn: c, Timeout: 10 * time.Second}
			far.SendEach([]byte(strings.Join(items, "")), n)
			c.Close()
		}()
		for _, want := range items {
			got, err := s.Next()
			if err != nil {
				t.Fatal(err)
			}
			if d := cmp.Diff(want, string(got)); d != "" {
				t.Errorf("segments of %d: %s", n, d)
			}
		}
		if err := s.WaitClosed(); err != nil {
			t.Error(err)
		}
	}
}

func TestDeadlineAndClose(t *testing.T) {
	s, c := pair(t)
	s.Timeout = 20 * time.Millisecond
	if _, err := s.Next(); !errors.Is(err, ErrTimeout) {
		t.Errorf("error %v, want ErrTimeout", err)
	}
	if err := s.WaitClosed(); !errors.Is(err, ErrTimeout) {
		t.Errorf("an open connection: %v, want ErrTimeout", err)
	}
	c.Write([]byte("x"))
	s.Timeout = 10 * time.Second
	if err := s.WaitClosed(); err == nil || errors.Is(err, ErrTimeout) {
		t.Errorf("bytes instead of the end: %v", err)
	}
	if err := (&Stream{Conn: c}).Reset(); err != nil {
		t.Fatal(err)
	}
	if err := s.WaitClosed(); err != nil {
		t.Errorf("a reset is an end: %v", err)
	}
}

func TestTemplates(t *testing.T) {
	v := Vars{"who": "alice", "n": "1.2"}
	text, err := v.Text("To: {who}\nraw: {s.len} {A}\n")
	if err != nil || text != "To: alice\r\nraw: {s.len} {A}\r\n" {
		t.Errorf("%q, %v", text, err)
	}
	if _, err := v.Text("{whom}"); err == nil {
		t.Error("an unknown variable is taken")
	}
	for _, c := range []struct {
		want, got string
		ok        bool
		nonce     string
	}{
		{"a {who} {n}\n", "a alice 1.2\r\n", true, ""},
		{"a {who} {n}\n", "a alice 1x2\r\n", false, ""},
		{`nonce="{nonce:[^"]+}".` + "\n", "nonce=\"ab$\".\r\n", true, "ab$"},
		{`{nonce:[0-9]{2,3}}`, "123", true, "123"},
		{`{nonce:[0-9]{2,3}}`, "1234", false, ""},
		{"a\n", "a\n", false, ""},
		{"a", "a\r\n", false, ""},
		{"{whom}", "", false, ""},
	} {
		delete(v, "nonce")
		err := v.Match(c.want, []byte(c.got))
		if (err == nil) != c.ok || v["nonce"] != c.nonce {
			t.Errorf("%q against %q: %v, nonce %q", c.got, c.want, err, v["nonce"])
		}
	}
}

func TestAuthorization(t *testing.T) {
	// RFC 2617, section 3.5, without qop: the response was computed with
	// another tool.
	value, err := Credentials{User: "alice", Password: "xyz123", Method: "AUTH", URI: "msrp://r;tcp"}.Authorization(`Digest realm="myrealm", nonce="abc"`)
	if err != nil {
		t.Fatal(err)
	}
	if want := `response="509da6509e4c53059bdccff6650c7e8f"`; !strings.Contains(value, want) {
		t.Errorf("%s, want %s", value, want)
	}
	if _, err := (Credentials{}).Authorization(`Digest realm="x", nonce="y"`); err == nil {
		t.Error("a digest without method is made")
	}
}

func FuzzItem(f *testing.F) {
	f.Add([]byte("MSRP a SEND\r\n\r\n-------a$\r\n"))
	f.Add([]byte("SIP/2.0 200 OK\r\nContent-Length: 4\r\n\r\nMSRP"))
	f.Add([]byte("SIP/2.0 200 OK\r\nl: -4\r\n\r\n"))
	f.Fuzz(func(t *testing.T, b []byte) {
		n, err := sizeOfItem(b)
		if n < 0 || n > len(b) || err != nil && n != 0 {
			t.Errorf("size %d of %d bytes, %v", n, len(b), err)
		}
	})
}
