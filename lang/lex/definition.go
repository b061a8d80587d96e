package lex

import (
	"cmp"
	"io"
	"maps"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/source"
)

// Options are what a configuration is read with.
type Options struct {
	// Read gives a file's content. An error that is fs.ErrNotExist lets the
	// search for an included file go on.
	Read func(name string) ([]byte, error)
	// Defines are the -A options: "NAME" or "NAME=value".
	Defines []string
	// Substs are the --subst options, as if directives at the very start.
	Substs []Subst
	// LookupEnv is os.LookupEnv, or a test's own.
	LookupEnv func(name string) (string, bool)
	// Dialect6 gives the built-in defines of Kamailio 6 in place of 5.6's.
	Dialect6 bool
}

// Subst is one --subst, --substdef or --substdefs option.
type Subst struct {
	Directive string // its name: subst, substdef, substdefs
	Rule      string // "/regexp/replacement/flags"
}

// Definition makes lexers that share one source.Set and one diag.List, which
// get the tokens' origins and what is wrong with the text. A wrong text never
// makes Next fail: it is reported and lexing goes on.
type Definition struct {
	opt   Options
	set   *source.Set
	diags *diag.List
	last  *scanner // the newest lexer made
}

// New returns a definition for one configuration.
func New(opt Options, set *source.Set, diags *diag.List) *Definition {
	return &Definition{opt: opt, set: set, diags: diags}
}

// Symbols implements participle's lexer.Definition.
func (*Definition) Symbols() map[string]lexer.TokenType { return symbols }

// Lex implements participle's lexer.Definition.
func (d *Definition) Lex(name string, r io.Reader) (lexer.Lexer, error) {
	text, err := io.ReadAll(r)
	if err != nil {
		return nil, err
	}
	return d.LexString(name, string(text))
}

// LexString implements participle's lexer.StringDefinition.
func (d *Definition) LexString(name, text string) (lexer.Lexer, error) {
	d.last = newScanner(d, name, text)
	return d.last, nil
}

// Attributes reports whether SER's attributes are part of the language where
// the newest lexer stands: nothing said that it is only Kamailio's.
func (d *Definition) Attributes() bool { return d.last != nil && d.last.dollar != dollarVariable }

// Defines are the names defined where the newest lexer stands, in the order in
// which they came.
func (d *Definition) Defines() []ast.Define {
	if d.last == nil {
		return nil
	}
	list := slices.SortedFunc(maps.Values(d.last.defines), func(a, b *define) int { return cmp.Compare(a.order, b.order) })
	all := make([]ast.Define, len(list))
	for i, def := range list {
		all[i] = ast.Define{Name: def.name, Value: def.value, Mode: def.mode}
	}
	return all
}
