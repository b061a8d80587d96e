package random

import (
	"fmt"
	"strings"
)

var integers = []string{
	"0", "0", "1", "1", "2", "3", "5", "7", "10", "31", "32", "33", "64", "100", "255", "1024", "65536",
	"2147483647", "-1", "-2", "-7", "-2147483647", "010", "0x1f", "0xffffffff", "4294967295", "5060",
}

var texts = []string{
	"", "", "a", "abc", "ABC", "aBc", "abcabc", "0", "1", "2", "10", "-3", "007", "12ab", " 12", "12 ", "2147483648", "4294967296",
	"a,b,c", "a;b;;c", " a b  c ", "a=1;b=2;c=3", "b=;a=\\\"x;y\\\";c", "k1", "k2", "sip:", "alice", "example.com",
	"sip:bob@example.com", "sip:bob:pw@example.com:5070;transport=tcp;lr;x=1?h=v", "sips:a@b.example;user=phone;ttl=5;maddr=1.2.3.4",
	"tel:+49301234", "<sip:c@d.example>;tag=zz", "\\\"Bob B.\\\" <sip:bob@example.com;x=y>;tag=77;p=q", "urn:service:sos",
	"one\\ntwo\\r\\nthree", "\\t\\r\\n", "it's", "a\\\\b", "\\\"q\\\"", "'q'", "<x>", "[y]", "(z)", "{w}",
	"%41%42c", "50%", "a+b&c=d", "\\x80\\xff", "\\xc3\\xa4\\xe2\\x82\\xac", "YWJj", "YWI=", "616263", "6", "3mJr7AoUXx2Wqd",
	"1.2.3.4", "1.2.3.4~5060~1", "INVITE", "options", "/x/", "a.b", "a*", "^a", "[0-9]+", "(a|b)c", "nomatch$", "1700000000", "86400",
	"The quick brown fox jumps over the lazy dog 0123456789",
}

const letters = "abcABC012 ,;=@:.<>-_"

// literal is an integer or a text.
func (g *Generator) literal() *Node {
	if g.oneIn(3) {
		return g.integer()
	}
	return g.text()
}

func (g *Generator) integer() *Node {
	if g.oneIn(4) {
		return leaf(Integer, fmt.Sprint(g.r.Int32()>>g.n(32)*int32(1-2*g.n(2))))
	}
	return leaf(Integer, pick(g, integers))
}

func (g *Generator) text() *Node { return leaf(Text, `"`+g.chars()+`"`) }

// chars is what may stand between quotes.
func (g *Generator) chars() string {
	if !g.oneIn(4) {
		return pick(g, texts)
	}
	var b strings.Builder
	for range g.n(12) {
		b.WriteByte(letters[g.n(len(letters))])
	}
	return b.String()
}
