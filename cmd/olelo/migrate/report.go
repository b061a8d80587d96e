// Package migrate makes the report for the one who decides whether olelo takes
// over a configuration from Kamailio: what runs, what runs differently, what
// has no effect, what does not run yet.
package migrate

import (
	"cmp"
	"fmt"
	"path/filepath"
	"slices"
	"strings"

	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/runtime/app"
	"olelo/runtime/core"
)

// The exit statuses of "olelo migrate": that of the worst configuration.
const (
	StatusRuns       = 0   // it runs as it is
	StatusDiffers    = 1   // it runs, with differences to read
	StatusNotYet     = 2   // it does not run: something is not run yet, or it has mistakes
	StatusUnreadable = 255 // the file cannot be read, or the command line is wrong
)

// Document is the whole report. Its JSON names do not change their meaning;
// Format counts up if one ever does.
type Document struct {
	Format         string    `json:"format"` // "olelo-migrate/1"
	Olelo          string    `json:"olelo"`
	Kamailio       string    `json:"kamailio"` // the version whose language counts
	Status         int       `json:"status"`   // the exit status
	Configurations []*Report `json:"configurations"`
}

// Report is one configuration.
type Report struct {
	File    string  `json:"file"`
	Verdict Verdict `json:"verdict"`

	Lines    Lines    `json:"lines"`
	Includes []string `json:"includes"` // the files read beside it, in order
	Defines  []Define `json:"defines"`  // in effect at its end, by name
	Modules  []string `json:"modules"`  // that it loads, in order
	Sockets  []string `json:"sockets"`

	Count Count       `json:"count"` // statements left out
	Kinds []KindCount `json:"kinds"`

	Missing  []Missing `json:"missing"` // modules with something not run, the most uses first
	Items    []Item    `json:"items"`   // by class, kind and number of uses
	Mistakes []Mistake `json:"mistakes"`
	Warnings int       `json:"warnings"` // of olelo check, about what runs

	survey *app.Survey
}

// Verdict is the answer.
type Verdict struct {
	Status int    `json:"status"`
	Word   string `json:"word"` // runs, differs, not-yet, mistakes, unreadable
	Text   string `json:"text"` // in one line
}

// Lines counts lines of all files: Active are those that the preprocessor
// leaves and that hold more than a comment.
type Lines struct {
	Total  int `json:"total"`
	Active int `json:"active"`
}

// Define is a #!define.
type Define struct {
	Name  string `json:"name"`
	Value string `json:"value,omitempty"`
}

// Count is numbers of uses by class. Percent is the share of those that run,
// differently and without effect included, rounded down.
type Count struct {
	Uses     int `json:"uses"`
	Runs     int `json:"runs"`
	Differs  int `json:"differs"`
	Accepted int `json:"accepted"`
	NotRun   int `json:"notRun"`
	Unknown  int `json:"unknown"`
	Percent  int `json:"percent"`
}

// Running is how many uses run in one way or the other.
func (c Count) Running() int { return c.Runs + c.Differs + c.Accepted }

// Blocked is how many uses do not run.
func (c Count) Blocked() int { return c.NotRun + c.Unknown }

func (c *Count) add(class inventory.Class, n int) {
	c.Uses += n
	switch class {
	case inventory.Runs:
		c.Runs += n
	case inventory.Differs:
		c.Differs += n
	case inventory.Accepted:
		c.Accepted += n
	case inventory.NotRun:
		c.NotRun += n
	case inventory.Unknown:
		c.Unknown += n
	}
	c.Percent = 100 * c.Running() / c.Uses
}

// KindCount is the Count of one kind of names.
type KindCount struct {
	Kind inventory.Kind `json:"kind"`
	Count
}

// Missing is a module of Kamailio with something in use that does not run yet.
type Missing struct {
	Module string `json:"module"`
	// Whole tells that olelo has nothing of it; otherwise some of it is missing.
	Whole bool     `json:"whole"`
	Uses  int      `json:"uses"`
	Most  []string `json:"most"` // what is used most, at most three names
}

// Item is a name that a configuration uses.
type Item struct {
	Kind     inventory.Kind  `json:"kind"`
	Name     string          `json:"name"`
	Class    inventory.Class `json:"class"`
	Modules  []string        `json:"modules,omitempty"`  // whose it is in Kamailio
	Versions string          `json:"versions,omitempty"` // of Kamailio, of what does not run
	Why      []string        `json:"why,omitempty"`      // how it differs, why it has no effect, what is missing
	Uses     int             `json:"uses"`
	Places   []Place         `json:"places"`
}

