package diag

import (
	"encoding/json"
	"io"

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
	Origin  []step `json:"origin,omitempty"` // the innermost first
	Notes   []note `json:"notes,omitempty"`
}

// where is a place; columns count bytes.
type where struct {
	File   string `json:"file,omitempty"`
	Line   int    `json:"line,omitempty"`
	Column int    `json:"column,omitempty"`
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
	Origin []step `json:"origin,omitempty"`
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
			EndLine: endLine, EndCol: endCol, Message: d.Msg, Hint: d.Hint, Origin: steps(set, at),
		}
		for _, n := range d.Notes {
			f.Notes = append(f.Notes, note{n.Msg, place(n.Pos), steps(set, n.Pos)})
		}
		if err := enc.Encode(f); err != nil {
			return err
		}
	}
	return nil
}

func place(p source.Pos) where { return where{p.Filename, p.Line, p.Column} }

var stepKinds = map[source.Kind]string{source.Include: "include", source.Define: "define", source.Subst: "subst"}

func steps(set *source.Set, at source.Pos) []step {
	var list []step
	for _, f := range set.Origin(at) {
		list = append(list, step{stepKinds[f.Kind], f.Name, place(f.At)})
	}
	return list
}
