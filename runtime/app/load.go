package app

import (
	"errors"
	"path"
	"slices"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/runtime/core"
	"olelo/runtime/registry"
)

// loaded is a module of the running configuration.
type loaded struct {
	name string
	it   registry.Module
	sets map[string]registry.Param
}

// retired are modules of older Kamailios whose work olelo does elsewhere. They
// load, with a warning that says so.
var retired = map[string]string{
	"mi_fifo": "retired in Kamailio 5.0; here its FIFO answers with the RPC commands",
}

// idle reports whether a module that olelo does not have has nothing to do
// here, and why: a database driver drives nothing while no module has a
// database of its kind; one that has is a mistake of its own.
func idle(name string) (why string, ok bool) {
	if strings.HasPrefix(name, "db_") && catalogue.HasModule(name) {
		return "no module that olelo runs has a database of its kind", true
	}
	return "", false
}

// loadModules makes and sets up the modules that the configuration names, in
// its order. A module that is not there is one error, whatever uses it.
func (s *server) loadModules(o *Options, diags *diag.List) {
	for _, name := range o.LoadModules {
		s.load(&ast.Load{Keyword: "loadmodule", Arg: ast.Literal{Kind: ast.LitStr, Text: name}}, o, diags)
	}
	for _, it := range s.file.Items {
		switch it := it.(type) {
		case *ast.Load:
			s.load(it, o, diags)
		case *ast.ModParam:
			s.modParam(it, diags)
		}
	}
	for _, p := range o.ModParams {
		v := ast.Literal{Kind: ast.LitStr, Text: p.Str}
		if p.IsInt {
			v = ast.Literal{Kind: ast.LitInt, Int: p.Int}
		}
		s.modParam(&ast.ModParam{
			Keyword: "modparam", Value: v,
			Module: ast.Literal{Kind: ast.LitStr, Text: p.Module}, Name: ast.Literal{Kind: ast.LitStr, Text: p.Name},
		}, diags)
	}
}

// moduleName is the name in "sl", "sl.so" and "/usr/lib/…/sl.so".
func moduleName(arg string) string { return strings.TrimSuffix(path.Base(arg), ".so") }

func (s *server) load(l *ast.Load, o *Options, diags *diag.List) {
	if l.Keyword == "mpath" || l.Keyword == "loadpath" {
		warn(diags, l.Range, "mpath-ignored", l.Keyword+" has no effect: olelo's modules are built in", "the line may stay")
		s.notes.global(l.Keyword, inventory.Accepted, "olelo's modules are built in", l.Pos)
		return
	}
	if s.joined(l, o, diags) {
		return
	}
	name := moduleName(l.Arg.Text)
	if _, twice := s.find(name); twice || slices.Contains(s.absent, name) {
		fail(diags, l.Arg.Range, "module-twice", "module "+name+" is loaded already", "")
		return
	}
	make := o.Modules[name]
	if make == nil {
		s.absent = append(s.absent, name)
		s.env.Missing(name)
		if why, ok := idle(name); ok {
			add(diags, diag.Info, l.Arg.Range, "module-idle", "module "+name+" is not needed: "+why, "")
			s.notes.module(name, inventory.Accepted, why, l.Pos)
			return
		}
		s.noModule(name, l, o, diags)
		return
	}
	if why := retired[name]; why != "" {
		warn(diags, l.Range, "module-retired", "module "+name+" is "+why, "the jsonrpcs and ctl modules are its successors")
	}
	s.notes.module(name, inventory.Runs, "", l.Pos)
	m := loaded{name: name, it: make(), sets: map[string]registry.Param{}}
	for _, p := range m.it.Exports().Params {
		m.sets[p.Name] = p
	}
	s.modules = append(s.modules, m)
	s.env.Add(name, m.it)
}

// joined reports the names of several modules as one text: texts that stand
// side by side are one, as where the loadmodule between them is missing.
func (s *server) joined(l *ast.Load, o *Options, diags *diag.List) bool {
	names := strings.Split(strings.TrimSuffix(l.Arg.Text, ".so"), ".so")
	if len(names) < 2 {
		return false
	}
	for i := range names {
		names[i] = moduleName(names[i])
		if o.Modules[names[i]] == nil && !catalogue.HasModule(names[i]) {
			return false
		}
	}
	for _, n := range names {
		s.env.Missing(n)
	}
	fail(diags, l.Arg.Range, "unknown-module", "there is no module "+strings.Join(names, ".so")+": texts side by side are one text",
		`a loadmodule is missing before "`+names[1]+`.so"`)
	return true
}

