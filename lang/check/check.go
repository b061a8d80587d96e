// Package check warns of what a configuration may say and its author hardly
// means: statements that never run, routes that nothing calls, conditions that
// always go the same way, variables that nobody sets or reads. It looks at the
// tree alone, so that it speaks of modules that olelo does not run, too.
//
// A warning is a probable mistake, an info a matter of style. What depends on
// something that the tree does not show (a script in another language, a name
// that is computed while routing, an #!ifdef branch that was not read) is not
// reported.
package check

import (
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/source"
)

// File checks a configuration that was parsed without errors, and adds what it
// finds to diags. read gives the content of files that only #!ifdef branches
// that were not read include, for the names in them; nil reads none.
func File(file *ast.File, set *source.Set, read func(name string) ([]byte, error), diags *diag.List) {
	c := &checker{file: file, set: set, diags: diags, loaded: map[string]bool{}, skipped: skippedText(set, read)}
	c.collect()
	for _, b := range c.blocks {
		for _, body := range b.bodies {
			c.reachable(body.Stmts)
			c.conditions(body)
		}
	}
	c.modParams()
	if c.main { // what a part of a configuration lacks stands in another part
		c.routes()
		c.variables()
		c.flags()
	}
}

// checker is the state of one check.
type checker struct {
	file   *ast.File
	set    *source.Set
	diags  *diag.List
	loaded map[string]bool // modules, also those that olelo does not have
	script bool            // a module is loaded whose scripts call routes and use variables
	main   bool            // there is a request_route
	blocks []*block
	texts  []text // of all routes, in order
	// settings are the texts of modparam and of global parameters.
	settings []*ast.Literal
	skipped  string // what other builds have beside the tree
}

// block is one named route with the bodies that are appended to each other.
type block struct {
	*ast.Route
	kind, name string
	bodies     []*ast.Block
}

// text is a text or word somewhere in a route.
type text struct {
	*ast.Literal
	in   *block
	call *ast.Call // that it is a parameter of, nil elsewhere
	n    int       // which parameter, from 0
}

// collect finds the modules, the route blocks and the texts.
func (c *checker) collect() {
	joined := map[string]*block{}
	for _, it := range c.file.Items {
		switch it := it.(type) {
		case *ast.Load:
			if it.Keyword == "loadmodule" || it.Keyword == "loadmodulex" {
				name := strings.TrimSuffix(it.Arg.Text[strings.LastIndexByte(it.Arg.Text, '/')+1:], ".so")
				c.loaded[name] = true
				c.script = c.script || strings.HasPrefix(name, "app_")
			}
		case *ast.ModParam:
			c.settings = append(c.settings, &it.Value)
		case *ast.Global:
			for i := range it.Values {
				c.settings = append(c.settings, &it.Values[i])
			}
		case *ast.Route:
			if it.Body == nil {
				continue
			}
			kind, name := it.Canonical()
			c.main = c.main || kind == "request_route"
			b := joined[kind+"/"+name]
			if b == nil {
				b = &block{Route: it, kind: kind, name: name}
				joined[kind+"/"+name] = b
				c.blocks = append(c.blocks, b)
			}
			b.bodies = append(b.bodies, it.Body)
		}
	}
	for _, b := range c.blocks {
		for _, body := range b.bodies {
			each(body, func(n any) { c.literals(n, b) })
		}
	}
}

func (c *checker) literals(n any, b *block) {
	switch n := n.(type) {
	case *ast.Lit:
		c.texts = append(c.texts, text{Literal: &n.Literal, in: b})
	case *ast.Case:
		if n.Regex != nil {
			c.texts = append(c.texts, text{Literal: n.Regex, in: b})
		}
	case *ast.Call:
		for i, a := range n.Args {
			if l, ok := a.(*ast.Lit); ok {
				c.texts = append(c.texts, text{&l.Literal, b, n, i})
			}
		}
	}
}

// add reports what Kamailio takes without a word. It returns the diagnostic to
// add notes to, valid until the next one.
func (c *checker) add(sev diag.Severity, at ast.Range, code, msg, hint string) *diag.Diagnostic {
	c.diags.Add(diag.Diagnostic{
		Severity: sev, Code: code, Msg: msg, Hint: hint, Late: true,
		Pos: at.Pos, EndLine: at.EndLine, EndCol: at.EndCol,
	})
	return &c.diags.Items[len(c.diags.Items)-1]
}

func (c *checker) warn(at ast.Range, code, msg, hint string) *diag.Diagnostic {
	return c.add(diag.Warning, at, code, msg, hint)
}

func (c *checker) info(at ast.Range, code, msg, hint string) *diag.Diagnostic {
	return c.add(diag.Info, at, code, msg, hint)
}

func rangeOf(e ast.Expr) ast.Range {
	pos, line, col := e.Span()
	return ast.Range{Pos: pos, EndLine: line, EndCol: col}
}

// elsewhere reports whether an #!ifdef branch that was not read has word,
// other than as the name of a route block.
func (c *checker) elsewhere(word string) bool { return has(c.skipped, word) }

func has(text, word string) bool {
	for rest := text; ; {
		i := strings.Index(rest, word)
		if i < 0 {
			return false
		}
		after := rest[i+len(word):]
		if !strings.HasSuffix(strings.TrimRight(rest[:i], `"'`), "[") && !(i > 0 && isName(rest[i-1])) && (after == "" || !isName(after[0])) {
			return true
		}
		rest = after
	}
}

func isName(c byte) bool {
	return c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z' || c >= '0' && c <= '9' || c == '_'
}
