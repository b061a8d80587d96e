package random

import (
	"regexp"
	"strings"
)

// rule is a difference that is known, with its reason: either statements that
// the generator is not to make, or pairs of values that are no findings.
type rule struct {
	reason string
	source *regexp.Regexp                            // statements with it are not made;
	unless *regexp.Regexp                            // what it matches is not looked at
	values func(source, kamailio, olelo string) bool // pairs that are filtered
}

func re(pattern string) *regexp.Regexp { return regexp.MustCompile(pattern) }

var rules = []rule{
	{
		reason: "{s.rafter} and {s.rbefore}: Kamailio gives nothing, or bytes from behind the text's end",
		source: re(`\{s\.r(after|before)`),
	},
	{
		reason: "{uri.duri}, {uri.saor} and {uri.suri}: Kamailio puts bytes that are 0 into them",
		source: re(`\{uri\.(duri|saor|suri)`),
	},
	{
		reason: "decoding of what is not encoded: Kamailio makes up bytes, or reads behind the text's end",
		source: re(`\{s\.decode\.`),
		unless: re(sameCode()),
	},
	{
		reason: "{urialias}: of what is no sip URI with an address Kamailio gives bytes that are not set",
		source: re(`\{urialias`),
	},
	{
		reason: "{s.fmtlines} and {s.fmtlinet}: Kamailio breaks after each byte with an indent of 0, and overwrites numbers",
		source: re(`\{s\.fmtline`),
	},
	{
		reason: "{param} with a blank as separator: Kamailio skips blanks, so it never finds it",
		source: re(`\{param\.[^}]*, \}`),
	},
	{
		reason: "a $branch that is not there fails in Kamailio: some functions take their parameter unexpanded then",
		source: re(`"[^"\n]*\$\(?branch\(`),
	},
	{
		reason: "{s.int} of a text without digits: Kamailio gives 0, or a number with another text",
		source: re(`\{s\.int\}`),
	},
	{
		reason: "regex_substring() with ^: never found in Kamailio, not even at the start",
		source: re(`regex_substring\(.*, "\^`),
	},
	{
		reason: "xavp_params_explode() of what is no list of parameters: Kamailio refuses some, and stops in the middle of others",
		source: re(`xavp_params_explode\(`),
		unless: re(`xavp_params_explode\("[a-z]=\w+(;[a-z]=\w+)*(;c)?"`),
	},
	{
		reason: "flag 31: Kamailio prints the flags as a positive number and counts with a negative one",
		source: re(`\$[msb][fF] = `),
		unless: re(`\$[msb][fF] = ([0-9]{1,4}|"[0-9]{1,4}"|\$null);`),
	},
	{
		reason: "tel2sip() of any variable: Kamailio is false where it is $null, olelo says that it is no tel URI",
		source: re(`tel2sip\("\$`),
		unless: re(`tel2sip\("\$(ru|fu|tu)"`),
	},
	{
		reason: "$rU or $rd = $null may leave a URI that none of them reads",
		source: re(`(pv_unset|pv_printf)\("\$(ru|rU|rd|rp|du)"|\$(rU|rd) = \$null`),
	},
	{
		reason: "a list of an XAVP shown: Kamailio gives its address, olelo its name",
		values: func(_, kamailio, olelo string) bool {
			return strings.Contains(readable(olelo), "<<xav")
		},
	},
	{
		reason: "{s.unquote} and {s.unbracket} of a number: Kamailio makes something between a number and a text of it",
		source: re(`\{s\.un(quote|bracket)`),
		unless: re(`\$\((hdr\([\w-]+\)|fn|tn|fu|tu|ru|ua|rU)\{s\.un(quote|bracket)\}`),
	},
	{
		reason: "{s.urldecode.param} of what is not encoded: Kamailio makes up bytes of bad digits",
		source: re(`\{s\.urldecode`),
		unless: re(`\{s\.urlencode\.param\}\{s\.urldecode\.param\}`),
	},
	{
		reason: "{s.encode.7bit}: the bits behind the text's end are what Kamailio finds there",
		source: re(`\{s\.encode\.7bit`),
	},
	{
		reason: "== with a right side that may fail, a division or a pattern in a variable: Kamailio gives a number that is not set",
		source: re(`[=!]= .*( / | mod | =~ [^"])`),
	},
	{
		reason: "{nameaddr.…} of what is no address: Kamailio gives what it had parsed until the mistake",
		source: re(`\{nameaddr\.`),
		unless: re(`\$\(hdr\((From|f|Contact)\)\{nameaddr\.\w+\}`),
	},
	{
		reason: "a number transformed with the number in a variable: Kamailio writes both into one buffer",
		source: re(`\{\w+\.[^}]*,\$`),
		unless: re(`\$\((ru|fu|tu|rd|fd|td|ct|ci|ua|rv|fn|tn|hdr\([\w-]+\))\{\w+\.[^}]*\}`),
	},
	{
		reason: "a list of an XAVP as a text: Kamailio gives its address, olelo its name",
		source: re(`\$\(?xav[piu]\(\w+\)`),
		unless: re(`\$vn\(r\) = \$xav[piu]\(\w+\);|\$xav[piu]\(\w+\) = |\$cnt\(\$xavp\(\w+\)\)`),
	},
	{
		reason: "pv_unset() of a $shv makes it 0 in Kamailio, = $null the empty text; in olelo both make the empty text",
		source: re(`pv_unset\("\$shv`),
	},
	{
		reason: "{tobody} of what is no To: Kamailio gives nothing",
		source: re(`\{tobody\.`),
		unless: re(`\$\(hdr\((From|f)\)\{tobody\.\w+\}`),
	},
	{
		reason: "{s.ftime} of a negative number, where Kamailio gives nothing, or of a text that has a number, which Kamailio takes",
		source: re(`\{s\.ftime`),
	},
	{
		reason: "check_route_exists(0): 0 is request_route's own name in Kamailio",
		source: re(`check_route_exists\("(0|[^"]*\$)`),
	},
	{
		reason: "return of a pattern in a variable that is none: the script ends in Kamailio, as it does not with a division by zero",
		source: re(`return .* =~ [^"]|^.* =~ [$(][^\n;]*$`),
	},
	{
		reason: "credentials that are not there fail in Kamailio: what is made of them is $null, where olelo makes the empty text",
		source: re(`\$\((a[uUdra]|ad[ncoru])\{`),
	},
	{
		reason: "$AU of an address without a user: Kamailio's empty text has no bytes at all, of which {s.escape.…} and {s.urlencode} give nothing",
		source: re(`\$\(AU\{s\.(escape\.(csv|user|param)|urlencode)`),
	},
	{
		reason: "{uri.port} of a URI without one: Kamailio gives 0 with an empty text, olelo $null, which is 0 and shows as nothing",
		source: re(`\{uri\.port\}`),
	},
	{
		reason: "{uri.…} of a number, as a text: Kamailio shows nothing, and counts with the number that is no URI",
		source: re(`(\(str\)\(*|"" \+ \(*)\$\([^{\n]*(\{[^}]*\})*\{uri\.`),
		unless: re(`\$\((ru|fu|tu|ct|si|hdr\([\w-]+\))\{uri\.`),
	},
	{
		reason: "cmp_uri() of parameters that are no list, as x=1 y or x;: -2 in Kamailio, olelo compares what can be read",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "cmp_uri(") && strings.Contains(kamailio, " -2")
		},
	},
	{
		reason: "{line.count} + strlen() of a number: Kamailio writes the number's text over the count's, 51 for a 5 that has one line and one digit",
		values: func(source, _, _ string) bool {
			return strings.Contains(source, "{line.count}") && strings.Contains(source, " + strlen(")
		},
	},
	{
		reason: "set_uri_user() and set_uri_host() of any text: Kamailio checks the URI that it makes, olelo the one that it was",
		source: re(`set_uri_(user|host)\(`),
		unless: re(`set_uri_user\("\$var\(u\)", "\$[rt]U"\)|set_uri_host\("\$var\(u\)", "\$[ft]d"\)`),
	},
	{
		reason: "{s.count, } counts the bracket behind the blank in Kamailio",
		source: re(`\{s\.count, \}`),
	},
	{
		reason: "strip() of a whole tel number: Kamailio makes a tel URI without one, olelo leaves it",
		source: re(`strip(_tail)?\([2-9]\)`),
	},
	{
		reason: "subst_uri() of letters of the scheme: Kamailio reads schemes that there are not",
		source: re(`subst_uri\("/\(\[a-z`),
	},
	{
		reason: "is_uri() of any text: Kamailio and olelo read ports and the like of no URI differently",
		source: re(`is_uri\(`),
		unless: re(`is_uri\("(\$(ru|fu|tu|ct|si)[ ;/-]|[^"$:]*:?[^"$:]*)"\)`),
	},
	{
		reason: "xavu_params_explode(): xavu_params_implode() does not find in Kamailio what it made",
		source: re(`xavu_params_explode`),
	},
	{
		reason: "xavp_child_sets() and its like below a value: Kamailio frees the value twice",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "_child_se") || strings.Contains(source, "xavp_copy")
		},
	},
	{
		reason: "switch of a constant division by zero: Kamailio does not start, as it does with one elsewhere",
		source: re(`switch\(.*( / | mod )`),
	},
	{
		reason: "$shtinc and $shtdec more than once in an expression: Kamailio may evaluate the right side of a comparison first",
		source: re(`\$\(?sht(inc|dec).*\$\(?sht`),
	},
	{
		reason: "is_uri_user_e164(): Kamailio takes any scheme but tel, and an address with its name",
		source: re(`is_uri_user_e164\(`),
	},
	{
		reason: "the order of an XAVP's values after one was replaced",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "xavp_params_implode") && len(kamailio) == len(olelo)
		},
	},
	{
		reason: "an item is replaced under an iterator: Kamailio's points into the table, at memory that may be free",
		source: re(`sht_iterator_next[^}]*\$sht\(`),
	},
	{
		reason: "a request URI made of any text: Kamailio takes some that it cannot read, or that would break the message",
		source: re(`\$(ru|rU|rd|rp|du) = `),
		unless: re(`\$(ru|du) = ("sip:[\w.@]+"|\$null);|\$(rU|rd) = ("[a-zA-Z][\w.]*"|\$null);|\$rp = ([1-9][0-9]{0,3}|"[1-9][0-9]{0,3}"|\$null);`),
	},
}

// avoid is the reason why a statement is not to be made, "" where there is none.
func avoid(source string) string {
	for _, r := range rules {
		text := source
		if r.unless != nil {
			text = r.unless.ReplaceAllString(text, "")
		}
		if r.source != nil && r.source.MatchString(text) {
			return r.reason
		}
	}
	return ""
}

// explain is the reason why a pair of values is no finding, "" where there is
// none.
func explain(source, kamailio, olelo string) string {
	for _, r := range rules {
		if r.values != nil && r.values(source, kamailio, olelo) {
			return r.reason
		}
	}
	return ""
}

// sameCode matches encoding and decoding again.
func sameCode() string {
	var both []string
	for _, code := range codes {
		both = append(both, `\{s\.encode\.`+code+`\}\{s\.decode\.`+code+`\}`)
	}
	return strings.Join(both, "|")
}
