package app

import (
	"slices"

	"olelo/lang/compile"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

var (
	_ registry.EvalHost       = host{}
	_ registry.ConfigFileHost = host{}
)

// ConfigFile is the main configuration file, as it was given.
func (h host) ConfigFile() string { return h.configFile }

// Eval is the value of a text with variables. A $var that the configuration does
// not have is 0 and lives as long as this call.
func (h host) Eval(c *registry.Ctx, text string) (value.Value, error) {
	h.evals.Lock()
	defer h.evals.Unlock()
	prog := *h.prog
	prog.Slots = slices.Clip(prog.Slots) // others run the program, and add no slots to it
	f, err := compile.Bind(&prog, h.env, text)
	if err != nil {
		return value.Value{}, err
	}
	vars := c.Vars // a route that runs knows them
	c.Vars = append(slices.Clip(vars), newVars(&prog)[len(vars):]...)
	defer func() { c.Vars = vars }()
	if get, one := f.Single(); one {
		return c.Eval(get), nil
	}
	return value.OfStr(f.Text(c)), nil
}
