package format

import (
	"strings"

	"olelo/lang/lex"
)

// aliens finds the branches that are no text of the language though they can
// be cut into tokens, such as the SQL in a branch that is never read: a line of
// theirs starts with two words. It gives their first pieces, and for each the
// piece behind the branch.
func (p *printer) aliens() map[int]int {
	type branch struct {
		from  int
		alien bool
	}
	var found map[int]int
	var branches []branch
	for i := range p.pieces {
		n := len(branches)
		name := ""
		if p.typ(i) == lex.Directive {
			name = directiveName(p.at(i))
		}
		switch {
		case strings.HasPrefix(name, "if"):
			branches = append(branches, branch{from: i + 1})
		case n == 0:
		case name == "else", name == "endif":
			if b := branches[n-1]; b.alien {
				if found == nil {
					found = map[int]int{}
				}
				found[b.from] = i
			}
			branches[n-1] = branch{from: i + 1}
			if name == "endif" {
				branches = branches[:n-1]
			}
		case p.ownLine(i) && p.twoWords(i):
			branches[n-1].alien = true
		}
	}
	return found
}

// twoWords reports whether a line starts with two words, which no item and no
// statement does.
func (p *printer) twoWords(i int) bool {
	if p.typ(i) != lex.Word || i+1 == len(p.pieces) || p.ownLine(i+1) {
		return false
	}
	if last := p.before(i); p.typ(last) == lex.Op && !p.is(last, ";") && !p.is(last, "}") && !p.is(last, ")") {
		return false
	}
	switch p.typ(i + 1) {
	case lex.Word, lex.Int, lex.NumID:
		return true
	case lex.Key:
		switch p.at(i + 1) {
		case "desc", "descr", "description", "advertise", "ADVERTISE", "name", "NAME":
			return false
		}
		return !p.wordOperator(i + 1)
	}
	return false
}

// multiline reports whether a text among the pieces from i up to end has a
// line end with a carriage return.
func (p *printer) multiline(i, end int) bool {
	for ; i < end; i++ {
		if t := p.typ(i); (t == lex.Str || t == lex.Directive) && strings.Contains(p.at(i), "\r\n") {
			return true
		}
	}
	return false
}
