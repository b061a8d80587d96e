package json

import (
	"slices"
	"strconv"
	"strings"
)

type kind uint8

const (
	null kind = iota
	word      // true, false, a number: text is how it is written
	text      // a string
	array
	object
)

// node is a JSON value. Objects keep the order of their members.
type node struct {
	kind  kind
	text  string
	names []string // of an object's items
	items []*node
}

// put sets an object's member.
func (n *node) put(name string, item *node) {
	if i := slices.Index(n.names, name); i >= 0 {
		n.items[i] = item
		return
	}
	n.names = append(n.names, name)
	n.items = append(n.items, item)
}

// member is an object's member, nil where there is none.
func (n *node) member(name string) *node {
	if n == nil || n.kind != object {
		return nil
	}
	if i := slices.Index(n.names, name); i >= 0 {
		return n.items[i]
	}
	return nil
}

// at is the value at a path, nil where there is none. A name may have one index
// behind it, which counts for arrays alone; what follows the index does not count.
func (n *node) at(path string) *node {
	for n != nil && path != "" {
		var part string
		part, path, _ = strings.Cut(path, ".")
		name, index, indexed := strings.Cut(part, "[")
		if name == "" {
			return nil
		}
		n = n.member(strings.ReplaceAll(name, "%", "."))
		index, _, _ = strings.Cut(index, "]")
		if n == nil || n.kind != array || !indexed || index == "" {
			continue
		}
		i, _ := strconv.Atoi(index) // 0 where it is no number
		if i < 0 || i >= len(n.items) {
			return nil
		}
		n = n.items[i]
	}
	return n
}

// append appends the JSON text in the layout of json-c.
func (n *node) append(b []byte) []byte {
	switch n.kind {
	case null:
		return append(b, "null"...)
	case word:
		return append(b, n.text...)
	case text:
		return quote(b, n.text)
	case array:
		b = append(b, '[')
		for i, item := range n.items {
			b = separate(b, i)
			b = item.append(b)
		}
		return append(b, " ]"...)
	}
	b = append(b, '{')
	for i, item := range n.items {
		b = separate(b, i)
		b = append(quote(b, n.names[i]), ": "...)
		b = item.append(b)
	}
	return append(b, " }"...)
}

func separate(b []byte, i int) []byte {
	if i > 0 {
		b = append(b, ',')
	}
	return append(b, ' ')
}

// quote appends a string with the escapes of json-c, a slash's among them; bytes
// that are not UTF-8 stay.
func quote(b []byte, s string) []byte {
	const escapes = "\b\f\n\r\t\"\\/"
	const letters = "bfnrt\"\\/"
	b = append(b, '"')
	for i := range len(s) {
		switch c := s[i]; {
		case strings.IndexByte(escapes, c) >= 0:
			b = append(b, '\\', letters[strings.IndexByte(escapes, c)])
		case c < 0x20:
			const hex = "0123456789abcdef"
			b = append(b, '\\', 'u', '0', '0', hex[c>>4], hex[c&15])
		default:
			b = append(b, c)
		}
	}
	return append(b, '"')
}
