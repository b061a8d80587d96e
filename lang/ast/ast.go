// Package ast is a configuration as a tree: items, statements, expressions.
// The struct tags are the LL(1) grammar of the nodes that participle parses.
// Package parse chooses the item or statement by its first token, and parses
// expressions, global parameters and blocks itself. The
// `;` after a statement is left to the list that the statement stands in.
package ast

import "olelo/lang/source"

// File is a whole configuration after the preprocessor: includes are spliced
// in, false #!ifdef branches are gone.
type File struct {
	Items []Item
	// Defines are the preprocessor's names at the end of the text, in the order
	// in which they came.
	Defines []Define
	// Attributes tells that SER's attributes are part of the language: $name is
	// an AVP where no variable has that name. A configuration that says
	// #!KAMAILIO has none.
	Attributes bool
}

// Define is a name of the preprocessor's.
type Define struct {
	Name  string
	Value string // "" for a name without one
	Mode  DefineMode
}

// DefineMode is what a define does where the name has a value already.
type DefineMode int

// The modes.
const (
	DefineOnce  DefineMode = iota // an error: #!define
	DefineFirst                   // it keeps its value: #!trydef
	DefineLast                    // it gets the new one: #!redefine
)

// Define finds a name.
func (f *File) Define(name string) (Define, bool) {
	for _, d := range f.Defines {
		if d.Name == name {
			return d, true
		}
	}
	return Define{}, false
}

// Item is one thing at the top level.
type Item interface{ item() }

// Stmt is one statement inside a route.
type Stmt interface{ stmt() }

// Expr is an expression.
type Expr interface {
	expr()
	// Span is the expression's first token, and its last marked line and column.
	Span() (start source.Pos, endLine, endCol int)
}

// Range is where a node stands; every node embeds it.
type Range struct {
	Pos     source.Pos
	EndLine int // of the node's last token
	EndCol  int // inclusive
}

// Span returns the range's bounds.
func (r Range) Span() (source.Pos, int, int) { return r.Pos, r.EndLine, r.EndCol }

// SetEnd sets where the node's last token ends.
func (r *Range) SetEnd(line, col int) { r.EndLine, r.EndCol = line, col }

// ---- items ----

// Global is `name = value …` or `group.name = value`: a core parameter.
type Global struct {
	Range
	Group  string // custom parameters only
	Name   string
	EqAt   source.Pos // the = sign
	Values []Literal  // listen=udp:127.0.0.1:5060 advertise 1.2.3.4:5060 gives its words in order
}

// Load is loadmodule, loadmodulex, loadpath, mpath.
type Load struct {
	Range
	Keyword string   `parser:"( @('loadmodule':Key | 'loadmodulex':Key) | @('loadpath':Key | 'mpath':Key) '='? )"`
	Arg     Literal  `parser:"( ( (?= Str) @@ ) | '(' (?= Str) @@"`
	Opts    *Literal `parser:"( ',' (?= Str) @@ )? ')' )"` // loadmodule("x.so", "opts"), nil if absent
}

// ModParam is modparam or modparamx("module", "name", value).
type ModParam struct {
	Range
	Keyword string  `parser:"@('modparam':Key | 'modparamx':Key) '('"`
	Module  Literal `parser:"(?= Str) @@ ','"` // may name several, separated by |, or be a regex
	Name    Literal `parser:"(?= Str) @@ ','"`
	Value   Literal `parser:"@@ ')'"`
}

// Route is any route block.
type Route struct {
	Range
	Kind  string `parser:"@Key"`                                     // request_route, route, reply_route, onreply_route, failure_route, branch_route, onsend_route, event_route
	Name  string `parser:"( '[' @(Word | Int | Str | Event) ']' )?"` // "" for main blocks; the text inside [ ]
	NamAt Range
	Body  *Block
}

// Canonical resolves the several spellings of the main blocks: route{} and
// route[0] are request_route, onreply_route{} is reply_route.
func (r *Route) Canonical() (kind, name string) {
	switch {
	case r.Kind == "route" && (r.Name == "" || r.Name == "0"):
		return "request_route", ""
	case r.Kind == "onreply_route" && (r.Name == "" || r.Name == "0"):
		return "reply_route", ""
	}
	return r.Kind, r.Name
}

// BadItem is text that the parser skipped after an error.
type BadItem struct{ Range }

func (*Global) item()   {}
func (*Load) item()     {}
func (*ModParam) item() {}
func (*Route) item()    {}
func (*BadItem) item()  {}

