package migrate

import (
	"bufio"
	"encoding/json"
	"fmt"
	"io"
	"slices"
	"strings"
	"unicode/utf8"

	"olelo/lang/inventory"
)

// JSON writes the document as one JSON object.
func (d *Document) JSON(w io.Writer) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(d)
}

// width is how many columns text fills.
const width = 96

// kindTitles are the kinds' names in a report, in the plural.
var kindTitles = map[inventory.Kind]string{
	inventory.Module: "modules", inventory.ModParam: "modparams", inventory.Global: "global parameters",
	inventory.Route: "route blocks", inventory.EventRoute: "event routes", inventory.Statement: "statements",
	inventory.Function: "functions", inventory.Variable: "variables", inventory.Transformation: "transformations",
	inventory.Select: "selects",
}

// Title is the kind's name in a report.
func (k KindCount) Title() string { return kindTitles[k.Kind] }

// section is a class as the reports present it.
type section struct {
	Class inventory.Class
	Title string
	Text  string
}

var sections = []section{
	{inventory.NotRun, "Not run yet", "Kamailio runs these; a start of olelo refuses them."},
	{inventory.Unknown, "Unknown", "Neither olelo nor its catalogue of Kamailio 5.6 and 6.1 knows these."},
	{inventory.Differs, "Runs differently", "These run, and are meant to do otherwise than Kamailio 5.6."},
	{inventory.Accepted, "Accepted without effect", "These may stay: nothing is lost."},
	{inventory.Runs, "Runs", ""},
}

type printer struct {
	*bufio.Writer
	r *Report
}

// Text writes the document for a terminal.
func (d *Document) Text(w io.Writer) error {
	p := &printer{Writer: bufio.NewWriter(w)}
	if len(d.Configurations) > 1 {
		p.summary(d)
	}
	for i, r := range d.Configurations {
		if i > 0 || len(d.Configurations) > 1 {
			p.WriteString("\n" + strings.Repeat("=", width) + "\n")
		}
		p.r = r
		p.report()
	}
	return p.Flush()
}

func (p *printer) summary(d *Document) {
	fmt.Fprintf(p, "%d configurations\n\n", len(d.Configurations))
	fmt.Fprintf(p, "  %5s %6s %7s %9s %8s  %s\n", "run", "uses", "differ", "not yet", "mistakes", "file")
	for _, r := range d.Configurations {
		if r.survey == nil {
			fmt.Fprintf(p, "  %5s %6s %7s %9s %8s  %s: %s\n", "-", "-", "-", "-", "-", r.File, r.Verdict.Text)
			continue
		}
		c := &r.Count
		fmt.Fprintf(p, "  %5s %6d %7d %9d %8d  %s\n", share(c), c.Uses, c.Differs, c.Blocked(), len(r.Mistakes), r.File)
	}
}

// share is the part that runs, a dash of nothing.
func share(c *Count) string {
	if c.Uses == 0 {
		return "-"
	}
	return fmt.Sprintf("%d %%", c.Percent)
}

func (p *printer) report() {
	r := p.r
	fmt.Fprintf(p, "%s\n", r.File)
	p.wrap("  ", "  ", strings.ToUpper(r.Verdict.Text[:1])+r.Verdict.Text[1:]+".")
	if r.survey == nil {
		return
	}
	p.blockers()
	p.kinds()
	p.facts()
	p.mistakes()
	for _, s := range sections {
		p.section(s)
	}
}

// blockers is what a decision needs first: the modules that are missing.
func (p *printer) blockers() {
	if len(p.r.Missing) == 0 {
		return
	}
	p.WriteString("\nWhat is missing, the most used first\n\n  uses  module\n")
	wide := 0
	for _, m := range p.r.Missing {
		wide = max(wide, len(m.Module))
	}
	for _, m := range p.r.Missing {
		line := fmt.Sprintf("%6d  %-*s", m.Uses, wide, m.Module)
		most := strings.Join(m.Most, ", ")
		if most == "" {
			most = "loaded, and nothing of it is used by name"
		}
		if !m.Whole {
			most = "parts of it: " + most
		}
		p.wrap(line+"  ", strings.Repeat(" ", 10+wide), most)
	}
}

func (p *printer) kinds() {
	p.WriteString("\nUses                   run  differently  no effect  not yet     all\n\n")
	line := func(name string, c *Count) {
		fmt.Fprintf(p, "  %-19s%5s  %11s  %9s  %7s  %6d\n", name, number(c.Runs), number(c.Differs), number(c.Accepted), number(c.Blocked()), c.Uses)
	}
	for i := range p.r.Kinds {
		k := &p.r.Kinds[i]
		line(k.Title(), &k.Count)
	}
	line("in all*", &p.r.Count)
	p.WriteString("\n  * without statements\n")
}

// number is n, a dot where it is 0.
func number(n int) string {
	if n == 0 {
		return "."
	}
	return fmt.Sprint(n)
}

