package lex

import (
	"olelo/lang/diag"
	"olelo/lang/source"
)

// strays finds the reasons of #!else and #!endif that belong to no #!ifdef.
// Kamailio warns of each, and refuses the configuration at its end if there is
// a #!endif among them.
type strays struct {
	// suspects are directives that Kamailio takes for comments: the reason
	// for a branch that never ends.
	suspects []diag.Note
	// unpaired is how many comments look like an #!ifdef, and so have a
	// #!endif somewhere that is alone; cause is the remark about the first of
	// them, its index plus one.
	unpaired, cause int
	// alone is the remark about a #!else whose #!endif may follow, its index
	// plus one.
	alone int
}

// suspect notes the directive at pos, n bytes long.
func (s *scanner) suspect(f *frame, n int, why string) {
	s.suspects = append(s.suspects, diag.Note{Pos: s.mark(f, f.pos, n), Msg: why})
}

// ifComment warns of a comment that looks like an #!ifdef. One remark is for
// all of them.
func (s *scanner) ifComment(f *frame, n int, code, msg, hint string) {
	at := s.mark(f, f.pos, n)
	s.unpaired++
	if d := s.remark(s.cause); d != nil {
		d.Notes = append(d.Notes, diag.Note{Pos: at, Msg: msg})
		return
	}
	s.cause = s.numbered(s.report(diag.Warning, code, at, msg, hint))
}

// numbered is the index plus one of the diagnostic that report has returned,
// 0 where it was dropped.
func (s *scanner) numbered(d *diag.Diagnostic) int {
	if n := len(s.diags.Items); n > 0 && d == &s.diags.Items[n-1] {
		return n
	}
	return 0
}

// remark is the diagnostic with an index plus one.
func (s *scanner) remark(n int) *diag.Diagnostic {
	if n == 0 {
		return nil
	}
	return &s.diags.Items[n-1]
}

// strayElse warns of a #!else that is alone; Kamailio goes on.
func (s *scanner) strayElse(d directive) {
	if s.unpaired > 0 {
		s.blame(d.at)
		return
	}
	if s.alone == 0 {
		s.alone = s.numbered(s.report(diag.Warning, diag.UnbalancedDirective, d.at, "#!else without an #!ifdef: it does nothing", ""))
	}
}

// strayEndif refuses a #!endif that is alone.
func (s *scanner) strayEndif(d directive) {
	if s.unpaired > 0 {
		s.unpaired--
		if r := s.blame(d.at); r != nil {
			r.Severity = diag.Error
		}
		return
	}
	dg := s.remark(s.alone)
	s.alone = 0
	if dg == nil {
		dg = s.fail(diag.UnbalancedDirective, d.at, "#!endif without an #!ifdef", "")
	} else {
		dg.Severity, dg.Msg = diag.Error, "#!else and #!endif without an #!ifdef"
		dg.Notes = append(dg.Notes, diag.Note{Pos: d.at, Msg: "the #!endif"})
	}
	dg.Notes = append(dg.Notes, s.suspects...)
	s.suspects = nil
}

// blame moves the remark about a comment that looks like an #!ifdef to the
// place where Kamailio stumbles over it first.
func (s *scanner) blame(at source.Pos) *diag.Diagnostic {
	d := s.remark(s.cause)
	if d != nil && !d.Mark.IsValid() {
		d.Mark, d.Pos = d.Pos, at
		d.Code, d.Late = diag.UnbalancedDirective, false
		d.Msg += ", so that its #!else and #!endif have no #!ifdef"
		d.Notes = append(d.Notes, diag.Note{Pos: at, Msg: "the first of them"})
	}
	return d
}
