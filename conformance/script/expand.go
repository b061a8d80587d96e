package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"
)

// origin says which line of the case file a line of the expanded script is, and
// which row of the loops' tables it is for.
type origin struct {
	line int
	row  string
}

// step is a line of the expanded script, with the values that its loops give it.
type step struct {
	origin
	text string
}

// runs reports whether the line is a step, not empty or a comment.
func (s step) runs() bool {
	text := strings.TrimSpace(s.text)
	return text != "" && text[0] != '#'
}

// mark is the condition that is put before each line of an expanded script. It
// always holds, and tells the run which line comes.
func (s step) mark(n int) string {
	text := strings.TrimSpace(s.text)
	if !s.runs() {
		return text
	}
	return fmt.Sprintf("[at:%d] %s", n, literal(text))
}

// literal keeps testscript from expanding the $ in a step of ours: an unknown
// value would be nothing to it, where it is a mistake.
func literal(step string) string {
	first := ""
	for _, word := range strings.Fields(step) {
		if !strings.HasPrefix(word, "[") && word != "!" {
			first = word
			break
		}
	}
	if slices.Contains(builtins, first) {
		return step
	}
	var b strings.Builder
	quoted := false
	for _, r := range step {
		switch {
		case r == '\'':
			quoted = !quoted
		case r == '#' && !quoted:
			return b.String()
		case r == '$' && !quoted:
			b.WriteString("${$}")
			continue
		}
		b.WriteRune(r)
	}
	return b.String()
}

// marks finds what mark put before a line, in a log.
var marks = regexp.MustCompile(`(?m)^> \[at:(\d+)\] `)

// expand writes the loops of a script out:
//
//	each FILE        for each row of the table FILE …
//	…                its columns are values here, ${column}
//	end
//
// A table's first row names the columns; columns are apart by tabs, or where a
// table has none by white space. Empty rows and those that begin with # are left
// out. Loops nest.
func (c *Case) expand() ([]step, error) {
	lines := strings.Split(strings.TrimSuffix(string(c.archive.Comment), "\n"), "\n")
	var steps []step
	next, err := c.block(lines, 0, nil, "", &steps)
	switch {
	case err != nil:
	case next < len(lines):
		err = fmt.Errorf("%s:%d: end without each", c.Path, next+1)
	case !slices.ContainsFunc(steps, step.runs):
		err = fmt.Errorf("%s: the script has no step", c.Path)
	}
	return steps, err
}

// block expands the lines from i on until an end, whose place it returns.
func (c *Case) block(lines []string, i int, values []string, row string, steps *[]step) (int, error) {
	for ; i < len(lines); i++ {
		words := strings.Fields(lines[i])
		switch {
		case len(words) > 0 && words[0] == "end":
			return i, nil
		case len(words) > 0 && words[0] == "each":
			if len(words) != 2 {
				return 0, fmt.Errorf("%s:%d: usage: each FILE", c.Path, i+1)
			}
			columns, rows, err := c.table(words[1])
			if err != nil {
				return 0, fmt.Errorf("%s:%d: %w", c.Path, i+1, err)
			}
			end := i + 1
			for n, cells := range rows {
				set := values
				for k, name := range columns {
					set = append(set[:len(set):len(set)], name+"="+cells[k])
				}
				at := fmt.Sprintf("%s row %d of %s", row, n+1, words[1])
				*steps = append(*steps, step{origin{i + 1, at}, "values " + quoteAll(set)})
				if end, err = c.block(lines, i+1, set, at, steps); err != nil {
					return 0, err
				}
				if end == len(lines) {
					return 0, fmt.Errorf("%s:%d: each without an end", c.Path, i+1)
				}
			}
			i = end
		default:
			*steps = append(*steps, step{origin{i + 1, row}, lines[i]})
		}
	}
	return i, nil
}

func (c *Case) table(name string) (columns []string, rows [][]string, err error) {
	text, ok := c.file(name)
	if !ok {
		return nil, nil, fmt.Errorf("there is no file %s in the case", name)
	}
	split := strings.Fields
	if strings.Contains(string(text), "\t") {
		split = func(line string) []string { return strings.Split(line, "\t") }
	}
	for n, line := range strings.Split(string(text), "\n") {
		if strings.TrimSpace(line) == "" || strings.HasPrefix(line, "#") {
			continue
		}
		cells := split(strings.TrimSuffix(line, "\r"))
		switch {
		case columns == nil:
			columns = cells
			for _, name := range columns {
				if !valueName.MatchString(name) {
					return nil, nil, fmt.Errorf("%s: column %q: a name has letters, digits, _ and -", text, name)
				}
			}
		case len(cells) != len(columns):
			return nil, nil, fmt.Errorf("%s:%d: %d columns, the first row has %d", name, n+1, len(cells), len(columns))
		default:
			rows = append(rows, cells)
		}
	}
	if len(rows) == 0 {
		return nil, nil, fmt.Errorf("the table %s has no rows", name)
	}
	return columns, rows, nil
}

// quoteAll writes words so that a script reads them as they are.
func quoteAll(words []string) string {
	var b strings.Builder
	for _, w := range words {
		b.WriteString(" " + quote(w))
	}
	return b.String()
}

func quote(word string) string { return "'" + strings.ReplaceAll(word, "'", "''") + "'" }
