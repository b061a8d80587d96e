package diag

import (
	"encoding/json"
	"io"
	"net/url"
	"path/filepath"
	"slices"
	"strings"
	"unicode/utf8"

	"olelo/lang/source"
)

// The parts of SARIF 2.1.0 that are written.
type (
	sarifLog struct {
		Schema  string     `json:"$schema"`
		Version string     `json:"version"`
		Runs    []sarifRun `json:"runs"`
	}
	sarifRun struct {
		Tool struct {
			Driver sarifDriver `json:"driver"`
		} `json:"tool"`
		Bases      map[string]sarifArtifact `json:"originalUriBaseIds"`
		ColumnKind string                   `json:"columnKind"`
		Results    []sarifResult            `json:"results"`
	}
	sarifDriver struct {
		Name    string      `json:"name"`
		Version string      `json:"version"`
		Rules   []sarifRule `json:"rules"`
	}
	sarifRule struct {
		ID    string       `json:"id"`
		Short sarifMessage `json:"shortDescription"`
		Conf  struct {
			Level string `json:"level"`
		} `json:"defaultConfiguration"`
	}
	sarifMessage struct {
		Text string `json:"text"`
	}
	sarifResult struct {
		RuleID    string          `json:"ruleId"`
		RuleIndex *int            `json:"ruleIndex,omitempty"`
		Level     string          `json:"level"`
		Message   sarifMessage    `json:"message"`
		Locations []sarifLocation `json:"locations,omitempty"`
		Related   []sarifLocation `json:"relatedLocations,omitempty"`
	}
	sarifLocation struct {
		Physical struct {
			Artifact sarifArtifact `json:"artifactLocation"`
			Region   *sarifRegion  `json:"region,omitempty"`
		} `json:"physicalLocation"`
		Message *sarifMessage `json:"message,omitempty"`
	}
	sarifArtifact struct {
		URI    string `json:"uri"`
		BaseID string `json:"uriBaseId,omitempty"`
	}
	sarifRegion struct {
		StartLine   int `json:"startLine"`
		StartColumn int `json:"startColumn"`
		EndLine     int `json:"endLine"`
		EndColumn   int `json:"endColumn"` // behind the last one
	}
)

// sarifRoot names the folder that relative addresses start from.
const sarifRoot = "%SRCROOT%"

// sarifLevels are the severities in SARIF's words.
var sarifLevels = map[Severity]string{Error: "error", Warning: "warning", Info: "note"}

// sarif writes places as SARIF does.
type sarif struct {
	set  *source.Set
	root string // the folder that addresses are relative to, absolute
}

// SARIF writes the list as a log of the Static Analysis Results Interchange
// Format, version 2.1.0. The addresses of files under root, an absolute path,
// are relative to it.
func (l *List) SARIF(w io.Writer, set *source.Set, version, root string) error {
	s := &sarif{set, root}
	var run sarifRun
	run.Tool.Driver = sarifDriver{Name: "olelo", Version: version}
	run.Bases = map[string]sarifArtifact{sarifRoot: {URI: fileURL(strings.TrimSuffix(filepath.ToSlash(root), "/") + "/")}}
	run.ColumnKind = "unicodeCodePoints"
	index := map[string]*int{}
	for i, c := range codes {
		r := sarifRule{ID: c.Name, Short: sarifMessage{c.Means}}
		r.Conf.Level = sarifLevels[c.Severity]
		run.Tool.Driver.Rules = append(run.Tool.Driver.Rules, r)
		index[c.Name] = &i
	}
	run.Results = make([]sarifResult, 0, len(l.Items))
	for i := range l.Items {
		d := &l.Items[i]
		r := sarifResult{RuleID: d.Code, RuleIndex: index[d.Code], Level: sarifLevels[d.Severity], Message: sarifMessage{Brief(d.Msg)}}
		if d.Hint != "" {
			r.Message.Text += " (" + Brief(d.Hint) + ")"
		}
		if at, endLine, endCol := d.marked(set); at.IsValid() {
			r.Locations = []sarifLocation{s.location(at, endLine, endCol, "")}
			r.Related = s.origin(r.Related, at)
		} else if files := set.Files(); len(files) > 0 { // the configuration as a whole
			var whole sarifLocation
			whole.Physical.Artifact = s.artifact(files[0])
			r.Locations = []sarifLocation{whole}
		}
		for _, n := range d.Notes {
			line, col := set.End(n.Pos)
			r.Related = related(r.Related, s.location(n.Pos, line, col, Brief(n.Msg)))
			r.Related = s.origin(r.Related, n.Pos)
		}
		run.Results = append(run.Results, r)
	}
	enc := json.NewEncoder(w)
	enc.SetEscapeHTML(false)
	enc.SetIndent("", "  ")
	return enc.Encode(sarifLog{"https://json.schemastore.org/sarif-2.1.0.json", "2.1.0", []sarifRun{run}})
}

// origin appends the includes, defines and substitutions that the text at came
// through; the middle of a long way is left out.
func (s *sarif) origin(list []sarifLocation, at source.Pos) []sarifLocation {
	first, _, last := way(s.set, at)
	for _, f := range slices.Concat(first, last) {
		if !f.At.IsValid() { // the command line
			continue
		}
		msg := "in the value of " + Brief(f.Name)
		switch f.Kind {
		case source.Include:
			msg = "included here"
		case source.Subst:
			msg = "changed by this #!subst"
		}
		line, col := s.set.End(f.At)
		list = related(list, s.location(f.At, line, col, msg))
	}
	return list
}

// related appends l to a list that has each location once, as SARIF wants it.
func related(list []sarifLocation, l sarifLocation) []sarifLocation {
	for _, x := range list {
		if x.Physical.Artifact == l.Physical.Artifact && *x.Physical.Region == *l.Physical.Region && *x.Message == *l.Message {
			return list
		}
	}
	return append(list, l)
}

func (s *sarif) location(at source.Pos, endLine, endCol int, msg string) sarifLocation {
	var l sarifLocation
	l.Physical.Artifact = s.artifact(at.Filename)
	end := max(s.column(at.Filename, endLine, endCol+1), 1)
	start := s.column(at.Filename, at.Line, at.Column)
	if endLine <= at.Line {
		endLine, end = at.Line, max(end, start+1)
	}
	l.Physical.Region = &sarifRegion{at.Line, start, endLine, end}
	if msg != "" {
		l.Message = &sarifMessage{msg}
	}
	return l
}

// column turns a column in bytes into one in characters.
func (s *sarif) column(file string, line, col int) int {
	text := s.set.Line(file, line)
	n := min(max(col-1, 0), len(text))
	return utf8.RuneCountInString(text[:n]) + max(col-1, 0) - n + 1
}

func (s *sarif) artifact(file string) sarifArtifact {
	abs := file
	if !filepath.IsAbs(abs) {
		abs = filepath.Join(s.root, file)
	}
	rel, err := filepath.Rel(s.root, abs)
	if err != nil || rel == ".." || strings.HasPrefix(rel, ".."+string(filepath.Separator)) {
		return sarifArtifact{URI: fileURL(filepath.ToSlash(abs))}
	}
	return sarifArtifact{URI: (&url.URL{Path: filepath.ToSlash(rel)}).String(), BaseID: sarifRoot}
}

func fileURL(path string) string { return (&url.URL{Scheme: "file", Path: path}).String() }
