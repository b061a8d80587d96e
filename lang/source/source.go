// Package source keeps where every token of a configuration came from: its
// file, line and column, and the chain of includes, defines and
// substitutions that led there.
package source

// Pos is where a token starts. It has the layout of participle's
// lexer.Position, so that the parser fills it in by itself, except that
// Offset is the token's number in its Set, which leads to the whole origin.
// Line and Column count from 1, in bytes, as Kamailio's messages do. The zero
// Pos is "nowhere".
type Pos struct {
	Filename string
	Offset   int
	Line     int
	Column   int
}

// IsValid reports whether p is a place in a configuration.
func (p Pos) IsValid() bool { return p.Line > 0 }
