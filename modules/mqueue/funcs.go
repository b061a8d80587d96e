package mqueue

import (
	"errors"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// The codes of what cannot be fetched or counted.
const (
	noQueue   = -1 // of mq_add and mq_fetch
	empty     = -2
	noItems   = -1 // of mq_size
	sizeOfNil = -2 // of mq_size
)

// find finds a queue, or logs that there is none.
func (m *Module) find(c *registry.Ctx, what, qname string) *queue {
	q := m.queues[qname]
	if q == nil {
		c.Log.Errorf(name, "%s: there is no queue %q", what, qname)
	}
	return q
}

// fetched is what this worker fetched last, by queue.
func (m *Module) fetched(c *registry.Ctx) map[*queue]item {
	if f, ok := m.perWorker.Load(c.Worker); ok {
		return f.(map[*queue]item)
	}
	f := map[*queue]item{}
	m.perWorker.Store(c.Worker, f)
	return f
}

func (m *Module) add(c *registry.Ctx, qname, key, val string) int {
	q := m.find(c, "mq_add", qname)
	if q == nil {
		return noQueue
	}
	q.add(key, val)
	return 1
}

func (m *Module) fetch(c *registry.Ctx, qname string) int {
	q := m.find(c, "mq_fetch", qname)
	if q == nil {
		return noQueue
	}
	i, ok := q.fetch()
	if !ok {
		delete(m.fetched(c), q)
		return empty
	}
	m.fetched(c)[q] = i
	return 1
}

func (m *Module) free(c *registry.Ctx, qname string) int {
	if q := m.queues[qname]; q != nil {
		delete(m.fetched(c), q)
	}
	return 1
}

func (m *Module) length(c *registry.Ctx, qname string) int {
	q := m.find(c, "mq_size", qname)
	switch {
	case q == nil:
		return sizeOfNil
	case q.len() == 0:
		return noItems
	}
	return q.len()
}

// bind is a variable of a queue's name; that of a queue that is not there is $null
// and shows as an empty text.
func (m *Module) bind(get func(*registry.Ctx, *queue, *value.Value)) func(registry.Fixup, registry.Ref) (registry.Var, error) {
	return func(fx registry.Fixup, r registry.Ref) (registry.Var, error) {
		switch {
		case r.Inner == "":
			return registry.Var{}, errors.New("$" + r.Class + " wants a queue's name in parentheses")
		case r.Index.Kind != registry.IndexNone:
			return registry.Var{}, errors.New("$" + r.Class + " takes no index")
		}
		qname, err := fx.Format(r.Inner)
		if err != nil {
			return registry.Var{}, err
		}
		return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
			if q := m.find(c, "$"+r.Class, qname.Text(c)); q != nil {
				get(c, q, v)
			} else {
				v.SetVoid()
			}
		}}, nil
	}
}

func (m *Module) pv(class, doc string, part func(*item) string) registry.PV {
	return registry.PV{Name: class, Doc: doc, Bind: m.bind(func(c *registry.Ctx, q *queue, v *value.Value) {
		i := m.fetched(c)[q]
		if s := part(&i); s != "" {
			v.SetStr(s)
		} else {
			v.SetNull()
		}
	})}
}

func (m *Module) sizePV() registry.PV {
	return registry.PV{Name: "mq_size", Doc: "The number of items in a queue.", Bind: m.bind(func(_ *registry.Ctx, q *queue, v *value.Value) {
		v.SetInt(int64(q.len()))
	})}
}
