package coverage

import (
	"cmp"
	"fmt"
	"maps"
	"slices"
)

// Share is how many of some lines or branches ran. The zero Share, of a
// configuration without any, counts as whole.
type Share struct{ Ran, All int }

// Permille is the share in thousandths, rounded down: it is 1000 only where all
// ran.
func (s Share) Permille() int {
	if s.All == 0 {
		return 1000
	}
	return s.Ran * 1000 / s.All
}

// String is "99.9 %", rounded down.
func (s Share) String() string { return fmt.Sprintf("%d.%d %%", s.Permille()/10, s.Permille()%10) }

func (s *Share) count(ran bool) {
	s.All++
	if ran {
		s.Ran++
	}
}

// Shares are those of one part of a profile. A line counts where a statement
// begins on it. A branch is one way that a condition or a switch can go.
type Shares struct{ Lines, Branches Share }

func (s *Shares) add(t Shares) {
	s.Lines.Ran += t.Lines.Ran
	s.Lines.All += t.Lines.All
	s.Branches.Ran += t.Branches.Ran
	s.Branches.All += t.Branches.All
}

// Shares are those of the whole profile.
func (p *Profile) Shares() Shares {
	var all Shares
	for _, f := range p.files() {
		all.add(f.Shares)
	}
	return all
}

// file is the points of one file. A place in several routes, of a file that is
// included into them, counts once.
type file struct {
	name string
	Shares
	lines  map[int]uint64 // the line's statements: how often the most frequent ran
	points []Point        // by place, their Route that of the first
	routes []*route       // by their first line
}

// route is the points of one route block in one file.
type route struct {
	title string
	Shares
	lines  map[int]uint64
	points []Point
}

func (p *Profile) files() []*file {
	var list []*file
	for _, x := range p.Points() {
		if len(list) == 0 || list[len(list)-1].name != x.File {
			list = append(list, &file{name: x.File})
		}
		f := list[len(list)-1]
		f.route(x.Route).points = append(f.route(x.Route).points, x)
		f.merge(x)
	}
	for _, f := range list {
		f.lines, f.Shares = sum(f.points)
		for _, r := range f.routes {
			r.lines, r.Shares = sum(r.points)
		}
	}
	return list
}

func (f *file) route(title string) *route {
	for _, r := range f.routes {
		if r.title == title {
			return r
		}
	}
	r := &route{title: title}
	f.routes = append(f.routes, r)
	return r
}

// merge adds a point, whatever its route.
func (f *file) merge(x Point) {
	if n := len(f.points) - 1; n >= 0 {
		last := f.points[n].Place
		last.Route = x.Route
		if last == x.Place {
			f.points[n].Count += x.Count
			return
		}
	}
	f.points = append(f.points, x)
}

func sum(points []Point) (lines map[int]uint64, s Shares) {
	lines = map[int]uint64{}
	for _, x := range points {
		if x.Kind == Statement {
			lines[x.Line] = max(lines[x.Line], x.Count)
			continue
		}
		s.Branches.count(x.Count > 0)
	}
	for _, n := range lines {
		s.Lines.count(n > 0)
	}
	return lines, s
}

// span is lines that follow each other.
type span struct{ from, to int }

func (s span) String() string {
	if s.from == s.to {
		return fmt.Sprint(s.from)
	}
	return fmt.Sprintf("%d-%d", s.from, s.to)
}

// unreached are the lines that never ran; what no statement begins on does not
// part them.
func unreached(lines map[int]uint64) []span {
	var list []span
	open := false
	for _, n := range slices.Sorted(maps.Keys(lines)) {
		switch {
		case lines[n] > 0:
			open = false
		case open:
			list[len(list)-1].to = n
		default:
			list = append(list, span{n, n})
			open = true
		}
	}
	return list
}

// decision is a condition, or a way of a switch, with all that is counted of it.
type decision struct {
	Place
	yes, no uint64 // a condition's; yes alone is a way of a switch
}

func (d *decision) isCondition() bool { return d.Kind == True }

// ways says how often each way was gone.
func (d *decision) ways() string {
	switch {
	case !d.isCondition():
		return chosen(d.Kind, d.yes)
	case d.yes+d.no == 0:
		return "never evaluated"
	}
	return times(d.yes, "true") + ", " + times(d.no, "false")
}

// missing says which ways were never gone; "" where all were.
func (d *decision) missing() string {
	switch {
	case !d.isCondition() && d.yes == 0:
		return chosen(d.Kind, 0)
	case !d.isCondition() || d.yes > 0 && d.no > 0:
		return ""
	case d.yes+d.no == 0:
		return "never evaluated"
	case d.yes == 0:
		return "never true"
	}
	return "never false"
}

func chosen(k Kind, n uint64) string {
	switch {
	case k == NoCase && n == 0:
		return "always found a case"
	case k == NoCase:
		return times(n, "without a case")
	case n == 0:
		return "never chosen"
	}
	return times(n, "chosen")
}

func times(n uint64, what string) string {
	switch n {
	case 0:
		return "never " + what
	case 1:
		return "once " + what
	}
	return fmt.Sprintf("%d times %s", n, what)
}

// decisions are those of some points, by place.
func decisions(points []Point) []*decision {
	var list []*decision
	at := map[Place]*decision{}
	for _, x := range points {
		k := x.Place
		switch k.Kind {
		case Statement:
			continue
		case False:
			k.Kind = True
		}
		d := at[k]
		if d == nil {
			d = &decision{Place: k}
			at[k] = d
			list = append(list, d)
		}
		if x.Kind == False {
			d.no += x.Count
		} else {
			d.yes += x.Count
		}
	}
	slices.SortStableFunc(list, func(a, b *decision) int { return cmp.Or(cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col)) })
	return list
}
