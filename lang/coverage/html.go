package coverage

import (
	_ "embed"
	"html/template"
	"io"
	"strings"
)

//go:embed report.html
var page string

// HTML writes one page that needs nothing else: the shares, and each file with
// its lines marked as run, partly run or never run. What a line's conditions did
// shows where the pointer rests on them.
func (p *Profile) HTML(w io.Writer, sources Sources) error {
	t, err := template.New("report").Parse(page)
	if err != nil {
		return err
	}
	type shownFile struct {
		Name string
		N    int
		Shares
		Routes []shownRoute
		Text   []shownLine
	}
	v := struct {
		All   Shares
		Files []shownFile
	}{All: p.Shares()}
	for n, f := range p.files() {
		x := shownFile{Name: f.name, N: n, Shares: f.Shares, Text: shownLines(f, sources.lines(f.name))}
		for _, r := range f.routes {
			x.Routes = append(x.Routes, shownRoute{r.title, r.points[0].Line, r.Shares})
		}
		v.Files = append(v.Files, x)
	}
	return t.Execute(w, v)
}

type shownRoute struct {
	Title string
	Line  int
	Shares
}

// shownLine is a line of the configuration: its text in pieces, some with a
// remark.
type shownLine struct {
	N      int
	Class  string // ran, part, never; "" where nothing is counted
	Count  string // how often it ran
	Pieces []shownPiece
}

type shownPiece struct{ Text, Class, Remark string }

func shownLines(f *file, text source) []shownLine {
	list := make([]shownLine, len(text))
	for i, t := range text {
		list[i] = shownLine{N: i + 1, Pieces: []shownPiece{{Text: t}}}
	}
	at := func(n int) *shownLine {
		if n < 1 || n > len(list) {
			return &shownLine{}
		}
		return &list[n-1]
	}
	for n, count := range f.lines {
		l := at(n)
		l.Class, l.Count = "ran", "ran "+strings.TrimSuffix(times(count, ""), " ")
		if count == 0 {
			l.Class, l.Count = "never", "never ran"
		}
	}
	for _, x := range f.points { // the further lines of a statement are as its first
		for n := x.Line + 1; x.Kind == Statement && n <= x.EndLine; n++ {
			if l := at(n); l.Class == "" {
				l.Class = at(x.Line).Class
			}
		}
		if x.Kind == Statement && x.Count == 0 && at(x.Line).Class == "ran" {
			at(x.Line).Class = "part"
		}
	}
	for _, d := range decisions(f.points) {
		l := at(d.Line)
		if l.Class == "" { // a case on a line of its own
			l.Class = "ran"
			if d.yes == 0 {
				l.Class = "never"
			}
		}
		class := "ran"
		if d.missing() != "" {
			class = "part"
			if d.yes+d.no == 0 {
				class = "never"
			}
			if l.Class == "ran" {
				l.Class = "part"
			}
		}
		l.mark(d, class)
	}
	return list
}

// mark puts a remark on the part of the line where d stands, or its whole end
// where d goes on in the next line.
func (l *shownLine) mark(d *decision, class string) {
	start := 0
	for i, p := range l.Pieces {
		from, to := d.Col-1-start, d.EndCol-start
		if d.EndLine > d.Line {
			to = len(p.Text)
		}
		start += len(p.Text)
		if from < 0 || from >= len(p.Text) || to > len(p.Text) || to <= from || p.Remark != "" {
			continue
		}
		rest := append([]shownPiece{
			{Text: p.Text[:from]},
			{Text: p.Text[from:to], Class: class, Remark: d.ways()},
			{Text: p.Text[to:]},
		}, l.Pieces[i+1:]...)
		l.Pieces = append(l.Pieces[:i:i], rest...)
		return
	}
	// It stands where another remark is: say it for the line.
	l.Count = strings.TrimPrefix(l.Count+"; "+d.ways(), "; ")
}
