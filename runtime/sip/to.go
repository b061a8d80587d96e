package sip

import "strings"

// ParseTo reads a From or To value, one address with its parameters, and is as
// strict as Kamailio: ok is false where anything of it cannot be read. Blanks may
// be line ends, where the line goes on with a blank.
func ParseTo(s string) (a NameAddr, ok bool) {
	a, rest, ok := readAddress(s, "")
	return a, ok && rest == ""
}

// NextAddress reads the first address of a list, as strictly. rest is what is
// behind it: nothing, or the comma and the others.
func NextAddress(s string) (a NameAddr, rest string, ok bool) { return readAddress(s, ",") }

// readAddress reads an address and its parameters up to one of the characters in
// end, which are "" or ",".
func readAddress(s, end string) (a NameAddr, rest string, ok bool) {
	a.Body = s
	rest = strings.TrimLeft(s, " \t")
	switch lt := displayEnd(rest, end); {
	case lt < 0 || rest != "" && (rest[0] == '\r' || rest[0] == '\n'):
		return a, "", false
	case lt < len(rest) && rest[lt] == '<':
		a.Display = trimSpace(rest[:lt])
		rest = rest[lt+1:]
		gt := strings.IndexByte(rest, '>')
		if gt < 0 {
			return a, "", false
		}
		a.URI, rest = trimSpace(rest[:gt]), rest[gt+1:]
	default:
		a.URI, rest = rest[:lt], rest[lt:]
	}
	if a.URI == "" || a.URI[0] == ';' || strings.IndexByte(end, a.URI[0]) >= 0 || notBareURI.in(a.URI) {
		return a, "", false
	}
	if rest, ok = skipFold(rest); !ok || rest == "" {
		return a, rest, ok
	}
	params := rest
	rest, ok = a.readParams(params, end)
	a.Params = params[:len(params)-len(rest)]
	return a, rest, ok
}

// displayEnd is where the display name of s ends, with its blanks: at a <. Where
// there is none it is the end of a bare URI; -1 where s is neither.
func displayEnd(s, end string) int {
	if strings.HasPrefix(s, `"`) {
		quoted := quotedEnd(s)
		if quoted < 0 {
			return -1
		}
		rest, ok := skipFold(s[quoted:])
		if !ok || rest == "" || rest[0] != '<' {
			return -1
		}
		return len(s) - len(rest)
	}
	if end != "" {
		if i := listMark.index(s); i >= 0 && s[i] == ',' {
			s = s[:i]
		}
	}
	i := addressMark.index(s)
	if i >= 0 && s[i] == '<' {
		if notDisplay.in(s[:i]) || !folded(s[:i]) {
			return -1
		}
		return i
	}
	if i = bareURIEnd.index(s); i < 0 {
		return len(s)
	}
	return i
}

// quotedEnd is the length of the quoted string that s begins with, -1 where it
// stays open.
func quotedEnd(s string) int {
	for i := 1; i < len(s); i++ {
		switch s[i] {
		case '\\':
			i++
		case '\r', '\n':
			return -1
		case '"':
			return i + 1
		}
	}
	return -1
}

// readParams reads ;name=value;name, and takes the last tag's value.
func (a *NameAddr) readParams(s, end string) (rest string, ok bool) {
	for s != "" && strings.IndexByte(end, s[0]) < 0 {
		if s[0] != ';' {
			return "", false
		}
		var name, val string
		if s, ok = skipFold(s[1:]); !ok {
			return "", false
		}
		name, s = paramToken(s)
		if name == "" {
			return "", false
		}
		if s, ok = skipFold(s); !ok {
			return "", false
		}
		if s != "" && s[0] == '=' {
			if s, ok = skipFold(s[1:]); !ok {
				return "", false
			}
			if s != "" && s[0] == '"' {
				quote := quoting.index(s[1:]) // a backslash is refused here
				if quote < 0 || s[quote+1] == '\\' {
					return "", false
				}
				val, s = s[1:quote+1], s[quote+2:]
			} else {
				val, s = paramToken(s)
			}
			if s, ok = skipFold(s); !ok {
				return "", false
			}
		}
		if equalFold(name, "tag") {
			a.Tag = val
		}
	}
	return s, true
}

// paramToken takes the name or value of a parameter off s.
func paramToken(s string) (token, rest string) {
	i := paramEnd.index(s)
	if i < 0 {
		return s, ""
	}
	return s[:i], s[i:]
}

// skipFold takes blanks off s; ok is false where a line ends and the next does not
// begin with a blank.
func skipFold(s string) (rest string, ok bool) {
	rest = s
	for rest != "" && isSpace(rest[0]) {
		rest = rest[1:]
	}
	return rest, folded(s[:len(s)-len(rest)]) || rest == ""
}

// folded reports whether each line end in s has a blank behind it.
func folded(s string) bool {
	for i := lineEnds.index(s); i >= 0; i = lineEnds.index(s) {
		if strings.HasPrefix(s[i:], "\r\n") {
			i++
		}
		if s = s[i+1:]; s == "" || s[0] != ' ' && s[0] != '\t' {
			return false
		}
	}
	return true
}
