package app

import (
	"errors"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/compile"
	"olelo/lang/diag"
	"olelo/lang/inventory"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
)

// modParam sets a parameter of all loaded modules whose names match: a name, as
// a rule, but to Kamailio it is a regular expression for the whole name.
func (s *server) modParam(p *ast.ModParam, diags *diag.List) {
	matches, err := nameMatcher(p.Module.Text)
	if err != nil {
		failParam(diags, p, p.Module.Range, "modparam-no-module", "which modules? "+err.Error(), "")
		return
	}
	if p.Keyword == "modparamx" {
		for _, m := range s.modules { // in quotes it is a text, whatever its variables are
			if set, ok := m.sets[p.Name.Text]; ok && p.Value.Kind == ast.LitStr && matches(m.name) && !typed(m.name, p, set.Type, diags) {
				return
			}
		}
		var ok bool
		if p, ok = s.evaluated(p, diags); !ok {
			return
		}
	}
	found := false
	for _, name := range s.absent {
		if matches(name) {
			found = true
			s.missingParam(name, p, diags)
		}
	}
	for _, m := range s.modules {
		if matches(m.name) {
			found = true
			s.setParam(m, p, diags)
		}
	}
	switch {
	case found, s.env.IsLost():
	case s.env.IsMissing(p.Module.Text): // its loadmodule is misspelt
		s.missingParam(p.Module.Text, p, diags)
	default:
		s.noModParamModule(p, diags)
	}
}

// nameMatcher tells which modules a modparam is for.
func nameMatcher(pattern string) (func(name string) bool, error) {
	if !strings.ContainsAny(pattern, `\.[]()*+?{}|^$`) {
		return func(name string) bool { return strings.EqualFold(name, pattern) }, nil
	}
	re, err := ere.Compile("^("+pattern+")$", ere.IgnoreCase)
	if err != nil {
		return nil, err
	}
	return func(name string) bool {
		ok, err := re.Match(name)
		return ok && err == nil
	}, nil
}

func (s *server) noModParamModule(p *ast.ModParam, diags *diag.List) {
	name, hint := p.Module.Text, "modparam stands behind its loadmodule"
	var have []string
	for _, m := range s.modules {
		have = append(have, m.name)
	}
	have = append(have, s.absent...)
	if near := diag.Nearest(name, have); near != "" && !catalogue.HasModule(name) {
		hint = "did you mean " + near + "?"
	} else if bare := moduleName(name); bare != name && slices.Contains(have, bare) {
		hint = `it is written "` + bare + `"`
	}
	failParam(diags, p, p.Module.Range, "modparam-no-module", "module "+name+" is not loaded", hint)
	if catalogue.HasModule(name) {
		s.env.Forgotten(name)
	}
}

// evaluated is a modparamx with the value of its variables: a number where it
// is one variable without quotes that has a number.
func (s *server) evaluated(p *ast.ModParam, diags *diag.List) (*ast.ModParam, bool) {
	if p.Value.Kind == ast.LitInt || !strings.Contains(p.Value.Text, "$") {
		return p, true
	}
	v, ok := compile.Evaluate(s.file, s.env, p.Value.Text, p.Value.Range, s.log, diags)
	if !ok {
		return nil, false
	}
	q := *p
	switch {
	case p.Value.Kind == ast.LitWord && v.IsInt():
		q.Value.Kind, q.Value.Int = ast.LitInt, v.I
	case v.IsNull() && p.Value.Kind == ast.LitStr: // as in a text with more than the variable
		warn(diags, p.Value.Range, "modparam-value", "modparamx: "+p.Value.Text+" has no value while the configuration loads: the parameter is the text <null>", "")
		q.Value.Text = "<null>"
	case v.IsNull():
		fail(diags, p.Value.Range, "modparam-value", "modparamx: "+p.Value.Text+" has no value while the configuration loads", "")
		return nil, false
	default:
		q.Value.Kind = ast.LitStr
		if q.Value.Text = v.S; !v.IsStr() {
			q.Value.Text = strconv.FormatInt(v.I, 10)
		}
	}
	return &q, true
}

