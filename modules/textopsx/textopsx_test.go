package textopsx_test

import (
	"strings"
	"testing"

	"olelo/modules/textopsx"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

const request = `INFO sip:a@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa
From: <sip:a@b>;tag=1
To: <sip:c@d>
Call-ID: x1
CSeq: 1 INFO
X-A: one;p=1;q="x, y", two;p=2 , three
X-P: Foo a=1, b = "2,3" , c
X-A: four
Content-Length: 19

body first
second
`

func bench(t *testing.T, message string) *registrytest.Bench {
	t.Helper()
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "textopsx": textopsx.New()})
	b.Message(message)
	return b
}

// sent is the message as it would go out.
func sent(b *registrytest.Bench) string {
	return strings.ReplaceAll(string(b.C.Msg.AppendEdited(nil)), "\r\n", "\n")
}

// Seen on Kamailio 5.6.3; the rest of it is in conformance/suites/textopsx.
func TestValues(t *testing.T) {
	for _, k := range []struct {
		fn     string
		args   []any
		rc     int
		change []string // old and new
	}{
		{"append_hf_value", []any{"X-A[2]", "new"}, 1, []string{"two;p=2 ,", "two;p=2 ,new,"}},
		{"append_hf_value", []any{"X-A", "new"}, 1, []string{"Content-Length: 19\n", "Content-Length: 19\nX-A: new\n"}},
		{"insert_hf_value", []any{"X-A[-1]", "new"}, 1, []string{"four", "new,four"}},
		{"insert_hf_value", []any{"X-A[5]", "new"}, -1, nil},
		{"remove_hf_value", []any{"X-A[1]"}, 1, []string{`one;p=1;q="x, y",`, ""}},
		{"remove_hf_value", []any{"X-A[4]"}, 1, []string{"X-A: four\n", ""}},
		{"remove_hf_value", []any{"X-A[*].p"}, 1, []string{";p=1", "", ";p=2", ""}},
		{"remove_hf_value2", []any{"X-P.b"}, 1, []string{`, b = "2,3"`, ""}},
		{"assign_hf_value", []any{"X-A[3].z", "new"}, 1, []string{"three", "three;z=new"}},
		{"assign_hf_value2", []any{"X-P.a", ""}, 1, []string{"Foo a=1", "Foo a"}},
		{"include_hf_value", []any{"X-A", "FOUR"}, 1, nil},
		{"exclude_hf_value", []any{"X-A", "FOUR"}, 1, []string{"X-A: four\n", ""}},
		{"hf_value_exists", []any{"X-A", "one"}, -1, nil},
		{"remove_body", nil, 1, []string{"body first\nsecond\n", "", "Length: 19", "Length: 0"}},
	} {
		b := bench(t, request)
		rc := b.Run(k.fn, k.args...)
		if want := strings.NewReplacer(k.change...).Replace(request); rc != k.rc || sent(b) != want {
			t.Errorf("%s%q: %d\n%s", k.fn, k.args, rc, sent(b))
		}
	}
}

// What was read before the message was made anew stays readable; an iterator
// over the old bytes is none over the new ones.
func TestApplyChanges(t *testing.T) {
	b := bench(t, request)
	before := b.Eval("$hdr(X-P)")
	b.Run("bl_iterator_start", "i")
	b.Run("bl_iterator_next", "i")
	b.Run("remove_hf_value2", "X-P.a")
	b.Run("remove_body")
	b.C.State.ReplyHeaders = append(b.C.State.ReplyHeaders, "X: 1\r\n"...)
	if rc := b.Run("msg_apply_changes"); rc != 1 {
		t.Fatal(rc)
	}
	if got := b.Eval("$hdr(X-P) $cl [$rb] [$blitval(i)]"); got != `Foo  b = "2,3" , c 0 [] [<null>]` {
		t.Error(got)
	}
	if !strings.HasPrefix(before, "Foo a=1") || len(b.C.State.ReplyHeaders) > 0 {
		t.Errorf("%q %q", before, b.C.State.ReplyHeaders)
	}
	if rc := b.Run("bl_iterator_next", "i"); rc != -1 || !strings.Contains(b.Logged(), "no iterator") {
		t.Error("the iterator lives on")
	}
	if rc := b.Run("msg_set_buffer", "junk"); rc != 0 || b.Eval("$rm") != "INFO" {
		t.Errorf("junk is a message: %d", rc)
	}
}

func TestStatus(t *testing.T) {
	reply := strings.Replace(request, "INFO sip:a@127.0.0.1 SIP/2.0", "SIP/2.0 404", 1)
	b := bench(t, reply)
	for _, k := range []struct{ code, rc int }{{200, -1}, {99, -1}, {700, -1}, {603, 1}} {
		if rc := b.Run("change_reply_status", k.code, "new"); rc != k.rc {
			t.Errorf("%d: %d", k.code, rc)
		}
	}
	if got := b.Eval("$rs [$rr]"); got != "603 []" {
		t.Error(got)
	}
	if got, _, _ := strings.Cut(sent(b), "\n"); got != "SIP/2.0 603 new" {
		t.Errorf("%q", got)
	}
}

func TestIterators(t *testing.T) {
	b := bench(t, request)
	b.Run("hf_iterator_start", "i")
	var names []string
	for b.Run("hf_iterator_next", "i") == 1 {
		names = append(names, b.Eval("$hfitname(i)"))
	}
	if got := strings.Join(names, " "); got != "Via From To Call-ID CSeq X-A X-P X-A Content-Length" {
		t.Error(got)
	}
	for _, i := range []string{"a", "b", "c"} {
		b.Run("hf_iterator_start", i)
	}
	if rc := b.Run("hf_iterator_start", "d"); rc != -1 {
		t.Error("a fifth iterator")
	}
	b.Run("hf_iterator_end", "i")
	if rc := b.Run("hf_iterator_start", "d"); rc != 1 {
		t.Error("what ended takes a place")
	}
	b.C.EndMessage()
	b.Message(request)
	if rc := b.Run("hf_iterator_next", "a"); rc != -1 {
		t.Error("an iterator outlives its message")
	}
}

func TestFnmatchSets(t *testing.T) {
	b := bench(t, request)
	for _, k := range []struct {
		text, pattern string
		want          int
	}{
		{"-", "[a-]", 1},
		{"]", "[]]", 1},
		{"]", `[a\]]`, 1},
		{"b", "[!a]", 1},
		{"[", "[", 1},
		{"1", "[[:digit:][:upper:]]", 1},
		{"a", "[[:nosuch:]a]", -1},
		{"a", "[a[:nosuch:]]", 1},
		{"a", "[[:nosuch:]]", -1},
		{"aaab", "*a*b", 1},
		{"aaa", "*b*", -1},
		{"a", `a\`, -1},
		{"x", "[a-", -1},
	} {
		if got := b.Run("fnmatch", k.text, k.pattern); got != k.want {
			t.Errorf("fnmatch(%q, %q) is %d", k.text, k.pattern, got)
		}
	}
}
