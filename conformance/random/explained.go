package random

import (
	"encoding/hex"
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
		unless: re(`\{s\.encode\.\w+\}\{s\.decode\.\w+\}`),
	},
	{
		reason: "{urialias} of what is no URI: Kamailio gives bytes that are not set",
		source: re(`\{urialias`),
		unless: re(`\$\((ru|fu|tu)\{urialias\.encode\}(\{urialias\.decode\})?`),
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
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "{s.int}") && olelo != kamailio
		},
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
		unless: re(`\$[msb][fF] = ("?[0-9]{1,4}"?|\$null);`),
	},
	{
		reason: "tel2sip() of any variable: Kamailio is false where it is $null, olelo says that it is no tel URI",
		source: re(`tel2sip\("\$`),
		unless: re(`tel2sip\("\$(ru|fu|tu)"`),
	},
	{
		reason: "$rU = $null of a tel URI leaves a URI that none of them reads",
		source: re(`pv_unset\("\$(ru|rU|rd|rp|du)"\)|\$rU = \$null`),
	},
	{
		reason: "the address of an XAVP is printed: olelo prints its name",
		values: func(_, kamailio, olelo string) bool {
			return strings.Contains(readable(kamailio), "xavp:0x") || strings.Contains(readable(kamailio), "xavi:0x")
		},
	},
	{
		reason: "{s.unquote} and {s.unbracket} of a number that is of the message: Kamailio makes a text of it",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "{s.un") && strings.Contains(kamailio, " str ") && strings.Contains(olelo, " int ")
		},
	},
	{
		reason: "{s.encode.7bit}: the bits behind the text's end are what Kamailio finds there",
		source: re(`\{s\.encode\.7bit`),
		unless: re(`\{s\.encode\.7bit\}\{s\.decode\.7bit\}`),
	},
	{
		reason: "== with a right side that divides by zero: Kamailio gives a number that is not set",
		values: func(source, kamailio, olelo string) bool {
			return re(`[=!]=`).MatchString(source) && re(`/|mod`).MatchString(source) && strings.HasSuffix(olelo, hex.EncodeToString([]byte("-")))
		},
	},
	{
		reason: "{nameaddr.…} of what is no address: Kamailio gives what it had parsed until the mistake",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "{nameaddr.") && strings.HasSuffix(olelo, "null")
		},
	},
	{
		reason: "a number transformed with the number in a variable: Kamailio writes both into one buffer",
		values: func(source, kamailio, olelo string) bool { return strings.Contains(source, ",$var(n)") },
	},
	{
		reason: "pv_unset() of a $shv makes it 0 in Kamailio, = $null the empty text; in olelo both make the empty text",
		source: re(`pv_unset\("\$shv`),
	},
	{
		reason: "{tobody} of a parameter with ? in it, which is none: Kamailio gives nothing",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "{tobody.") && strings.Contains(readable(olelo), "?h=v")
		},
	},
	{
		reason: "{s.ftime} of a negative number: Kamailio gives nothing where it is a text",
		values: func(source, kamailio, olelo string) bool {
			return strings.Contains(source, "{s.ftime") && !strings.Contains(readable(kamailio), ":") && len(kamailio) < len(olelo)
		},
	},
	{
		reason: "an item is replaced under an iterator: Kamailio's points into the table, at memory that may be free",
		source: re(`sht_iterator_next[^}]*\$sht\(`),
	},
	{
		reason: "a request URI made of any text: Kamailio takes some that it cannot read, or that would break the message",
		source: re(`\$(ru|rU|rd|rp|du) = `),
		unless: re(`\$(ru|du) = ("sip:[\w.@]+"|\$null);|\$(rU|rd) = ("[a-zA-Z][\w.]*"|\$null);|\$rp = ("?[1-9][0-9]{0,3}"?|\$null);`),
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