// LitKind is a Literal's type.
type LitKind uint8

// The kinds of Literal.
const (
	LitInt  LitKind = iota // 5, 0x1f, 010
	LitStr                 // "…" or '…', adjacent ones joined, escapes resolved
	LitWord                // a bare word: yes, udp, L_INFO, tcp:127.0.0.1:5060, 10.0.0.0/8
)

// Literal is a constant as written in a parameter or global.
type Literal struct {
	Range
	Kind LitKind
	Text string `parser:"( @Str | @'-'? @Int | @Var )"` // strings: unescaped; ints: as written
	Int  int64  // of a LitInt, and of a word that is a number, such as yes
}

// ---- statements ----

// Block is `{ … }` or the single statement of an if without braces.
type Block struct {
	Range
	Stmts []Stmt
}

// ReadAt is the line where Kamailio's parser, which may read one token ahead, is
// when it has a statement: its trace names that line.
type ReadAt struct{ Line int }

// SetLine sets it.
func (r *ReadAt) SetLine(line int) { r.Line = line }

// If is `if (Cond) Then [else Else]`.
type If struct {
	Range
	ReadAt
	Cond Expr
	Then *Block
	Else *Block // nil if absent; `else if` is a Block of one If
}

// While is `while (Cond) Body`.
type While struct {
	Range
	ReadAt
	Cond Expr
	Body *Block
}

// Switch is `switch (X) { case … default … }`.
type Switch struct {
	Range
	X     Expr    `parser:"'switch':Key @@ '{'"`
	Cases []*Case `parser:"@@* '}'"`
}

// Case is one case; Value and Regex are nil for default.
type Case struct {
	Range
	Default bool       `parser:"( @'default':Key"`
	Regex   *Literal   `parser:"| 'case':Key ( '/' (?= Str) @@"` // case /"re"
	Value   Expr       `parser:"| (?! '/') @@ ) ) ':'"`          // int or string constant
	Body    []Stmt     `parser:"@@*"`
	EndPos  source.Pos // the token after it; participle fills it in by its name
}

// Jump is return, exit, drop, break with an optional code.
type Jump struct {
	Range
	ReadAt
	Keyword string `parser:"@Key"`
	Code    Expr   `parser:"@@?"` // nil if absent
}

// Assign is `$x = Value`.
type Assign struct {
	Range
	ReadAt
	To    *Var
	Value Expr
}

// ExprStmt is an expression as a statement: nearly always a Call.
type ExprStmt struct {
	Range
	X Expr
}

// BadStmt is text that the parser skipped after an error.
type BadStmt struct{ Range }

func (*If) stmt()       {}
func (*While) stmt()    {}
func (*Switch) stmt()   {}
func (*Jump) stmt()     {}
func (*Assign) stmt()   {}
func (*ExprStmt) stmt() {}
func (*BadStmt) stmt()  {}

// ---- expressions ----

// Lit is a constant.
type Lit struct{ Literal }

// Var is a pseudo-variable as written: $ru, $(hdr(X)[0]{s.len}).
type Var struct {
	Range
	Text string
}

// Select is @via[1].host.
type Select struct {
	Range
	Text string
}

// Call is f(a, b), route(X), or a keyword command without parentheses.
type Call struct {
	Range
	Name string
	Args []Expr // Lit, or anything else where the language allows it
	Bare bool   // written without parentheses
}

// Ident is an old-style test word: uri, method, src_ip, proto, status …, or
// myself, or an unquoted constant such as UDP, INET.
type Ident struct {
	Range
	Name string
}

// Unary is an operator before its operand: ! not - ~ defined strlen strempty (int) (str).
type Unary struct {
	Range
	Op string // "!", "-", "~", "defined", "strlen", "strempty", "int", "str"
	X  Expr
}

// Binary is an operator between operands.
type Binary struct {
	Range
	Op   string // normalised: "&&" for and, "||" for or; else as written
	OpAt source.Pos
	X, Y Expr
}

// AssignExpr is an assignment used as a condition: if($var(a)=0).
type AssignExpr struct {
	Range
	To    *Var
	Value Expr
}

// BadExpr is text that the parser skipped after an error.
type BadExpr struct{ Range }

func (*Lit) expr()        {}
func (*Var) expr()        {}
func (*Select) expr()     {}
func (*Call) expr()       {}
func (*Ident) expr()      {}
func (*Unary) expr()      {}
func (*Binary) expr()     {}
func (*AssignExpr) expr() {}
func (*BadExpr) expr()    {}
