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
		reason: "a URI with a line end: Kamailio takes it, olelo does not, since it would make two lines of one in a message",
		holds: func(look string, in Input, _, olelo string) bool {
			return strings.ContainsAny(in.Text, "\r\n") && (strings.Contains(look, "{uri.") && olelo == "n" || strings.Contains(look, "{urialias.encode") || strings.Contains(look, "_uri(") && olelo != "i1" || strings.Contains(look, "cmp_aor("))
		},
	},
	{
		reason: "a request whose line has no URI: Kamailio routes it",
		holds: func(look string, in Input, _, olelo string) bool {
			return look == "" && strings.TrimSpace(in.Text) == "" && olelo == ""
		},
	},
	{
		reason: "cmp_uri() of parameters that are no list, as x=1 y, x; or a quote that stays open: -2 or -1 in Kamailio, olelo compares what can be read",
		holds: func(look string, in Input, kamailio, _ string) bool {
			return strings.HasPrefix(look, "cmp_uri(") && (kamailio == "i-2" || kamailio == "i-1" && strings.Contains(in.Text, "\""))
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
		reason: "blanks behind a header's body: Kamailio keeps them, which RFC 3261 section 7.3.1 says mean nothing",
		holds: func(look string, _ Input, kamailio, olelo string) bool {
			return strings.Contains(look, "hdr(") && strings.TrimRight(text(kamailio), " \t\r\n") == text(olelo)
		},
	},
	{
		reason: "a port of which there is only the colon: Kamailio shows it as an empty text, olelo as 5060, as one that is not there",
		holds: func(look string, _ Input, kamailio, olelo string) bool {
			return (look == "$rp" || look == "$op" || look == "$nh(p)") && kamailio == "s" && (text(olelo) == "5060" || text(olelo) == "5061")
		},
	},
	{
		reason: "{uri.port} of a URI without one: Kamailio gives 0 with an empty text, olelo $null, which is 0 and shows as nothing",
		holds: func(look string, _ Input, kamailio, olelo string) bool {
			return has(look, "uri.port") && kamailio == "i0" && olelo == "n"
		},
	},
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
