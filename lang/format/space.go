package format

import (
	"strings"

	"olelo/lang/lex"
)

// space is what stands between token i and the piece before, on one line. Two
// tokens that had blanks between them come together only where they cannot
// become one: before a comma, and the like.
func (p *printer) space(i int) string {
	last := i - 1
	if p.typ(last) < lex.Op || p.typ(i) < lex.Op || p.typ(i) == lex.Bad || p.typ(last) == lex.Bad {
		return p.keep(i)
	}
	switch {
	case p.is(i, ";"), p.is(i, ","):
		return ""
	case p.is(last, ";"), p.is(i, "{"), p.is(last, "{"), p.is(i, "}"), p.is(last, "}"), p.start:
		return " "
	case p.castLike(last), p.castLike(i - 2):
		return p.keep(i)
	case p.is(i, ")"), p.is(i, "]"), p.is(last, "("), p.is(last, "["):
		return ""
	case p.is(last, ","):
		return " "
	case p.is(i, "[") && p.typ(last) == lex.Key && routeKinds[p.at(last)]:
		return ""
	case p.is(last, "!") && !p.is(last-1, "!") && (p.is(i, "(") || p.typ(i) != lex.Op): // !! may be a directive
		return ""
	case p.binary(i), p.binary(last), p.typ(last) == lex.Key && p.at(last) == "not":
		return " "
	case p.is(i, "=") && p.spaced(i), p.is(last, "=") && p.spaced(last):
		return " "
	case p.is(i, "("):
		return p.beforeParen(i)
	}
	return p.keep(i)
}

// spaced reports whether the = of an item has blanks on both sides, not on
// none: it has them if it had one.
func (p *printer) spaced(eq int) bool {
	if p.ownLine(eq) || !p.operand(p.before(eq)) {
		return false
	}
	brace := p.is(eq+1, "{") || p.is(eq+1, "}") && !p.ownLine(eq+1)
	return brace || !p.endsLine(eq) && p.gap(eq)+p.gap(eq+1) != ""
}

// keep is a blank where piece i has any before it.
func (p *printer) keep(i int) string {
	if p.gap(i) == "" {
		return ""
	}
	return " "
}

func (p *printer) beforeParen(i int) string {
	last := i - 1
	switch p.typ(last) {
	case lex.Word:
		return ""
	case lex.Key:
		switch p.at(last) {
		case "if", "while", "switch", "else", "case":
			return " "
		case "return", "exit", "drop":
			return p.keep(i)
		}
		return ""
	}
	return p.keep(i)
}

// castLike reports whether a ( at i starts something that would be a cast, or
// is none, with other blanks: ( int ).
func (p *printer) castLike(i int) bool {
	return p.is(i, "(") && p.is(i+2, ")") && (p.at(i+1) == "int" || p.at(i+1) == "str")
}

// binary reports whether token i is an operator between two operands of a
// statement.
func (p *printer) binary(i int) bool {
	if p.wordOperator(i) {
		return p.operand(p.before(i))
	}
	s := p.at(i)
	if p.typ(i) != lex.Op || !strings.Contains(" = == != =~ <= >= < > && || << >> & | ^ + - * / % += ", " "+s+" ") {
		return false
	}
	last, next := p.before(i), p.next(i)
	if !p.statements() || p.top().kind == square || !p.operand(last) || next == len(p.pieces) {
		return false
	}
	if n := p.at(next); p.typ(next) == lex.Op && strings.Contains(";),]{}", n) || n == s {
		return false
	}
	glued := last == i-1 && next == i+1 && p.gap(i) == "" && p.gap(next) == ""
	switch s {
	case "-": // a-b, a host's name
		return !glued || p.typ(last) != lex.Word
	case "/": // 10.0.0.0/8, 2001:db8::/32
		return !glued || p.typ(last) != lex.IPv6 && !p.is(last, "]") && !p.is(last-1, ".")
	}
	return true
}

// operand reports whether token i can end an operand.
func (p *printer) operand(i int) bool {
	switch p.typ(i) {
	case lex.Word, lex.Int, lex.NumID, lex.Str, lex.Var, lex.Select, lex.IPv6:
		return true
	case lex.Op:
		return p.is(i, ")") || p.is(i, "]")
	case lex.Key:
		switch p.at(i) {
		case "if", "while", "switch", "else", "case", "return", "exit", "drop", "not":
			return false
		}
		return !p.wordOperator(i)
	}
	return false
}
