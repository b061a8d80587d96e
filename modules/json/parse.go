package json

import (
	"errors"
	"fmt"
	"math"
	"strconv"
	"strings"
	"unicode/utf16"
	"unicode/utf8"
)

// maxDepth is how deep objects and arrays may be nested.
const maxDepth = 32

// reader reads a JSON text as leniently as json-c does.
type reader struct {
	s     string
	at    int
	depth int
}

// parse reads the value at the start of src; what follows it is not looked at.
func parse(src string) (*node, error) {
	r := reader{s: src}
	n, err := r.value()
	if err != nil {
		return nil, fmt.Errorf("after %d bytes: %w", r.at, err)
	}
	return n, nil
}

var errEnd = errors.New("it ends too early")

// skip passes over blanks and comments, and returns the next byte, 0 at the end.
func (r *reader) skip() byte {
	for r.at < len(r.s) {
		rest := r.s[r.at:]
		switch {
		case strings.IndexByte(" \t\r\n\v\f", rest[0]) >= 0:
			r.at++
		case strings.HasPrefix(rest, "/*"):
			end := strings.Index(rest[2:], "*/")
			if end < 0 {
				r.at = len(r.s)
				return 0
			}
			r.at += len("/**/") + end
		case strings.HasPrefix(rest, "//"):
			end := strings.IndexByte(rest, '\n')
			if end < 0 {
				r.at = len(r.s)
				return 0
			}
			r.at += end
		default:
			return rest[0]
		}
	}
	return 0
}

func (r *reader) value() (*node, error) {
	switch c := r.skip(); c {
	case 0:
		return nil, errEnd
	case '{', '[':
		if r.depth++; r.depth > maxDepth {
			return nil, fmt.Errorf("more than %d levels", maxDepth)
		}
		r.at++
		n := &node{kind: object}
		read := r.member
		if c == '[' {
			n.kind, read = array, r.item
		}
		err := r.list(n, c+2, read) // ] and } stand two behind [ and {
		r.depth--
		return n, err
	case '"', '\'':
		s, err := r.quoted(c)
		return &node{kind: text, text: s}, err
	}
	return r.word()
}

// list reads the items of an array or object up to its end. A comma may stand
// behind the last one.
func (r *reader) list(n *node, end byte, read func(*node) error) error {
	for {
		if r.skip() == end {
			r.at++
			return nil
		}
		if err := read(n); err != nil {
			return err
		}
		switch r.skip() {
		case ',':
			r.at++
		case end:
		case 0:
			return errEnd
		default:
			return fmt.Errorf("a comma or %c is missing", end)
		}
	}
}

func (r *reader) item(n *node) error {
	item, err := r.value()
	n.items = append(n.items, item)
	return err
}

func (r *reader) member(n *node) error {
	c := r.skip()
	if c != '"' && c != '\'' {
		return errors.New("a name in quotes is missing")
	}
	name, err := r.quoted(c)
	if err != nil {
		return err
	}
	if r.skip() != ':' {
		return errors.New("a colon is missing")
	}
	r.at++
	item, err := r.value()
	n.put(name, item)
	return err
}

// quoted reads a string in quotes of a kind.
func (r *reader) quoted(quote byte) (string, error) {
	var b []byte
	for r.at++; r.at < len(r.s); r.at++ {
		switch c := r.s[r.at]; c {
		case quote:
			r.at++
			return string(b), nil
		case '\\':
			r.at++
			var err error
			if b, err = r.escape(b); err != nil {
				return "", err
			}
		default:
			b = append(b, c)
		}
	}
	return "", errEnd
}

// escape reads what is behind a backslash, and stays on its last byte.
func (r *reader) escape(b []byte) ([]byte, error) {
	if r.at >= len(r.s) {
		return nil, errEnd
	}
	const letters = "bfnrt\"\\/"
	const escapes = "\b\f\n\r\t\"\\/"
	c := r.s[r.at]
	if i := strings.IndexByte(letters, c); i >= 0 {
		return append(b, escapes[i]), nil
	}
	if c != 'u' {
		return nil, fmt.Errorf(`\%c is no escape`, c)
	}
	u, ok := r.hex(r.at + 1)
	if !ok {
		return nil, errors.New(`\u wants four hexadecimal digits`)
	}
	r.at += 4
	if utf16.IsSurrogate(u) {
		low, ok := rune(0), strings.HasPrefix(r.s[r.at+1:], `\u`)
		if ok {
			low, ok = r.hex(r.at + 3)
		}
		if u = utf16.DecodeRune(u, low); ok && u != utf8.RuneError {
			r.at += 6
		}
	}
	return utf8.AppendRune(b, u), nil
}

func (r *reader) hex(at int) (rune, bool) {
	if at+4 > len(r.s) {
		return 0, false
	}
	n, err := strconv.ParseUint(r.s[at:at+4], 16, 16)
	return rune(n), err == nil
}

// word reads true, false, null, NaN, Infinity or a number.
func (r *reader) word() (*node, error) {
	start := r.at
	for r.at < len(r.s) && isWord(r.s[r.at]) {
		r.at++
	}
	w := r.s[start:r.at]
	for _, known := range [...]string{"true", "false", "NaN", "Infinity", "-Infinity"} {
		if strings.EqualFold(w, known) {
			return &node{kind: word, text: known}, nil
		}
	}
	switch number, ok := number(w); {
	case strings.EqualFold(w, "null"):
		return &node{}, nil
	case ok:
		return &node{kind: word, text: number}, nil
	}
	return nil, fmt.Errorf("%.20q is no value", w)
}

func isWord(c byte) bool {
	return c == '+' || c == '-' || c == '.' || '0' <= c && c <= '9' || 'a' <= c|0x20 && c|0x20 <= 'z'
}

// number is a number's text: as it is written where it has a fraction or an
// exponent, else a number of 64 bits, the nearest where it has more.
func number(s string) (string, bool) {
	digits := func(s string) (n int) {
		for n < len(s) && '0' <= s[n] && s[n] <= '9' {
			n++
		}
		return n
	}
	rest := strings.TrimPrefix(s, "-")
	n := digits(rest)
	whole := s[:len(s)-len(rest)+n]
	if rest = rest[n:]; n == 0 {
		return "", false
	}
	real := strings.HasPrefix(rest, ".")
	if real {
		rest = rest[1+digits(rest[1:]):]
	}
	if rest != "" && rest[0]|0x20 == 'e' {
		exponent := rest[1:]
		if exponent != "" && (exponent[0] == '+' || exponent[0] == '-') {
			exponent = exponent[1:]
		}
		if n := digits(exponent); n != len(exponent) {
			return "", false
		} else if n > 0 {
			return s, true
		}
		s, rest = s[:len(s)-len(rest)], "" // an exponent without digits is left out
	}
	switch {
	case rest != "":
		return "", false
	case real:
		return s, true
	}
	if whole[0] == '-' {
		i, _ := strconv.ParseInt(whole, 10, 64)
		return strconv.FormatInt(i, 10), true
	}
	u, err := strconv.ParseUint(whole, 10, 64)
	if err != nil {
		u = math.MaxUint64
	}
	return strconv.FormatUint(u, 10), true
}
