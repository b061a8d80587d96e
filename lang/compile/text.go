package compile

import (
	"errors"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/program"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Evaluate gives the value of a text with variables while the configuration
// loads: there is no message then, and no worker whose $var it could read. A
// text that is one variable keeps its type. What is wrong goes to diags.
func Evaluate(file *ast.File, env *Env, text string, at ast.Range, l *log.Logger, diags *diag.List) (value.Value, bool) {
	c := &compiler{
		file: file, env: env, diags: diags, opt: Options{MaxErrors: diag.MaxErrors},
		slots: map[string]int{}, warned: map[string]bool{}, consts: map[value.Value]int{},
		prog: &program.Program{},
	}
	f, err := (&fixup{c: c, at: at, text: -1}).Format(text)
	switch {
	case err == errReported:
		return value.Value{}, false
	case err != nil:
		c.errorAt(at, "bad-parameter", err.Error(), "")
		return value.Value{}, false
	case len(c.prog.Slots) > 0:
		c.complain(at, "bad-parameter", message{text: "a $var in modparamx is not run by olelo yet", hint: "write its value", known: true})
		return value.Value{}, false
	}
	ctx := &registry.Ctx{Worker: &registry.Worker{Log: l}}
	var v value.Value
	if get, one := f.Single(); one {
		get(ctx, &v)
	} else {
		v.SetStr(f.Text(ctx))
	}
	v.S = string([]byte(v.S)) // the arena it may lie in dies here
	return v, true
}

// Bind binds a text with variables to a compiled program. It may add slots to
// it, and so must not be called while the program runs. The error tells the
// first thing that is wrong.
func Bind(prog *program.Program, env *Env, text string) (*registry.Format, error) {
	diags := &diag.List{}
	c := &compiler{
		file: env.file, env: env, diags: diags, opt: Options{Dialect6: !prog.Wrap32, MaxErrors: diag.MaxErrors},
		slots: map[string]int{}, warned: map[string]bool{}, consts: map[value.Value]int{}, prog: prog,
	}
	for n, s := range prog.Slots {
		c.slots[slotKey(s.Name, s.Null)] = n
	}
	f, err := (&fixup{c: c, text: -1, quiet: true}).Format(text)
	if err != errReported {
		return f, err
	}
	for _, d := range diags.Items {
		if d.Severity != diag.Error {
			continue
		}
		if d.Hint != "" {
			d.Msg += "; " + d.Hint
		}
		return nil, errors.New(d.Msg)
	}
	return nil, err
}
