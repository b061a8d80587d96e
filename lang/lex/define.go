package lex

import (
	"path"
	"strings"

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
}

// piece is one line of a value.
type piece struct{ off, line, col int }

// tables are what directives fill.
type tables struct {
	defines map[string]*define
	substs  []*subst
}

func newTables() tables { return tables{defines: map[string]*define{}} }

// The built-in defines of the two dialects.
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
		s.defines[name] = &define{name: name, value: value, has: has}
	}
	for _, d := range s.opt.Defines {
		name, value, has := strings.Cut(d, "=")
		switch {
		case name == "" || class[name[0]] != cLetter || wordLen(name) != len(name):
			s.fail("bad-define", source.Pos{}, "-A "+d+": "+quote(name)+" is not a name", "it is written -A NAME or -A NAME=value")
		case s.defines[name] != nil:
			s.fail("duplicate-define", source.Pos{}, "-A "+d+": "+name+" is defined already", "")
		default:
			s.defines[name] = &define{name: name, value: value, has: has}
		}
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
func (s *scanner) loaded(file string) {
	name := "MOD_" + strings.TrimSuffix(path.Base(file), ".so")
	if s.defines[name] == nil {
		s.defines[name] = &define{name: name}
	}
}

// mode is what a define does where the name has a value.
type mode int

const (
	once  mode = iota // an error
	first             // it keeps its value
	last              // it gets the new one
)

// define runs #!define NAME value: the rest of the line, with the lines after
// a backslash.
func (s *scanner) define(f *frame, d directive, m mode) {
	name, at, ok := s.name(f, d)
	if !ok {
		return
	}
	if f.pos < len(f.text) && f.text[f.pos] == '-' {
		s.fail("bad-define", s.mark(f, f.pos, 1), "a define's name has no `-`: "+quote(name+f.text[f.pos:f.pos+1]+"…"), "letters, digits and _ make a name")
		f.pos += len(f.restOfLine())
		return
	}
	def := s.value(f, name, at)
	s.bind(def, m)
}

func (s *scanner) bind(def *define, m mode) {
	old := s.defines[def.name]
	switch {
	case old == nil || m == last:
		s.defines[def.name] = def
	case m == once:
		dg := s.fail("duplicate-define", def.at, def.name+" is defined already",
			"#!redefine replaces a value, #!trydef keeps the first")
		if old.at.IsValid() {
			dg.Notes = append(dg.Notes, diag.Note{Pos: old.at, Msg: "first defined here"})
		} else {
			dg.Hint = "it is built in or comes from the command line (-A); " + dg.Hint
		}
	}
}

// value reads a define's value.
func (s *scanner) value(f *frame, name string, at source.Pos) *define {
	f.blanks()
	def := &define{name: name, at: at}
	var b strings.Builder
	for {
		line := f.restOfLine()
		def.pieces = append(def.pieces, piece{b.Len(), f.line, f.pos - f.start + 1})
		body, more := strings.CutSuffix(line, `\`)
		if !more {
			if crlf, ok := strings.CutSuffix(line, "\\\r"); ok {
				s.fail("crlf-continuation", s.mark(f, f.pos+len(crlf), 1),
					"this `\\` does not continue the line: a carriage return stands after it", "save the file with Unix line ends (LF)")
				body, more = crlf, true
			}
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
	def.value = b.String()
	def.has = strings.TrimSpace(def.value) != ""
	return def
}

func (s *scanner) undefine(f *frame, d directive) {
	if name, _, ok := s.name(f, d); ok {
		delete(s.defines, name)
	}
}

// defineEnv runs #!defenv NAME or #!defenv NAME=VARIABLE.
func (s *scanner) defineEnv(f *frame, d directive, text, try bool) {
	name, at, ok := s.name(f, d)
	if !ok {
		return
	}
	env := name
	if f.pos < len(f.text) && f.text[f.pos] == '=' {
		f.pos++
		if env, _, ok = s.name(f, d); !ok {
			return
		}
	}
	value, set := "", false
	if s.opt.LookupEnv != nil {
		value, set = s.opt.LookupEnv(env)
	}
	if !set {
		if !try {
			s.fail("no-environment", at, "the environment has no variable "+env, "#!try"+d.name+" leaves "+name+" undefined then")
		}
		return
	}
	if text {
		value = `"` + value + `"`
	}
	m := once
	if try {
		m = first
	}
	s.bind(&define{name: name, value: value, has: true, at: at}, m)
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
	if depth >= maxDefineDepth || s.expanded > maxExpanded {
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
