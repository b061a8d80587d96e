package diag

import (
	"fmt"
	"io"
	"strings"
	"unicode/utf8"

	"olelo/lang/source"
)

// maxSnippet is how many bytes of a long line a snippet shows.
const maxSnippet = 160

// Text writes the list for a person: each diagnostic with its place, the line
// with a caret under what is meant, the includes and defines it came through,
// and the hint.
func (l *List) Text(w io.Writer, set *source.Set) error {
	var b strings.Builder
	for i := range l.Items {
		l.Items[i].text(&b, set)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Diagnostic) text(b *strings.Builder, set *source.Set) {
	at, endLine, endCol := d.marked(set)
	if at.IsValid() {
		fmt.Fprintf(b, "%s:%d:%d: ", at.Filename, at.Line, at.Column)
	}
	fmt.Fprintf(b, "%s: %s [%s]\n", d.Severity, Brief(d.Msg), d.Code)
	if at.IsValid() {
		snippet(b, set, at, endLine, endCol)
		origin(b, set, at)
	}
	for _, n := range d.Notes {
		line, col := set.End(n.Pos)
		fmt.Fprintf(b, "  %s, at %s:%d:%d\n", Brief(n.Msg), n.Pos.Filename, n.Pos.Line, n.Pos.Column)
		snippet(b, set, n.Pos, line, col)
		if line, _ := set.End(at); n.Pos.Filename != at.Filename || n.Pos.Line != line || len(set.Origin(n.Pos)) > len(set.Origin(at)) {
			origin(b, set, n.Pos)
		}
	}
	if d.Hint != "" {
		fmt.Fprintf(b, "  hint: %s\n", Brief(d.Hint))
	}
}

// marked is the text under the caret.
func (d *Diagnostic) marked(set *source.Set) (at source.Pos, endLine, endCol int) {
	at = d.Pos
	if d.Mark.IsValid() {
		at = d.Mark
	} else if d.EndLine > 0 {
		return at, d.EndLine, d.EndCol
	}
	endLine, endCol = set.End(at)
	return at, endLine, endCol
}

// snippet shows the line at, with a caret and a tail up to the end.
func snippet(b *strings.Builder, set *source.Set, at source.Pos, endLine, endCol int) {
	line := set.LineText(at)
	from := at.Column - 1
	if line == "" || from < 0 || from > len(line) {
		return
	}
	to := len(line)
	if endLine == at.Line {
		to = min(endCol, len(line))
	}
	to = max(to, from+1)
	head := ""
	if len(line) > maxSnippet { // keep the caret in the window
		start := max(0, min(from-maxSnippet/3, len(line)-maxSnippet))
		for start > 0 && start < len(line) && !utf8.RuneStart(line[start]) {
			start--
		}
		if start > 0 {
			head = "…"
		}
		line, from, to = line[start:], from-start, to-start
		if len(line) > maxSnippet {
			end := maxSnippet
			for end > 0 && !utf8.RuneStart(line[end]) {
				end--
			}
			line = line[:end] + "…"
		}
		to = max(from+1, min(to, maxSnippet))
	}
	fmt.Fprintf(b, "%6d | %s%s\n", at.Line, head, printable(line))
	b.WriteString("       | ")
	if head != "" {
		b.WriteByte(' ')
	}
	for i := 0; i < from; {
		r, n := utf8.DecodeRuneInString(line[i:])
		if r == '\t' {
			b.WriteByte('\t')
		} else {
			b.WriteByte(' ')
		}
		i += n
	}
	b.WriteByte('^')
	if from < len(line) {
		if rest := utf8.RuneCountInString(line[from:min(to, len(line))]); rest > 1 {
			b.WriteString(strings.Repeat("~", rest-1))
		}
	}
	b.WriteByte('\n')
}

// printable replaces what would move a terminal's cursor, except tabs.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r < ' ' && r != '\t' || r == 0x7f {
			return '·'
		}
		return r
	}, s)
}

// maxWords is how many bytes of a message, a hint or a name are written.
const maxWords = 400

// Brief is s without its middle where it is too long: it tells of a text from
// the configuration then, and what is wrong stands before or behind that.
func Brief(s string) string {
	if len(s) <= maxWords {
		return s
	}
	head, tail := maxWords/2, len(s)-maxWords/2
	for head > 0 && !utf8.RuneStart(s[head]) {
		head--
	}
	for tail < len(s) && !utf8.RuneStart(s[tail]) {
		tail++
	}
	return s[:head] + " … " + s[tail:]
}

// maxOrigin is how many steps of a long way are told: half of them from each
// end.
const maxOrigin = 6

// way is how the token at came into the configuration: its first and its last
// steps, and how many between them are left out.
func way(set *source.Set, at source.Pos) (first []source.Frame, more int, last []source.Frame) {
	all := set.Origin(at)
	if more = len(all) - maxOrigin; more <= 1 { // telling of one is as long as the one
		return all, 0, nil
	}
	return all[:maxOrigin/2], more, all[len(all)-maxOrigin/2:]
}

// origin tells how the token at came into the file that it was read in.
func origin(b *strings.Builder, set *source.Set, at source.Pos) {
	first, more, last := way(set, at)
	writeSteps(b, set, first)
	if more > 0 {
		fmt.Fprintf(b, "  … %d more …\n", more)
	}
	writeSteps(b, set, last)
}

func writeSteps(b *strings.Builder, set *source.Set, frames []source.Frame) {
	for _, f := range frames {
		switch f.Kind {
		case source.Include:
			fmt.Fprintf(b, "  included at %s:%d:%d\n", f.At.Filename, f.At.Line, f.At.Column)
		case source.Subst:
			fmt.Fprintf(b, "  changed by #!subst %q", Brief(f.Name))
			writePlace(b, set, f.At)
		default:
			fmt.Fprintf(b, "  in the value of %s", Brief(f.Name))
			writePlace(b, set, f.At)
		}
	}
}

func writePlace(b *strings.Builder, set *source.Set, at source.Pos) {
	if !at.IsValid() {
		b.WriteString(", defined on the command line\n")
		return
	}
	fmt.Fprintf(b, ", at %s:%d:%d\n", at.Filename, at.Line, at.Column)
	line, col := set.End(at)
	snippet(b, set, at, line, col)
}
