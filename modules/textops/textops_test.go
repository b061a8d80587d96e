package textops_test

import (
	"fmt"
	"strings"
	"testing"

	"olelo/modules/textops"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

// request is the message that the results below were seen with on Kamailio
// 5.6.3.
const request = `INFO sip:a@127.0.0.1 SIP/2.0
Via: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa
From: <sip:a@b>;tag=1
To: <sip:c@d>
Call-ID: x1
CSeq: 1 INFO
Subject: hello world hello
X-A: one, two one
x-a: three one
X-B:  sp 
Content-Type: text/plain
Content-Length: 31

body first
second line
last
`

func bench(t testing.TB, message string) *registrytest.Bench {
	t.Helper()
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "textops": textops.New()})
	if message != "" {
		b.Message(message)
	}
	return b
}

// call is a function call and what it does.
type call struct {
	fn   string
	args []any
	rc   int
	// change is old and new texts of the message as it is sent.
	change []string
}

func args(a ...any) []any { return a }

func crlf(s string) string { return strings.ReplaceAll(s, "\n", "\r\n") }

func run(t *testing.T, message string, calls []call) {
	t.Helper()
	for _, c := range calls {
		name := fmt.Sprintf("%s%q", c.fn, c.args)
		b := bench(t, message)
		if rc := b.Run(c.fn, c.args...); rc != c.rc {
			t.Errorf("%s: code %d, want %d", name, rc, c.rc)
		}
		var change []string
		for _, s := range c.change {
			change = append(change, crlf(s))
		}
		want := strings.NewReplacer(change...).Replace(crlf(message))
		if len(change) > 0 && want == crlf(message) {
			t.Errorf("%s: the test changes nothing", name)
		}
		if got := string(b.C.Msg.AppendEdited(nil)); got != want {
			t.Errorf("%s: sent\n%q, want\n%q", name, got, want)
		}
		if string(b.C.Msg.Raw()) != crlf(message) {
			t.Errorf("%s: the received message has changed", name)
		}
	}
}

func TestMethod(t *testing.T) {
	reply := strings.Replace(request, "INFO sip:a@127.0.0.1 SIP/2.0", "SIP/2.0 200 OK", 1)
	other := strings.ReplaceAll(request, "INFO", "Foo")
	lower := strings.ReplaceAll(request, "INFO", "info")
	for _, c := range []struct {
		message, list string
		want          int
	}{
		{request, "INFO", 1},
		{request, "info", 1},
		{request, "INVITE|INFO", 1},
		{request, "INVITE | INFO", 1},
		{request, "INVITE,INFO", 1},
		{request, "INFO|", 1},
		{request, "INVITE|ACK", -1},
		{request, "FOO", -1},
		{request, "PUBLISH|REFER|PRACK|UPDATE|KDMQ|GET|POST|PUT|DELETE|INFO|MESSAGE", 1},
		{other, "FOO", 1},
		{other, "foo", 1},
		{other, "INFO,FOO", 1},
		{other, "INVITE|ACK", -1},
		{lower, "INFO", 1},
		{lower, "INFO|BYE", 1},
		{reply, "INFO", 1},
		{reply, "BYE", -1},
	} {
		if got := bench(t, c.message).Run("is_method", c.list); got != c.want {
			t.Errorf("%.10q is_method(%q): %d, want %d", c.message, c.list, got, c.want)
		}
	}
}

