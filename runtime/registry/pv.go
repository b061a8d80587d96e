package registry

import (
	"fmt"
	"strings"

	"olelo/lang/source"
	"olelo/runtime/value"
)

// Getter puts a variable's value into *v, always: $null where there is none.
type Getter func(c *Ctx, v *value.Value)

// Setter assigns *v to a variable; v may be $null. It reports whether the
// assignment was possible, having logged the reason where not. What it keeps
// of v.S past the message it copies.
type Setter func(c *Ctx, v *value.Value) bool

// Access says whether a variable may be assigned.
type Access uint8

// The accesses.
const (
	ReadOnly Access = iota
	ReadWrite
)

// PV is one pseudo-variable class: $name, $name(inner), $(name(inner)[index]).
type PV struct {
	Name   string
	Access Access
	Doc    string
	Bind   func(Fixup, Ref) (Var, error) // called once for each place it is used
}

// SelectClass is the Class of a Ref to $sel(NAME) that is written @NAME.
const SelectClass = "@"

// Ref is one use of a variable in a configuration.
type Ref struct {
	Class    string
	Inner    string // the text in ( ), raw; may hold variables of its own
	HasInner bool
	Index    Index
	Pos      source.Pos
}

// Index is a variable's [ ] part.
type Index struct {
	Kind IndexKind
	N    int64  // IndexInt
	Get  Getter // IndexVar
}

// IndexKind is the form of an Index.
type IndexKind uint8

// The index forms: none, [3], [$var(i)], [*].
const (
	IndexNone IndexKind = iota
	IndexInt
	IndexVar
	IndexAll
)

// Var is a bound variable. Set is nil where it is read-only.
type Var struct {
	Get Getter
	Set Setter
	// NoSet says, where Set is nil although Kamailio can assign the variable,
	// why olelo cannot.
	NoSet string
	// Digits tells that Set wants a text, and takes the digits of a variable
	// that holds an integer. That of a calculation it refuses.
	Digits bool
	// Slot, where > 0, is the variable's place+1 among the worker's $var
	// values; the compiler then reads and writes it without Get and Set.
	Slot int
}

// GetPV is a read-only variable without an inner part.
func GetPV(name string, get Getter, doc string) PV {
	return PV{
		Name: name, Doc: doc,
		Bind: func(_ Fixup, r Ref) (Var, error) {
			if err := plain(r); err != nil {
				return Var{}, err
			}
			return Var{Get: get}, nil
		},
	}
}

// GetSetPV is a writable variable without an inner part.
func GetSetPV(name string, get Getter, set Setter, doc string) PV {
	return PV{
		Name: name, Access: ReadWrite, Doc: doc,
		Bind: func(_ Fixup, r Ref) (Var, error) {
			if err := plain(r); err != nil {
				return Var{}, err
			}
			return Var{Get: get, Set: set}, nil
		},
	}
}

// TextPV is GetSetPV of a variable that takes texts, and the digits of a
// variable that holds an integer.
func TextPV(name string, get Getter, set Setter, doc string) PV {
	return PV{
		Name: name, Access: ReadWrite, Doc: doc,
		Bind: func(_ Fixup, r Ref) (Var, error) {
			if err := plain(r); err != nil {
				return Var{}, err
			}
			return Var{Get: get, Set: set, Digits: true}, nil
		},
	}
}

// Trans is one transformation class: s in {s.len}. Keys lists its keys.
type Trans struct {
	Class string
	Keys  []TransKey
	Doc   string
}

// Has reports whether the class has a key, in whatever letters.
func (t Trans) Has(key string) bool {
	for _, k := range t.Keys {
		if strings.EqualFold(k.Key, key) {
			return true
		}
	}
	return false
}

// TransKey is one transformation: len in {s.len}. Args is the raw text after
// the key's first comma ("2,5" in {s.substr,2,5}), has tells if there was one.
type TransKey struct {
	Key   string
	Doc   string
	Only6 bool // Kamailio 5.6 has the class, not this key of it
	Bind  func(fx Fixup, args string, has bool) (TransFunc, error)
}

// TransFunc changes *v in place; it makes it $null where the transformation
// cannot be done.
type TransFunc func(c *Ctx, v *value.Value)

// plain refuses what a variable of just a name does not take.
func plain(r Ref) error {
	switch {
	case r.HasInner:
		return errInner(r.Class)
	case r.Index.Kind != IndexNone:
		return fmt.Errorf("$%s takes no [index]", r.Class)
	}
	return nil
}
