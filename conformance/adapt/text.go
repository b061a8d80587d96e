package adapt

import (
	"cmp"
	"slices"
	"strings"

	"olelo/lang/ast"
)

// text is a file of the configuration, and what is replaced in it.
type text struct {
	body  string
	lines []int // offset of each line's first byte
	edits []edit

	replaced bool // body is not what the file has
}

// changed reports whether the copy is to be another text than the file.
func (t *text) changed() bool { return t.replaced || len(t.edits) > 0 }

// edit puts something in the place of the bytes from an offset up to another,
// exclusive.
type edit struct {
	from, to int
	with     string
}

func newText(body string) *text {
	t := &text{body: body, lines: []int{0}}
	if strings.HasPrefix(body, bom) { // no column counts it
		t.lines[0] = len(bom)
	}
	for i := range len(body) {
		if body[i] == '\n' {
			t.lines = append(t.lines, i+1)
		}
	}
	return t
}

const bom = "\ufeff"

// offset is that of a line and column, which count from 1; -1 where the file
// has no such place.
func (t *text) offset(line, col int) int {
	if line < 1 || line > len(t.lines) {
		return -1
	}
	if off := t.lines[line-1] + col - 1; col > 0 && off <= len(t.body) {
		return off
	}
	return -1
}

// edited is the text with its edits. Of edits that overlap the first counts.
func (t *text) edited() string {
	slices.SortStableFunc(t.edits, func(a, b edit) int { return cmp.Compare(a.from, b.from) })
	var b strings.Builder
	at := 0
	for _, e := range t.edits {
		if e.from < at {
			continue
		}
		b.WriteString(t.body[at:e.from])
		b.WriteString(e.with)
		at = e.to
	}
	b.WriteString(t.body[at:])
	return b.String()
}

// span is a piece of a file.
type span struct {
	file     string // its absolute path
	from, to int
}

func (s span) overlaps(o span) bool {
	return s.file == o.file && s.from < o.to && o.from < s.to
}

// spanOf is where a node stands; of what comes out of a define, where its name
// stands. It is false where the node starts in one file and ends in another.
func (a *adapter) spanOf(r ast.Range) (span, bool) {
	t := a.texts[absolute(r.Pos.Filename)]
	if t == nil {
		return span{}, false
	}
	from, last := t.offset(r.Pos.Line, r.Pos.Column), t.offset(r.EndLine, r.EndCol)
	if from < 0 || last < from || last >= len(t.body) {
		return span{}, false
	}
	return span{absolute(r.Pos.Filename), from, last + 1}, true
}

// replace puts something in the place of s: blanks behind it keep the columns
// where it is shorter, newlines the lines.
func (a *adapter) replace(s span, with string) {
	t := a.texts[s.file]
	old := t.body[s.from:s.to]
	if n := strings.Count(old, "\n"); n > 0 {
		with += strings.Repeat("\n", n) + strings.Repeat(" ", len(old)-1-strings.LastIndexByte(old, '\n'))
	} else if n := len(old) - len(with); n > 0 {
		with += strings.Repeat(" ", n)
	}
	t.edits = append(t.edits, edit{s.from, s.to, with})
}

// blank takes a node out: white space stays where it stood. It is false where
// that cannot be done.
func (a *adapter) blank(r ast.Range) bool {
	s, ok := a.spanOf(r)
	if !ok {
		return false
	}
	t := a.texts[s.file]
	space := []byte(t.body[s.from:s.to])
	for i, c := range space {
		if c != '\n' && c != '\r' && c != '\t' {
			space[i] = ' '
		}
	}
	t.edits = append(t.edits, edit{s.from, s.to, string(space)})
	return true
}

// quote writes a text as a string of the language.
func quote(s string) string {
	return `"` + strings.NewReplacer(`\`, `\\`, `"`, `\"`, "\n", `\n`, "\r", `\r`, "\t", `\t`).Replace(s) + `"`
}

// written is a constant as it can stand in a configuration.
func written(l *ast.Literal) string {
	if l.Kind == ast.LitStr {
		return quote(l.Text)
	}
	return l.Text
}

func rangeOf(item ast.Item) (ast.Range, bool) {
	switch i := item.(type) {
	case *ast.Load:
		return i.Range, true
	case *ast.ModParam:
		return i.Range, true
	case *ast.Route:
		return i.Range, true
	}
	return ast.Range{}, false
}
