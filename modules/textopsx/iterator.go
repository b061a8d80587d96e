package textopsx

import (
	"bytes"
	"errors"
	"strings"
	"unsafe"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// maxIterators is how many iterators of a kind a message may have at a time.
const maxIterators = 4

// part is a header or a line of the body: where it is in the message.
type part struct{ start, end int }

// iterator walks over the headers or the lines of the message.
type iterator struct {
	name  string // "" for a free one
	parts []part
	at    int // from 1 on; 0 before the first, past the last one at the end
}

// current is the part that the iterator stands on, nil for none.
func (it *iterator) current() *part {
	if it.at < 1 || it.at > len(it.parts) {
		return nil
	}
	return &it.parts[it.at-1]
}

// walk is the iterators of one kind, of one worker. They end with the bytes that
// they mean: with the message, or where msg_apply_changes makes it anew.
type walk struct {
	serial uint32
	raw    *byte
	all    [maxIterators]iterator
}

func (w *walk) find(iname string) *iterator {
	for i := range w.all {
		if it := &w.all[i]; it.name == iname && iname != "" {
			return it
		}
	}
	return nil
}

// iterators is what a worker has.
type iterators struct{ headers, lines walk }

// kind is what an iterator's functions share.
type kind struct {
	m      *Module
	prefix string // of the functions' names
	of     func(*iterators) *walk
	parts  func([]part, *sip.Message) []part
}

func (m *Module) headers() *kind {
	return &kind{m, "hf_iterator_", func(w *iterators) *walk { return &w.headers }, headerParts}
}

func (m *Module) lines() *kind {
	return &kind{m, "bl_iterator_", func(w *iterators) *walk { return &w.lines }, bodyLines}
}

func headerParts(to []part, m *sip.Message) []part {
	for i := range m.NumHeaders() {
		start, end := m.HeaderSpan(i)
		to = append(to, part{start, end})
	}
	return to
}

// bodyLines are the body's lines with their line ends.
func bodyLines(to []part, m *sip.Message) []part {
	raw := m.Raw()
	for at := m.BodyAt(); at < len(raw); {
		end := len(raw)
		if i := bytes.IndexByte(raw[at:], '\n'); i >= 0 {
			end = at + i + 1
		}
		to = append(to, part{at, end})
		at = end
	}
	return to
}

// walk is the worker's iterators of the kind, none of an older message.
func (k *kind) walk(c *registry.Ctx) *walk {
	ws, ok := k.m.perWorker.Load(c.Worker)
	if !ok {
		ws = &iterators{}
		k.m.perWorker.Store(c.Worker, ws)
	}
	w := k.of(ws.(*iterators))
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
func (k *kind) started(c *registry.Ctx, fn, iname string) *iterator {
	it := k.walk(c).find(iname)
	if it == nil {
		c.Log.Errorf(name, "%s: no iterator %q: start it with %sstart", fn, iname, k.prefix)
	}
	return it
}

func (k *kind) start(c *registry.Ctx, iname string) int {
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
		c.Log.Errorf(name, "%sstart: %d iterators are in use, %q cannot be another; end one with %send", k.prefix, maxIterators, iname, k.prefix)
		return -1
	}
	// One without a name takes no place and is never found, as in Kamailio.
	*it = iterator{name: strings.Clone(iname), parts: k.parts(it.parts[:0], c.Msg)}
	return 1
}

func (k *kind) end(c *registry.Ctx, iname string) int {
	it := k.started(c, k.prefix+"end", iname)
	if it == nil {
		return -1
	}
	it.name = ""
	return 1
}

func (k *kind) next(c *registry.Ctx, iname string) int {
	it := k.started(c, k.prefix+"next", iname)
	if it == nil {
		return -1
	}
	it.at = min(it.at+1, len(it.parts)+1)
	return registry.Truth(it.current() != nil)
}

// prev steps back, before the first part too; not from the end.
func (k *kind) prev(c *registry.Ctx, iname string) int {
	it := k.started(c, k.prefix+"prev", iname)
	if it == nil || it.at > len(it.parts) {
		return -1
	}
	it.at = max(it.at-1, 0)
	return 1
}

// change edits the message at the part that an iterator stands on.
func (k *kind) change(c *registry.Ctx, fn, iname string, edit func(*sip.Message, *part)) int {
	it := k.started(c, k.prefix+fn, iname)
	if it == nil {
		return -1
	}
	p := it.current()
	if p == nil {
		return -1
	}
	edit(c.Msg, p)
	return 1
}

func (k *kind) remove(c *registry.Ctx, iname string) int {
	return k.change(c, "rm", iname, func(m *sip.Message, p *part) { m.Edit(p.start, p.end-p.start, "") })
}

func (k *kind) append(c *registry.Ctx, iname, text string) int {
	return k.change(c, "append", iname, func(m *sip.Message, p *part) { m.Edit(p.end, 0, text) })
}

func (k *kind) insert(c *registry.Ctx, iname, text string) int {
	return k.change(c, "insert", iname, func(m *sip.Message, p *part) { m.Edit(p.start, 0, text) })
}

func (m *Module) iteratorFuncs() []registry.Func {
	iname, text := registry.Text("iterator"), registry.Text("text")
	var funcs []registry.Func
	for _, k := range []struct {
		*kind
		what, whole string
	}{
		{m.headers(), "header", "header lines, with their line end,"},
		{m.lines(), "line of the body", "a text"},
	} {
		funcs = append(
			funcs,
			registry.Fn1(k.prefix+"start", iname, registry.Any, k.start, "Starts an iterator before the first "+k.what+"; a message has up to 4 of a kind."),
			registry.Fn1(k.prefix+"next", iname, registry.Any, k.next, "Steps to the next "+k.what+"; false at the end."),
			registry.Fn1(k.prefix+"end", iname, registry.Any, k.end, "Ends an iterator."),
			registry.Fn1(k.prefix+"rm", iname, registry.Any, k.remove, "Removes the "+k.what+" that the iterator stands on."),
			registry.Fn2(k.prefix+"append", iname, text, registry.Any, k.append, "Puts "+k.whole+" behind the "+k.what+" that the iterator stands on."),
			registry.Fn2(k.prefix+"insert", iname, text, registry.Any, k.insert, "Puts "+k.whole+" before the "+k.what+" that the iterator stands on."),
		)
	}
	return append(funcs, registry.Fn1("hf_iterator_prev", iname, registry.Any, m.headers().prev, "Steps back to the header before; true also where there is none, false at the end."))
}

func (m *Module) vars() []registry.PV {
	header := func(of func(h sip.Header, body string) string) func(*registry.Ctx, *iterator) string {
		return func(c *registry.Ctx, it *iterator) string {
			start, end := c.Msg.BodySpan(it.at - 1)
			return of(c.Msg.HeaderAt(it.at-1), registry.View(c.Msg.Raw()[start:end]))
		}
	}
	return []registry.PV{
		{
			Name: "hfitname", Doc: "The name of the header that an iterator stands on.",
			Bind: m.headers().bind(header(func(h sip.Header, _ string) string { return h.Name })),
		},
		{
			Name: "hfitbody", Doc: "The text of the header that an iterator stands on.",
			Bind: m.headers().bind(header(func(_ sip.Header, body string) string { return body })),
		},
		{
			Name: "blitval", Doc: "The line of the body, with its line end, that an iterator stands on.",
			Bind: m.lines().bind(func(c *registry.Ctx, it *iterator) string {
				p := it.current()
				return registry.View(c.Msg.Raw()[p.start:p.end])
			}),
		},
	}
}

// bind is a variable of an iterator's name; of is called where it stands on
// something.
func (k *kind) bind(of func(*registry.Ctx, *iterator) string) func(registry.Fixup, registry.Ref) (registry.Var, error) {
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
			if it := k.started(c, "$"+r.Class, iname); it != nil && it.current() != nil {
				v.SetStr(of(c, it))
			}
		}}, nil
	}
}
