package diag

import (
	"fmt"
	"io"
	"strings"

	"olelo/lang/source"
)

// UnbalancedDirective is the code of a #!else or #!endif without its #!ifdef.
// Kamailio names the line after it.
const UnbalancedDirective = "unbalanced-directive"

// failedInclude are the codes of files that cannot be included. Kamailio tells
// the line after its message, in a line without a level.
func failedInclude(code string) bool {
	return code == "bad-include" || code == "no-include" || code == "include-depth"
}

// Kamailio writes the list in the form of Kamailio's own messages, for tools
// that read those: the files, lines and columns are where Kamailio 5.6 finds
// the same mistakes. Its log prefix, "0(PID) ", is left to the caller. A list
// with errors ends with Kamailio's count of them.
func (l *List) Kamailio(w io.Writer, set *source.Set) error {
	var b strings.Builder
	for i := range l.Items {
		l.Items[i].kamailio(&b, set)
	}
	if n := l.Errors(); n > 0 {
		fmt.Fprintf(&b, "ERROR: bad config file (%d errors) (parsing code: 1)\n", n)
	}
	_, err := io.WriteString(w, b.String())
	return err
}

func (d *Diagnostic) kamailio(b *strings.Builder, set *source.Set) {
	msg := Brief(d.Msg)
	if d.Hint != "" {
		msg += " (" + Brief(d.Hint) + ")"
	}
	level, what := "CRITICAL", "parse error"
	switch d.Severity {
	case Warning:
		level, what = "WARNING", "warning"
	case Info:
		level, what = "INFO", "note"
	}
	switch {
	case !d.Pos.IsValid() && d.Severity == Error:
		fmt.Fprintf(b, "ERROR: <core> %s\n", msg)
	case !d.Pos.IsValid():
		fmt.Fprintf(b, "%s: <core> %s\n", level, msg)
	case d.Late:
		if d.Severity == Error {
			level = "ERROR"
		}
		fmt.Fprintf(b, "%s: <core> %s at %s:%d\n", level, msg, d.Pos.Filename, d.Pos.Line)
		if d.Severity == Error && failedInclude(d.Code) {
			fmt.Fprintf(b, ": <core> error at cfg line %d\n", d.Pos.Line)
		}
	case d.Code == UnbalancedDirective:
		fmt.Fprintf(b, "%s: <core> %s - at %s line %d\n", level, msg, d.Pos.Filename, d.Pos.Line+1)
	default:
		fmt.Fprintf(b, "%s: <core> %s in config file %s, %s: %s\n", level, what, d.Pos.Filename, d.span(set), msg)
	}
}

// span is the place as Kamailio writes it.
func (d *Diagnostic) span(set *source.Set) string {
	first, last := set.Columns(d.Pos)
	endLine, _ := set.End(d.Pos)
	if d.SeenLine > 0 {
		col := d.SeenCol
		if d.SeenLine == d.Pos.Line {
			col += set.Shift(d.Pos)
		}
		return fmt.Sprintf("line %d, column %d", d.SeenLine, col)
	}
	if d.EndLine > 0 {
		endLine, last = d.EndLine, d.EndCol
		if endLine == d.Pos.Line {
			last = max(first, last+set.Shift(d.Pos))
		}
	}
	switch {
	case endLine != d.Pos.Line:
		return fmt.Sprintf("from line %d, column %d to line %d, column %d", d.Pos.Line, first, endLine, last)
	case first != last:
		return fmt.Sprintf("line %d, column %d-%d", d.Pos.Line, first, last)
	}
	return fmt.Sprintf("line %d, column %d", d.Pos.Line, first)
}
