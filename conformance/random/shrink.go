package random

import (
	"context"
	"fmt"
	"slices"
	"strings"

	"olelo/conformance/feed"
)

// tries is how many candidates run in one batch.
const tries = 120

// shrink returns the smallest program found that still differs.
func (b *bench) shrink(ctx context.Context, d *Difference) (*Difference, error) {
	for {
		candidates, err := b.likely(smaller(d.Program))
		if err != nil {
			return d, err
		}
		found := false
		for chunk := range slices.Chunk(candidates, tries) {
			for i, p := range chunk {
				p.Name = fmt.Sprintf("P%d", i+1)
			}
			ran, err := b.compare(ctx, chunk, newTally())
			if err != nil {
				return d, err
			}
			if i := slices.IndexFunc(ran, func(r *Difference) bool { return r != nil && alike(r, d) }); i >= 0 {
				d, found = ran[i], true
				break
			}
		}
		if !found {
			return d, nil
		}
	}
}

// likely are the programs that olelo would start with: one that is refused
// costs a batch.
func (b *bench) likely(programs []*Program) ([]*Program, error) {
	var all []*Program
	for _, p := range programs {
		ok, err := b.accepts(p)
		if err != nil {
			return nil, err
		}
		if ok {
			all = append(all, p)
		}
	}
	return all, nil
}

// alike reports whether both are values that differ, or both programs that fail.
func alike(a, b *Difference) bool {
	failed := func(d *Difference) bool { return strings.HasPrefix(d.Kamailio, "program ") }
	return failed(a) == failed(b)
}

// smaller are the programs that are one step smaller than p, the smallest first.
func smaller(p *Program) []*Program {
	var all []*Program
	size := map[*Program]int{}
	add := func(c Program) {
		total := 0
		for _, m := range c.Messages {
			total += strings.Count(string(m), "\n")
		}
		for _, n := range append(slices.Clone(c.Routes), c.Main) {
			total += n.size()*4 + len(n.String())
		}
		all = append(all, &c)
		size[&c] = total
	}
	for _, n := range steps(p.Main) {
		c := *p
		c.Main = n
		add(c)
	}
	for i, r := range p.Routes {
		c := *p
		c.Routes = slices.Delete(slices.Clone(p.Routes), i, i+1)
		add(c)
		for _, n := range steps(r) {
			c := *p
			c.Routes = slices.Clone(p.Routes)
			c.Routes[i] = n
			add(c)
		}
	}
	for i := range p.Messages {
		if len(p.Messages) > 1 {
			add(*p.alone(i))
		}
	}
	if len(p.Messages) == 1 {
		for _, m := range shorter(p.Messages[0]) {
			c := *p
			c.Messages = []feed.Message{m}
			add(c)
		}
	}
	slices.SortStableFunc(all, func(a, b *Program) int { return size[a] - size[b] })
	return all
}

// simple are what takes the place of a node of a sort.
var simple = map[Sort][]*Node{
	Integer: {leaf(Integer, "0"), leaf(Integer, "1")},
	Text:    {leaf(Text, `""`), leaf(Text, `"a"`)},
	Dynamic: {leaf(Dynamic, "$vn(b)"), leaf(Dynamic, "$var(d)"), leaf(Integer, "0"), leaf(Text, `""`)},
}

// steps are the trees that are one step smaller than root.
func steps(root *Node) []*Node {
	var all []*Node
	root.all(func(n *Node) {
		if n.Sort.list() {
			for size := len(n.Kids) / 2; size > 0; size /= 2 {
				for i := 0; i+size <= len(n.Kids); i += size {
					if len(n.Kids) == size && n != root {
						continue
					}
					kids := slices.Delete(slices.Clone(n.Kids), i, i+size)
					all = append(all, root.with(n, sequence(n.Sort, kids...)))
				}
			}
			return
		}
		n.all(func(below *Node) {
			if below != n && replaces(below.Sort, n.Sort) {
				all = append(all, root.with(n, below))
			}
		})
		for _, s := range simple[n.Sort] {
			if n.size() > 1 || n.String() != s.String() && len(n.String()) > len(s.String()) {
				all = append(all, root.with(n, s))
			}
		}
	})
	return all
}

// replaces reports whether a node of sort a may stand where b stood.
func replaces(a, b Sort) bool {
	expression := func(s Sort) bool { return s == Integer || s == Text || s == Dynamic }
	return a == b && a != Other && a != Variable || expression(a) && expression(b) || a == Block && b == Stmt
}

// shorter are the messages with a line less, or without a body.
func shorter(m feed.Message) []feed.Message {
	head, body, _ := strings.Cut(string(m), "\r\n\r\n")
	var all []feed.Message
	if body != "" {
		lines := slices.DeleteFunc(strings.Split(head, "\r\n"), func(l string) bool { return strings.HasPrefix(l, "Content-") })
		all = append(all, feed.Message(strings.Join(append(lines, "Content-Length: 0"), "\r\n")+"\r\n\r\n"))
	}
	lines := strings.Split(head, "\r\n")
	for i, l := range lines {
		name, _, _ := strings.Cut(l, ":")
		if i > 0 && !slices.Contains([]string{"Call-ID", "CSeq", "Content-Length", "Via", "From", "To"}, name) {
			all = append(all, feed.Message(strings.Join(slices.Delete(slices.Clone(lines), i, i+1), "\r\n")+"\r\n\r\n"+body))
		}
	}
	return all
}
