package sip

// chars is a set of characters. Searching with one costs half of what
// strings.IndexAny does, which makes such a set of its text at each call.
type chars [256]bool

func charsOf(s string) *chars {
	t := new(chars)
	for i := range len(s) {
		t[s[i]] = true
	}
	return t
}

// index is where the first character of s is that is in t, -1 where none is.
func (t *chars) index(s string) int {
	for i := range len(s) {
		if t[s[i]] {
			return i
		}
	}
	return -1
}

// in reports whether s has a character of t.
func (t *chars) in(s string) bool { return t.index(s) >= 0 }

// The sets.
var (
	space       = charsOf(" \t\r\n")
	lineEnds    = charsOf("\r\n")
	quoting     = charsOf("\"\\")
	notDisplay  = charsOf("\">\\")
	notBareURI  = charsOf(" \t\r\n<>\"\\")
	bareURIEnd  = charsOf("; \t\r\n")
	addressMark = charsOf("<;")
	listMark    = charsOf("<;,")
	paramEnd    = charsOf("=;, \t\r\n\"\\")
	notURI      = charsOf("\r\n\x00")
	notName     = charsOf(";?@[]\r\n\x00")
	userEnd     = charsOf(";?")
	brackets    = charsOf("[]")
	notPassword = charsOf(":;?")
	// tokenChar is what a token is made of (RFC 3261 section 25.1).
	tokenChar = charsOf("abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789-.!%*_+`'~")
)
