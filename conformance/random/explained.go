package random

import "regexp"

// rule is a difference that is known, with its reason: either statements that
// the generator is not to make, or a pair of values that is no finding.
type rule struct {
	reason string
	source *regexp.Regexp                            // statements with it are not made
	values func(source, kamailio, olelo string) bool // pairs that are filtered
}

var rules = []rule{
	{reason: "an item is replaced under an iterator: Kamailio's points into the table, at memory that may be free", source: regexp.MustCompile(`sht_iterator_next[^}]*\$sht\(`)},
	{reason: "{s.rafter} and {s.rbefore}: Kamailio 5.6.3 gives nothing, or bytes from behind the text's end", source: regexp.MustCompile(`\{s\.r(after|before)`)},
	{reason: "{uri.duri} and {uri.saor}: Kamailio 5.6.3 puts bytes that are 0 into them", source: regexp.MustCompile(`\{uri\.(duri|saor)`)},
}

// avoid is the reason why a statement is not to be made, "" where there is none.
func avoid(source string) string {
	for _, r := range rules {
		if r.source != nil && r.source.MatchString(source) {
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
