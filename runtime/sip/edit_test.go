package sip_test

import (
	"strings"
	"testing"

	"olelo/runtime/sip"
)

const edited = "INFO sip:a@127.0.0.1 SIP/2.0\r\n" +
	"Via: SIP/2.0/UDP 127.0.0.1:17120;branch=z9hG4bKa\r\n" +
	"From: <sip:a@b>;tag=1\r\n" +
	"To: <sip:c@d>\r\n" +
	"Call-ID: x1\r\n" +
	"CSeq: 1 INFO\r\n" +
	"Content-Type: text/plain\r\n" +
	"Subject: hello\r\n" +
	"Content-Length:    8\r\n\r\n" +
	"body one"

// at is where text is in the message.
func at(t *testing.T, text string) int {
	t.Helper()
	i := strings.Index(edited, text)
	if i < 0 {
		t.Fatalf("no %q", text)
	}
	return i
}

func TestEdit(t *testing.T) {
	head := func(m *sip.Message) (start, end int) { return m.HeadersAt(), m.HeadersEndAt() }
	for name, c := range map[string]struct {
		edit func(m *sip.Message)
		want []string // old, new
	}{
		"nothing": {func(*sip.Message) {}, nil},
		"order at one place": {func(m *sip.Message) {
			_, end := head(m)
			m.Edit(end, 0, "X-A: 1\r\n")
			m.Edit(end, 0, "X-B: 1\r\n")
		}, []string{"   8\r\n", "   8\r\nX-A: 1\r\nX-B: 1\r\n"}},
		"any order": {func(m *sip.Message) {
			start, end := head(m)
			m.Edit(end, 0, "X-A: 1\r\n")
			m.Edit(start, 0, "X-B: 1\r\n")
			m.Edit(at(t, "Call-ID"), 0, "X-C: 1\r\n")
		}, []string{"   8\r\n", "   8\r\nX-A: 1\r\n", "Via:", "X-B: 1\r\nVia:", "Call-ID", "X-C: 1\r\nCall-ID"}},
		"removed twice": {func(m *sip.Message) {
			m.Edit(at(t, "Subject"), len("Subject: hello\r\n"), "")
			m.Edit(at(t, "Subject"), len("Subject: hello\r\n"), "")
		}, []string{"Subject: hello\r\n", ""}},
		"text within what goes away": {func(m *sip.Message) {
			m.Edit(at(t, "Subject"), len("Subject: hello\r\n"), "Sub: 1\r\n")
			m.Edit(at(t, "hello"), 1, "X")
		}, []string{"Subject: hello\r\n", "Sub: 1\r\nX"}},
		"the body's length follows": {func(m *sip.Message) {
			m.Edit(at(t, "one"), 3, "three")
		}, []string{"   8", "   10", "one", "three"}},
		"also where edits overlap": {func(m *sip.Message) {
			m.Edit(at(t, "body"), 4, "")
			m.Edit(at(t, "ody"), 3, "")
			m.Edit(at(t, "one"), 0, "twenty-")
		}, []string{"   8", "   11", "body", "", "one", "twenty-one"}},
		"and where one starts in the headers": {func(m *sip.Message) {
			i := at(t, "Subject")
			m.Edit(i, at(t, " one")-i, "")
		}, []string{edited[at(t, "Subject"):at(t, " one")], "Content-Length: 4\r\n"}},
		"a new body": {func(m *sip.Message) {
			m.Edit(at(t, "one"), 3, "gone")
			m.SetBody("new body", "text/foo")
			m.Edit(m.HeadersEndAt(), 0, "X-A: 1\r\n")
		}, []string{"Content-Type: text/plain\r\n", "", "   8\r\n", "   8\r\nContent-Type: text/foo\r\nX-A: 1\r\n", "body one", "new body"}},
		"the last new body": {func(m *sip.Message) {
			m.SetBody("first", "text/foo")
			m.SetBody("last", "text/bar")
		}, []string{"Content-Type: text/plain\r\n", "", "   8\r\n", "   4\r\nContent-Type: text/bar\r\n", "body one", "last"}},
		"a new body of the same type": {func(m *sip.Message) { m.SetBody("", "") }, []string{"   8", "   0", "body one", ""}},
		"the request URI":             {func(m *sip.Message) { m.SetRURI("sip:new") }, []string{"sip:a@127.0.0.1 ", "sip:new "}},
		"outside the message": {func(m *sip.Message) {
			m.Edit(-5, 0, "")
			m.Edit(1000, 5, "!")
		}, []string{"   8", "   9", "one", "one!"}},
	} {
		m := parse(t, edited)
		c.edit(m)
		want := strings.NewReplacer(c.want...).Replace(edited)
		if got := string(m.AppendEdited([]byte("before"))); got != "before"+want {
			t.Errorf("%s:\n%q, want\n%q", name, got, "before"+want)
		}
		if string(m.Raw()) != edited {
			t.Errorf("%s: the received bytes have changed", name)
		}
		if m.Edited() != (len(c.want) > 0) {
			t.Errorf("%s: Edited is %v", name, m.Edited())
		}
		if err := m.Parse([]byte(edited)); err != nil || m.Edited() {
			t.Errorf("%s: edits outlive the message", name)
		}
	}
}

