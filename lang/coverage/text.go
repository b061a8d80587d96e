package coverage

import (
	"bytes"
	"cmp"
	"fmt"
	"io"
	"slices"
	"strings"
)

// Sources gives a file's text, for what a report quotes; where there is an
// error the report goes without.
type Sources func(file string) ([]byte, error)

// source is a file's lines.
type source []string

func (s Sources) lines(file string) source {
	text, err := s(file)
	if err != nil {
		return nil
	}
	list := strings.Split(strings.TrimSuffix(string(text), "\n"), "\n")
	for i := range list {
		list[i] = strings.TrimSuffix(list[i], "\r")
	}
	return list
}

// quoteMax is how much of a condition a text report quotes, in bytes.
const quoteMax = 60

// quote is the text at a place, on one line.
func (s source) quote(p Place) string {
	if p.Line < 1 || p.EndLine > len(s) || p.EndLine < p.Line {
		return ""
	}
	part := slices.Clone(s[p.Line-1 : p.EndLine])
	last := len(part) - 1
	part[last] = part[last][:min(p.EndCol, len(part[last]))]
	part[0] = part[0][min(p.Col-1, len(part[0])):]
	text := strings.Join(strings.Fields(strings.Join(part, " ")), " ")
	if len(text) > quoteMax {
		text = strings.ToValidUTF8(text[:quoteMax], "") + "…"
	}
	return text
}

// Text writes a report for people: the shares of each file and route block,
// and what of them never ran.
func (p *Profile) Text(w io.Writer, sources Sources) error {
	b := &bytes.Buffer{}
	files := p.files()
	fmt.Fprintf(b, "%8s %-10s %8s %-10s\n", "lines", "", "branches", "")
	row := func(s Shares, title string) {
		of := func(x Share) string { return fmt.Sprintf("%d/%d", x.Ran, x.All) }
		fmt.Fprintf(b, "%8s %-10s %8s %-10s  %s\n", s.Lines, of(s.Lines), s.Branches, of(s.Branches), title)
	}
	for _, f := range files {
		row(f.Shares, f.name)
		for _, r := range f.routes {
			row(r.Shares, "  "+r.title)
		}
	}
	if len(files) != 1 {
		row(p.Shares(), "all")
	}
	for _, f := range files {
		missed(b, f, sources.lines(f.name))
	}
	_, err := w.Write(b.Bytes())
	return err
}

// missed lists what of a file never ran.
func missed(b *bytes.Buffer, f *file, text source) {
	type entry struct {
		line, col int
		text      string
	}
	headed := false
	for _, r := range f.routes {
		var list []entry
		for _, s := range unreached(r.lines) {
			what := "line " + s.String()
			if s.to > s.from {
				what = "lines " + s.String()
			}
			list = append(list, entry{s.from, 0, what})
		}
		for _, d := range decisions(r.points) {
			if n, counted := r.lines[d.Line]; counted && n == 0 {
				continue // its line is listed
			}
			if why := d.missing(); why != "" {
				list = append(list, entry{d.Line, d.Col, strings.TrimRight(fmt.Sprintf("%-8s %-19s %s", fmt.Sprintf("%d:%d", d.Line, d.Col), why, text.quote(d.Place)), " ")})
			}
		}
		if len(list) == 0 {
			continue
		}
		if !headed {
			fmt.Fprintf(b, "\n%s never ran:\n", f.name)
			headed = true
		}
		slices.SortStableFunc(list, func(x, y entry) int { return cmp.Or(cmp.Compare(x.line, y.line), cmp.Compare(x.col, y.col)) })
		fmt.Fprintf(b, "  %s\n", r.title)
		for _, e := range list {
			fmt.Fprintf(b, "    %s\n", e.text)
		}
	}
}
