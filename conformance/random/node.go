package random

import "strings"

// Sort is what a node may stand for: one of a sort can take the place of
// another of it, and the program still parses.
type Sort uint8

// The sorts. The types of expressions are those that Kamailio checks when it
// loads a configuration: an integer, a text, and what is known when it runs.
const (
	Other    Sort = iota
	Integer       // an expression that is an integer
	Text          // an expression that is a text
	Dynamic       // an expression whose type is known when it runs: a variable, or its sum
	Variable      // a variable alone, without transformations
	Stmt          // a statement
	Block         // a list of statements, any of which may go
	Chain         // a list of transformations, any of which may go
	Format        // a list of pieces of a text with variables, any of which may go
)

// list reports whether any child of a node of the sort may go.
func (s Sort) list() bool { return s == Block || s == Chain || s == Format }

// Node is a part of a program: its source is texts with children between.
type Node struct {
	Sort  Sort
	Texts []string // one more than Kids
	Kids  []*Node
}

// leaf returns a node without children.
func leaf(s Sort, text string) *Node { return &Node{Sort: s, Texts: []string{text}} }

// node returns a node whose children take the places of the '§' in form.
func node(s Sort, form string, kids ...*Node) *Node {
	texts := strings.Split(form, "§")
	if len(texts) != len(kids)+1 {
		panic("a form with other children: " + form)
	}
	return &Node{Sort: s, Texts: texts, Kids: kids}
}

// sequence returns a list.
func sequence(s Sort, kids ...*Node) *Node {
	return &Node{Sort: s, Texts: make([]string, len(kids)+1), Kids: kids}
}

func (n *Node) String() string {
	var b strings.Builder
	n.write(&b)
	return b.String()
}

func (n *Node) write(b *strings.Builder) {
	for i, k := range n.Kids {
		b.WriteString(n.Texts[i])
		k.write(b)
	}
	b.WriteString(n.Texts[len(n.Kids)])
}

// size is the number of nodes.
func (n *Node) size() int {
	size := 1
	for _, k := range n.Kids {
		size += k.size()
	}
	return size
}

// statements is the number of statements in the node.
func (n *Node) statements() int {
	count := 0
	if n.Sort == Stmt {
		count = 1
	}
	for _, k := range n.Kids {
		count += k.statements()
	}
	return count
}

// all calls visit for n and what is below it, parents first.
func (n *Node) all(visit func(*Node)) {
	visit(n)
	for _, k := range n.Kids {
		k.all(visit)
	}
}

// with returns a copy of the tree below n in which old is by; by nil takes old
// out of its list.
func (n *Node) with(old, by *Node) *Node {
	if n == old {
		return by
	}
	c := &Node{Sort: n.Sort, Texts: n.Texts}
	changed := false
	for i, k := range n.Kids {
		switch to := k.with(old, by); {
		case to == nil:
			return sequence(n.Sort, append(append([]*Node{}, n.Kids[:i]...), n.Kids[i+1:]...)...)
		case to != k:
			changed = true
			c.Kids = append(c.Kids, to)
		default:
			c.Kids = append(c.Kids, k)
		}
	}
	if !changed {
		return n
	}
	return c
}
