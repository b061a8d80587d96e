package diag_test

import (
	"encoding/json"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/diag"
	"olelo/lang/source"
)

func TestJSON(t *testing.T) {
	l, set := list()
	var b strings.Builder
	if err := l.JSON(&b, set); err != nil {
		t.Fatal(err)
	}
	want := `{"severity":"error","code":"a","file":"a.cfg","line":2,"column":2,"endLine":2,"endColumn":4,"message":"first","hint":"do it","origin":[{"kind":"include","name":"a.cfg","file":"a.cfg","line":1,"column":1}],"notes":[{"message":"see","file":"a.cfg","line":1,"column":2}]}
{"severity":"warning","code":"b","file":"a.cfg","line":2,"column":9,"endLine":2,"endColumn":13,"message":"second","origin":[{"kind":"define","name":"three"}]}
{"severity":"info","code":"c","file":"a.cfg","line":3,"column":103,"endLine":3,"endColumn":110,"message":"third"}
{"severity":"error","code":"d","file":"a.cfg","line":2,"column":2,"endLine":2,"endColumn":4,"message":"fourth","origin":[{"kind":"include","name":"a.cfg","file":"a.cfg","line":1,"column":1}]}
{"severity":"error","code":"unbalanced-directive","file":"a.cfg","line":4,"column":6,"endLine":4,"endColumn":6,"message":"fifth"}
{"severity":"error","code":"e","message":"sixth"}
`
	if diff := cmp.Diff(want, b.String()); diff != "" {
		t.Error(diff)
	}
}

// sarifPlace is a location as the test reads it back.
type sarifPlace struct {
	PhysicalLocation struct {
		ArtifactLocation struct{ URI, URIBaseID string }
		Region           *struct{ StartLine, StartColumn, EndLine, EndColumn int }
	}
	Message struct{ Text string }
}

// sarifLog is the part of SARIF that the test reads back.
type sarifLog struct {
	Version string
	Runs    []struct {
		Tool struct {
			Driver struct {
				Name, Version string
				Rules         []struct {
					ID                   string
					DefaultConfiguration struct{ Level string }
				}
			}
		}
		OriginalURIBaseIDs map[string]struct{ URI string }
		ColumnKind         string
		Results            []struct {
			RuleID, Level               string
			RuleIndex                   *int
			Message                     struct{ Text string }
			Locations, RelatedLocations []sarifPlace
		}
	}
}

// TestSARIF reads a log back: levels, places in characters with their ends
// exclusive, the way a text came as related places, each once, and relative
// addresses.
func TestSARIF(t *testing.T) {
	set := source.NewSet()
	main, inner, far := "a b.cfg", "/srv/k/inc/x.cfg", "/etc/y.cfg"
	set.AddFile(main, "include_file \"x\"\n")
	set.AddFile(inner, "é = ü1 ;\n\n")
	set.AddFile(far, "z\n")
	via := set.Nest(0, source.Frame{Kind: source.Include, Name: "x", At: source.Pos{Filename: main, Line: 1, Column: 1}})
	word := set.Add(source.Pos{Filename: inner, Line: 1, Column: 6}, source.Token{EndLine: 1, EndCol: 8, Via: via})
	first := set.Add(source.Pos{Filename: inner, Line: 1, Column: 1}, source.Token{EndLine: 1, EndCol: 2, Via: via})
	l := &diag.List{}
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "syntax", Pos: word, Msg: "bad", Hint: "good", Notes: []diag.Note{{Pos: first, Msg: "see"}}})
	l.Add(diag.Diagnostic{Severity: diag.Warning, Code: "no-such", Pos: source.Pos{Filename: far, Line: 1, Column: 1}, Msg: "far"})
	l.Add(diag.Diagnostic{Severity: diag.Info, Code: "unset-flag", Pos: first, EndLine: 2, Msg: "two lines"})
	l.Add(diag.Diagnostic{Severity: diag.Error, Code: "rpc", Msg: "whole"})
	var b strings.Builder
	if err := l.SARIF(&b, set, "1.2", "/srv/k"); err != nil {
		t.Fatal(err)
	}
	var log sarifLog
	if err := json.Unmarshal([]byte(b.String()), &log); err != nil {
		t.Fatal(err)
	}
	run := log.Runs[0]
	if log.Version != "2.1.0" || run.Tool.Driver.Name != "olelo" || run.Tool.Driver.Version != "1.2" || run.ColumnKind != "unicodeCodePoints" ||
		run.OriginalURIBaseIDs["%SRCROOT%"].URI != "file:///srv/k/" {
		t.Errorf("head: %+v", run)
	}
	if len(run.Tool.Driver.Rules) != len(diag.Codes()) {
		t.Errorf("%d rules, want %d", len(run.Tool.Driver.Rules), len(diag.Codes()))
	}
	show := func(list []sarifPlace) string {
		var all []string
		for _, p := range list {
			s := p.PhysicalLocation.ArtifactLocation.URIBaseID + " " + p.PhysicalLocation.ArtifactLocation.URI
			if r := p.PhysicalLocation.Region; r != nil {
				text, err := json.Marshal([]int{r.StartLine, r.StartColumn, r.EndLine, r.EndColumn})
				if err != nil {
					t.Fatal(err)
				}
				s += " " + string(text)
			}
			all = append(all, strings.TrimSpace(s+" "+p.Message.Text))
		}
		return strings.Join(all, "; ")
	}
	var got []string
	for _, r := range run.Results {
		got = append(got, r.Level+" "+r.Message.Text, show(r.Locations), show(r.RelatedLocations))
		if i := r.RuleIndex; (i == nil) != (r.RuleID == "no-such") || i != nil && run.Tool.Driver.Rules[*i].ID != r.RuleID {
			t.Errorf("%s: rule index %v", r.RuleID, i)
		}
	}
	want := []string{
		"error bad (good)", "%SRCROOT% inc/x.cfg [1,5,1,7]", "%SRCROOT% a%20b.cfg [1,1,1,2] included here; %SRCROOT% inc/x.cfg [1,1,1,2] see",
		"warning far", "file:///etc/y.cfg [1,1,1,2]", "",
		"note two lines", "%SRCROOT% inc/x.cfg [1,1,2,1]", "%SRCROOT% a%20b.cfg [1,1,1,2] included here",
		"error whole", "%SRCROOT% a%20b.cfg", "",
	}
	if diff := cmp.Diff(want, got); diff != "" {
		t.Error(diff)
	}
	for _, x := range run.Tool.Driver.Rules {
		if x.ID == "unset-flag" && x.DefaultConfiguration.Level != "note" {
			t.Errorf("unset-flag is by default a %s", x.DefaultConfiguration.Level)
		}
	}

	// Nothing found is an empty list, not none.
	b.Reset()
	if err := (&diag.List{}).SARIF(&b, source.NewSet(), "1.2", "/"); err != nil || !strings.Contains(b.String(), `"results": []`) {
		t.Errorf("%v: %s", err, b.String())
	}
}
