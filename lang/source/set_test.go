package source_test

import (
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/source"
)

func TestSet(t *testing.T) {
	set := source.NewSet()
	set.AddFile("a", "one\r\ntwo\n\nfour")
	set.AddFile("a", "another")
	for n, want := range map[int]string{0: "", 1: "one", 2: "two", 3: "", 4: "four", 5: ""} {
		if got := set.Line("a", n); got != want {
			t.Errorf("line %d: %q, want %q", n, got, want)
		}
	}
	if n := set.Lines("a"); n != 4 {
		t.Errorf("%d lines", n)
	}
	if diff := cmp.Diff([]string{"a"}, set.Files()); diff != "" {
		t.Error(diff)
	}
	inc := source.Frame{Kind: source.Include, Name: "b", At: source.Pos{Filename: "a", Line: 1, Column: 1}}
	def := source.Frame{Kind: source.Define, Name: "X", At: source.Pos{Filename: "b", Line: 1, Column: 1}}
	via := set.Nest(set.Nest(0, inc), def)
	first := set.Add(source.Pos{Filename: "a", Line: 1, Column: 2}, source.Token{EndLine: 1, EndCol: 3, Shift: -1})
	mark := set.Mark(source.Pos{Filename: "b", Line: 2, Column: 1}, source.Token{EndLine: 2, EndCol: 9})
	second := set.Add(source.Pos{Filename: "b", Line: 2, Column: 4}, source.Token{EndLine: 3, EndCol: 1, Via: via, Shift: 2, Width: 7})
	if !set.Live("a", 1) || set.Live("a", 2) || set.Live("a", 5) || set.Live("b", 2) {
		t.Error("Live is not the lines of tokens of known files")
	}
	if set.Len() != 2 || first.Offset != 1 || second.Offset != 2 || mark.Offset >= 0 {
		t.Errorf("%d tokens, numbers %d %d %d", set.Len(), first.Offset, mark.Offset, second.Offset)
	}
	if diff := cmp.Diff([]source.Frame{def, inc}, set.Origin(second)); diff != "" {
		t.Error(diff)
	}
	if diff := cmp.Diff([]source.Frame{inc}, set.Includes()); diff != "" {
		t.Error(diff)
	}
	if got := set.Origin(first); got != nil {
		t.Errorf("origin of a token of the main file: %v", got)
	}
	for _, test := range []struct {
		pos                     source.Pos
		line, col, from, to, nr int
	}{
		{first, 1, 3, 1, 2, 1},
		{second, 3, 1, 6, 12, 2},
		{mark, 2, 9, 1, 9, 2},
		{source.Pos{Filename: "a", Line: 4, Column: 5}, 4, 5, 5, 5, 0},
	} {
		line, col := set.End(test.pos)
		from, to := set.Columns(test.pos)
		if line != test.line || col != test.col || from != test.from || to != test.to || set.Order(test.pos) != test.nr {
			t.Errorf("%+v: ends %d:%d, columns %d-%d, order %d", test.pos, line, col, from, to, set.Order(test.pos))
		}
	}
	if (source.Pos{}).IsValid() || !first.IsValid() {
		t.Error("IsValid")
	}
}