func (s *server) noModule(name string, l *ast.Load, o *Options, diags *diag.List) {
	if catalogue.HasModule(name) {
		s.notes.module(name, inventory.NotRun, "", l.Pos)
		d := diag.Diagnostic{
			Severity: diag.Error, Code: "module-not-run", NotRun: true,
			Pos: l.Arg.Pos, EndLine: l.Arg.EndLine, EndCol: l.Arg.EndCol,
			Msg: "module " + name + " is known in Kamailio, not run by olelo yet",
		}
		if !slices.ContainsFunc(diags.Items, func(x diag.Diagnostic) bool { return x.Code == d.Code }) {
			d.Hint = "what uses it is not reported again; --lenient starts without it: its functions log an error and are false"
		}
		diags.Add(d)
		return
	}
	if strings.Contains(name, "\n") {
		s.env.Lost()
		fail(diags, l.Arg.Range, "unknown-module", "there is no module of this name, which goes over lines", "a quote is missing here")
		return
	}
	hint := ""
	var have []string
	for n := range o.Modules {
		have = append(have, n)
	}
	if near := diag.Nearest(name, have); near != "" {
		hint = `did you mean "` + near + `.so"?`
		s.env.Forgotten(near)
	} else if far := catalogue.NearModules(name); len(far) > 0 {
		hint = `did you mean "` + far[0] + `.so"? olelo does not run that one yet`
		s.env.Forgotten(far[0])
	} else {
		s.env.Stranger(name)
		s.notes.module(name, inventory.Unknown, "no module of Kamailio 5.6 or 6.1", l.Pos)
	}
	fail(diags, l.Arg.Range, "unknown-module", "there is no module "+name, hint)
}

func (s *server) find(name string) (loaded, bool) {
	for _, m := range s.modules {
		if m.name == name {
			return m, true
		}
	}
	return loaded{}, false
}

// provision lets the modules take what they need, in load order.
func (s *server) provision(diags *diag.List) {
	for i, m := range s.modules {
		p, ok := m.it.(registry.Provisioner)
		if !ok {
			continue
		}
		s.provisioned = i + 1
		if err := p.Provision(host{s}); err != nil {
			d := diag.Diagnostic{Severity: diag.Error, Code: "module-start", Late: true}
			if at := (*registry.PosError)(nil); errors.As(err, &at) {
				d.Pos, err = at.Pos, at.Err
			}
			var notRun *registry.NotRunError
			d.NotRun = errors.As(err, &notRun)
			d.Msg = "module " + m.name + ": " + err.Error()
			diags.Add(d)
		}
	}
}

// compile binds and compiles the route blocks.
func (s *server) compile(o *Options, diags *diag.List) {
	s.env.Myself = newNames(s)
	s.env.Raises("core", CoreEvents()...)
	s.env.Block = func(n int) registry.Block { return s.block(n) }
	opt := compile.Options{
		Dialect6:  o.Dialect == Dialect6,
		RawCodes:  s.params.ReturnMode == 1,
		MaxLoops:  s.params.Int("max_while_loops"),
		MaxLevel:  s.params.Int("max_recursive_level"),
		LogPrefix: s.params.LogPrefix,
		Uses:      s.notes.list,
		MaxErrors: o.MaxErrors,
		Coverage:  o.Coverage,
	}
	if s.recorder != nil {
		opt.Recorder, opt.Mocks = s.recorder, o.mocks
	}
	for _, m := range s.modules {
		if t, ok := m.it.(registry.Tracer); ok {
			opt.Tracer = t
		}
	}
	s.prog = compile.Compile(s.file, s.env, opt, diags)
	s.findEvents()
	s.requestRoute, s.replyRoute = s.route("request_route", ""), s.route("reply_route", "")
	s.checkRoutes(diags)
}

// globals6 says which global parameters are Kamailio 6's, each once; those that
// olelo does not run yet are errors that say so themselves.
func (s *server) globals6(diags *diag.List) {
	if s.dialect != Dialect56 {
		return
	}
	said := map[string]bool{}
	for _, it := range s.file.Items {
		g, ok := it.(*ast.Global)
		if ok && g.Group == "" && !said[g.Name] && catalogue.Newer(g.Name, catalogue.Words) && !notYet(g.Name) {
			said[g.Name] = true
			diags.Add(compile.OnlyIn6(g.Range, "the global parameter "+g.Name))
		}
	}
}

func notYet(global string) bool {
	return slices.ContainsFunc(core.All(), func(p core.Param) bool { return p.Name == global && p.Class == core.NotYet })
}

func fail(diags *diag.List, at ast.Range, code, msg, hint string) {
	add(diags, diag.Error, at, code, msg, hint)
}

func warn(diags *diag.List, at ast.Range, code, msg, hint string) {
	add(diags, diag.Warning, at, code, msg, hint)
}

func add(diags *diag.List, sev diag.Severity, at ast.Range, code, msg, hint string) {
	diags.Add(diag.Diagnostic{
		Severity: sev, Code: code, Msg: msg, Hint: hint,
		Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol,
	})
}
