package random

import (
	"fmt"
	"maps"
	"slices"
	"strings"
)

// transformations are all of the core, pv and textops, with the kinds of their
// parameters: i an integer, p a positive one, c a character, t a text, s a
// separator that may be left out, q a number of prefixes, u a substitution, f a format of strftime.
var transformations = map[string]string{
	"s.len": "", "s.int": "", "s.substr": "ip", "s.select": "ic", "s.tolower": "", "s.toupper": "", "s.strip": "p", "s.striptail": "p",
	"s.prefixes": "q", "s.prefixes.quoted": "q", "s.replace": "tt", "s.ftime": "f", "s.rm": "t", "s.trim": "", "s.rtrim": "", "s.ltrim": "",
	"s.rmws": "", "s.numeric": "", "s.unquote": "", "s.unbracket": "", "s.count": "c", "s.after": "c", "s.before": "c",
	"s.fmtlines": "pp", "s.fmtlinet": "pp", "s.md5": "", "s.sha256": "", "s.sha384": "", "s.sha512": "", "s.corehash": "P",
	"s.encode.hexa": "", "s.decode.hexa": "", "s.encode.7bit": "", "s.decode.7bit": "", "s.encode.base58": "", "s.decode.base58": "",
	"s.encode.base64": "", "s.decode.base64": "", "s.encode.base64t": "", "s.decode.base64t": "", "s.encode.base64url": "",
	"s.decode.base64url": "", "s.encode.base64urlt": "", "s.decode.base64urlt": "", "s.escape.common": "", "s.unescape.common": "",
	"s.escape.user": "", "s.unescape.user": "", "s.escape.param": "", "s.unescape.param": "", "s.escape.csv": "",
	"s.urlencode.param": "", "s.urldecode.param": "", "s.rafter": "c", "s.rbefore": "c",
	"uri.user": "", "uri.passwd": "", "uri.host": "", "uri.domain": "", "uri.port": "", "uri.params": "", "uri.headers": "", "uri.scheme": "",
	"uri.transport": "", "uri.ttl": "", "uri.uparam": "", "uri.maddr": "", "uri.method": "", "uri.lr": "", "uri.r2": "", "uri.param": "n",
	"uri.tosocket": "", "uri.duri": "", "uri.saor": "", "uri.suri": "",
	"param.value": "ns", "param.in": "ns", "param.valueat": "is", "param.name": "is", "param.count": "s",
	"nameaddr.name": "", "nameaddr.uri": "", "nameaddr.len": "",
	"tobody.uri": "", "tobody.display": "", "tobody.tag": "", "tobody.params": "", "tobody.user": "", "tobody.host": "",
	"line.count": "", "line.at": "i", "line.sw": "t", "urialias.encode": "", "urialias.decode": "",
	"re.subst": "u",
}

// codes are those of {s.encode.…} and {s.decode.…} that Kamailio decodes to the
// same text: a text from base58 has a byte 0 behind it there, one
// from 7bit may have a byte more, and the empty text is refused by base64url.
var codes = []string{"hexa", "base64", "base64t"}

var transformationNames = sorted(transformations)

func sorted[V any](m map[string]V) []string { return slices.Sorted(maps.Keys(m)) }

// transformation is one with its parameters, in its braces.
func (g *Generator) transformation() string {
	name := pick(g, transformationNames)
	if g.oneIn(2) {
		name = pick(g, transformationNames[slices.Index(transformationNames, "s.after"):slices.Index(transformationNames, "tobody.display")])
	}
	g.use("transformation", name)
	var b strings.Builder
	b.WriteString("{" + name)
	for _, kind := range transformations[name] {
		text, ok := g.parameter(kind)
		if !ok {
			break
		}
		b.WriteString("," + text)
	}
	b.WriteString("}")
	return b.String()
}

// parameter is a parameter of a transformation; not ok leaves it and those
// behind it out.
func (g *Generator) parameter(kind rune) (text string, ok bool) {
	switch kind {
	case 'i':
		if g.oneIn(4) {
			return "$var(n)", true
		}
		return fmt.Sprint(g.n(9) - 3), true
	case 'p':
		if g.oneIn(4) {
			return "$var(n)", true
		}
		return fmt.Sprint(g.n(8)), true
	case 'q': // all prefixes of a long text are more than Kamailio logs
		return fmt.Sprint(1 + g.n(8)), true
	case 'P':
		return fmt.Sprint(1 << g.n(8)), g.oneIn(2)
	case 'c':
		return pick(g, []string{",", ";", " ", "@", ":", "a", "b", "=", "1"}), true
	case 's':
		return pick(g, []string{"&", " ", ":"}), g.oneIn(2)
	case 'n':
		return pick(g, []string{"a", "b", "c", "x", "lr", "transport", "user", "ttl", "tag", "$var(w)"}), true
	case 't':
		if g.oneIn(4) {
			return pick(g, []string{"$var(w)", "$var(a)", "$rU"}), true
		}
		return pick(g, []string{"a", "b", "bc", "abc", "x", "1", "o", "@", "sip", "one", "TWO"}), true
	case 'f':
		return pick(g, []string{"%Y-%m-%d", "%H:%M", "x%S", "%j %a"}), true
	}
	return pick(g, []string{"/a/X/", "/a/X/g", "/A/x/gi", "/(a)(b)/\\2\\1/", "/[0-9]+/N/g", "/^./_/", "/b*$/E/", "/$/!/", "/x*/-/g", "/sip:([^@]+)@(.*)/\\2 \\1/", "/a.b/Q/s"}), true
}
