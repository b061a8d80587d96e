package diag

import (
	"encoding/json"
	"io"
	"slices"

	"olelo/lang/source"
)

// finding is a diagnostic as one JSON object.
type finding struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	where
	EndLine int    `json:"endLine,omitempty"` // inclusive
	EndCol  int    `json:"endColumn,omitempty"`
	Message string `json:"message"`
	Hint    string `json:"hint,omitempty"`
	passed
	Notes []note `json:"notes,omitempty"`
}

// where is a place; columns count bytes.
type where struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
}

// passed is how the text came into the configuration.
type passed struct {
	Origin  []step `json:"origin,omitempty"`        // the innermost first
	LeftOut int    `json:"originLeftOut,omitempty"` // steps left out in the middle
}

// step is one include, define or substitution that the text came through.
type step struct {
	Kind string `json:"kind"` // include, define, subst
	Name string `json:"name"`
	where
}

type note struct {
	Message string `json:"message"`
	where
	passed
}

// JSON writes the list as JSON objects, one a line.
func (l *List) JSON(w io.Writer, set *source.Set) error {
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	for i := range l.Items {
		d := &l.Items[i]
		at, endLine, endCol := d.marked(set)
		f := finding{
			Severity: d.Severity.String(), Code: d.Code, where: place(at),
			EndLine: endLine, EndCol: endCol, Message: Brief(d.Msg), Hint: Brief(d.Hint), passed: passage(set, at),
		}
		for _, n := range d.Notes {
			f.Notes = append(f.Notes, note{Brief(n.Msg), place(n.Pos), passage(set, n.Pos)})
		}
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

func place(p source.Pos) where { return where{p.Filename, p.Line, p.Column} }

var stepKinds = map[source.Kind]string{source.Include: "include", source.Define: "define", source.Subst: "subst"}

func passage(set *source.Set, at source.Pos) passed {
	first, more, last := way(set, at)
	p := passed{LeftOut: more}
	for _, f := range slices.Concat(first, last) {
		p.Origin = append(p.Origin, step{stepKinds[f.Kind], Brief(f.Name), place(f.At)})
	}
	return p
}
