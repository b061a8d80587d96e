// Package avp is the named values that routing hangs on a message: AVPs,
// stacks of values by name, and XAVPs, stacks of values or of lists of named
// values. They die with the message.
//
// Reset keeps the storage: in steady state nothing is allocated.
package avp

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"unsafe"

	"olelo/runtime/value"
)

// Name is an AVP's name: a text, or a number (i:10). The two never meet.
type Name struct {
	Text  string
	Num   int64
	IsNum bool
}

// ParseName reads a constant name: name, s:name, i:number.
func ParseName(s string) (Name, error) {
	class, rest, typed := strings.Cut(s, ":")
	if typed && (class == "i" || class == "I") {
		n, err := strconv.ParseInt(rest, 0, 64)
		if err != nil {
			return Name{}, fmt.Errorf("the AVP i:%s needs a number", rest)
		}
		return Name{Num: n, IsNum: true}, nil
	}
	if typed && (class == "s" || class == "S") {
		s = rest
	}
	if strings.Contains(s, ".") {
		return Name{}, fmt.Errorf("an AVP's name has no dot (%q); Kamailio takes what stands before one as a class of its own", s)
	}
	if s == "" {
		return Name{}, errors.New("an AVP needs a name")
	}
	return Name{Text: s}, nil
}

// List is a message's AVPs. The zero List is empty.
type List struct {
	items []item // oldest first
	own   keeper
}

type item struct {
	name Name
	val  value.Value
}

// Push makes v the newest value of name. A value that has a text is kept as
// its text; texts are copied. $null is ignored.
func (l *List) Push(name Name, v *value.Value) {
	if v.IsNull() {
		return
	}
	name.Text = l.own.keep(name.Text)
	l.items = append(l.items, item{name, l.own.value(v)})
}

// Get returns the i-th value of name, the newest being 0 and the oldest -1.
func (l *List) Get(name Name, i int) (value.Value, bool) {
	if j := l.find(name, i); j >= 0 {
		return l.items[j].val, true
	}
	return value.Value{}, false
}

func (l *List) find(name Name, i int) int {
	if i < 0 {
		for j := range l.items {
			if l.items[j].name == name {
				if i++; i == 0 {
					return j
				}
			}
		}
		return -1
	}
	for j := len(l.items) - 1; j >= 0; j-- {
		if l.items[j].name == name {
			if i == 0 {
				return j
			}
			i--
		}
	}
	return -1
}

// Pop removes the newest value of name.
func (l *List) Pop(name Name) {
	if j := l.find(name, 0); j >= 0 {
		l.items = append(l.items[:j], l.items[j+1:]...)
	}
}

// Delete removes all values of name.
func (l *List) Delete(name Name) {
	left := l.items[:0]
	for _, it := range l.items {
		if it.name != name {
			left = append(left, it)
		}
	}
	l.items = left
}

// Count is how many values name has.
func (l *List) Count(name Name) int {
	n := 0
	for i := range l.items {
		if l.items[i].name == name {
			n++
		}
	}
	return n
}

// Reset removes everything.
func (l *List) Reset() {
	clear(l.items)
	l.items = l.items[:0]
	l.own.reset()
}

// keeper owns the bytes of texts until its reset.
type keeper struct{ b []byte }

const (
	keeperMin = 1 << 10
	keeperMax = 64 << 10 // a larger chunk is given back at reset
)

func (k *keeper) keep(s string) string {
	if s == "" {
		return ""
	}
	if cap(k.b)-len(k.b) < len(s) {
		// Texts in the old chunk keep it alive.
		k.b = make([]byte, 0, max(keeperMin, 2*cap(k.b), len(s)))
	}
	n := len(k.b)
	k.b = append(k.b, s...)
	return unsafe.String(&k.b[n], len(s))
}

// value is v as it is kept: a text, its bytes owned, or an integer.
func (k *keeper) value(v *value.Value) value.Value {
	if v.IsStr() {
		return value.OfStr(k.keep(v.S))
	}
	return *v
}

func (k *keeper) reset() {
	if cap(k.b) > keeperMax {
		k.b = nil
		return
	}
	k.b = k.b[:0]
}
