package sip

import "strings"

// Parameter is one name=value of a list; a value has no quotes around it.
type Parameter struct{ Name, Value string }

// nextParameter reads the first parameter of a list, which may be empty between
// two separators. ok is false where the list cannot be read on. A comma
// outside quotes ends a list: what follows belongs to another header value. So does
// a > behind a blank or a quote.
func nextParameter(s string, sep byte) (p Parameter, rest string, ok bool) {
	i := 0
	for i < len(s) && s[i] != sep && s[i] != '=' && s[i] != ',' && !isSpace(s[i]) {
		i++
	}
	p.Name = s[:i]
	s = skipBlanks(s[i:])
	if s != "" && s[0] == '=' && s[0] != sep {
		s = skipBlanks(s[1:])
		if s == "" {
			return p, "", true // only the last value may be missing
		}
		if s[0] == sep || s[0] == ',' {
			return p, "", false
		}
		if q := s[0]; q == '"' || q == '\'' {
			end := strings.IndexByte(s[1:], q)
			if end < 0 {
				return p, "", false
			}
			p.Value, s = s[1:1+end], s[end+2:]
		} else {
			i = 0
			for i < len(s) && s[i] != sep && s[i] != ',' && !isSpace(s[i]) {
				i++
			}
			p.Value, s = s[:i], s[i:]
		}
		s = skipBlanks(s)
	}
	switch {
	case s == "", s[0] == ',', s[0] == '>':
		return p, "", true
	case s[0] == sep:
		rest = skipBlanks(s[1:])
		return p, rest, rest != "" // the last character may be a separator: EachParameter took it off
	}
	return p, "", false
}

func skipBlanks(s string) string {
	for s != "" && isSpace(s[0]) {
		s = s[1:]
	}
	return s
}

// EachParameter gives the parameters of a list with a separator, as Kamailio's
// {param} and cmp_uri() read it, and how many they are. ok is false where the list
// is malformed anywhere, or empty.
func EachParameter(s string, sep byte, f func(i int, p Parameter)) (n int, ok bool) {
	if s != "" && s[len(s)-1] == sep {
		s = s[:len(s)-1]
	}
	if s == "" {
		return 0, false
	}
	for s != "" {
		var p Parameter
		if p, s, ok = nextParameter(s, sep); !ok {
			return n, false
		}
		f(n, p)
		n++
	}
	return n, true
}
