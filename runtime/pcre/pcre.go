// Package pcre matches texts with Perl-compatible regular expressions as the PCRE
// library (8.x) reads them, byte by byte in the C locale. It only tells whether a
// pattern matches, which is what Kamailio's module regex asks.
//
// A pattern is rewritten, each character and class as the bytes that it matches, so
// that no engine's own idea of letters and lines counts. Go's regexp, which takes
// linear time, gets what it can do; back-references, look-around, atomic groups and
// possessive repeats go to a backtracking matcher with a time limit. What neither
// does is an error: recursion, conditions, branch reset, verbs, \K with look-around,
// \X and \p.
package pcre

import (
	"errors"
	"fmt"
	"regexp"
	"strings"
	"sync"
	"time"

	"github.com/dlclark/regexp2/v2"
)

// Flags are PCRE's options; a pattern changes them by (?i) and the like.
type Flags uint8

const (
	// Caseless matches ASCII letters of either case (i).
	Caseless Flags = 1 << iota
	// Multiline makes ^ and $ match at line ends too (m).
	Multiline
	// DotAll makes . match a line end (s).
	DotAll
	// Extended ignores white space and comments in the pattern (x).
	Extended
)

// MatchLimit is how long a pattern that needs backtracking may search one text.
const MatchLimit = 100 * time.Millisecond

// ErrTimeout is returned by Match where MatchLimit was not enough.
var ErrTimeout = errors.New("the pattern took too long on this text")

// Error is a mistake in a pattern, or what it has that is not supported.
type Error struct {
	Pattern string
	Off     int // byte offset in Pattern
	Msg     string
	Lacks   bool // PCRE takes it
}

func (e *Error) Error() string {
	return fmt.Sprintf("regular expression %q: %s (at character %d)", e.Pattern, e.Msg, e.Off+1)
}

// Regexp is a compiled pattern. It is safe for concurrent use.
type Regexp struct {
	fast *regexp.Regexp                  // nil where it needs backtracking
	slow func() (*regexp2.Regexp, error) // also for texts that end in a line feed
}

// Compile reads a pattern. Its error is an *Error.
func Compile(pattern string, f Flags) (*Regexp, error) {
	p := parser{src: pattern, flags: f}
	if err := p.run(); err != nil {
		return nil, err
	}
	r := &Regexp{slow: sync.OnceValues(func() (*regexp2.Regexp, error) {
		s := parser{src: pattern, flags: f, slow: true}
		if err := s.run(); err != nil {
			return nil, err
		}
		re, err := regexp2.Compile(s.out.String(), regexp2.None)
		if err != nil {
			return nil, &Error{Pattern: pattern, Msg: "not supported: " + err.Error(), Lacks: true}
		}
		re.MatchTimeout = MatchLimit
		return re, nil
	})}
	if !p.backtrack {
		var err error
		if r.fast, err = regexp.Compile(p.out.String()); err == nil {
			return r, nil
		}
	}
	_, err := r.slow()
	return r, err
}

// Match reports whether the pattern matches somewhere in s. The error is
// ErrTimeout.
func (r *Regexp) Match(s string) (bool, error) {
	// Before a line feed at the end, $ matches too: Go's does not.
	if r.fast != nil && !strings.HasSuffix(s, "\n") {
		return r.fast.MatchString(widen(s)), nil
	}
	re, err := r.slow()
	if err != nil {
		return false, err
	}
	ok, err := re.MatchString(widen(s))
	if err != nil {
		return false, ErrTimeout
	}
	return ok, nil
}

// widen makes a character of each byte.
func widen(s string) string {
	for i := range len(s) {
		if s[i] >= 0x80 {
			r := make([]rune, len(s))
			for j := range len(s) {
				r[j] = rune(s[j])
			}
			return string(r)
		}
	}
	return s
}
