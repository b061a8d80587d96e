package lex

import (
	"errors"
	"io/fs"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/source"
)

// NoInclude is the code of an included file that cannot be read. What it
// defines is unknown then.
const NoInclude = "no-include"

// includeDirective runs #!include_file.
func (s *scanner) includeDirective(f *frame, word string) {
	from := f.pos - len(word)
	s.includeName(f, word, from)
}

// include runs the bare include_file at pos. It is false where no file name
// follows on the line.
func (s *scanner) include(f *frame, word string) bool {
	rest := f.text[f.pos+len(word):]
	if f.def != nil || blankLine(rest) {
		return false
	}
	from := f.pos
	f.pos += len(word)
	s.includeName(f, word, from)
	return true
}

// fileLen is the length of the file name at the start of rest. Kamailio takes
// all up to the next white space for the name.
func fileLen(rest string) int {
	blank := 0
	if len(rest) > 0 && rest[0] == '"' { // a name may have blanks
		blank = strings.IndexByte(rest[1:], '"') + 1
	}
	if n := strings.IndexAny(rest[blank:], " \t\r"); n >= 0 {
		return blank + n
	}
	return len(rest)
}

// includeName reads the name and opens the file.
func (s *scanner) includeName(f *frame, word string, from int) {
	f.blanks()
	rest := f.restOfLine()
	n := fileLen(rest)
	arg := rest[:n]
	at := s.mark(f, f.pos, n)
	f.pos += n
	name, ok := strings.CutPrefix(arg, `"`)
	if ok {
		name, ok = strings.CutSuffix(name, `"`)
	}
	if !ok || len(arg) < 2 {
		hint := `it is written ` + word + ` "FILE", with nothing behind the closing quote but a blank`
		if i := strings.IndexByte(name, '"'); i > 0 {
			hint = "take " + quote(name[i+1:]) + " away: it counts as part of the name"
		}
		s.fail("bad-include", at, "the file name must be in quotes, not "+quote(arg), hint)
		return
	}
	if name == "" {
		s.fail("bad-include", at, word+" has an empty file name", "")
		return
	}
	if changed, rule := s.substitute(name); rule != nil {
		name = changed
	}
	s.open(f, word, name, s.mark(f, from, len(word)), at)
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
		s.fail("include-depth", nameAt, msg, hint)
		s.includes = maxIncludes + 1 // no more
		return
	}
	if s.includes++; s.includes > maxIncludes {
		s.fail("include-depth", nameAt, "more than "+strconv.Itoa(maxIncludes)+" files are included", "")
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
		return
	}
	hint := "tried " + strings.Join(tried, " and ") + "; import_file does without a file that is missing"
	s.fail(NoInclude, nameAt, "cannot open included file "+quote(name)+": "+reason(failure), hint)
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
	text, _ = strings.CutPrefix(text, "\ufeff")
	if s.bytes += len(text); s.bytes > maxText {
		s.fail("include-depth", nameAt, "the configuration has more than "+strconv.Itoa(maxText>>20)+" MiB", "")
		return
	}
	s.set.AddFile(file, text)
	via := s.set.Nest(f.via, source.Frame{Kind: source.Include, Name: file, At: at})
	s.frames = append(s.frames, frame{text: text, name: file, line: 1, via: via, comment: -1, branch: -1})
}
