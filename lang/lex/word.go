package lex

import (
	"net/netip"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// word reads a word. It is false where the word was replaced, or named a file
// to include.
func (s *scanner) word(f *frame) (lexer.Token, bool) {
	if s.after == afterEventBracket {
		return s.event(f), true
	}
	text := f.text[f.pos:]
	n := wordLen(text)
	if n < len(text) && text[n] == ':' {
		if k := s.colonWord(text, n); k > 0 {
			return s.token(f, Key, k), true
		}
		if n <= 4 {
			if k := ipv6(text); k > 0 {
				return s.token(f, IPv6, k), true
			}
		}
	}
	w := text[:n]
	if keywords[w] {
		t := s.token(f, Key, n)
		if uncounted[w] {
			f.shift -= n
		}
		return t, true
	}
	if _, ok := numbers[w]; ok {
		return s.token(f, Int, n), true
	}
	if w == "include_file" || w == "import_file" {
		if s.include(f, w) {
			return lexer.Token{}, false
		}
		return s.token(f, Word, n), true
	}
	if d := s.defines[w]; d != nil {
		if s.expand(f, d) {
			return lexer.Token{}, false
		}
		f = s.top()
		from := f.pos
		for from > 0 && isWord(f.text[from-1]) {
			from--
		}
		return s.emit(f, Bad, w, from), true
	}
	return s.token(f, Word, n), true
}

func wordLen(text string) int {
	n := 0
	for n < len(text) && isWord(text[n]) {
		n++
	}
	return n
}

// colonWord is the length of the reserved words that have a colon.
func (s *scanner) colonWord(text string, n int) int {
	if w := text[:n]; w != "msg" && w != "uri" {
		return 0
	}
	k := n + 1 + wordLen(text[n+1:])
	if keywords[text[:k]] {
		return k
	}
	return 0
}

// number reads a number, a name that starts with a digit, or an IPv6 address
// that does.
func (s *scanner) number(f *frame) lexer.Token {
	if s.after == afterEventBracket {
		return s.event(f)
	}
	text := f.text[f.pos:]
	n := wordLen(text)
	if n <= 4 && n < len(text) && text[n] == ':' {
		if k := ipv6(text); k > 0 {
			return s.token(f, IPv6, k)
		}
	}
	typ := NumID
	if isNumber(text[:n]) {
		typ = Int
	}
	return s.token(f, typ, n)
}

func isNumber(w string) bool {
	digits := w
	top := 9
	switch {
	case len(w) > 1 && w[len(w)-1] == 'b':
		digits, top = w[:len(w)-1], 1
	case strings.HasPrefix(w, "0x"):
		digits, top = w[2:], 15
	case len(w) > 1 && w[0] == '0':
		digits, top = w[1:], 7
	}
	for i := range len(digits) {
		if v := hexValue(digits[i]); v < 0 || v > top {
			return false
		}
	}
	return digits != ""
}

// ipv6 is the length of the longest IPv6 address at the start of text, 0 for
// none.
func ipv6(text string) int {
	n, colons, double := 0, 0, false
	for n < len(text) && n < 48 && (text[n] == ':' || hexValue(text[n]) >= 0) {
		if text[n] == ':' {
			colons++
			double = double || n > 0 && text[n-1] == ':'
		}
		n++
	}
	if !double && colons < 7 {
		return 0
	}
	for ; n > 1; n-- {
		if _, err := netip.ParseAddr(text[:n]); err == nil {
			return n
		}
	}
	return 0
}

// event reads the name in event_route[ ]: module:event, or a text in quotes.
func (s *scanner) event(f *frame) lexer.Token {
	text := f.text[f.pos:]
	if c := text[0]; c == '"' || c == '\'' {
		if i := strings.IndexByte(text[1:], c); i >= 0 && strings.Contains(text[1:i+1], ":") && !strings.Contains(text[:i+1], "\n") {
			from := f.pos
			f.pos += i + 2
			return s.emit(f, Event, text[1:i+1], from)
		}
	}
	n, parts := 0, 0
	for {
		if n >= len(text) || class[text[n]] != cLetter {
			break
		}
		for n < len(text) && (isWord(text[n]) || strings.IndexByte("-./", text[n]) >= 0) {
			n++
		}
		parts++
		if n >= len(text) || text[n] != ':' || n+1 >= len(text) || class[text[n+1]] != cLetter {
			break
		}
		n++
	}
	end := strings.TrimLeft(text[n:], " \t")
	if parts >= 2 && strings.HasPrefix(end, "]") {
		return s.token(f, Event, n)
	}
	n = strings.IndexAny(text, "]\n{")
	if n <= 0 {
		n = 1
		if text[0] == '\n' || strings.IndexByte("]{}", text[0]) >= 0 {
			s.after = afterOther
			return s.operatorOrBad(f)
		}
	}
	s.fail("bad-event-name", s.mark(f, f.pos, n),
		quote(text[:n])+" is not an event's name", "it is written module:event, as in event_route[htable:mod-init]")
	return s.token(f, Bad, n)
}

func (s *scanner) operatorOrBad(f *frame) lexer.Token {
	if class[f.text[f.pos]] == cOp {
		return s.operator(f)
	}
	return s.token(f, Bad, 1)
}
