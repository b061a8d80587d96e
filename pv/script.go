package pv

import (
	"strings"
	"sync"
	"sync/atomic"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// scriptVar is one $var that the configuration names.
type scriptVar struct {
	name string
	slot int // place+1
}

// preset is a varset line: a $var's value at the start.
type preset struct {
	name string
	val  value.Value
}

func (m *Module) scriptVars() []registry.PV {
	zero := registry.PV{
		Name: "var", Access: registry.ReadWrite,
		Doc:  "A variable of the worker, 0 until it is set; it lasts from message to message.",
		Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return m.bindSlot(fx, r, false) },
	}
	null := registry.PV{
		Name: "vn", Access: registry.ReadWrite,
		Doc:  "A variable of the worker, $null until it is set.",
		Bind: func(fx registry.Fixup, r registry.Ref) (registry.Var, error) { return m.bindSlot(fx, r, true) },
	}
	return []registry.PV{
		zero, alias("vz", zero), null,
		{
			Name: "shv", Access: registry.ReadWrite, Doc: "A variable that all workers share, 0 until it is set.",
			Bind: m.bindShared,
		},
		{
			Name: "shvinc", Doc: "Adds 1 to a $shv, and is what it is then; a text counts as 0.",
			Bind: m.bindIncrement,
		},
	}
}

func (m *Module) bindSlot(fx registry.Fixup, r registry.Ref, null bool) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	slot := fx.VarSlot(r.Inner, null)
	if e, ok := fx.(evaluator); !null && !(ok && e.Routing()) {
		m.remember(r.Inner, slot)
	}
	n := slot - 1
	return registry.Var{
		Slot: slot,
		Get:  func(c *registry.Ctx, v *value.Value) { *v = c.Vars[n].Value },
		Set: func(c *registry.Ctx, v *value.Value) bool {
			setSlot(&c.Vars[n], v, null)
			return true
		},
	}, nil
}

// setSlot assigns as the language does: a text is kept as text alone, $null
// makes a $var 0.
func setSlot(s *registry.VarSlot, v *value.Value, null bool) {
	switch {
	case v.IsStr():
		t := value.OfStr(v.S)
		s.Set(&t)
	case v.IsInt():
		s.SetInt(v.I)
	case null:
		s.SetNull()
	default:
		s.SetInt(0)
	}
}

func (m *Module) remember(name string, slot int) {
	if _, known := m.slots[name]; known {
		return
	}
	m.slots[name] = slot
	m.vars = append(m.vars, scriptVar{name, slot})
}

func (m *Module) slot(name string) (int, bool) {
	slot, ok := m.slots[name]
	return slot - 1, ok
}

// InitWorker gives the worker's variables the values that varset asks for.
func (m *Module) InitWorker(c *registry.Ctx) error {
	for i := range m.preset {
		if n, ok := m.slot(m.preset[i].name); ok && n < len(c.Vars) {
			c.Vars[n].Set(&m.preset[i].val)
		}
	}
	return nil
}

// shared is the $shv: made by the configuration and the RPC commands, read
// and written by all workers without a lock.
type shared struct {
	mu   sync.Mutex // guards vars, not the values
	vars map[string]*sharedVar
}

type sharedVar struct{ atomic.Pointer[value.Value] }

func (s *shared) lookup(name string, create bool) *sharedVar {
	s.mu.Lock()
	defer s.mu.Unlock()
	v := s.vars[name]
	if v == nil && create {
		v = new(sharedVar)
		v.Store(&value.Value{K: value.Int})
		if s.vars == nil {
			s.vars = map[string]*sharedVar{}
		}
		s.vars[name] = v
	}
	return v
}

// put stores a copy of v: a text alone, an integer, and $null as the empty text.
func (v *sharedVar) put(val *value.Value) {
	n := new(value.Value)
	if val.K == value.Int {
		n.SetInt(val.I)
	} else {
		n.SetStr(strings.Clone(val.S))
	}
	v.Store(n)
}

func (m *Module) bindShared(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	sv := m.shared.lookup(r.Inner, true)
	return registry.Var{
		Get: func(_ *registry.Ctx, v *value.Value) { *v = *sv.Load() },
		Set: func(_ *registry.Ctx, v *value.Value) bool { sv.put(v); return true },
	}, nil
}

func (m *Module) bindIncrement(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	if err := needInner(r, "a name"); err != nil {
		return registry.Var{}, err
	}
	sv := m.shared.lookup(r.Inner, true)
	return registry.Var{Get: func(_ *registry.Ctx, v *value.Value) { v.SetInt(sv.increment()) }}, nil
}

// increment adds 1 to what it holds, a text as 0.
func (v *sharedVar) increment() int64 {
	for {
		old := v.Load()
		n := value.OfInt(old.I + 1)
		if old.IsStr() {
			n = value.OfInt(1)
		}
		if v.CompareAndSwap(old, &n) {
			return n.I
		}
	}
}
