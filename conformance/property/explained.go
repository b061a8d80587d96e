package property

import (
	"encoding/base64"
	"encoding/hex"
	"net/url"
	"strings"
)

// rule is a difference that is known, where Kamailio is wrong.
type rule struct {
	reason string
	holds  func(look string, in Input, kamailio, olelo string) bool
}

// has reports whether a look is at one of the keys.
func has(look string, keys ...string) bool {
	for _, k := range keys {
		if strings.Contains(look, "{"+k+"}") || strings.Contains(look, "{"+k+",") {
			return true
		}
	}
	return false
}

var rules = []rule{
	{
		reason: "{s.encode.7bit}: the bits behind the text's end are what Kamailio finds there",
		holds: func(look string, in Input, kamailio, olelo string) bool {
			return has(look, "s.encode.7bit") && len(kamailio) == len(olelo)
		},
	},
	{
		reason: "{s.decode.base58}: Kamailio puts a byte 0 behind the text, and those of leading 1s too",
		holds: func(look string, in Input, kamailio, olelo string) bool {
			return has(look, "s.decode.base58") && (kamailio == olelo+"00" || strings.HasPrefix(in.Text, "1"))
		},
	},
	{
		reason: "decoding of what is not encoded: Kamailio makes up bytes, or reads behind the text's end",
		holds: func(look string, in Input, _, _ string) bool {
			switch {
			case has(look, "s.decode.base64"):
				return !encoded(base64.StdEncoding, in.Text)
			case has(look, "s.decode.base64t"):
				return !encoded(base64.RawStdEncoding, in.Text)
			case has(look, "s.decode.base64url"):
				return !encoded(base64.URLEncoding, in.Text)
			case has(look, "s.decode.base64urlt"):
				return !encoded(base64.RawURLEncoding, in.Text)
			}
			return false
		},
	},
	{
		reason: "{s.int} of a text without digits: Kamailio gives 0, or a number with another text",
		holds:  func(look string, in Input, _, olelo string) bool { return has(look, "s.int") && olelo == "n" },
	},
	{
		reason: "{s.urldecode.param} of what is not encoded: Kamailio makes up bytes of bad digits",
		holds: func(look string, in Input, _, _ string) bool {
			_, err := url.PathUnescape(in.Text)
			return has(look, "s.urldecode.param") && err != nil
		},
	},
	{
		reason: "a URI with a line end: Kamailio takes it, olelo does not, since RFC 3261 section 25.1 has none in it and it would make two lines of one in a message",
		holds: func(look string, in Input, _, olelo string) bool {
			if look == "" { // the message: a CR alone in its first line
				return olelo == "" && strings.Contains(strings.ReplaceAll(in.Text, "\r\n", ""), "\r")
			}
			return strings.ContainsAny(in.Text, "\r\n") && (strings.Contains(look, "{uri.") && olelo == "n" || strings.Contains(look, "{urialias.encode") || strings.Contains(look, "_uri(") && olelo != "i1" || strings.Contains(look, "cmp_aor("))
		},
	},
	{
		reason: "a request whose line has no URI, which RFC 3261 section 7.1 wants there: Kamailio routes it",
		holds: func(look string, in Input, _, olelo string) bool {
			return look == "" && strings.TrimSpace(in.Text) == "" && olelo == ""
		},
	},
	{
		reason: "{uri.param} of parameters that end in ; or =: Kamailio reads on in the URI's headers",
		holds: func(look string, in Input, kamailio, _ string) bool {
			return has(look, "uri.param") && (strings.Contains(in.Text, ";?") || strings.Contains(in.Text, "=?"))
		},
	},
	{
		reason: "{nameaddr.…} of what has no >: Kamailio fails the first time, and then gives what it had parsed until the mistake",
		holds: func(look string, _ Input, _, olelo string) bool {
			return strings.Contains(look, "{nameaddr.") && olelo == "n"
		},
	},
	{
		reason: "blanks behind a header's body, which are no part of its value (RFC 3261 section 7.3.1): Kamailio keeps them",
		holds: func(look string, in Input, kamailio, olelo string) bool {
			return strings.Contains(look, "hdr(") && strings.TrimRight(text(kamailio), " \t\r\n") == text(olelo) ||
				isPreferred(look) && in.Text != strings.TrimRight(in.Text, " \t\r\n")
		},
	},
	{
		reason: "$pU and $pd of a URI that cannot be read: Kamailio gives what it had parsed until the mistake",
		holds: func(look string, _ Input, _, olelo string) bool {
			return (look == "$pU" || look == "$pd") && olelo == "n"
		},
	},
	{
		reason: "{uri.port} of a URI without one: Kamailio gives 0 with an empty text, olelo $null, which is 0 and shows as nothing",
		holds: func(look string, _ Input, kamailio, olelo string) bool {
			return has(look, "uri.port") && kamailio == "i0" && olelo == "n"
		},
	},
}

// isPreferred reports whether a look is at P-Asserted-Identity or P-Preferred-Identity.
func isPreferred(look string) bool {
	return look == "$ai" || strings.HasPrefix(look, "$p")
}

// text is the text of a value.
func text(value string) string {
	b, err := hex.DecodeString(strings.TrimPrefix(value, "s"))
	if err != nil {
		return value
	}
	return string(b)
}

func encoded(code *base64.Encoding, text string) bool {
	_, err := code.Strict().DecodeString(text)
	return err == nil && !strings.ContainsAny(text, "\r\n") && text != ""
}

// explain is the reason why a pair of values is no finding, "" where there is none.
func explain(look string, in Input, kamailio, olelo string) string {
	for _, r := range rules {
		if r.holds(look, in, kamailio, olelo) {
			return r.reason
		}
	}
	return ""
}