func TestLoadErrors(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []any
		want string
	}{
		{"is_method", args(""), "a method name is missing"},
		{"is_method", args("|INFO"), "a method name is missing"},
		{"is_method", args("INVITE|FOO"), "FOO is not among"},
		{"is_method", args("FOO|INFO"), "FOO is not among"},
		{"is_method", args("INFO BYE"), `"INFO BYE" is no method name`},
		{"is_method", args("$rm"), `"$rm" is no method name`},
		{"is_present_hf", args(""), "a header name is missing"},
		{"is_present_hf", args("X Y"), `it cannot have ' '`},
		{"is_present_hf", args("$var(x)"), `it cannot have '$'`},
		{"is_present_hf", args(" Subject"), `it cannot have ' '`},
		{"remove_hf", args("$var(x)"), "is no header name"},
		{"append_hf", args("a: b\r\n", ""), "a header name is missing"},
		{"append_hf", args("$nosuch\r\n"), "nosuch"},
		{"has_body", args("foo"), "type/subtype is wanted"},
		{"has_body", args("text/"), "type/subtype is wanted"},
		{"search", args("("), "regular expression"},
		{"remove_hf_re", args("("), "regular expression"},
		{"remove_hf_exp", args("a", "("), "regular expression"},
		{"search_hf", args("Subject", "(", "a"), "regular expression"},
		{"is_privacy", args("foo"), `"foo" is no privacy type`},
		{"is_privacy", args("id;user"), "is no privacy type"},
		{"in_list", args("a", "b", ""), "one character"},
		{"in_list", args("a", "b", "cd"), "one character"},
		{"subst", args("/a/b"), "third"},
		{"subst", args("abc"), "second"},
		{"subst", args("/a/b/x"), "unknown flag"},
		{"subst", args("/a/$nosuch/"), "nosuch"},
		{"subst_hf", args("$var(x)", "/a/b/", "a"), "is no header name"},
		{"get_body_part", args("text/plain", "x"), "starts with $"},
		{"get_body_part", args("text/plain", "$rm"), "read-only"},
		{"remove_hf_idx", args("Subject", "x"), "integer"},
	} {
		_, err := bench(t, "").Call(c.fn, c.args...)
		if err == nil || !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s%q: error %v, want %q", c.fn, c.args, err, c.want)
		}
	}
}

// What Kamailio takes without a word.
func TestWarnings(t *testing.T) {
	for _, c := range []struct {
		fn   string
		args []any
		want string
	}{
		{"append_hf", args("X: y"), "has no line end"},
		{"append_to_reply", args("X: $rm"), ""},
		{"append_hf", args("X: y\r\n"), ""},
		{"remove_hf", args("X-A:"), "has a colon"},
		{"search_hf", args("X-A", "one", "x"), "none of a, f and l"},
		{"search_hf", args("X-A", "one", "f"), ""},
	} {
		b := bench(t, request)
		if _, err := b.Call(c.fn, c.args...); err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(b.Warned, "\n"); !strings.Contains(got, c.want) || got != "" && c.want == "" {
			t.Errorf("%s%q: warned %q, want %q", c.fn, c.args, got, c.want)
		}
	}
}

func TestPresent(t *testing.T) {
	run(t, request, []call{
		{"is_present_hf", args("Subject"), 1, nil},
		{"is_present_hf", args("s"), 1, nil},
		{"is_present_hf", args("SUBJECT"), 1, nil},
		{"is_present_hf", args("Subject:"), 1, nil},
		{"is_present_hf", args("nope"), -1, nil},
		{"is_present_hf", args("X-A"), 1, nil},
		{"is_present_hf_pv", args("x-a"), 1, nil},
		{"is_present_hf_pv", args("s"), 1, nil},
		{"is_present_hf_pv", args(""), -1, nil},
		{"is_present_hf_pv", args("X Y"), -1, nil},
		{"is_present_hf_pv", args("$vn(x)"), -1, nil},
		{"is_present_hf_re", args("^X-"), 1, nil},
		{"is_present_hf_re", args("one"), -1, nil},
		{"is_present_hf_re_pv", args("^x-"), 1, nil},
		{"is_present_hf_re_pv", args(""), 1, nil},
		{"is_present_hf_re_pv", args("("), -1, nil},
	})
	private := strings.Replace(request, "Subject: hello world hello", "Privacy: id; user;critical", 1)
	run(t, private, []call{
		{"is_privacy", args("id"), 1, nil},
		{"is_privacy", args("ID"), 1, nil},
		{"is_privacy", args("user"), 1, nil},
		{"is_privacy", args("none"), -1, nil},
	})
	run(t, request, []call{{"is_privacy", args("id"), -1, nil}})
}

