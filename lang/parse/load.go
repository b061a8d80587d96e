// Package parse reads a configuration: files to tokens to a tree, and a list
// of all that is wrong with it.
package parse

import (
	"cmp"
	"os"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// NoFile is the code of the error that the main file cannot be read.
const NoFile = "no-file"

// Options are what a configuration is read with.
type Options struct {
	File string // the main file
	// ReadFile gives the content of the main file and of those that it
	// includes; nil is os.ReadFile.
	ReadFile func(name string) ([]byte, error)
	// Defines are the -A options: "NAME" or "NAME=value".
	Defines []string
	// Substs are the --subst, --substdef and --substdefs options.
	Substs []lex.Subst
	// LookupEnv finds environment variables; nil is os.LookupEnv.
	LookupEnv func(name string) (string, bool)
	// Dialect6 gives the built-in defines of Kamailio 6 in place of 5.6's.
	Dialect6 bool
	// MaxErrors is how many errors are reported before the rest of the
	// configuration is left alone; 0 is diag.MaxErrors.
	MaxErrors int
}

// Load reads and parses a configuration. The tree holds all that could be
// understood; it is whole if the list has no errors.
func Load(o Options) (*ast.File, *source.Set, *diag.List) {
	if o.ReadFile == nil {
		o.ReadFile = os.ReadFile
	}
	if o.LookupEnv == nil {
		o.LookupEnv = os.LookupEnv
	}
	if o.MaxErrors <= 0 {
		o.MaxErrors = diag.MaxErrors
	}
	set, diags := source.NewSet(), &diag.List{}
	text, err := o.ReadFile(o.File)
	if err != nil {
		diags.Add(diag.Diagnostic{Severity: diag.Error, Code: NoFile, Msg: "cannot read the configuration: " + err.Error()})
		return &ast.File{}, set, diags
	}
	def := lex.New(lex.Options{
		Read: o.ReadFile, Defines: o.Defines, Substs: o.Substs, LookupEnv: o.LookupEnv, Dialect6: o.Dialect6,
	}, set, diags)
	tokens, err := tokenise(def, set, o.File, string(text))
	if err != nil {
		diags.Add(diag.Diagnostic{Severity: diag.Error, Code: NoFile, Msg: err.Error()})
		return &ast.File{}, set, diags
	}
	p := &parser{set: set, tokens: tokens, diags: diags, maxErrors: o.MaxErrors}
	for i, d := range diags.Items {
		if d.Code == lex.UnclosedIfdef {
			p.ifdef = i + 1
		}
		p.missing = p.missing || d.Code == lex.NoInclude || d.Code == lex.UTF16
		if d.Code == lex.UTF16 && d.Pos.Filename == o.File {
			return &ast.File{}, set, diags
		}
		p.unclosed = p.unclosed || d.Code == lex.UnclosedString
	}
	p.grammar = build(def, p)
	file := p.file()
	file.Defines, file.Attributes = def.Defines(), def.Attributes()
	slices.SortStableFunc(diags.Items, func(a, b diag.Diagnostic) int {
		return cmp.Compare(set.Order(a.Pos), set.Order(b.Pos))
	})
	return file, set, diags
}

// tokenise is all tokens, EOF the last.
func tokenise(def *lex.Definition, set *source.Set, name, text string) ([]lexer.Token, error) {
	l, err := def.LexString(name, text)
	if err != nil {
		return nil, err
	}
	// A token for each four bytes is what dense configurations have.
	n := len(text)/4 + 16
	set.Grow(n)
	tokens := make([]lexer.Token, 0, n)
	for {
		t, err := l.Next()
		if err != nil {
			return nil, err
		}
		tokens = append(tokens, t)
		if t.EOF() {
			return tokens, nil
		}
	}
}
