package sip_test

import (
	"errors"
	"fmt"
	"strings"
	"testing"

	"olelo/runtime/sip"
)

// cut feeds stream to a Framer, size bytes at a time; a message is shown in
// full, a line end as "-", a ping as "+".
func cut(f *sip.Framer, stream string, size int) (units []string, err error) {
	start, bytes := 0, []byte(stream)
	for end := 0; end < len(stream); {
		end = min(end+size, len(stream))
		for {
			n, u, err := f.Next(bytes[start:end])
			if err != nil {
				return units, err
			}
			if (u == sip.More) != (n == 0) {
				return units, fmt.Errorf("unit %d with %d bytes", u, n)
			}
			if u == sip.More {
				break
			}
			units = append(units, [...]string{sip.Whole: stream[start : start+n], sip.CRLF: "-", sip.Ping: "+"}[u])
			start += n
		}
	}
	return units, nil
}

func TestFramer(t *testing.T) {
	msg := func(length, body string) string {
		return "INFO sip:a SIP/2.0\r\nX: y\r\n" + length + "\r\n" + body
	}
	a, b := msg("Content-Length: 0\r\n", ""), msg("l: 3\r\n", "abc")
	reply := "SIP/2.0 200 OK\r\nContent-Length: 0\r\n\r\n"
	for name, want := range map[string][]string{
		"two":                  {a, b},
		"reply":                {reply, a},
		"compact":              {b, b},
		"blank before colon":   {msg("Content-Length : 3\r\n", "abc"), a},
		"folded length":        {msg("CONTENT-LENGTH:\r\n 3\r\n", "abc"), a},
		"twice the same":       {msg("Content-Length: 3\r\nl:3\r\n", "abc"), a},
		"line feeds":           {strings.ReplaceAll(a, "\r\n", "\n"), a},
		"body like a message":  {msg("l: "+fmt.Sprint(len(a))+"\r\n", a), b},
		"line end before":      {"-", a},
		"ping":                 {"-", "+"},
		"two pings":            {"-", "+", "-", "+"},
		"ping and line end":    {"-", "+", "-", a},
		"ping between":         {a, "-", "+", b},
		"line ends around one": {"-", a, "-", b, "-"},
	} {
		stream := ""
		for _, w := range want {
			if w == "-" || w == "+" {
				w = "\r\n"
			}
			stream += w
		}
		for _, size := range []int{1, 3, len(stream)} {
			got, err := cut(&sip.Framer{}, stream, size)
			if err != nil || strings.Join(got, "|") != strings.Join(want, "|") {
				t.Errorf("%s in pieces of %d: %q, %v", name, size, got, err)
			}
		}
	}
	// White space before a message.
	for _, blank := range []string{"\n", "\n\n", "  ", "\r", "\t\r\r"} {
		got, err := cut(&sip.Framer{}, blank+a, 100)
		if err != nil || got[len(got)-1] != a {
			t.Errorf("%q: %q, %v", blank, got, err)
		}
	}
}

func TestFramerWithoutLength(t *testing.T) {
	m := "INFO sip:a SIP/2.0\r\nX: y\r\n\r\n"
	if _, err := cut(&sip.Framer{}, m, 100); !errors.Is(err, sip.ErrMessage) || !strings.Contains(err.Error(), "tcp_accept_no_cl") {
		t.Error(err)
	}
	if got, err := cut(&sip.Framer{AcceptNoCL: true}, m+m, 100); len(got) != 2 || got[0] != m || err != nil {
		t.Errorf("%q, %v", got, err)
	}
}

func TestFramerErrors(t *testing.T) {
	const first = "INFO sip:a SIP/2.0\r\n"
	long := strings.Repeat("x", 500)
	for _, c := range []struct {
		stream string
		want   error
		text   string
	}{
		{"\x00", sip.ErrMessage, "no SIP message starts with"},
		{"\x16\x03\x01", sip.ErrMessage, "no SIP message starts with"},
		{"hello world\r\n", sip.ErrMessage, "method, URI and version"},
		{"GET / HTTP/11\r\n", sip.ErrMessage, "SIP/2.0"},
		{first + "Content-Length: x\r\n", sip.ErrMessage, "not a number"},
		{first + "Content-Length: -1\r\n", sip.ErrMessage, "not a number"},
		{first + "Content-Length: 99999999999\r\n", sip.ErrMessage, "not a number"},
		{first + "Content-Length:\r\n\r\n", sip.ErrMessage, "not a number"},
		{first + "Content-Length:\r\nX: y\r\n", sip.ErrMessage, "not a number"},
		{first + "Content-Length: 0\r\nl: 3\r\n", sip.ErrMessage, "two different"},
		{first + "Content-Length: 300\r\n\r\n", sip.ErrTooLarge, "Content-Length 300"},
		{first + long, sip.ErrTooLarge, "headers over 200"},
		{first + long + "\r\n", sip.ErrTooLarge, "headers over 200"},
		{long, sip.ErrTooLarge, "headers over 200"},
	} {
		for _, size := range []int{1, 1000} {
			_, err := cut(&sip.Framer{Limits: sip.Limits{Message: 300, Header: 200}}, c.stream, size)
			if !errors.Is(err, c.want) || !strings.Contains(err.Error(), c.text) {
				t.Errorf("%.40q in pieces of %d: %v", c.stream, size, err)
			}
		}
	}
}

func TestFramerPartial(t *testing.T) {
	var f sip.Framer
	for s, want := range map[string]bool{"": false, "\r": false, "I": true, "INFO sip:a SIP/2.0\r\nl: 4\r\n\r\nabc": true} {
		f.Reset()
		if n, u, err := f.Next([]byte(s)); n != 0 || u != sip.More || err != nil || f.Partial() != want {
			t.Errorf("%q: %d %d %v %v", s, n, u, err, f.Partial())
		}
	}
}
