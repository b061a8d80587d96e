package textopsx

import (
	"olelo/runtime/iterator"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

func headerParts(to []iterator.Part, m *sip.Message) ([]iterator.Part, bool) {
	for i := range m.NumHeaders() {
		start, end := m.HeaderSpan(i)
		to = append(to, iterator.Part{Start: start, End: end})
	}
	return to, true
}

// bodyLines are the body's lines with their line ends.
func bodyLines(to []iterator.Part, m *sip.Message) ([]iterator.Part, bool) {
	return iterator.Lines(to, m, m.BodyAt(), len(m.Body())), true
}

func (m *Module) iteratorFuncs() []registry.Func {
	funcs := m.headers.Funcs("header", "header lines, with their line end,")
	funcs = append(funcs, m.lines.Funcs("line of the body", "a text")...)
	return append(funcs, registry.Fn1("hf_iterator_prev", registry.Text("iterator"), registry.Any, m.headers.Prev, "Steps back to the header before; true also where there is none, false at the end."))
}

func (m *Module) vars() []registry.PV {
	return []registry.PV{
		{
			Name: "hfitname", Doc: "The name of the header that an iterator stands on.",
			Bind: m.headers.Bind(func(c *registry.Ctx, it *iterator.Iterator) string { return c.Msg.HeaderAt(it.Index()).Name }),
		},
		{
			Name: "hfitbody", Doc: "The text of the header that an iterator stands on.",
			Bind: m.headers.Bind(func(c *registry.Ctx, it *iterator.Iterator) string {
				start, end := c.Msg.BodySpan(it.Index())
				return registry.View(c.Msg.Raw()[start:end])
			}),
		},
		{
			Name: "blitval", Doc: "The line of the body, with its line end, that an iterator stands on.",
			Bind: m.lines.Bind(m.lines.Text),
		},
	}
}
