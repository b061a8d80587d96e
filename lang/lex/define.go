package lex

import (
	"path"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/source"
)

// define is a name's value.
type define struct {
	name   string
	value  string
	has    bool       // it has a value
	at     source.Pos // of its name; not valid on the command line
	pieces []piece    // where the value's lines stand
	module bool       // MOD_x, from loading x
	mode   mode
	order  int // among the names, as they came
}

// piece is one line of a value.
type piece struct{ off, line, col int }

// tables are what directives fill.
type tables struct {
	defines map[string]*define
	named   int // how many names ever came
	substs  []*subst
}

func newTables() tables { return tables{defines: map[string]*define{}} }

// put gives a name its value, in the place that it has among the names.
func (t *tables) put(d *define) {
	if old := t.defines[d.name]; old != nil {
		d.order = old.order
	} else {
		d.order = t.named
		t.named++
	}
	t.defines[d.name] = d
}

// The built-in defines of the two dialects: those of 5.6.3, and of the 6.2 that
// the cases for Kamailio 6 were observed on.
var (
	builtin5 = []string{"KAMAILIO_5", "KAMAILIO_5_6", "KAMAILIO_5_6_3"}
	builtin6 = []string{"KAMAILIO_6", "KAMAILIO_6_2", "KAMAILIO_6_2_0", "KAMAILIO_VERSION=6002000", `OS_NAME="linux"`}
)

// predefine sets the built-in defines and those of the command line.
func (s *scanner) predefine() {
	builtin := builtin5
	if s.opt.Dialect6 {
		builtin = builtin6
	}
	for _, d := range builtin {
		name, value, has := strings.Cut(d, "=")
		s.put(&define{name: name, value: value, has: has})
	}
	for _, d := range s.opt.Defines {
		name, value, has := strings.Cut(d, "=")
		switch {
		case name == "":
			s.fail("bad-define", source.Pos{}, "-A "+d+": the name is missing", "it is written -A NAME or -A NAME=value")
			continue
		case s.defines[name] != nil:
			s.fail("duplicate-define", source.Pos{}, "-A "+d+": "+name+" is defined already", "")
			continue
		case class[name[0]] != cLetter || wordLen(name) != len(name):
			s.report(diag.Warning, "bad-define", source.Pos{}, "-A "+d+": "+quote(name)+" is not a name that a configuration can use", "letters, digits and _ make a name, the first no digit")
		}
		s.put(&define{name: name, value: value, has: has})
	}
}

// presubst adds the rules of the command line.
func (s *scanner) presubst() {
	what := map[string]int{"subst": substOnly, "substdef": substDef, "substdefs": substDefText}
	for _, o := range s.opt.Substs {
		s.addRule(o.Rule, source.Pos{}, what[o.Directive])
	}
}

// loaded defines MOD_x for a loaded module.
func (s *scanner) loaded(file string, at source.Pos) {
	name := "MOD_" + strings.TrimSuffix(path.Base(file), ".so")
	old := s.defines[name]
	if old != nil && !old.module {
		d := s.fail("duplicate-define", at, name+" is defined already: the module cannot define it", "loading a module defines MOD_ and its name; take the define out")
		if old.at.IsValid() {
			d.Notes = append(d.Notes, diag.Note{Pos: old.at, Msg: "defined here"})
		}
		return
	}
	s.put(&define{name: name, module: true})
}

// mode is what a define does where the name has a value.
type mode = ast.DefineMode

const (
	once  = ast.DefineOnce
	first = ast.DefineFirst
	last  = ast.DefineLast
)

// define runs #!define NAME value: the rest of the line, with the lines after
// a backslash.
func (s *scanner) define(f *frame, d directive, m mode) {
	name, at, ok := s.name(f, d)
	if !ok {
		return
	}
	def := s.value(f, name, at)
	if def.has && keywords[name] {
		s.report(diag.Warning, "keyword-define", at, name+" is a word of the language: it never stands for this value", "take another name")
	}
	s.bind(def, m)
}

// bind gives a name its value. It returns the remark that the name has one
// already, or nil.
func (s *scanner) bind(def *define, m mode) *diag.Diagnostic {
	old := s.defines[def.name]
	switch {
	case old == nil || m == last:
		def.mode = m
		s.put(def)
		if old == nil && len(s.defines) == maxDefines+1 && !s.opt.Dialect6 {
			s.report(diag.Warning, "many-defines", def.at, "more than "+strconv.Itoa(maxDefines)+" defines: Kamailio 5.6 refuses this configuration", "each loaded module counts too")
		}
	case m == once:
		dg := s.fail("duplicate-define", def.at, def.name+" is defined already",
			"#!redefine replaces a value, #!trydef keeps the first")
		if old.at.IsValid() {
			dg.Notes = append(dg.Notes, diag.Note{Pos: old.at, Msg: "first defined here"})
		} else if old.module {
			dg.Hint = "it was defined when the module was loaded; " + dg.Hint
		} else {
			dg.Hint = "it is built in or comes from the command line (-A); " + dg.Hint
		}
		return dg
	}
	return nil
}

