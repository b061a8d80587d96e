package source

import (
	"slices"
	"strings"
)

// Kind is how text came to stand where it was read.
type Kind uint8

// The kinds of Frame.
const (
	Include Kind = iota // include_file or import_file
	Define              // a #!define's value in place of its name
	Subst               // a #!subst inside a string
)

// String is the directive's usual name.
func (k Kind) String() string {
	switch k {
	case Include:
		return "include_file"
	case Define:
		return "#!define"
	}
	return "#!subst"
}

// Frame is one step of the way that a token took into the configuration.
type Frame struct {
	Kind Kind
	Name string // the file included, the name defined, the rule substituted
	At   Pos    // Include: the directive; Define: the token inside the value; Subst: the rule
}

// Via numbers a chain of frames in its Set; 0 is the empty chain.
type Via int32

// Token is where one token ends and how it got there; its Pos says where it
// starts.
type Token struct {
	EndLine, EndCol int // of the last byte, inclusive
	Via             Via
	// Shift is what Kamailio adds to the columns: it counts on the line as
	// it is after the defines before the token were replaced.
	Shift int
	// Width is the token's length in bytes where it came out of a define,
	// and so is longer or shorter than the name at Pos; 0 otherwise.
	Width int
}

// Set is the origin of every token of a configuration, and the text of its
// files. It is filled by one goroutine and then read by any number.
type Set struct {
	files map[string]*file
	names []string // of files, in the order they were read
	toks  []record // tokens, in order
	marks []record // places that are no tokens
	order []int32  // for each mark, how many tokens came before it
	vias  []via    // vias[0] is the empty chain
	last  *file    // of the newest token
	// skipped is the text of #!ifdef branches that were not read.
	skipped []string
}

type record struct {
	endLine, endCol int32
	shift, width    int32
	via             Via
}

type via struct {
	Frame
	outer Via
}

type file struct {
	text  string
	lines []int32 // offset of each line's first byte
	live  []bool  // by line: a token stands on it
	name  string
}

// NewSet returns a set without files.
func NewSet() *Set {
	return &Set{
		files: map[string]*file{},
		toks:  make([]record, 1), // number 0 is "nowhere"
		marks: make([]record, 1),
		order: make([]int32, 1),
		vias:  make([]via, 1),
	}
}

// Grow makes room for n more tokens.
func (s *Set) Grow(n int) { s.toks = slices.Grow(s.toks, n) }

// AddFile keeps a file's text for LineText. A file that is read again keeps
// its first text.
func (s *Set) AddFile(name, text string) {
	if s.files[name] != nil {
		return
	}
	f := &file{text: text, name: name}
	f.lines = append(f.lines, 0)
	for off := 0; ; {
		i := strings.IndexByte(text[off:], '\n')
		if i < 0 {
			break
		}
		off += i + 1
		f.lines = append(f.lines, int32(off))
	}
	f.live = make([]bool, len(f.lines))
	s.files[name] = f
	s.names = append(s.names, name)
}

// Files are the names of the files read, in that order.
func (s *Set) Files() []string { return s.names }

// Skip keeps the text of an #!ifdef branch that is not read.
func (s *Set) Skip(text string) { s.skipped = append(s.skipped, text) }

// Skipped are the #!ifdef branches that were not read: what is named there is
// used in another build of the configuration.
func (s *Set) Skipped() []string { return s.skipped }

// Line is line n of a file without its end, counted from 1; "" where there is
// no such line.
func (s *Set) Line(name string, n int) string {
	f := s.files[name]
	if f == nil || n < 1 || n > len(f.lines) {
		return ""
	}
	l := f.text[f.lines[n-1]:]
	if i := strings.IndexByte(l, '\n'); i >= 0 {
		l = l[:i]
	}
	return strings.TrimSuffix(l, "\r")
}

// LineText is the line that p stands on.
func (s *Set) LineText(p Pos) string { return s.Line(p.Filename, p.Line) }

