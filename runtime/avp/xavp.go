package avp

import "olelo/runtime/value"

// XList is a message's XAVPs: a stack of nodes, newest first, where a node is
// a value or a stack of nodes of its own. The zero XList is empty.
type XList struct {
	nodes []node // nodes[0] is nobody
	free  Node   // removed ones, linked by next
	root  Node
	own   keeper
}

// Node is one XAVP of an XList, 0 for none. It is invalid once removed.
type Node int32

// Root as a parent stands for the message itself.
const Root Node = 0

type node struct {
	name  string
	val   value.Value // of a leaf
	list  bool        // not a leaf
	child Node        // first of a list
	next  Node
}

func (x *XList) head(parent Node) *Node {
	if parent == Root {
		return &x.root
	}
	return &x.nodes[parent].child
}

func (x *XList) alloc(name string) Node {
	n := x.free
	if n != 0 {
		x.free = x.nodes[n].next
		x.nodes[n] = node{}
	} else {
		if len(x.nodes) == 0 {
			x.nodes = append(x.nodes, node{})
		}
		x.nodes = append(x.nodes, node{})
		n = Node(len(x.nodes) - 1)
	}
	x.nodes[n].name = x.own.keep(name)
	return n
}

// Push makes a leaf with v the newest node called name below parent.
func (x *XList) Push(parent Node, name string, v *value.Value) Node {
	n := x.alloc(name)
	x.nodes[n].val = x.own.value(v)
	h := x.head(parent)
	x.nodes[n].next, *h = *h, n
	return n
}

// PushList makes an empty list the newest node called name below parent.
func (x *XList) PushList(parent Node, name string) Node {
	n := x.alloc(name)
	x.nodes[n].list = true
	h := x.head(parent)
	x.nodes[n].next, *h = *h, n
	return n
}

// Append puts a leaf with v behind all other nodes below parent.
func (x *XList) Append(parent Node, name string, v *value.Value) Node {
	n := x.alloc(name)
	x.nodes[n].val = x.own.value(v)
	x.appendNode(parent, n)
	return n
}

func (x *XList) appendNode(parent, n Node) {
	h := x.head(parent)
	for *h != 0 {
		h = &x.nodes[*h].next
	}
	*h = n
}

// Get returns the i-th node called name below parent, the newest being 0 and
// the oldest -1; 0 where there is none.
func (x *XList) Get(parent Node, name string, i int) Node {
	if i < 0 {
		if i += x.Count(parent, name); i < 0 {
			return 0
		}
	}
	for n := *x.head(parent); n != 0; n = x.nodes[n].next {
		if x.nodes[n].name == name {
			if i == 0 {
				return n
			}
			i--
		}
	}
	return 0
}

// Count is how many nodes below parent are called name.
func (x *XList) Count(parent Node, name string) int {
	c := 0
	for n := *x.head(parent); n != 0; n = x.nodes[n].next {
		if x.nodes[n].name == name {
			c++
		}
	}
	return c
}

// IsList reports whether n is a list of nodes rather than a value.
func (x *XList) IsList(n Node) bool { return x.nodes[n].list }

// Value is a leaf's value; it lives until Reset.
func (x *XList) Value(n Node) value.Value { return x.nodes[n].val }

// Name is n's name.
func (x *XList) Name(n Node) string { return x.nodes[n].name }

// First is the newest node below parent, 0 where there is none.
func (x *XList) First(parent Node) Node { return *x.head(parent) }

// Next is the next older node beside n.
func (x *XList) Next(n Node) Node { return x.nodes[n].next }

// Set makes n a leaf with v.
func (x *XList) Set(n Node, v *value.Value) {
	x.clear(n)
	x.nodes[n].val = x.own.value(v)
}

// clear makes n an empty leaf.
func (x *XList) clear(n Node) {
	for c := x.nodes[n].child; c != 0; {
		next := x.nodes[c].next
		x.release(c)
		c = next
	}
	x.nodes[n].list, x.nodes[n].child, x.nodes[n].val = false, 0, value.Value{}
}

func (x *XList) release(n Node) {
	x.clear(n)
	x.nodes[n] = node{next: x.free}
	x.free = n
}

// Remove removes the i-th node called name below parent.
func (x *XList) Remove(parent Node, name string, i int) bool {
	n := x.Get(parent, name, i)
	if n == 0 {
		return false
	}
	h := x.head(parent)
	for *h != n {
		h = &x.nodes[*h].next
	}
	*h = x.nodes[n].next
	x.release(n)
	return true
}

// RemoveAll removes all nodes called name below parent.
func (x *XList) RemoveAll(parent Node, name string) {
	for x.Remove(parent, name, 0) {
	}
}

// Copy makes a copy of n, with all below it, the oldest node called name at
// the top.
func (x *XList) Copy(n Node, name string) Node {
	c := x.clone(n, name)
	x.appendNode(Root, c)
	return c
}

// CopyTo makes the node to a copy of n, with all below it; the name of to stays.
func (x *XList) CopyTo(n, to Node) {
	if n == to {
		return
	}
	c := x.clone(n, x.nodes[to].name)
	x.clear(to)
	next := x.nodes[to].next
	x.nodes[to] = x.nodes[c]
	x.nodes[to].next = next
	x.nodes[c] = node{next: x.free}
	x.free = c
}

func (x *XList) clone(n Node, name string) Node {
	c := x.alloc(name)
	x.nodes[c].list, x.nodes[c].val = x.nodes[n].list, x.nodes[n].val
	for ch := x.nodes[n].child; ch != 0; ch = x.nodes[ch].next {
		x.appendNode(c, x.clone(ch, x.nodes[ch].name))
	}
	return c
}

// Reset removes everything.
func (x *XList) Reset() {
	clear(x.nodes)
	x.nodes = x.nodes[:0]
	x.free, x.root = 0, 0
	x.own.reset()
}

// Rotate turns the nodes called name at the top so that the i-th becomes the
// newest and those before it the oldest; i counts as in Get, any number of times
// round. It reports whether there are any.
func (x *XList) Rotate(name string, i int) bool {
	var at []Node
	for n := x.First(Root); n != 0; n = x.Next(n) {
		if x.nodes[n].name == name {
			at = append(at, n)
		}
	}
	if len(at) == 0 {
		return false
	}
	if i %= len(at); i < 0 {
		i += len(at)
	}
	held := make([]node, len(at))
	for k, n := range at {
		held[k] = x.nodes[n]
	}
	for k, n := range at {
		next := x.nodes[n].next
		x.nodes[n] = held[(k+i)%len(held)]
		x.nodes[n].next = next
	}
	return true
}
