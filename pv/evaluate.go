package pv

import (
	"errors"
	"strings"
	"sync"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// evaluator is a Fixup that can bind texts while the server routes.
type evaluator interface {
	// Evaluator returns a function that binds them, safe for concurrent use.
	Evaluator() func(text string) (*registry.Format, error)
	// Routing reports whether this is a Fixup of that function.
	Routing() bool
}

// evaluated is how many texts of a place are kept bound.
const evaluated = 256

// evaluate is pv_evalx.
func evaluate() registry.Func {
	out, text := registry.OutP("variable"), registry.Text("text")
	return registry.Func{
		Name: "pv_evalx", Routes: registry.Any, Params: []registry.ParamInfo{out.ParamInfo, text.ParamInfo},
		Doc: "Assigns a text to a variable after its variables have been expanded twice: those in their values too.",
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			to, err := out.Bind(fx, args[0])
			if err != nil {
				return nil, err
			}
			get, err := text.Bind(fx, args[1])
			if err != nil {
				return nil, err
			}
			e, ok := fx.(evaluator)
			if !ok {
				return nil, errors.New("texts cannot be expanded twice here")
			}
			texts := boundTexts{bind: e.Evaluator()}
			v, _ := to(nil)
			return func(c *registry.Ctx) int {
				s, ok := get(c)
				if !ok {
					return -1
				}
				f, err := texts.get(s)
				if err != nil {
					c.Log.Errorf(logAs, "pv_evalx: %.80q cannot be expanded: %v", s, err)
					return -1
				}
				result := value.OfStr(f.Text(c))
				return outcome(v.Set(c, &result))
			}, nil
		},
	}
}

// boundTexts are the texts that one place has seen; they go all at once.
type boundTexts struct {
	bind func(string) (*registry.Format, error)
	mu   sync.RWMutex
	all  map[string]*registry.Format
}

func (b *boundTexts) get(text string) (*registry.Format, error) {
	b.mu.RLock()
	f := b.all[text]
	b.mu.RUnlock()
	if f != nil {
		return f, nil
	}
	text = strings.Clone(text)
	f, err := b.bind(text)
	if err != nil {
		return nil, err
	}
	b.mu.Lock()
	defer b.mu.Unlock()
	if b.all == nil || len(b.all) >= evaluated {
		b.all = map[string]*registry.Format{}
	}
	b.all[text] = f
	return f, nil
}