// A message that lacks what edits go by.
func TestEditWithout(t *testing.T) {
	const noLength = "INFO sip:a SIP/2.0\r\nCall-ID: a\r\n\r\n"
	m := parse(t, noLength)
	if !m.SetBody("abc", "text/plain") {
		t.Error("no place for a body")
	}
	want := "INFO sip:a SIP/2.0\r\nCall-ID: a\r\nContent-Type: text/plain\r\nContent-Length: 3\r\n\r\nabc"
	if got := string(m.AppendEdited(nil)); got != want {
		t.Errorf("%q", got)
	}
	m = parse(t, "INFO sip:a SIP/2.0\r\nCall-ID: a\r\n")
	if m.SetBody("abc", "text/plain") || m.Edited() {
		t.Error("a body without an empty line before it")
	}
	m.Edit(m.HeadersEndAt(), 0, "X: y\r\n")
	if got := string(m.AppendEdited(nil)); got != "INFO sip:a SIP/2.0\r\nCall-ID: a\r\nX: y\r\n" {
		t.Errorf("%q", got)
	}
}

func TestOverwrite(t *testing.T) {
	m := parse(t, edited)
	k := sip.HeaderKey("Subject")
	h, _ := m.HeaderByKey(&k, 0)
	if !m.Overwrite(m.OffsetOf(h.Body), "HELLO") || h.Body != "HELLO" {
		t.Errorf("read again: %q", h.Body)
	}
	if m.Overwrite(len(edited)-1, "ab") || m.Overwrite(-1, "a") {
		t.Error("outside the message")
	}
	if got := string(m.AppendEdited(nil)); got != strings.Replace(edited, "hello", "HELLO", 1) {
		t.Errorf("%q", got)
	}
}

func TestFindHeader(t *testing.T) {
	m := parse(t, "INFO sip:a SIP/2.0\r\nX-A: 1\r\nm: <sip:a>\r\nX-a:\r\n 2\r\nContact: <sip:b>\r\n\r\n")
	for name, want := range map[string][]string{
		"x-a": {"X-A: 1\r\n", "X-a:\r\n 2\r\n"}, "Contact": {"m: <sip:a>\r\n", "Contact: <sip:b>\r\n"}, "X-B": nil,
	} {
		k := sip.HeaderKey(name)
		var got []string
		for i := m.FindHeader(&k, 0); i >= 0; i = m.FindHeader(&k, i+1) {
			start, end := m.HeaderSpan(i)
			got = append(got, string(m.Raw()[start:end]))
		}
		if strings.Join(got, "|") != strings.Join(want, "|") {
			t.Errorf("%s: %q", name, got)
		}
	}
}

func TestEditAllocations(t *testing.T) {
	m := parse(t, edited)
	raw := []byte(edited)
	var dst []byte
	use := func() {
		if m.Parse(raw) != nil {
			t.Fatal()
		}
		m.Edit(m.HeadersEndAt(), 0, "X-A: 1\r\n")
		m.Edit(m.HeadersAt(), 0, "X-B: 1\r\n")
		m.SetBody("new", "text/plain")
		dst = m.AppendEdited(dst[:0])
	}
	use()
	if n := testing.AllocsPerRun(100, use); n != 0 {
		t.Errorf("%v allocations a message", n)
	}
}

func FuzzEdit(f *testing.F) {
	f.Add([]byte(edited), 30, 5, "x", 300, 7)
	f.Add([]byte("INFO sip:a SIP/2.0\r\n\r\n"), 18, 2, "", 22, 0)
	f.Fuzz(func(t *testing.T, raw []byte, at, n int, text string, at2, n2 int) {
		var m sip.Message
		if m.Parse(raw) != nil {
			return
		}
		if got := string(m.AppendEdited(nil)); got != string(raw) {
			t.Fatalf("not edited, but %q becomes %q", raw, got)
		}
		m.Edit(at, n, text)
		m.Edit(at2, n2, text)
		m.AppendEdited(nil)
		if m.SetBody(text, "a/b") && !strings.HasSuffix(string(m.AppendEdited(nil)), text) {
			t.Fatalf("%q has not the body %q", m.AppendEdited(nil), text)
		}
	})
}