func TestSearch(t *testing.T) {
	run(t, request, []call{
		{"search", args("BODY"), 1, nil},
		{"search", args("^INFO sip"), 1, nil},
		{"search", args("^second"), 1, nil},
		{"search", args("first.second"), -1, nil},
		{"search", args("plain$"), -1, nil},
		{"search", args(`\d`), -1, nil},
		{"search_body", args("hello"), -1, nil},
		{"search_body", args("BODY"), 1, nil},
		{"search_body", args("^second"), 1, nil},
		{"search_str", args("abcABC", "b.a"), 1, nil},
		{"search_str", args("$rm", "^inf"), 1, nil},
		{"search_str", args("", "a"), -2, nil},
		{"search_str", args("a", ""), 2, nil},
		{"search_hf", args("X-A", "two", "a"), 1, nil},
		{"search_hf", args("X-A", "three", "f"), -1, nil},
		{"search_hf", args("X-A", "THREE", "l"), 1, nil},
		{"search_hf", args("X-A", "^one", "l"), -1, nil},
		{"search_hf", args("X-A", "three", "x"), 1, nil},
		{"search_hf", args("X-A", "x-a", "a"), -1, nil},
		{"search_hf", args("nope", "x", "a"), -1, nil},
		{"search_hf", args("X-B", "^sp$", "a"), -1, nil},
		{"search_hf", args("X-B", "^sp $", "a"), 1, nil},
		{"search_append", args("hello", "$rm"), 1, []string{"hello world", "hello$rm world"}},
		{"search_append", args("^x-a", " X"), 1, []string{"X-A:", "X-A X:"}},
		{"search_append", args("INFO", " X"), 1, []string{"1 INFO", "1 INFO X"}},
		{"search_append", args("nope", " X"), -1, nil},
		{"search_append_body", args("^second", " X"), 1, []string{"second", "second X", "31", "33"}},
		{"search_append_body", args("Subject", " X"), -1, nil},
	})
}