// Place is where a name is used.
type Place struct {
	File   string `json:"file"`
	Line   int    `json:"line"`
	Column int    `json:"column"`
}

// Mistake is what stops Kamailio's start too, as olelo check says it.
type Mistake struct {
	Place
	Code    string `json:"code"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
}

// New reports on the configurations of files; options makes what each is
// loaded with.
func New(files []string, options func(file string) app.Options) *Document {
	d := &Document{Format: "olelo-migrate/1", Olelo: core.Version, Configurations: []*Report{}}
	for _, f := range files {
		o := options(f)
		d.Kamailio = o.Dialect.String()
		r := inspect(f, o)
		d.Status = max(d.Status, r.Verdict.Status)
		d.Configurations = append(d.Configurations, r)
	}
	return d
}

func inspect(file string, o app.Options) *Report {
	r := &Report{
		File: file, Includes: []string{}, Defines: []Define{}, Modules: []string{}, Sockets: []string{},
		Kinds: []KindCount{}, Missing: []Missing{}, Items: []Item{}, Mistakes: []Mistake{},
	}
	s, err := app.Inspect(o)
	if err != nil {
		r.Verdict = Verdict{StatusUnreadable, "unreadable", err.Error()}
		return r
	}
	r.survey = s
	for i, name := range s.Set.Files() {
		if i > 0 {
			r.Includes = append(r.Includes, name)
		}
		n := s.Set.Lines(name)
		r.Lines.Total += n
		for l := 1; l <= n; l++ {
			if s.Set.Live(name, l) {
				r.Lines.Active++
			}
		}
	}
	for _, d := range s.Defines {
		r.Defines = append(r.Defines, Define{d.ID, d.Value})
	}
	r.Sockets = append(r.Sockets, s.Sockets...)
	r.items(s.Uses)
	r.loaded(s.Uses)
	r.missing()
	r.mistakes(s.Diags)
	r.Verdict = r.verdict()
	return r
}

// items takes over the names, the class that blocks first.
func (r *Report) items(uses []inventory.Item) {
	kinds := map[inventory.Kind]*KindCount{}
	for _, k := range inventory.Kinds() {
		kinds[k] = &KindCount{Kind: k}
	}
	for _, u := range uses {
		it := Item{
			Kind: u.Kind, Name: u.Name, Class: u.Class, Modules: u.Modules, Versions: u.Versions,
			Uses: len(u.Uses), Places: make([]Place, len(u.Uses)),
		}
		if u.Why != "" {
			it.Why = strings.Split(u.Why, "\n")
		}
		for i, p := range u.Uses {
			it.Places[i] = Place{p.Filename, p.Line, p.Column}
		}
		r.Items = append(r.Items, it)
		kinds[u.Kind].add(u.Class, it.Uses)
		if u.Kind != inventory.Statement {
			r.Count.add(u.Class, it.Uses)
		}
	}
	rank := map[inventory.Class]int{}
	for i, c := range inventory.Classes() {
		rank[c] = i
	}
	slices.SortStableFunc(r.Items, func(a, b Item) int { return cmp.Compare(rank[a.Class], rank[b.Class]) })
	for _, k := range inventory.Kinds() {
		if kinds[k].Uses > 0 {
			r.Kinds = append(r.Kinds, *kinds[k])
		}
	}
}

// loaded lists the modules in the order of their loadmodule lines.
func (r *Report) loaded(uses []inventory.Item) {
	var mods []inventory.Item
	for _, u := range uses {
		if u.Kind == inventory.Module {
			mods = append(mods, u)
		}
	}
	slices.SortFunc(mods, func(a, b inventory.Item) int {
		return cmp.Compare(r.survey.Set.Order(a.Uses[0]), r.survey.Set.Order(b.Uses[0]))
	})
	for _, m := range mods {
		r.Modules = append(r.Modules, m.Name)
	}
}

// owner is the module that an item waits for.
func (it *Item) owner() string {
	if len(it.Modules) == 0 {
		return ""
	}
	return it.Modules[0]
}

func (r *Report) missing() {
	at := map[string]int{}
	for i := range r.Items {
		it := &r.Items[i]
		if it.Class != inventory.NotRun {
			continue
		}
		n, ok := at[it.owner()]
		if !ok {
			n = len(r.Missing)
			at[it.owner()] = n
			r.Missing = append(r.Missing, Missing{Module: it.owner(), Most: []string{}})
		}
		m := &r.Missing[n]
		m.Whole = m.Whole || it.Kind == inventory.Module
		m.Uses += it.Uses
	}
	slices.SortStableFunc(r.Missing, func(a, b Missing) int {
		return cmp.Or(cmp.Compare(b.Uses, a.Uses), strings.Compare(a.Module, b.Module))
	})
	for i := range r.Missing {
		m := &r.Missing[i]
		items := r.waiting(m.Module)
		slices.SortStableFunc(items, func(a, b Item) int {
			return cmp.Or(cmp.Compare(b.Uses, a.Uses), -cmp.Compare(callable(a.Kind), callable(b.Kind)))
		})
		for _, it := range items {
			if len(m.Most) < 3 && it.Kind != inventory.Module {
				m.Most = append(m.Most, it.label())
			}
		}
	}
}

// callable ranks what the routes themselves use before parameters.
func callable(k inventory.Kind) int {
	switch k {
	case inventory.ModParam, inventory.Global:
		return 0
	}
	return 1
}

// waiting are the items that do not run and are of a module.
func (r *Report) waiting(module string) []Item {
	var items []Item
	for _, it := range r.Items {
		if it.Class == inventory.NotRun && it.owner() == module {
			items = append(items, it)
		}
	}
	return items
}

// ours are the codes of warnings that a report says in its own way.
var ours = map[string]bool{"mpath-ignored": true, "module-retired": true, "not-run-yet": true}

func (r *Report) mistakes(diags *diag.List) {
	for i := range diags.Items {
		d := &diags.Items[i]
		if d.Severity == diag.Warning && !d.NotRun && !ours[d.Code] {
			r.Warnings++
		}
		if d.Severity == diag.Error && !d.NotRun {
			r.Mistakes = append(r.Mistakes, Mistake{Place{d.Pos.Filename, d.Pos.Line, d.Pos.Column}, d.Code, diag.Brief(d.Msg), diag.Brief(d.Hint)})
		}
	}
}

// names counts the items of a class.
func (r *Report) names(class inventory.Class) int {
	n := 0
	for i := range r.Items {
		if r.Items[i].Class == class {
			n++
		}
	}
	return n
}

// differences counts the ways in which what runs is meant to differ.
func (r *Report) differences() int {
	ways := map[string]bool{}
	for i := range r.Items {
		if r.Items[i].Class == inventory.Differs {
			for _, w := range r.Items[i].Why {
				ways[w] = true
			}
		}
	}
	return len(ways)
}

func (r *Report) verdict() Verdict {
	c, mistakes := &r.Count, len(r.Mistakes)
	blocked := r.names(inventory.NotRun) + r.names(inventory.Unknown)
	switch {
	case mistakes > 0 && blocked == 0:
		return Verdict{StatusNotYet, "mistakes", fmt.Sprintf("does not start, and neither does Kamailio: %s to correct", plural(mistakes, "mistake"))}
	case blocked > 0:
		text := fmt.Sprintf("does not run yet: %d of %d uses wait, %d %% run", c.Blocked(), c.Uses, c.Percent)
		var whole []string
		for _, m := range r.Missing {
			if m.Whole {
				whole = append(whole, m.Module)
			}
		}
		if len(whole) > 0 {
			text += "; modules missing: " + strings.Join(whole, ", ")
		}
		if mistakes > 0 {
			text += "; and " + plural(mistakes, "mistake") + " that Kamailio refuses too"
		}
		return Verdict{StatusNotYet, "not-yet", text}
	}
	if n := r.differences(); n > 0 {
		return Verdict{StatusDiffers, "differs", "runs, " + plural(n, "difference") + " to read"}
	}
	return Verdict{StatusRuns, "runs", "runs as it is"}
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return fmt.Sprintf("%d %ss", n, noun)
}

// short is a file's name as the main file's folder sees it.
func (r *Report) short(file string) string {
	if rel, err := filepath.Rel(filepath.Dir(r.File), file); err == nil && !strings.HasPrefix(rel, "..") {
		return rel
	}
	return file
}
