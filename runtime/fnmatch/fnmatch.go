// Package fnmatch matches texts with patterns of the shell.
package fnmatch

import "strings"

// Match reports whether all of s matches a pattern of the shell (POSIX.1
// fnmatch without flags), byte by byte.
func Match(pattern, s string) bool {
	star, from := -1, 0 // the last * in the pattern, and what it has matched of s so far ends here
	p, i := 0, 0
	for i < len(s) || p < len(pattern) {
		if p < len(pattern) && pattern[p] == '*' {
			star, from = p, i
			p++
			continue
		}
		if i < len(s) && p < len(pattern) {
			if n, ok := matchOne(pattern[p:], s[i]); ok {
				p += n
				i++
				continue
			}
		}
		if star < 0 || from >= len(s) {
			return false
		}
		from++
		p, i = star+1, from
	}
	return true
}

// matchOne matches c with what the pattern starts with, n bytes of it.
func matchOne(pattern string, c byte) (n int, ok bool) {
	switch pattern[0] {
	case '?':
		return 1, true
	case '\\':
		if len(pattern) == 1 {
			return 1, false
		}
		return 2, pattern[1] == c
	case '[':
		if n, ok = matchSet(pattern, c); n > 0 {
			return n, ok
		}
	}
	return 1, pattern[0] == c
}

// matchSet matches c with a bracket expression; n is 0 where nothing closes it.
func matchSet(pattern string, c byte) (n int, ok bool) {
	i := 1
	not := i < len(pattern) && (pattern[i] == '!' || pattern[i] == '^')
	if not {
		i++
	}
	for begin := i; i < len(pattern); {
		if pattern[i] == ']' && i > begin {
			return i + 1, ok != not
		}
		if class, size := className(pattern[i:]); size > 0 {
			if class == nil && !ok {
				return len(pattern), false
			}
			ok = ok || class(c)
			i += size
			continue
		}
		low, size := setByte(pattern[i:])
		i += size
		high := low
		if i+1 < len(pattern) && pattern[i] == '-' && pattern[i+1] != ']' {
			high, size = setByte(pattern[i+1:])
			i += 1 + size
		}
		ok = ok || low <= c && c <= high
	}
	return 0, false
}

// setByte is a byte of a bracket expression; \ takes the next one's meaning.
func setByte(s string) (c byte, size int) {
	if s[0] == '\\' && len(s) > 1 {
		return s[1], 2
	}
	return s[0], 1
}

// className is [:alpha:] at the start of s, as in the C locale; size is 0 where
// there is none, is nil where no class has that name.
func className(s string) (is func(byte) bool, size int) {
	if !strings.HasPrefix(s, "[:") {
		return nil, 0
	}
	end := strings.Index(s, ":]")
	if end < 2 {
		return nil, 0
	}
	return classes[s[2:end]], end + 2
}

var classes = map[string]func(byte) bool{
	"alpha":  isAlpha,
	"digit":  isDigit,
	"alnum":  func(c byte) bool { return isAlpha(c) || isDigit(c) },
	"upper":  func(c byte) bool { return c >= 'A' && c <= 'Z' },
	"lower":  func(c byte) bool { return c >= 'a' && c <= 'z' },
	"xdigit": func(c byte) bool { return isDigit(c) || c|0x20 >= 'a' && c|0x20 <= 'f' },
	"space":  func(c byte) bool { return c == ' ' || c >= '\t' && c <= '\r' },
	"blank":  func(c byte) bool { return c == ' ' || c == '\t' },
	"punct":  func(c byte) bool { return c > ' ' && c < 0x7f && !isAlpha(c) && !isDigit(c) },
	"print":  func(c byte) bool { return c >= ' ' && c < 0x7f },
	"graph":  func(c byte) bool { return c > ' ' && c < 0x7f },
	"cntrl":  func(c byte) bool { return c < ' ' || c == 0x7f },
}

func isAlpha(c byte) bool { return c|0x20 >= 'a' && c|0x20 <= 'z' }
func isDigit(c byte) bool { return c >= '0' && c <= '9' }
