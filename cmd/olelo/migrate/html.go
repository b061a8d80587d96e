package migrate

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"path/filepath"

	"olelo/lang/inventory"
)

//go:embed report.html
var page string

// HTML writes the document as one page that needs nothing else.
func (d *Document) HTML(w io.Writer) error {
	t, err := template.New("report").Funcs(template.FuncMap{
		"base": filepath.Base, "number": number, "share": func(c Count) string { return share(&c) }, "plural": plural,
	}).Parse(page)
	if err != nil {
		return err
	}
	v := struct {
		*Document
		Pages []*htmlReport
	}{Document: d}
	for i, r := range d.Configurations {
		v.Pages = append(v.Pages, &htmlReport{Report: r, N: i})
	}
	return t.Execute(w, v)
}

// htmlReport is a Report as the page shows it.
type htmlReport struct {
	*Report
	N int // its number in the document
}

// htmlGroup is items below one heading.
type htmlGroup struct {
	Title string
	Items []htmlItem
}

type htmlItem struct {
	Item
	Label string
	Links []htmlPlace
}

// htmlPlace is a line that uses an item, and its anchor.
type htmlPlace struct{ Text, Anchor string }

// Read reports whether the configuration could be read.
func (r *htmlReport) Read() bool { return r.survey != nil }

// htmlPart is a class's part of the bar.
type htmlPart struct {
	Class inventory.Class
	Title string
	Uses  int
}

// Bar is the share of each class.
func (r *htmlReport) Bar() []htmlPart {
	c := &r.Count
	var list []htmlPart
	for _, p := range []htmlPart{
		{inventory.Runs, "run", c.Runs},
		{inventory.Differs, "run differently", c.Differs},
		{inventory.Accepted, "have no effect", c.Accepted},
		{inventory.NotRun, "do not run yet", c.NotRun},
		{inventory.Unknown, "are unknown", c.Unknown},
	} {
		if p.Uses > 0 {
			list = append(list, p)
		}
	}
	return list
}

// Sections are the classes that have items.
func (r *htmlReport) Sections() []section {
	var list []section
	for _, s := range sections {
		if r.names(s.Class) > 0 {
			list = append(list, s)
		}
	}
	return list
}

// Groups are the items of a class, by module where they wait for one, else by kind.
func (r *htmlReport) Groups(class inventory.Class) []htmlGroup {
	var list []htmlGroup
	if class == inventory.NotRun {
		for _, m := range r.Missing {
			g := htmlGroup{Title: m.Module}
			for _, it := range r.waiting(m.Module) {
				g.Items = append(g.Items, r.item(it))
			}
			list = append(list, g)
		}
		return list
	}
	for _, it := range r.Items {
		if it.Class != class {
			continue
		}
		if title := kindTitles[it.Kind]; len(list) == 0 || list[len(list)-1].Title != title {
			list = append(list, htmlGroup{Title: title})
		}
		g := &list[len(list)-1]
		g.Items = append(g.Items, r.item(it))
	}
	return list
}

func (r *htmlReport) item(it Item) htmlItem {
	h := htmlItem{Item: it, Label: it.label()}
	file, line := "", 0
	for _, p := range it.Places {
		if p.File == file && p.Line == line {
			continue
		}
		text := fmt.Sprint(p.Line)
		if p.File != file {
			text = r.short(p.File) + ":" + text
		}
		h.Links = append(h.Links, htmlPlace{text, r.anchor(p.File, p.Line)})
		file, line = p.File, p.Line
	}
	return h
}

func (r *htmlReport) anchor(file string, line int) string {
	for i, name := range r.survey.Set.Files() {
		if name == file {
			return fmt.Sprintf("c%df%dl%d", r.N, i, line)
		}
	}
	return ""
}

// At is the anchor of a mistake.
func (r *htmlReport) At(m Mistake) string { return r.anchor(m.File, m.Line) }

// Short is a file's name below the main file's folder.
func (r *htmlReport) Short(file string) string { return r.short(file) }

// htmlFile is a file's text.
type htmlFile struct {
	Name  string
	Lines []htmlLine
}

// htmlLine is a line with the class that blocks first of what it uses: "off"
// where the preprocessor takes it out, "text" where it uses nothing.
type htmlLine struct {
	N                   int
	Anchor, Class, Text string
}

// Files are all files with their lines.
func (r *htmlReport) Files() []htmlFile {
	type place struct {
		file string
		line int
	}
	class := map[place]inventory.Class{}
	for i := range r.Items { // the class that blocks first comes first
		for _, p := range r.Items[i].Places {
			at := place{p.File, p.Line}
			if _, ok := class[at]; !ok && r.Items[i].Kind != inventory.Statement {
				class[at] = r.Items[i].Class
			}
		}
	}
	for _, m := range r.Mistakes {
		class[place{m.File, m.Line}] = "mistake"
	}
	var list []htmlFile
	for _, name := range r.survey.Set.Files() {
		f := htmlFile{Name: name}
		for n := 1; n <= r.survey.Set.Lines(name); n++ {
			l := htmlLine{N: n, Anchor: r.anchor(name, n), Class: "text", Text: r.survey.Set.Line(name, n)}
			if c, ok := class[place{name, n}]; ok {
				l.Class = string(c)
			} else if !r.survey.Set.Live(name, n) {
				l.Class = "off"
			}
			f.Lines = append(f.Lines, l)
		}
		list = append(list, f)
	}
	return list
}
