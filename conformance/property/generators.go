package property

import (
	"strings"

	"pgregory.net/rapid"
)

// Words that the generators take their pieces from.
var (
	users    = []string{"bob", "alice", "+4930123", "a%41b", "1234", "b.o-b_x!~*'()", "bob;x=1", "&=+$,;?/", "anonymous", "", "a b", "ü", "bob%", "%zz"}
	secrets  = []string{"pw", "", "1234", "a:b", "p%40w"}
	hosts    = []string{"example.com", "127.0.0.1", "[2001:db8::1]", "host", "a-b.c.example.", "1.2.3", "[::1", "ex_ample", "", "EXAMPLE.com", "xn--a.b", "256.1.1.1", "host.1"}
	ports    = []string{"5060", "5061", "1", "65535", "0", "65536", "", "abc", "050", "99999999999", " 5060"}
	schemes  = []string{"sip", "sips", "tel", "tels", "urn", "SIP", "Sips", "http", "msrp", "mailto", "", "sipx", "TEL", "urn:service"}
	params   = []string{"transport", "lr", "user", "ttl", "maddr", "method", "x", "a", "r2", "gr", "tag", "q", "expires", "TRANSPORT", "Lr", "ob", "received", "", "p.q-r", "b c", "ic\"on"}
	contents = []string{"tcp", "udp", "TLS", "sctp", "ws", "wss", "phone", "ip", "1", "255", "1.2.3.4", "INVITE", "x y", "", "on", "\"q;u=o,ted\"", "\"open", "%3b", "a=b", "<x>", "0.5", "3600", "'s'"}
	names    = []string{"Bob", "\"Bob\"", "\"Bob \\\"B\\\" <x>\"", "Carol C.", "", "\"\"", "\"open", "a;b", "B, b", " ", "\"Bob\" x", "ü", "'q'", "*"}
	spaces   = []string{"", "", "", "", " ", "  ", "\t", " \r\n "}
	marks    = []string{":", ";", "@", "=", ",", "?", "&", "<", ">", "\"", "[", "]", "%", " ", "\\", "/", "'", "(", ")", "{", "}", "\t", "\xff", "\r\n", "\n", "+", "-", ".", "*", "$", "#"}
	lorem    = []string{"a", "b", "abc", "ABC", "x", "0", "1", "10", "-1", "+5", " 7", "2147483648", "sip:bob@example.com", "the quick brown fox", "one\ntwo", "a,b,c", "a=1;b=2", "\xc3\xa4", "YWJj", "YWI=", "616263", "3mJr7AoUXx2Wqd", "%41", "\\n", "1.2.3.4~5060~1", ""}
)

func one(of []string) *rapid.Generator[string] { return rapid.SampledFrom(of) }

// soup is any sequence of pieces.
func soup(most int, pieces ...[]string) *rapid.Generator[string] {
	var all []string
	for _, p := range pieces {
		all = append(all, p...)
	}
	return rapid.Map(rapid.SliceOfN(one(all), 0, most), func(p []string) string { return strings.Join(p, "") })
}

// spoilt is a text of g, sometimes with a mistake.
func spoilt(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		text := g.Draw(t, "text")
		for range rapid.SampledFrom([]int{0, 0, 0, 1, 1, 2}).Draw(t, "mistakes") {
			at := rapid.IntRange(0, len(text)).Draw(t, "at")
			end := min(len(text), at+rapid.IntRange(0, 2).Draw(t, "cut"))
			text = text[:at] + rapid.SampledFrom(append([]string{"", ""}, marks...)).Draw(t, "mark") + text[end:]
		}
		return text
	})
}

// list is a list of parameters, which begins with the separator.
func list(separator string, most int) *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		var b strings.Builder
		for range rapid.IntRange(0, most).Draw(t, "parameters") {
			b.WriteString(separator + one(spaces).Draw(t, "space") + one(params).Draw(t, "name"))
			if rapid.IntRange(0, 3).Draw(t, "value?") > 0 {
				b.WriteString(one(spaces).Draw(t, "space") + "=" + one(spaces).Draw(t, "space") + one(contents).Draw(t, "value"))
			}
			b.WriteString(one(spaces).Draw(t, "space"))
		}
		return b.String()
	})
}