func (p *printer) facts() {
	r := p.r
	p.WriteString("\nThe configuration\n\n")
	fact := func(name, text string) {
		if text == "" {
			text = "none"
		}
		p.wrap(fmt.Sprintf("  %-9s", name), strings.Repeat(" ", 11), text)
	}
	fact("lines", fmt.Sprintf("%d, of which %d hold code that is active", r.Lines.Total, r.Lines.Active))
	var includes []string
	for _, f := range r.Includes {
		includes = append(includes, r.short(f))
	}
	fact("includes", strings.Join(includes, ", "))
	var defines []string
	for _, d := range r.Defines {
		if d.Value != "" {
			d.Name += "=" + d.Value
		}
		defines = append(defines, d.Name)
	}
	fact("defines", strings.Join(defines, ", "))
	fact("modules", strings.Join(r.Modules, ", "))
	fact("sockets", strings.Join(r.Sockets, ", "))
	if r.Warnings > 0 {
		fact("check", plural(r.Warnings, "warning")+" about what runs: olelo check shows them")
	}
}

// mistakesShown is how many mistakes the text shows.
const mistakesShown = 10

func (p *printer) mistakes() {
	if len(p.r.Mistakes) == 0 {
		return
	}
	p.WriteString("\nMistakes\n  These stop Kamailio's start too, as far as this host can tell; olelo check shows them in place.\n\n")
	for i, m := range p.r.Mistakes {
		if i == mistakesShown {
			fmt.Fprintf(p, "  … and %d more\n", len(p.r.Mistakes)-i)
			return
		}
		where := ""
		if m.Line > 0 {
			where = fmt.Sprintf("%s:%d: ", p.r.short(m.File), m.Line)
		}
		p.wrap("  ", "      ", where+m.Message+" ["+m.Code+"]")
	}
}

func (p *printer) section(s section) {
	if p.r.names(s.Class) == 0 {
		return
	}
	fmt.Fprintf(p, "\n%s\n", s.Title)
	if s.Text != "" {
		fmt.Fprintf(p, "  %s\n", s.Text)
	}
	if s.Class == inventory.NotRun {
		for _, m := range p.r.Missing {
			what := ""
			if !m.Whole {
				what = ", parts of it"
			}
			fmt.Fprintf(p, "\n  %s%s: %s\n", m.Module, what, plural(m.Uses, "use"))
			items := p.r.waiting(m.Module)
			for i := range items {
				p.item(&items[i])
				p.why(&items[i], after(items, i))
			}
		}
		return
	}
	kind := inventory.Kind("")
	for i := range p.r.Items {
		it := &p.r.Items[i]
		if it.Class != s.Class {
			continue
		}
		if it.Kind != kind {
			kind = it.Kind
			fmt.Fprintf(p, "\n  %s\n", kindTitles[kind])
		}
		p.item(it)
		p.why(it, after(p.r.Items, i))
	}
}

// nameWidth is the column of names.
const nameWidth = 34

func (p *printer) item(it *Item) {
	lead := fmt.Sprintf("%6d  %s", it.Uses, it.label())
	if n := 8 + nameWidth - utf8.RuneCountInString(lead); n > 0 {
		lead += strings.Repeat(" ", n)
	} else {
		lead += "  "
	}
	text := p.places(it)
	if it.Class == inventory.NotRun && it.Versions != "" && it.Versions != "5.6, 6.1" && it.Kind != inventory.Module {
		text += " (Kamailio " + it.Versions + ")"
	}
	p.WriteString(lead + text + "\n")
}

// why says how an item differs, unless the next one does in the same way.
func (p *printer) why(it, next *Item) {
	if next != nil && next.Class == it.Class && next.Kind == it.Kind && slices.Equal(next.Why, it.Why) {
		return
	}
	for _, way := range it.Why {
		p.wrap("        - ", "          ", way)
	}
}

// after is what follows place i of items.
func after(items []Item, i int) *Item {
	if i+1 < len(items) {
		return &items[i+1]
	}
	return nil
}

// label is an item's name with what a list without headings needs.
func (it *Item) label() string {
	switch {
	case it.Class != inventory.NotRun:
	case it.Kind == inventory.Module:
		return "loadmodule"
	case it.Kind == inventory.ModParam:
		_, param, _ := strings.Cut(it.Name, ".")
		return "modparam " + param
	case it.Kind == inventory.Global:
		return it.Name + "="
	}
	return it.Name
}

// shown is how many places of an item the text shows.
const shown = 5

// places are the first lines that use an item: those of one file behind its name.
func (p *printer) places(it *Item) string {
	var b strings.Builder
	file, n, line := "", 0, 0
	for _, at := range it.Places {
		if at.File == file && at.Line == line {
			continue
		}
		if n == shown {
			b.WriteString(" …")
			break
		}
		if at.File != file {
			if file != "" {
				b.WriteByte(' ')
			}
			fmt.Fprintf(&b, "%s:%d", p.r.short(at.File), at.Line)
		} else {
			fmt.Fprintf(&b, " %d", at.Line)
		}
		file, line = at.File, at.Line
		n++
	}
	return b.String()
}

// wrap writes words in lines of at most width columns; the first starts with
// first, the others with rest.
func (p *printer) wrap(first, rest, text string) {
	p.WriteString(first)
	col, start := utf8.RuneCountInString(first), true
	for word := range strings.FieldsSeq(text) {
		n := utf8.RuneCountInString(word)
		if !start && col+1+n > width {
			p.WriteString("\n" + rest)
			col, start = utf8.RuneCountInString(rest), true
		}
		if !start {
			p.WriteByte(' ')
			col++
		}
		p.WriteString(word)
		col += n
		start = false
	}
	p.WriteByte('\n')
}
