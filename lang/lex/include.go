package lex

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// NoInclude is the code of an included file that cannot be read. What it
// defines is unknown then.
const NoInclude = "no-include"

// include runs include_file and import_file, with and without #!. Kamailio
// takes the next text without white space for the name, even from another
// line.
func (s *scanner) include(f *frame, d directive) {
	word := d.name
	f.space()
	arg := f.solid()
	at := s.mark(f, f.pos, len(arg))
	f.pos += len(arg)
	name, ok := strings.CutPrefix(arg, `"`)
	if ok {
		name, ok = strings.CutSuffix(name, `"`)
	}
	switch {
	case arg == "":
		s.badInclude(d, d.at, word+" needs the name of a file, in quotes", "it is written "+word+` "FILE"`)
	case !ok || len(arg) < 2:
		hint := "it is written " + word + ` "FILE", with nothing behind the closing quote but a blank`
		switch i := strings.IndexByte(name, '"'); {
		case i > 0 && i < len(name)-1:
			hint = "take " + quote(name[i+1:]) + " away: it counts as part of the name"
		case len(arg) > 1 && arg[0] == '"' && i < 0 && strings.Contains(f.restOfLine(), `"`):
			hint = "a file's name has no blanks: Kamailio takes what stands before the first"
		}
		s.badInclude(d, at, "the file name must be in quotes, not "+quote(arg), hint)
		f.pos += len(f.restOfLine()) // no remark about the rest of the name
	case name == "":
		s.badInclude(d, at, word+" has an empty file name", "it is written "+word+` "FILE"`)
	default:
		if changed, rule := s.substitute(name); rule != nil {
			name = changed
		}
		s.open(f, word, strings.ReplaceAll(name, `\`, ""), d.at, at)
	}
}

// badInclude refuses an include. Kamailio names the line for import_file only.
func (s *scanner) badInclude(d directive, at source.Pos, msg, hint string) {
	s.fail("bad-include", at, msg, hint).Late = d.name == "include_file"
}

// open reads a file from the working directory or, if it is not there, from
// the directory of the file that includes it.
func (s *scanner) open(f *frame, word, name string, at, nameAt source.Pos) {
	if s.includes > maxIncludes {
		return
	}
	files := 0
	var chain []string
	for i := range s.frames {
		if s.frames[i].def == nil {
			files++
			chain = append(chain, s.frames[i].name)
		}
	}
	if files > maxIncludeDepth {
		msg, hint := "includes are nested more than "+strconv.Itoa(maxIncludeDepth)+" deep", ""
		if i := slices.Index(chain, f.name); i < len(chain)-1 {
			msg, hint = f.name+" includes itself", "the way: "+strings.Join(chain[i:slices.Index(chain[i+1:], f.name)+i+2], " → ")
		}
		s.fail("include-depth", nameAt, msg, hint).Late = true
		s.includes = maxIncludes + 1 // no more
		return
	}
	if s.includes++; s.includes > maxIncludes {
		s.fail("include-depth", nameAt, "more than "+strconv.Itoa(maxIncludes)+" files are included", "").Late = true
		return
	}
	tried := []string{name}
	if !filepath.IsAbs(name) {
		if dir := filepath.Join(filepath.Dir(f.name), name); dir != filepath.Clean(name) {
			tried = append(tried, dir)
		}
	}
	var failure error
	for _, file := range tried {
		text, err := s.read(file)
		if err == nil {
			s.enter(f, file, text, at, nameAt)
			return
		}
		failure = err
		if !errors.Is(err, fs.ErrNotExist) {
			break
		}
	}
	if word == "import_file" {
		if !errors.Is(failure, fs.ErrNotExist) {
			s.report(diag.Warning, NoInclude, nameAt, "cannot open imported file "+quote(name)+": "+reason(failure), "")
		}
		return
	}
	hint := "tried " + strings.Join(tried, " and ") + "; import_file does without a file that is missing"
	s.fail(NoInclude, nameAt, "cannot open included file "+quote(name)+": "+reason(failure), hint).Late = true
}

// reason is an error's cause without the path, which is said already.
func reason(err error) string {
	var pe *fs.PathError
	if errors.As(err, &pe) {
		err = pe.Err
	}
	return err.Error()
}

func (s *scanner) read(name string) (string, error) {
	if s.opt.Read == nil {
		return "", fs.ErrNotExist
	}
	text, err := s.opt.Read(name)
	return string(text), err
}

func (s *scanner) enter(f *frame, file, text string, at, nameAt source.Pos) {
	if s.bytes+len(text) > maxText {
		s.fail("include-depth", nameAt, "the configuration has more than "+strconv.Itoa(maxText>>20)+" MiB", "")
		return
	}
	via := s.origin(f, f.pos-1, f.pos).Via // with the value that it stands in
	s.frames = append(s.frames, s.file(file, text, s.set.Nest(via, source.Frame{Kind: source.Include, Name: file, At: at})))
}
