// Package iterator is what Kamailio's iterators over the parts of a message
// share: named places in its headers, or in the lines of its body.
package iterator

import (
	"errors"
	"strings"
	"sync"
	"unsafe"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// maxIterators is how many iterators of a kind a message may have at a time.
const maxIterators = 4

// Part is a part of a message: where it is in its bytes.
type Part struct{ Start, End int }

// Iterator walks over the parts of a message.
type Iterator struct {
	name  string // "" for a free one
	parts []Part
	at    int // from 1 on; 0 before the first, past the last one at the end
}

// Index is the number, from 0 on, of the part that the iterator stands on.
func (it *Iterator) Index() int { return it.at - 1 }

// Part is the part that the iterator stands on.
func (it *Iterator) Part() Part { return it.parts[it.at-1] }

func (it *Iterator) onPart() bool { return it.at >= 1 && it.at <= len(it.parts) }

// walk is the iterators of one kind, of one worker. They end with the bytes that
// they mean: with the message, or where msg_apply_changes makes it anew.
type walk struct {
	serial uint32
	raw    *byte
	all    [maxIterators]Iterator
}

func (w *walk) find(iname string) *Iterator {
	for i := range w.all {
		if it := &w.all[i]; it.name == iname && iname != "" {
			return it
		}
	}
	return nil
}

// Kind is the iterators of a module over one kind of parts.
type Kind struct {
	Module string // as it stands before its log lines
	Prefix string // of the functions' names: "hf_iterator_"
	// Parts appends the parts of a message; ok is false where it has nothing
	// that they could be of.
	Parts func(to []Part, m *sip.Message) (parts []Part, ok bool)

	perWorker sync.Map // *registry.Worker → *walk
}

// Lines appends the lines of the n bytes at offset at of a message, with their
// line ends.
func Lines(to []Part, m *sip.Message, at, n int) []Part {
	raw := registry.View(m.Raw()[:at+n])
	for at < len(raw) {
		end := sip.LineAfter(raw, at)
		to = append(to, Part{at, end})
		at = end
	}
	return to
}

// walk is the worker's iterators of the kind, none of an older message.
func (k *Kind) walk(c *registry.Ctx) *walk {
	ws, ok := k.perWorker.Load(c.Worker)
	if !ok {
		ws = &walk{}
		k.perWorker.Store(c.Worker, ws)
	}
	w := ws.(*walk)
	var raw *byte
	if c.Msg != nil {
		raw = unsafe.SliceData(c.Msg.Raw())
	}
	if w.serial != c.State.Serial || w.raw != raw {
		w.serial, w.raw = c.State.Serial, raw
		for i := range w.all {
			w.all[i].name = ""
		}
	}
	return w
}

// started finds a started iterator, or logs that there is none.
func (k *Kind) started(c *registry.Ctx, fn, iname string) *Iterator {
	it := k.walk(c).find(iname)
	if it == nil {
		c.Log.Errorf(k.Module, "%s: no iterator %q: start it with %sstart", fn, iname, k.Prefix)
	}
	return it
}

func (k *Kind) start(c *registry.Ctx, iname string) int {
	if c.Msg == nil {
		return -1
	}
	w := k.walk(c)
	it := w.find(iname)
	for i := 0; it == nil && i < maxIterators; i++ {
		if w.all[i].name == "" {
			it = &w.all[i]
		}
	}
	if it == nil {
		c.Log.Errorf(k.Module, "%sstart: %d iterators are in use, %q cannot be another; end one with %send", k.Prefix, maxIterators, iname, k.Prefix)
		return -1
	}
	parts, ok := k.Parts(it.parts[:0], c.Msg)
	if !ok {
		c.Log.Errorf(k.Module, "%sstart: the message has nothing to iterate over", k.Prefix)
		return -1
	}
	// One without a name takes no place and is never found, as in Kamailio.
	*it = Iterator{name: strings.Clone(iname), parts: parts}
	return 1
}

func (k *Kind) end(c *registry.Ctx, iname string) int {
	it := k.started(c, k.Prefix+"end", iname)
	if it == nil {
		return -1
	}
	it.name = ""
	return 1
}

func (k *Kind) next(c *registry.Ctx, iname string) int {
	it := k.started(c, k.Prefix+"next", iname)
	if it == nil {
		return -1
	}
	it.at = min(it.at+1, len(it.parts)+1)
	return registry.Truth(it.onPart())
}

// Prev steps back, before the first part too; not from the end.
func (k *Kind) Prev(c *registry.Ctx, iname string) int {
	it := k.started(c, k.Prefix+"prev", iname)
	if it == nil || it.at > len(it.parts) {
		return -1
	}
	it.at = max(it.at-1, 0)
	return 1
}

// change edits the message at the part that an iterator stands on.
func (k *Kind) change(c *registry.Ctx, fn, iname string, edit func(*sip.Message, Part)) int {
	it := k.started(c, k.Prefix+fn, iname)
	if it == nil {
		return -1
	}
	if !it.onPart() {
		return -1
	}
	edit(c.Msg, it.Part())
	return 1
}

func (k *Kind) remove(c *registry.Ctx, iname string) int {
	return k.change(c, "rm", iname, func(m *sip.Message, p Part) { m.Edit(p.Start, p.End-p.Start, "") })
}

func (k *Kind) append(c *registry.Ctx, iname, text string) int {
	return k.change(c, "append", iname, func(m *sip.Message, p Part) { m.Edit(p.End, 0, text) })
}

func (k *Kind) insert(c *registry.Ctx, iname, text string) int {
	return k.change(c, "insert", iname, func(m *sip.Message, p Part) { m.Edit(p.Start, 0, text) })
}

// Funcs are the functions of the kind. A part is what, "header"; what is put
// behind or before one is whole, "a text".
func (k *Kind) Funcs(what, whole string) []registry.Func {
	iname, text := registry.Text("iterator"), registry.Text("text")
	return []registry.Func{
		registry.Fn1(k.Prefix+"start", iname, registry.Any, k.start, "Starts an iterator before the first "+what+"; a message has up to 4 of a kind."),
		registry.Fn1(k.Prefix+"next", iname, registry.Any, k.next, "Steps to the next "+what+"; false at the end."),
		registry.Fn1(k.Prefix+"end", iname, registry.Any, k.end, "Ends an iterator."),
		registry.Fn1(k.Prefix+"rm", iname, registry.Any, k.remove, "Removes the "+what+" that the iterator stands on."),
		registry.Fn2(k.Prefix+"append", iname, text, registry.Any, k.append, "Puts "+whole+" behind the "+what+" that the iterator stands on."),
		registry.Fn2(k.Prefix+"insert", iname, text, registry.Any, k.insert, "Puts "+whole+" before the "+what+" that the iterator stands on."),
	}
}

// Text is the text of the part that it stands on.
func (k *Kind) Text(c *registry.Ctx, it *Iterator) string {
	p := it.Part()
	return registry.View(c.Msg.Raw()[p.Start:p.End])
}

// Bind is a variable of an iterator's name; of is called where it stands on
// something.
func (k *Kind) Bind(of func(*registry.Ctx, *Iterator) string) func(registry.Fixup, registry.Ref) (registry.Var, error) {
	return func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		switch {
		case strings.TrimSpace(r.Inner) == "":
			return registry.Var{}, errors.New("$" + r.Class + " wants an iterator's name in parentheses")
		case r.Index.Kind != registry.IndexNone:
			return registry.Var{}, errors.New("$" + r.Class + " takes no index")
		}
		iname := r.Inner
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
			v.SetNull()
			if it := k.started(c, "$"+r.Class, iname); it != nil && it.onPart() {
				v.SetStr(of(c, it))
			}
		}}, nil
	}
}