// Nest returns the chain that f adds to outer.
func (s *Set) Nest(outer Via, f Frame) Via {
	s.vias = append(s.vias, via{f, outer})
	return Via(len(s.vias) - 1)
}

// Add keeps the origin of the next token and numbers p with it.
func (s *Set) Add(p Pos, t Token) Pos {
	p.Offset = len(s.toks)
	s.toks = append(s.toks, pack(t))
	s.touch(p, t.EndLine)
	return p
}

// touch keeps that a token stands on the lines from p to end.
func (s *Set) touch(p Pos, end int) {
	if s.last == nil || s.last.name != p.Filename {
		if s.last = s.files[p.Filename]; s.last == nil {
			return
		}
	}
	for n := max(p.Line, 1); n <= min(end, len(s.last.live)); n++ {
		s.last.live[n-1] = true
	}
}

// Lines is how many lines a file has: those that end, and what follows the last.
func (s *Set) Lines(name string) int {
	f := s.files[name]
	if f == nil {
		return 0
	}
	n := len(f.lines)
	if int(f.lines[n-1]) == len(f.text) {
		n--
	}
	return n
}

// Live reports whether a token stands on line n of a file: it is no comment, no
// directive, and no branch of the preprocessor hides it.
func (s *Set) Live(name string, n int) bool {
	f := s.files[name]
	return f != nil && n >= 1 && n <= len(f.live) && f.live[n-1]
}

// Mark keeps the origin of a place that is no token, such as a directive, so
// that the numbers of tokens stay without gaps.
func (s *Set) Mark(p Pos, t Token) Pos {
	p.Offset = -len(s.marks)
	s.marks = append(s.marks, pack(t))
	s.order = append(s.order, int32(len(s.toks)))
	return p
}

func pack(t Token) record {
	return record{int32(t.EndLine), int32(t.EndCol), int32(t.Shift), int32(t.Width), t.Via}
}

func (s *Set) record(p Pos) record {
	switch n := p.Offset; {
	case s == nil:
	case n > 0 && n < len(s.toks):
		return s.toks[n]
	case n < 0 && -n < len(s.marks):
		return s.marks[-n]
	}
	return record{endLine: int32(p.Line), endCol: int32(p.Column)}
}

// Includes are the inclusions of files, in the order they were read: a file
// that is included twice is there twice.
func (s *Set) Includes() []Frame {
	var all []Frame
	for _, v := range s.vias {
		if v.Kind == Include && v.Name != "" {
			all = append(all, v.Frame)
		}
	}
	return all
}

// Order sorts places as they were read: it is the number of the token at p,
// or of the one after it.
func (s *Set) Order(p Pos) int {
	if n := -p.Offset; n > 0 && n < len(s.order) {
		return int(s.order[n])
	}
	return p.Offset
}

// Len is the number of tokens. Their numbers, Pos.Offset, count from 1.
func (s *Set) Len() int { return len(s.toks) - 1 }

// End is the line and column of the last byte of the token at p, or of its
// only known byte where p is no token of the set.
func (s *Set) End(p Pos) (line, col int) {
	r := s.record(p)
	return int(r.endLine), int(r.endCol)
}

// Columns are the first and last column of the token at p as Kamailio counts
// them: on the line with its defines replaced.
func (s *Set) Columns(p Pos) (first, last int) {
	r := s.record(p)
	first = p.Column + int(r.shift)
	if r.width > 0 {
		return first, first + int(r.width) - 1
	}
	if last = int(r.endCol); int(r.endLine) == p.Line {
		last += int(r.shift)
	}
	return first, last
}

// Shift is what Kamailio adds to the column of the token at p.
func (s *Set) Shift(p Pos) int { return int(s.record(p).shift) }

// Origin is the way that the token at p took into the configuration, the
// innermost step first; nil for a token of the main file.
func (s *Set) Origin(p Pos) []Frame {
	var chain []Frame
	for v := s.record(p).via; v > 0 && int(v) < len(s.vias); v = s.vias[v].outer {
		chain = append(chain, s.vias[v].Frame)
	}
	return chain
}
