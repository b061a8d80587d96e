// Package lex cuts a configuration into tokens: the preprocessor and the
// lexer in one pass, behind participle's lexer.Definition.
package lex

import (
	"math"
	"strings"

	"github.com/alecthomas/participle/v2/lexer"
)

// The types of tokens. The type of an operator is its own first byte, or the
// constant below where it has two.
const (
	EOF    = lexer.EOF
	Word   = lexer.TokenType(-(iota + 2)) // an identifier
	Key                                   // a reserved word
	Int                                   // 5, 0x1f, 010; yes and no and INET, which are numbers too
	NumID                                 // 12ab: a name that starts with a digit
	Str                                   // Value is the quote and the text, escapes resolved, without the closing quote
	Var                                   // $name, $name(…), $(…), with all that is inside
	Select                                // @via[1].host
	IPv6                                  // 2001:db8::1, without brackets
	Event                                 // the name inside event_route[ ]
	Cast                                  // (int), (str)
	Op                                    // an operator or punctuation
	Bad                                   // text that is no token and is reported already
)

// symbols are the names that a grammar uses.
var symbols = map[string]lexer.TokenType{
	"EOF": EOF, "Word": Word, "Key": Key, "Int": Int, "NumID": NumID, "Str": Str, "Var": Var,
	"Select": Select, "IPv6": IPv6, "Event": Event, "Cast": Cast, "Op": Op, "Bad": Bad,
}

// numbers are the words that stand for numbers.
var numbers = map[string]int64{
	"yes": 1, "true": 1, "on": 1, "enable": 1,
	"no": 0, "false": 0, "off": 0, "disable": 0,
	"INET": 2, "inet": 2, "ipv4": 2, "IPv4": 2, "IPV4": 2,
	"INET6": 10, "inet6": 10, "ipv6": 10, "IPv6": 10, "IPV6": 10,
}

// Number is the value of an Int token: decimal, octal with a leading 0,
// hexadecimal with 0x, binary with a b behind it, or one of the words that are
// numbers. Digits above 64
// bits are lost from the left.
func Number(text string) int64 {
	if n, ok := numbers[text]; ok {
		return n
	}
	base := uint64(10)
	switch {
	case strings.HasPrefix(text, "0x"):
		base, text = 16, text[2:]
	case strings.HasSuffix(text, "b"):
		base, text = 2, text[:len(text)-1]
	case len(text) > 1 && text[0] == '0':
		base = 8
	}
	var n uint64
	for i := range len(text) {
		if n > math.MaxInt64/base {
			return math.MaxInt64
		}
		n = n*base + uint64(hexValue(text[i]))
	}
	return int64(min(n, math.MaxInt64))
}

// Text is the text of a Str token.
func Text(value string) string {
	if value == "" {
		return ""
	}
	return value[1:]
}

// IsNumberWord reports whether an Int token is a word such as yes.
func IsNumberWord(text string) bool {
	_, ok := numbers[text]
	return ok
}

// IsFamily reports whether an Int token is a word for an address family, such
// as INET.
func IsFamily(text string) bool {
	n, ok := numbers[text]
	return ok && n > 1
}

func hexValue(c byte) int {
	switch {
	case '0' <= c && c <= '9':
		return int(c - '0')
	case 'a' <= c && c <= 'f':
		return int(c-'a') + 10
	case 'A' <= c && c <= 'F':
		return int(c-'A') + 10
	}
	return -1
}
