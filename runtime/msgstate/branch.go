package msgstate

import "olelo/runtime/transport"

// Branch is one destination of a request. Its texts must live as long as the
// message.
type Branch struct {
	URI        string
	DstURI     string
	Path       string
	Q          int // thousandths, 0 to 1000
	HasQ       bool
	SendSocket *transport.Socket
	Flags      uint32
	RUID       string
	LocationUA string
}

// MaxBranches is how many a request may have beside its request URI (Kamailio
// core, max_branches).
const MaxBranches = 11

// Branches are a request's destinations beside its request URI, in order.
type Branches struct{ list []Branch }

// Add appends br. It reports whether there was room.
func (b *Branches) Add(br Branch) bool {
	if len(b.list) >= MaxBranches {
		return false
	}
	b.list = append(b.list, br)
	return true
}

// Len is how many there are.
func (b *Branches) Len() int { return len(b.list) }

// At is the i-th, from the end where i < 0 (-1 is the last); nil where there
// is none.
func (b *Branches) At(i int) *Branch {
	if i < 0 {
		i += len(b.list)
	}
	if i < 0 || i >= len(b.list) {
		return nil
	}
	return &b.list[i]
}

// Drop removes the i-th.
func (b *Branches) Drop(i int) bool {
	if i < 0 {
		i += len(b.list)
	}
	if i < 0 || i >= len(b.list) {
		return false
	}
	b.list = append(b.list[:i], b.list[i+1:]...)
	return true
}

// Reset removes all.
func (b *Branches) Reset() { clear(b.list); b.list = b.list[:0] }
