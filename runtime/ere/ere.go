// Package ere is POSIX extended regular expressions as the C library's regcomp
// reads them in the C locale (POSIX.1-2008 XBD chapter 9, with the GNU
// extensions \w \W \s \S \b \B \< \> \` \' and back-references), because that
// is what Kamailio gives its patterns to. A byte is a character.
//
// They are translated for Go's regexp, whose leftmost-longest mode finds the
// same match in linear time. Only what it cannot do, back-references and \< \>,
// goes to a backtracking matcher with a time limit.
package ere

import (
	"errors"
	"fmt"
	"regexp"
	"sync/atomic"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Flags change what a pattern means.
type Flags uint8

const (
	// IgnoreCase matches ASCII letters without regard to case (REG_ICASE).
	IgnoreCase Flags = 1 << iota
	// Newline makes ^ and $ match at line ends too, and keeps . and [^…] from
	// matching one (REG_NEWLINE).
	Newline
)

// MatchLimit is how long a pattern with back-references may search one text.
const MatchLimit = 100 * time.Millisecond

// ErrTimeout is returned by Match and Find where MatchLimit was not enough.
var ErrTimeout = errors.New("the pattern took too long on this text")

// Error is a mistake in a pattern.
type Error struct {
	Pattern string
	Off     int // byte offset in Pattern
	Msg     string
}

func (e *Error) Error() string {
	return fmt.Sprintf("regular expression %q: %s (at character %d)", e.Pattern, e.Msg, e.Off+1)
}

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	fast     *regexp.Regexp
	slow     *regexp2.Regexp // where fast is nil
	groups   int
	nullable bool // may match the empty text somewhere
	anchored bool // starts with ^, and cannot match behind the start
	// bytes tells that a character of a text outside ASCII can take part in
	// the match: such a text is given to the matcher byte by byte.
	bytes bool

	matches atomic.Int32 // up to tabled
	table   atomic.Pointer[table]
}

// tabled is how many texts a pattern is matched with before its table is made, which
// takes longer than to compile it.
const tabled = 8

// Compile translates a pattern. Its error is an *Error.
func Compile(pattern string, f Flags) (*Regexp, error) {
	p := parser{src: pattern, flags: f}
	if err := p.parse(); err != nil {
		return nil, err
	}
	if p.backtrack {
		p = parser{src: pattern, flags: f, slow: true}
		if err := p.parse(); err != nil {
			return nil, err
		}
	}
	r := &Regexp{groups: p.groups, bytes: p.bytes, anchored: p.anchored && f&Newline == 0}
	var err error
	if p.backtrack {
		if r.slow, err = regexp2.Compile(string(p.out), regexp2.None); err == nil {
			r.slow.MatchTimeout = MatchLimit
		}
	} else if r.fast, err = regexp.Compile(string(p.out)); err == nil {
		r.fast.Longest()
	}
	if err != nil {
		return nil, &Error{pattern, 0, "too large: " + err.Error()}
	}
	r.nullable, _ = r.Match("")
	return r, nil
}

// Groups is the number of parenthesised groups.
func (r *Regexp) Groups() int { return r.groups }

// Nullable reports whether the pattern matches the empty text.
func (r *Regexp) Nullable() bool { return r.nullable }

// Anchored reports whether the pattern can only match at a text's start.
func (r *Regexp) Anchored() bool { return r.anchored }

// Match reports whether the pattern matches somewhere in s. It allocates only
// where s is not ASCII and that matters. The error is ErrTimeout.
func (r *Regexp) Match(s string) (bool, error) {
	if t := r.table.Load(); t != nil {
		return t.match(s), nil
	}
	if r.fast != nil && r.matches.Load() < tabled && r.matches.Add(1) == tabled {
		r.table.Store(newTable(r.fast.String()))
	}
	if r.fast != nil && (!r.bytes || ascii(s)) {
		return r.fast.MatchString(s), nil
	}
	w := widen(s)
	if r.fast != nil {
		return r.fast.MatchString(w), nil
	}
	m, err := r.slow.FindStringMatch(w)
	if err != nil {
		return false, ErrTimeout
	}
	return m != nil, nil
}

// Find returns the first n matches (all where n < 0) in s that do not overlap,
// each as pairs of byte offsets: the whole match, then the groups, -1 for one
// that took no part. An empty match right behind another is left out.
func (r *Regexp) Find(s string, n int) ([][]int, error) {
	// An empty match may stand between the bytes of a character.
	if r.fast != nil && (!r.bytes && !r.nullable || ascii(s)) {
		return r.fast.FindAllStringSubmatchIndex(s, n), nil
	}
	w := widen(s)
	var all [][]int
	if r.fast != nil {
		all = r.fast.FindAllStringSubmatchIndex(w, n)
		narrow(w, all)
		return all, nil
	}
	m, err := r.slow.FindStringMatch(w)
	for ; m != nil && err == nil && n != 0; m, err = r.slow.FindNextMatch(m) {
		n--
		all = append(all, offsets(m, r.groups))
	}
	if err != nil {
		return nil, ErrTimeout
	}
	return all, nil
}

// offsets are a match's; it counts in characters, each of which is a byte of
// the text.
func offsets(m *regexp2.Match, groups int) []int {
	at := make([]int, 2*groups+2)
	for i := range groups + 1 {
		at[2*i], at[2*i+1] = -1, -1
		if g := m.GroupByNumber(i); g != nil && len(g.Captures) > 0 {
			at[2*i], at[2*i+1] = g.RuneIndex, g.RuneIndex+g.RuneLength
		}
	}
	return at
}

func ascii(s string) bool {
	for i := range len(s) {
		if s[i] >= 0x80 {
			return false
		}
	}
	return true
}

// widen makes a character of each byte.
func widen(s string) string {
	if ascii(s) {
		return s
	}
	r := make([]rune, len(s))
	for i := range len(s) {
		r[i] = rune(s[i])
	}
	return string(r)
}

// narrow turns offsets in a widened text into those in the text itself.
func narrow(w string, all [][]int) {
	at := make([]int, len(w)+1)
	n := 0
	for i := range w {
		at[i] = n
		n++
	}
	at[len(w)] = n
	for _, m := range all {
		for i, x := range m {
			if x >= 0 {
				m[i] = at[x]
			}
		}
	}
}