// uri is a URI, of which most are well formed.
func uri() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		pick := func(what string, of []string, good int) string { // the first are the common ones
			if rapid.IntRange(0, 9).Draw(t, what+"?") > 0 {
				of = of[:good]
			}
			return one(of).Draw(t, what)
		}
		maybe := func(what string) bool { return rapid.Bool().Draw(t, what) }
		text := pick("scheme", schemes, 5) + ":"
		if maybe("user?") {
			text += pick("user", users, 8)
			if rapid.IntRange(0, 3).Draw(t, "password?") == 0 {
				text += ":" + pick("password", secrets, 3)
			}
			text += "@"
		}
		text += pick("host", hosts, 4)
		if maybe("port?") {
			text += ":" + pick("port", ports, 4)
		}
		if maybe("parameters?") {
			for range rapid.IntRange(0, 4).Draw(t, "parameters") {
				text += ";" + pick("name", params, 10)
				if rapid.IntRange(0, 3).Draw(t, "value?") > 0 {
					text += "=" + pick("value", contents, 12)
				}
			}
		}
		if rapid.IntRange(0, 4).Draw(t, "headers?") == 0 {
			text += "?" + pick("header", params, 10) + "=" + pick("value", contents, 12)
		}
		return text
	})
}

func anyURI() *rapid.Generator[string] {
	return rapid.OneOf(uri(), spoilt(uri()), spoilt(uri()), soup(8, schemes, users, hosts, ports, params, marks, marks))
}

// address is a name-addr or addr-spec with its parameters.
func address() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		space := func() string { return one(spaces).Draw(t, "space") }
		text := space() + one(names).Draw(t, "name") + space()
		if rapid.IntRange(0, 5).Draw(t, "brackets?") > 0 {
			text += "<" + uri().Draw(t, "uri") + ">"
		} else {
			text = space() + uri().Draw(t, "uri")
		}
		return text + space() + list(";", 3).Draw(t, "parameters")
	})
}

func anyAddress() *rapid.Generator[string] {
	return rapid.OneOf(address(), spoilt(address()), spoilt(address()), soup(8, names, users, hosts, params, marks, marks))
}

// wellFormed is an address as RFC 3261 has it.
func wellFormed() *rapid.Generator[string] {
	return rapid.Custom(func(t *rapid.T) string {
		host := one(hosts[:4]).Draw(t, "host")
		uri := one(schemes[:2]).Draw(t, "scheme") + ":" + one([]string{"", "bob@", "alice@", "+4930123@", "a%41b:pw@"}).Draw(t, "user") + host + one([]string{"", "", ":5062"}).Draw(t, "port")
		tail := ""
		for range rapid.IntRange(0, 3).Draw(t, "parameters") {
			tail += one([]string{";expires=60", ";q=0.5", ";x", ";reason=busy", ";privacy=full", ";counter=3", ";x=\"a;b,c\"", ";expires=0", "; y = z"}).Draw(t, "parameter")
		}
		if rapid.Bool().Draw(t, "bare") {
			return uri + tail
		}
		return one([]string{"", "Bob ", "\"Bob\" ", "\"B, \\\"b\\\" <x>\" ", "Carol C. ", "\"\" "}).Draw(t, "name") + "<" + uri + one([]string{"", ";lr", ";transport=tcp;x=y"}).Draw(t, "own") + ">" + tail
	})
}

// anyIdentity is an address of an identity, of which half are well formed.
func anyIdentity() *rapid.Generator[string] {
	return rapid.OneOf(wellFormed(), spoilt(wellFormed()), anyAddress(), wellFormed())
}

// headerValue is a text of g in one header, which no line end cuts short.
func headerValue(g *rapid.Generator[string]) *rapid.Generator[string] {
	return rapid.Map(g, func(s string) string {
		parts := strings.Split(s, "\r\n ")
		for i, p := range parts {
			parts[i] = strings.NewReplacer("\r", "", "\n", "").Replace(p)
		}
		return strings.Join(parts, "\r\n ")
	})
}

func anyList() *rapid.Generator[string] {
	first := rapid.OneOf(list(";", 5), list(";", 5), list("&", 4), list(",", 4))
	return rapid.OneOf(first, rapid.Map(first, func(s string) string { return strings.TrimLeft(s, ";&,") }), spoilt(first), soup(8, params, contents, marks, marks))
}

// anyText is a text of any bytes but 0, which Kamailio takes for its end here and
// there, and of which most can be read.
func anyText() *rapid.Generator[string] {
	return rapid.Map(rapid.OneOf(
		soup(6, lorem, marks), soup(6, lorem, marks), one(lorem), spoilt(uri()),
		rapid.StringN(0, 12, 40), rapid.Map(rapid.SliceOfN(rapid.Byte(), 0, 24), func(b []byte) string { return string(b) }),
	), func(s string) string { return strings.ReplaceAll(s, "\x00", "") })
}

// inputs are of a text's generator and words.
func inputs(texts *rapid.Generator[string], words ...string) *rapid.Generator[Input] {
	return rapid.Custom(func(t *rapid.T) Input {
		return Input{
			Text: texts.Draw(t, "text"), Word: one(words).Draw(t, "word"),
			N: rapid.IntRange(-3, 9).Draw(t, "n"), M: rapid.IntRange(-3, 9).Draw(t, "m"),
		}
	})
}