func TestHeaders(t *testing.T) {
	const (
		xa1, xa2 = "X-A: one, two one\n", "x-a: three one\n"
		end      = "Content-Length: 31\n"
	)
	run(t, request, []call{
		{"append_hf", args("X-N: 1\r\n"), 1, []string{end, end + "X-N: 1\n"}},
		{"append_hf", args("X-N: $rm|$vn(x)|$$\r\n"), 1, []string{end, end + "X-N: INFO|<null>|$\n"}},
		{"append_hf", args(""), -1, nil},
		{"append_hf", args("X-N: 1\r\n", "X-A"), 1, []string{xa2, xa2 + "X-N: 1\n"}},
		{"append_hf", args("X-N: 1\r\n", "f"), 1, []string{"tag=1\n", "tag=1\nX-N: 1\n"}},
		{"append_hf", args("X-N: 1\r\n", "nope"), 1, []string{end, end + "X-N: 1\n"}},
		{"insert_hf", args("X-N: 1\r\n"), 1, []string{"Via", "X-N: 1\nVia"}},
		{"insert_hf", args("X-N: 1\r\n", "X-A"), 1, []string{xa1, "X-N: 1\n" + xa1}},
		{"insert_hf", args("X-N: 1\r\n", "nope"), 1, []string{"Via", "X-N: 1\nVia"}},
		{"append_urihf", args("P-X: ", "\r\n"), 1, []string{end, end + "P-X: sip:a@127.0.0.1\n"}},
		{"remove_hf", args("X-A"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf", args("s"), 1, []string{"Subject: hello world hello\n", ""}},
		{"remove_hf", args("User-Agent"), -1, nil},
		{"remove_hf_pv", args("X-A"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf_pv", args("nope"), 1, nil},
		{"remove_hf_pv", args(""), -1, nil},
		{"remove_hf_pv", args("X Y"), -1, nil},
		{"remove_hf_idx", args("X-A", 0), 1, []string{xa1, ""}},
		{"remove_hf_idx", args("X-A", 1), 1, []string{xa2, ""}},
		{"remove_hf_idx", args("X-A", 2), 2, nil},
		{"remove_hf_idx", args("X-A", "-1"), 1, []string{xa2, ""}},
		{"remove_hf_idx", args("X-A", "-2"), 1, []string{xa1, ""}},
		{"remove_hf_idx", args("X-A", "-3"), 1, nil},
		{"remove_hf_idx", args("nope", "0"), 2, nil},
		{"remove_hf_idx", args("", "0"), -1, nil},
		{"remove_hf_re", args("^x-"), 1, []string{xa1, "", xa2, "", "X-B:  sp \n", ""}},
		{"remove_hf_re", args("X$"), -1, nil},
		{"remove_hf_re_pv", args("^x-a"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf_re_pv", args("("), -1, nil},
		{"remove_hf_exp", args("^X-", "b"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf_exp", args("^nope", "b"), -1, nil},
		{"remove_hf_exp_pv", args("^X-", "b$$"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf_exp_pv", args("^X-", ""), -1, nil},
		{"remove_hf_exp_pv", args("(", ""), -1, nil},
		{"remove_hf_match", args("X-A", "EQ", "three one"), 1, []string{xa2, ""}},
		{"remove_hf_match", args("X-A", "eq", "three ONE"), -2, nil},
		{"remove_hf_match", args("X-A", "ne", "three one"), 1, []string{xa1, ""}},
		{"remove_hf_match", args("X-A", "in", "two"), 1, []string{xa1, ""}},
		{"remove_hf_match", args("X-A", "in", "TWO"), -2, nil},
		{"remove_hf_match", args("X-A", "in", ""), -2, nil},
		{"remove_hf_match", args("X-A", "re", "ONE$$"), 1, []string{xa1, "", xa2, ""}},
		{"remove_hf_match", args("X-A", "re", "("), -1, nil},
		{"remove_hf_match", args("X-A", "xx", "one"), -1, nil},
		{"remove_hf_match", args("X-B", "eq", "sp"), -2, nil},
		{"remove_hf_match", args("X-B", "eq", "sp "), 1, []string{"X-B:  sp \n", ""}},
		{"remove_hf_match", args("nope", "eq", "x"), -2, nil},
	})
}

// What was added and removed is not seen by what is read afterwards.
func TestChangesAreNotSeen(t *testing.T) {
	b := bench(t, request)
	b.Run("append_hf", "X-N: 1\r\n")
	b.Run("remove_hf", "Subject")
	b.Run("set_body", "new", "text/foo")
	for text, want := range map[string]string{"$hdr(X-N)": "<null>", "$hdr(Subject)": "hello world hello", "$cT": "text/plain"} {
		if got := b.Eval(text); got != want {
			t.Errorf("%s is %q, want %q", text, got, want)
		}
	}
	if b.Run("is_present_hf", "X-N") > 0 || b.Run("remove_hf", "Subject") < 0 || b.Run("search_body", "second") < 0 {
		t.Error("a function saw a change")
	}
}

func TestReplace(t *testing.T) {
	run(t, request, []call{
		{"replace", args("INFO", "MESSAGE"), 1, []string{"1 INFO", "1 MESSAGE"}},
		{"replace", args("hello", "$rm"), 1, []string{"hello world", "$rm world"}},
		{"replace", args("hello$", "-"), -1, nil},
		{"replace_all", args("one", "1"), 1, []string{"one, two one", "1, two 1", "three one", "three 1"}},
		{"replace_all", args("^x-a", "Y"), 1, []string{"X-A", "Y", "x-a", "Y"}},
		{"replace_all", args("x*", "-"), -1, nil},
		{"replace_hdrs", args("first", "1st"), -1, nil},
		{"replace_hdrs", args("one", `1\1`), 1, []string{"one, two", `1\1, two`}},
		{"replace_body", args("nope", "X"), -1, nil},
		{"replace_body", args("x*", "-"), 1, []string{"body", "-body", "31", "32"}},
		{"replace_body", args("first.*line", "X"), -1, nil},
		{"replace_body_all", args("^[a-z]", "X"), 1, []string{"body", "Xody", "second", "Xecond", "\nlast", "\nXast"}},
		{"replace_body_all", args("e$", "X"), -1, nil},
		{"replace_body_all", args("BODY", "X"), 1, []string{"body", "X", "31", "28"}},
		{"replace_body_atonce", args("^[a-z]", "X"), 1, []string{"body", "Xody"}},
		{"replace_body_atonce", args("first.*line", "X"), 1, []string{"first\nsecond line", "X", "31", "14"}},
		{"replace_body_atonce", args("^.+$", "X"), 1, []string{"body first\nsecond line\nlast\n", "X", "31", "1"}},
		{"replace_body_atonce", args("^.+$", ""), 1, []string{"body first\nsecond line\nlast\n", "", "31", "0"}},
		{"replace_body_atonce", args("x*", "-"), -1, nil},
		{"replace_str", args("INFO", "MESSAGE", "f"), 1, []string{"1 INFO", "1 MESSAGE"}},
		{"replace_str", args("$rm", "$fU", "a"), 1, []string{"1 INFO", "1 a"}},
		{"replace_str", args("one", "1", "x"), 1, []string{"one, two one", "1, two 1", "three one", "three 1"}},
		{"replace_str", args("ONE", "1", "a"), 1, nil},
		{"replace_str", args("", "1", "f"), 1, nil},
		{"replace_hdrs_str", args("first", "1st", "f"), 1, nil},
		{"replace_hdrs_str", args("three", "", "f"), 1, []string{"three", ""}},
		{"replace_body_str", args("s", "S", "a"), 1, []string{"first", "firSt", "second", "Second", "\nlast", "\nlaSt"}},
		{"replace_body_str", args("s", "$rm", "f"), 1, []string{"first", "firINFOt", "31", "34"}},
	})
}

func TestSubst(t *testing.T) {
	run(t, request, []call{
		{"subst", args("/one/1/"), 1, []string{"one, two", "1, two"}},
		{"subst", args("/one/1/g"), 1, []string{"one, two one", "1, two 1", "three one", "three 1"}},
		{"subst", args("#ONE#1#gi"), 1, []string{"one, two one", "1, two 1", "three one", "three 1"}},
		{"subst", args("/nope/1/"), -1, nil},
		{"subst", args("/INFO/MESSAGE/"), 1, []string{"1 INFO", "1 MESSAGE"}},
		{"subst", args(`/^Subject: (hello) .*o/Sub: [\1] \0 $rm \u/`), 1, []string{"Subject: hello world hello", "Sub: [hello] Subject: hello world hello INFO sip:a@127.0.0.1"}},
		{"subst", args("/hello/[$var(n)][$vn(n)][$hdr(nope)]/"), 1, []string{"hello world", "[0][][] world"}},
		{"subst", args("/hello.*body/X/"), -1, nil},
		{"subst", args("/x*/-/g"), -1, nil},
		{"subst_body", args("/ir.*t/X/"), 1, []string{"first", "fX", "31", "28"}},
		{"subst_body", args("/first.*line/X/s"), 1, []string{"first\nsecond line", "X", "31", "14"}},
		{"subst_body", args("/[a-z]*$/X/g"), -1, nil},
		{"subst_body", args("/nope/X/"), -1, nil},
		{"subst_hf", args("X-A", "/one/1/", "a"), 1, []string{"one, two", "1, two", "three one", "three 1"}},
		{"subst_hf", args("X-A", "/one/1/", "f"), 1, []string{"one, two", "1, two"}},
		{"subst_hf", args("X-A", "/one/1/", "l"), 1, []string{"three one", "three 1"}},
		{"subst_hf", args("X-A", "/nope/1/", "a"), -1, nil},
		{"subst_hf", args("nope", "/a/1/", "a"), -1, nil},
		{"subst_hf", args("X-A", "/^.*$/new/", "a"), 1, []string{"one, two one", "new", "three one", "new"}},
		{"subst_hf", args("X-B", `/^.*$/[\0]/`, "a"), 1, []string{"sp ", "[sp ]"}},
		{"subst_hf", args("X-A", "/$/ end/", "a"), -1, nil},
	})
}

func TestSubstURI(t *testing.T) {
	for _, c := range []struct {
		uri, fn, sub string
		rc           int
		want         string
	}{
		{"sip:a@h;x=1", "subst_uri", "/a@/b@/", 1, "sip:b@h;x=1"},
		{"sip:a@h;x=1", "subst_uri", "/nope/b/", -1, "sip:a@h;x=1"},
		{"sip:1.2.3.4", "subst_uri", "/sip:/tel:/", 1, "tel:1.2.3.4"},
		{"sip:a@h", "subst_uri", `/^sip:([a-z])@(.*)$/sip:3463\1@\2;orig=\0/i`, 1, "sip:3463a@h;orig=sip:a@h"},
		{"sip:a@h;x=1", "subst_user", "/a/bcd/", 1, "sip:bcd@h;x=1"},
		{"sip:a@h;x=1", "subst_user", `/(.*)/0\1/`, 1, "sip:0a@h;x=1"},
		{"sip:a@h;x=1", "subst_user", "/a//", 1, "sip:h;x=1"},
		{"sip:abc:pw@h;x=1", "subst_user", "/b/B/", 1, "sip:aBc:pw@h;x=1"},
		{"sip:abc:pw@h;x=1", "subst_user", "/.*//", 1, "sip:h;x=1"},
		{"tel:123;x=1", "subst_user", "/2/3/", 1, "tel:133;x=1"},
		{"sip:a@h", "subst_user", "/^/0/", -1, "sip:a@h"},
		{"sip:h", "subst_user", "/x/3/", -1, "sip:h"},
		// Kamailio makes it empty, and finds no URI then.
		{"sip:a@h", "subst_uri", "/^.*$//", -1, "sip:a@h"},
	} {
		b := bench(t, request)
		b.Set("$ru", c.uri)
		if rc := b.Run(c.fn, c.sub); rc != c.rc || b.C.Msg.RURI() != c.want {
			t.Errorf("<%s> %s(%s): %d <%s>, want %d <%s>", c.uri, c.fn, c.sub, rc, b.C.Msg.RURI(), c.rc, c.want)
		}
	}
}

func TestTransformation(t *testing.T) {
	b := bench(t, request)
	b.Set("$ru", "sip:abc@h;x=1")
	if got, want := b.Eval(`$(rm{re.subst,/N/[\u]/})`), "I[sip:abc@h;x=1]FO"; got != want {
		t.Errorf("%s, want %s", got, want)
	}
}

func TestStrings(t *testing.T) {
	for _, c := range []struct {
		fn, a, b string
		want     int
	}{
		{"cmp_str", "a", "a", 1},
		{"cmp_str", "a", "A", -1},
		{"cmp_str", "A", "a", -2},
		{"cmp_str", "", "", 1},
		{"cmp_str", "$vn(x)", "<null>", 1},
		{"cmp_str", "", "a", -2},
		{"cmp_str", "ab", "a", -1},
		{"cmp_istr", "a", "A", 1},
		{"cmp_istr", "a", "ab", -2},
		{"cmp_istr", "b", "A", -1},
		{"starts_with", "abc", "ab", 1},
		{"starts_with", "abc", "", 1},
		{"starts_with", "abc", "abcd", -1},
		{"starts_with", "abc", "AB", -1},
		{"ends_with", "abc", "bc", 1},
		{"ends_with", "", "", 1},
		{"ends_with", "abc", "zabc", -1},
		{"str_find", "abab", "b", 2},
		{"str_find", "abc", "B", -1},
		{"str_find", "", "a", -1},
		{"str_ifind", "xxAB", "ab", 3},
		{"str_ifind", "abc", "abcd", -1},
		{"str_ifind", "abc", "", 1},
	} {
		if got := bench(t, request).Run(c.fn, c.a, c.b); got != c.want {
			t.Errorf("%s(%q, %q): %d, want %d", c.fn, c.a, c.b, got, c.want)
		}
	}
	for _, c := range []struct {
		fn, item, list string
		want           int
	}{
		{"in_list", "fi", "dk,fi,no", 1},
		{"in_list", "f", "dk,fi,no", -1},
		{"in_list", "fi", "dk, fi ,no", 1},
		{"in_list", "fi", "dk,FI,no", -1},
		{"in_list", "", "dk,,no", -1},
		{"in_list", "a", "", -1},
		{"in_list", "no", "dk,no", 1},
		{"in_list", " no", "dk,no", -1},
		{"in_list_prefix", "final", "dk,fi,no", 1},
		{"in_list_prefix", "final", "dk, fi ,no", 1},
		{"in_list_prefix", "f", "dk,fi,no", -1},
		{"in_list_prefix", "x", "dk,,no", -1},
		{"in_list_prefix", "FI", "dk,fi", -1},
	} {
		if got := bench(t, request).Run(c.fn, c.item, c.list, ","); got != c.want {
			t.Errorf("%s(%q, %q): %d, want %d", c.fn, c.item, c.list, got, c.want)
		}
	}
}

func TestRegexSubstring(t *testing.T) {
	const text, re = "___ abc123def ___ ghi456", "([a-z]*)([0-9]+)([a-z]*)"
	for _, c := range []struct {
		text, re      string
		group, groups any
		want          int
		value         string
	}{
		{text, re, 1, 3, 1, "abc"},
		{text, re, 0, 3, 1, "abc123def"},
		{text, re, "2", "4", 1, "123"},
		{text, re, 2, 2, -1, "0"},
		{text, re, 5, 5, -1, "0"},
		{"abc", "x", 0, 1, -2, "0"},
		{"abc", "B", 0, 1, -2, "0"},
		{"abc", "b", 0, 0, -1, "0"},
		{"abc", "(", 0, 1, -1, "0"},
		{"abc", "b(x)?", 1, 2, -1, "0"},
		{"abc", "b", -1, 2, -1, "0"},
	} {
		b := bench(t, request)
		got := b.Run("regex_substring", c.text, c.re, c.group, c.groups, "$var(r)")
		if v := b.Eval("$var(r)"); got != c.want || v != c.value {
			t.Errorf("%q %q %v of %v: %d %q, want %d %q", c.text, c.re, c.group, c.groups, got, v, c.want, c.value)
		}
	}
}

func TestReplies(t *testing.T) {
	b := bench(t, request)
	for _, c := range []call{
		{"append_to_reply", args("X-A: $rm\r\n"), 1, nil},
		{"append_to_reply", args(""), -1, nil},
		{"set_reply_body", args("a", ""), -1, nil},
		{"set_reply_body", args("", "text/plain"), -1, nil},
		{"set_reply_body", args("hello $rm", "text/plain"), 1, nil},
		{"set_reply_body", args("two", "text/html"), -1, nil},
		{"append_to_reply", args("X-B: 1\r\n"), 1, nil},
	} {
		if rc := b.Run(c.fn, c.args...); rc != c.rc {
			t.Errorf("%s%q: %d, want %d", c.fn, c.args, rc, c.rc)
		}
	}
	if got, want := string(b.C.State.ReplyHeaders), "X-A: INFO\r\nContent-Type: text/plain\r\nX-B: 1\r\n"; got != want {
		t.Errorf("headers %q, want %q", got, want)
	}
	if got := b.C.State.ReplyBody; got != "hello INFO" {
		t.Errorf("body %q", got)
	}
	b.C.EndMessage()
	if len(b.C.State.ReplyHeaders) > 0 || b.C.State.ReplyBody != "" {
		t.Error("they outlive the request")
	}
	b.Run("append_time")
	b.Run("append_time_to_request")
	date := string(b.C.State.ReplyHeaders)
	want := b.C.State.Now().UTC().Format("Date: Mon, 02 Jan 2006 15:04:05 GMT\r\n")
	if date != want || !strings.Contains(string(b.C.Msg.AppendEdited(nil)), "\r\n"+want+"\r\n") {
		t.Errorf("date %q, want %q", date, want)
	}
}

// Where there is no SIP message, nothing is found and nothing done.
func TestWithoutMessage(t *testing.T) {
	for _, c := range []call{
		{fn: "is_method", args: args("INFO")},
		{fn: "is_present_hf", args: args("From")},
		{fn: "search", args: args("a")},
		{fn: "append_hf", args: args("X: y\r\n")},
		{fn: "insert_hf", args: args("X: y\r\n")},
		{fn: "remove_hf", args: args("X")},
		{fn: "remove_hf_re", args: args("X")},
		{fn: "remove_hf_idx", args: args("X", 0)},
		{fn: "replace", args: args("a", "b")},
		{fn: "replace_str", args: args("a", "b", "a")},
		{fn: "subst", args: args("/a/b/")},
		{fn: "subst_hf", args: args("X", "/a/b/", "a")},
		{fn: "subst_uri", args: args("/a/b/")},
		{fn: "subst_user", args: args("/a/b/")},
		{fn: "has_body"},
		{fn: "set_body", args: args("a", "b/c")},
		{fn: "filter_body", args: args("a/b")},
		{fn: "append_body_part", args: args("a", "b/c")},
		{fn: "is_audio_on_hold"},
		{fn: "is_privacy", args: args("id")},
	} {
		if rc := bench(t, "").Run(c.fn, c.args...); rc != -1 {
			t.Errorf("%s: %d", c.fn, rc)
		}
	}
}

func TestDoesNotAllocate(t *testing.T) {
	b := bench(t, request)
	for _, c := range []call{
		{fn: "is_method", args: args("INVITE|ACK|BYE|INFO")},
		{fn: "is_method", args: args("FOO")},
		{fn: "is_present_hf", args: args("X-B")},
		{fn: "is_present_hf", args: args("nope")},
		{fn: "has_body", args: args("text/plain")},
		{fn: "search", args: args("^second")},
		{fn: "starts_with", args: args("$rm", "IN")},
		{fn: "in_list", args: args("$rm", "BYE,INFO", ",")},
	} {
		f, err := b.Call(c.fn, c.args...)
		if err != nil {
			t.Fatal(err)
		}
		run := func() { f(b.C); b.C.Arena.Reset() }
		for range 16 { // behind which a pattern has its table
			run()
		}
		if n := testing.AllocsPerRun(100, run); n != 0 {
			t.Errorf("%s%q: %v allocations", c.fn, c.args, n)
		}
	}
}