// maxDefines is how many names Kamailio 5.6 can define.
const maxDefines = 512

// value reads a define's value.
func (s *scanner) value(f *frame, name string, at source.Pos) *define {
	f.blanks()
	def := &define{name: name, at: at}
	var b strings.Builder
	for {
		line := f.restOfLine()
		def.pieces = append(def.pieces, piece{b.Len(), f.line, f.pos - f.start + 1})
		body, more := strings.CutSuffix(line, `\`)
		if crlf, ok := strings.CutSuffix(line, "\\\r"); ok {
			s.report(diag.Warning, "crlf-continuation", s.mark(f, f.pos+len(crlf), 1),
				"this `\\` does not continue the line: a carriage return stands after it", "save the file with Unix line ends (LF)")
		}
		b.WriteString(body)
		f.pos += len(line)
		if !more || f.pos == len(f.text) {
			break
		}
		f.newline()
		if b.Len() == 0 { // Kamailio takes a backslash right after the name for the end
			break
		}
	}
	def.value = s.upToNUL(b.String(), at)
	def.has = strings.TrimSpace(def.value) != ""
	return def
}

func (s *scanner) undefine(f *frame, d directive) {
	if name, _, ok := s.name(f, d); ok {
		delete(s.defines, name)
	}
}

// defineEnv runs #!defenv NAME or #!defenv NAME=VARIABLE. Kamailio takes the
// next text without white space, even from another line.
func (s *scanner) defineEnv(f *frame, d directive, text, try bool) {
	f.space()
	arg := f.solid()
	at := s.mark(f, f.pos, len(arg))
	f.pos += len(arg)
	name, env, other := strings.Cut(arg, "=")
	if !other {
		env = name
	}
	if name == "" || env == "" {
		s.fail("bad-directive", d.at, "#!"+d.name+" needs a name", "it is written #!"+d.name+" NAME or #!"+d.name+" NAME=VARIABLE")
		return
	}
	value, set := "", false
	if s.opt.LookupEnv != nil {
		value, set = s.opt.LookupEnv(env)
	}
	if !set {
		if !try {
			s.fail("no-environment", at, "the environment has no variable "+quote(env), "#!try"+d.name+" leaves "+name+" undefined then")
		}
		return
	}
	if text {
		value = `"` + value + `"`
	}
	s.bind(&define{name: name, value: value, has: true, at: at}, once)
}

// expand puts a define's value in the place of its name. It is false where
// that would never end: then all values around are given up.
func (s *scanner) expand(f *frame, d *define) bool {
	if !d.has {
		f.pos += len(d.name)
		f.shift -= len(d.name)
		return true
	}
	depth := 0
	for i := len(s.frames) - 1; s.frames[i].def != nil; i-- {
		depth++
		if s.frames[i].def == d {
			s.fail("define-loop", s.mark(f, f.pos, len(d.name)), "the value of "+d.name+" leads to "+d.name+" again", "Kamailio never comes to an end here")
			s.drop()
			return false
		}
	}
	s.expanded++
	s.grown += len(d.value)
	if depth >= maxDefineDepth || s.expanded > maxExpanded || s.grown > maxGrown {
		if s.expanded <= maxExpanded+1 {
			s.fail("define-too-deep", s.mark(f, f.pos, len(d.name)), "too many defines inside the values of defines", "")
			s.expanded = maxExpanded + 2
		}
		s.drop()
		return false
	}
	in := frame{text: d.value, name: f.name, def: d, via: f.via, comment: -1, branch: -1}
	in.use = f.at(f.pos)
	if f.def == nil {
		in.line, in.endL, in.endC = f.line, f.line, f.pos-f.start+len(d.name)
		in.shift = f.pos - f.start + f.shift
	} else {
		in.line, in.endL, in.endC = f.line, f.endL, f.endC
		in.shift = f.pos + f.shift
		in.via = s.set.Nest(f.via, source.Frame{Kind: source.Define, Name: f.def.name, At: s.inside(f.def, f.pos, f.pos+len(d.name))})
	}
	in.first = in.shift
	f.pos += len(d.name)
	s.frames = append(s.frames, in)
	return true
}

// drop gives up the values that are being read.
func (s *scanner) drop() {
	for s.top().def != nil {
		f := s.top()
		f.pos = len(f.text)
		s.leave()
	}
	if f := s.top(); f.pos < len(f.text) && class[f.text[f.pos]] == cLetter {
		f.pos += wordLen(f.text[f.pos:])
	}
}
