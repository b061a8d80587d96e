package jansson

import (
	"errors"
	"slices"
	"strconv"
	"strings"
)

// step is the first step of a path: a name, or an index where isIndex is set.
type step struct {
	name    string
	index   int
	isIndex bool
}

var errPath = errors.New("the path is not made of names and [indices]")

// next takes the first step off a path. At the end, which a dot or bracket may
// stand before, more is false.
func next(path string) (s step, rest string, more bool, err error) {
	if path == "" || path == "[" {
		return step{}, "", false, nil
	}
	if path[0] != '[' {
		i := strings.IndexAny(path, ".[")
		if i < 0 {
			return step{name: path}, "", true, nil
		}
		return step{name: path[:i]}, strings.TrimPrefix(path[i:], "."), true, nil
	}
	digits, rest, ok := strings.Cut(path[1:], "]")
	if !ok || rest != "" && rest[0] != '.' && rest[0] != '[' {
		return step{}, "", false, errPath
	}
	s.isIndex = true
	if digits = strings.TrimLeft(digits, " "); digits != "" {
		n, err := strconv.ParseInt(digits, 0, 64)
		if err != nil {
			return step{}, "", false, errPath
		}
		s.index = int(n)
	}
	return s, strings.TrimPrefix(rest, "."), true, nil
}

// item is where the step leads from n, nil where there is nothing.
func (s step) item(n *node) *node {
	switch {
	case s.isIndex && n.kind == array && s.index >= 0 && s.index < len(n.items):
		return n.items[s.index]
	case !s.isIndex && n.kind == object:
		if i := slices.Index(n.names, s.name); i >= 0 {
			return n.items[i]
		}
	}
	return nil
}

// at is the value at a path, nil where there is none.
func (n *node) at(path string) *node {
	for n != nil {
		s, rest, more, err := next(path)
		switch {
		case err != nil:
			return nil
		case !more:
			return n
		}
		n, path = s.item(n), rest
	}
	return nil
}

var errNowhere = errors.New("the path leads to nothing that a value can be put into")

// replaceAt puts item at a path of n. Objects that a name leads to are made.
func replaceAt(n *node, path string, item *node) error {
	parent, s, err := n.parent(path)
	switch {
	case err != nil:
		return err
	case !s.isIndex && parent.kind == object:
		parent.put(s.name, item)
	case s.isIndex && s.item(parent) != nil:
		parent.items[s.index] = item
	default:
		return errNowhere
	}
	return nil
}

// appendAt appends item to the array at a path, puts its members into the object
// there, and replaces the item at an index.
func appendAt(n *node, path string, item *node) error {
	to := n
	if path != "" {
		parent, s, err := n.parent(path)
		if err != nil {
			return err
		}
		if s.isIndex {
			return replaceAt(n, path, item)
		}
		if to = s.item(parent); to == nil {
			return errNowhere
		}
	}
	switch {
	case to.kind == array:
		to.items = append(to.items, item)
	case to.kind == object && item.kind == object:
		for i, name := range item.names {
			to.put(name, item.items[i])
		}
	default:
		return errNowhere
	}
	return nil
}

// parent is where the last step of a path begins.
func (n *node) parent(path string) (*node, step, error) {
	s, rest, more, err := next(path)
	if err != nil || !more {
		return nil, s, errors.Join(err, errNowhere)
	}
	for rest != "" {
		to := s.item(n)
		following, behind, more, err := next(rest)
		switch {
		case err != nil || !more:
			return nil, s, errPath
		case to == nil && !s.isIndex && !following.isIndex && n.kind == object:
			to = &node{kind: object}
			n.put(s.name, to)
		case to == nil:
			return nil, s, errNowhere
		}
		n, s, rest = to, following, behind
	}
	if strings.HasSuffix(path, ".") || strings.HasSuffix(path, "[") {
		return nil, s, errPath
	}
	return n, s, nil
}
