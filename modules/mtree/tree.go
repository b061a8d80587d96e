package mtree

import (
	"fmt"
	"strconv"
	"sync/atomic"
	"time"
)

// maxPrefix is how long a prefix may be, in bytes.
const maxPrefix = 63

// alphabet is the characters of prefixes, in their order in a tree.
type alphabet struct {
	list  string
	place [256]uint8 // a character's, from 1 on; 0: it is none of them
}

func newAlphabet(list string) *alphabet {
	a := &alphabet{list: list}
	for i := range len(list) {
		a.place[list[i]] = uint8(i + 1)
	}
	return a
}

// tree is what one named tree holds. It does not change once it is loaded.
type tree struct {
	name    string
	kind    int
	chars   *alphabet
	top     []node // nil where it is empty
	rows    int    // of nodes
	texts   int    // items that are not numbers
	bytes   int    // their texts, with an end each
	reloads int
	loaded  time.Time
}

// node is the end of a prefix.
type node struct {
	below []node // by the next character's place; nil: none
	items []item // the last one that was loaded is the first
}

// item is a value of a prefix.
type item struct {
	text   string
	number int64
	dests  []dest // nil where the text is none
}

// slot is a tree's place for who knows its name; its tree is nil where there is none.
type slot struct{ tree atomic.Pointer[tree] }

// nodeBytes is what Kamailio takes for a node, by which mtree.summary counts.
const nodeBytes = 24

func (t *tree) size() int { return t.rows*len(t.chars.list)*nodeBytes + t.bytes }

func (t *tree) row() []node {
	t.rows++
	return make([]node, len(t.chars.list))
}

// end is the node of a prefix, which it makes where there is none.
func (t *tree) end(prefix string) (*node, error) {
	if len(prefix) > maxPrefix {
		return nil, fmt.Errorf("prefix %s has %d characters: %d are the most", prefix, len(prefix), maxPrefix)
	}
	level := &t.top
	var n *node
	for i := range len(prefix) {
		place := t.chars.place[prefix[i]]
		if place == 0 {
			return nil, fmt.Errorf("prefix %q has the character %q, which is not in char_list %q", prefix, prefix[i], t.chars.list)
		}
		if *level == nil {
			*level = t.row()
		}
		n = &(*level)[place-1]
		level = &n.below
	}
	return n, nil
}

// duplicates is what becomes of a prefix's second value.
type duplicates uint8

const (
	refuse duplicates = iota
	ignore
	keep
)

// add adds a value. bad tells that it has been added, but no destination can be
// read out of it.
func (t *tree) add(prefix, text string, dup duplicates) (bad, err error) {
	it := item{text: text}
	switch t.kind {
	case numbers:
		if it.number, err = strconv.ParseInt(text, 10, 32); err != nil {
			return nil, fmt.Errorf("prefix %s has the value %q, which is no number of 32 bits", prefix, text)
		}
	case destinations:
		it.dests, bad = readDests(text)
	}
	n, err := t.end(prefix)
	if err != nil {
		return nil, err
	}
	if len(n.items) > 0 {
		switch dup {
		case ignore:
			return nil, nil
		case refuse:
			return nil, fmt.Errorf("prefix %s is there twice, with %q and %q: set mt_ignore_duplicates or mt_allow_duplicates", prefix, n.items[0].text, text)
		}
	}
	n.items = append([]item{it}, n.items...)
	if t.kind != numbers {
		t.texts++
		t.bytes += len(text) + 1
	}
	return bad, nil
}

// hit is a prefix of a text, length bytes of it, that has values.
type hit struct {
	*node
	length int
}

// path appends the prefixes of a text that have values, the shortest first. badAt
// is where a character stands that is none of a prefix, before the tree ended; -1.
func (t *tree) path(text string, hits []hit) (_ []hit, badAt int) {
	level := t.top
	for i := 0; i < len(text) && level != nil; i++ {
		place := t.chars.place[text[i]]
		if place == 0 {
			return hits, i
		}
		n := &level[place-1]
		if len(n.items) > 0 {
			hits = append(hits, hit{n, i + 1})
		}
		level = n.below
	}
	return hits, -1
}