func (s *server) setParam(m loaded, p *ast.ModParam, diags *diag.List) {
	set, ok := m.sets[p.Name.Text]
	if !ok {
		s.noParam(m, p, diags)
		return
	}
	if !typed(m.name, p, set.Type, diags) {
		return
	}
	if s.dialect == Dialect56 && catalogue.Newer(p.Name.Text, func(name string) []catalogue.Param {
		if row, ok := catalogue.ParamOf(m.name, name); ok {
			return []catalogue.Param{row}
		}
		return nil
	}) {
		diags.Add(compile.OnlyIn6(p.Name.Range, "parameter "+p.Name.Text+" of module "+m.name))
	}
	v := registry.ParamValue{Pos: p.Value.Pos}
	if p.Value.Kind == ast.LitInt {
		v.Int, v.IsInt = p.Value.Int, true
	} else {
		v.Str = p.Value.Text
	}
	err := set.Set(v)
	var notRun *registry.NotRunError
	switch msg := "modparam(" + m.name + ", " + p.Name.Text + "): "; {
	case errors.As(err, &notRun):
		diags.Add(diag.Diagnostic{
			Severity: diag.Error, Code: "not-run-yet", NotRun: true,
			Pos: p.Value.Pos, EndLine: p.Value.EndLine, EndCol: p.Value.EndCol, Msg: msg + notRun.Msg,
		})
		at := *p // the value, as the diagnostic
		at.Pos = p.Value.Pos
		s.notes.param(m.name, &at, inventory.NotRun, notRun.Msg)
	case err != nil:
		// Kamailio's modules look at most values when they start.
		row, _ := catalogue.ParamOf(m.name, p.Name.Text)
		diags.Add(diag.Diagnostic{
			Severity: diag.Error, Code: "modparam-value", Late: !strings.Contains(row.Type, "func"),
			Pos: p.Value.Pos, EndLine: p.Value.EndLine, EndCol: p.Value.EndCol, SeenLine: p.EndLine, SeenCol: p.EndCol,
			Msg: msg + err.Error(),
		})
	default:
		s.notes.param(m.name, p, inventory.Runs, "")
	}
}

// typed reports whether a parameter takes the type of its value, having said
// so where not.
func typed(module string, p *ast.ModParam, takes registry.ParamType, diags *diag.List) bool {
	isInt := p.Value.Kind == ast.LitInt
	switch {
	case isInt && takes&registry.ParamInt == 0:
		failParam(diags, p, p.Value.Range, "modparam-type", "parameter "+p.Name.Text+" of "+module+" takes a text, not a number", "put it into quotes")
		return false
	case !isInt && takes&registry.ParamStr == 0:
		failParam(diags, p, p.Value.Range, "modparam-type", "parameter "+p.Name.Text+" of "+module+" takes a number, not a text", "write it without quotes")
		return false
	}
	return true
}

// paramType is what a parameter takes by the catalogue; where that does not
// tell, anything.
func paramType(row catalogue.Param) registry.ParamType {
	var t registry.ParamType
	for word := range strings.SplitSeq(row.Type, "|") {
		switch word {
		case "int", "int_param":
			t |= registry.ParamInt
		case "str", "string":
			t |= registry.ParamStr
		}
	}
	if t == 0 {
		return registry.ParamInt | registry.ParamStr
	}
	return t
}

// missingParam checks a parameter of a module that is not there by the
// catalogue.
func (s *server) missingParam(module string, p *ast.ModParam, diags *diag.List) {
	if row, ok := catalogue.ParamOf(module, p.Name.Text); ok {
		if typed(module, p, paramType(row), diags) {
			s.notes.missingParam(module, p)
		}
		return
	}
	if !catalogue.HasModule(module) {
		s.notes.param(module, p, inventory.Unknown, "of a module that nobody knows")
		return
	}
	hint := ""
	if near := catalogue.NearParams(module, p.Name.Text); len(near) > 0 {
		hint = "did you mean " + near[0] + "?"
	}
	failParam(diags, p, p.Name.Range, "unknown-modparam", "module "+module+" has no parameter "+p.Name.Text, hint)
}

func (s *server) noParam(m loaded, p *ast.ModParam, diags *diag.List) {
	if row, ok := catalogue.ParamOf(m.name, p.Name.Text); ok {
		if typed(m.name, p, paramType(row), diags) {
			diags.Add(diag.Diagnostic{
				Severity: diag.Error, Code: "not-run-yet", NotRun: true,
				Pos: p.Name.Pos, EndLine: p.Name.EndLine, EndCol: p.Name.EndCol,
				Msg:  "parameter " + p.Name.Text + " of module " + m.name + " is known in Kamailio " + row.Versions.String() + ", not run by olelo yet",
				Hint: "--lenient starts without it",
			})
			s.notes.param(m.name, p, inventory.NotRun, "")
		}
		return
	}
	var have []string
	for n := range m.sets {
		have = append(have, n)
	}
	hint := ""
	if near := diag.Nearest(p.Name.Text, have); near != "" {
		hint = "did you mean " + near + "?"
	} else if far := catalogue.NearParams(m.name, p.Name.Text); len(far) > 0 {
		hint = "did you mean " + far[0] + "? olelo does not run that one yet"
	}
	failParam(diags, p, p.Name.Range, "unknown-modparam", "module "+m.name+" has no parameter "+p.Name.Text, hint)
}

// failParam is fail for a place in a modparam, which Kamailio sees at its end.
func failParam(diags *diag.List, p *ast.ModParam, at ast.Range, code, msg, hint string) {
	diags.Add(diag.Diagnostic{
		Severity: diag.Error, Code: code, Msg: msg, Hint: hint,
		Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol, SeenLine: p.EndLine, SeenCol: p.EndCol,
	})
}
