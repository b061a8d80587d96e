package compile

import (
	"errors"
	"sync"

	"olelo/lang/diag"
	"olelo/runtime/registry"
)

// Evaluator returns a function that binds texts while the server routes: safe for
// concurrent use, and with the variables that the configuration has. A $var that
// it has not is 0, a $vn $null.
func (f *fixup) Evaluator() func(text string) (*registry.Format, error) {
	at := *f
	at.args, at.text, at.quiet = nil, -1, true
	at.c.slot("", false)
	at.c.slot("", true)
	var mu sync.Mutex // modules bind one text at a time
	return func(text string) (*registry.Format, error) {
		mu.Lock()
		defer mu.Unlock()
		diags := new(diag.List)
		late := at
		late.c = at.c.again(diags)
		bound, err := late.Format(text)
		for _, d := range diags.Items {
			if d.Severity == diag.Error {
				return nil, errors.New(d.Msg)
			}
		}
		return bound, err
	}
}

// Routing reports whether f binds a text while the server routes.
func (f *fixup) Routing() bool { return f.c.sealed }

// again is a compiler for texts that are bound when the program is made. It adds
// nothing to it.
func (c *compiler) again(diags *diag.List) *compiler {
	return &compiler{
		file: c.file, attributes: c.attributes, env: c.env, prog: c.prog, diags: diags,
		opt:   Options{Dialect6: c.opt.Dialect6, MaxErrors: diag.MaxErrors},
		slots: c.slots, sealed: true, warned: map[string]bool{}, late: true,
	}
}
