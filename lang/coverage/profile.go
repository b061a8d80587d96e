package coverage

import (
	"bufio"
	"cmp"
	"errors"
	"fmt"
	"io"
	"regexp"
	"slices"
	"strconv"
	"strings"
)

// Point is a place and how often it was counted.
type Point struct {
	Place
	Count uint64
}

// Profile is the points of one or several configurations, each place once.
type Profile struct {
	at map[Place]uint64
}

func (p *Profile) add(x Point) {
	if p.at == nil {
		p.at = map[Place]uint64{}
	}
	p.at[x.Place] += x.Count
}

// Points are all points, by file and place.
func (p *Profile) Points() []Point {
	list := make([]Point, 0, len(p.at))
	for at, n := range p.at {
		list = append(list, Point{at, n})
	}
	slices.SortFunc(list, func(a, b Point) int {
		return cmp.Or(cmp.Compare(a.File, b.File), cmp.Compare(a.Line, b.Line), cmp.Compare(a.Col, b.Col),
			cmp.Compare(a.EndLine, b.EndLine), cmp.Compare(a.EndCol, b.EndCol), cmp.Compare(a.Nth, b.Nth), cmp.Compare(a.Kind, b.Kind), cmp.Compare(a.Route, b.Route))
	})
	return list
}

// Merge adds the counts of q. rename, where not nil, gives the name that a file
// of q has in p.
func (p *Profile) Merge(q *Profile, rename func(file string) string) {
	for at, n := range q.at {
		if rename != nil {
			at.File = rename(at.File)
		}
		p.add(Point{at, n})
	}
}

// header is a profile's first line: the format's name and version.
const header = "olelo coverage 1"

// Write writes p in the form that Read reads: a header line, then a line for
// each point, those that were never counted too,
//
//	FILE:LINE:COL-ENDLINE:ENDCOL KIND[.NTH] COUNT ROUTE
//
// in the order of Points.
func (p *Profile) Write(w io.Writer) error {
	b := bufio.NewWriter(w)
	fmt.Fprintln(b, header)
	for _, x := range p.Points() {
		if strings.ContainsAny(x.File+x.Route, "\r\n") {
			return fmt.Errorf("coverage: the name %q has a line end in it", x.File+x.Route)
		}
		kind := x.Kind.String()
		if x.Nth > 0 {
			kind += "." + strconv.Itoa(x.Nth)
		}
		fmt.Fprintf(b, "%s:%d:%d-%d:%d %s %d %s\n", x.File, x.Line, x.Col, x.EndLine, x.EndCol, kind, x.Count, x.Route)
	}
	return b.Flush()
}

var line = regexp.MustCompile(`^(.+):(\d+):(\d+)-(\d+):(\d+) ([a-z]+)(?:\.(\d{1,6}))? (\d+) (.+)$`)

// Read reads what Write wrote. An error names the line that is wrong.
func Read(r io.Reader) (*Profile, error) {
	s := bufio.NewScanner(r)
	if !s.Scan() || s.Text() != header {
		return nil, errors.Join(s.Err(), fmt.Errorf("not a coverage profile: its first line is not %q", header))
	}
	p := &Profile{}
	for n := 2; s.Scan(); n++ {
		x, err := parse(s.Text())
		if err != nil {
			return nil, fmt.Errorf("coverage profile, line %d: %w", n, err)
		}
		p.add(x)
	}
	return p, s.Err()
}

func parse(text string) (Point, error) {
	f := line.FindStringSubmatch(text)
	if f == nil {
		return Point{}, fmt.Errorf("%.100q is no FILE:LINE:COL-ENDLINE:ENDCOL KIND COUNT ROUTE", text)
	}
	x := Point{Place: Place{File: f[1], Route: f[9]}}
	for i, to := range []*int{&x.Line, &x.Col, &x.EndLine, &x.EndCol} {
		n, err := strconv.Atoi(f[i+2])
		if err != nil {
			return Point{}, err
		}
		*to = n
	}
	k := slices.Index(kinds[:], f[6])
	if k < 0 {
		return Point{}, fmt.Errorf("there is no kind %q: %s", f[6], strings.Join(kinds[:], ", "))
	}
	x.Kind = Kind(k)
	var err error
	if f[7] != "" {
		if x.Nth, err = strconv.Atoi(f[7]); err != nil {
			return Point{}, err
		}
	}
	x.Count, err = strconv.ParseUint(f[8], 10, 64)
	return x, err
}
