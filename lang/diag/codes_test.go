package diag_test

import (
	"go/ast"
	"go/parser"
	"go/token"
	"io/fs"
	"maps"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"olelo/lang/diag"
)

// goFile is a parsed file of this module.
type goFile struct {
	*ast.File
	dir string
}

// sources parses this module's Go files, tests excepted.
func sources(t *testing.T) []goFile {
	t.Helper()
	var files []goFile
	fset := token.NewFileSet()
	for _, dir := range []string{"lang", "runtime", "modules", "pv", "transformations"} {
		err := filepath.WalkDir(filepath.Join("../..", dir), func(path string, _ fs.DirEntry, err error) error {
			if err != nil || !strings.HasSuffix(path, ".go") || strings.HasSuffix(path, "_test.go") {
				return err
			}
			f, err := parser.ParseFile(fset, path, nil, parser.SkipObjectResolution)
			files = append(files, goFile{f, filepath.Dir(path)})
			return err
		})
		if err != nil {
			t.Fatal(err)
		}
	}
	return files
}

// scoped is a function's name, with its package where others do not see it.
func (s *goFile) scoped(name string) string {
	if ast.IsExported(name) {
		return name
	}
	return s.dir + "." + name
}

// parameters finds the functions with a parameter called code of type string,
// and which one that is, by the functions' names.
func parameters(files []goFile) map[string]map[int]bool {
	at := map[string]map[int]bool{}
	note := func(name string, typ *ast.FuncType) {
		n := 0
		for _, field := range typ.Params.List {
			for _, p := range field.Names {
				if id, ok := field.Type.(*ast.Ident); ok && p.Name == "code" && id.Name == "string" {
					if at[name] == nil {
						at[name] = map[int]bool{}
					}
					at[name][n] = true
				}
				n++
			}
		}
	}
	for _, f := range files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.FuncDecl:
				note(f.scoped(n.Name.Name), n.Type)
			case *ast.AssignStmt:
				if lit, ok := n.Rhs[0].(*ast.FuncLit); ok && len(n.Lhs) == 1 {
					if id, ok := n.Lhs[0].(*ast.Ident); ok {
						note(f.scoped(id.Name), lit.Type)
					}
				}
			}
			return true
		})
	}
	return at
}

// used collects the codes that the sources give to diagnostics: in a field
// called Code, or as a parameter called code.
func used(files []goFile) map[string]bool {
	consts, params, codes := map[string]string{}, parameters(files), map[string]bool{}
	for _, f := range files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			if v, ok := n.(*ast.ValueSpec); ok {
				for i, name := range v.Names {
					if i < len(v.Values) {
						if lit, ok := v.Values[i].(*ast.BasicLit); ok && lit.Kind == token.STRING {
							consts[name.Name], _ = strconv.Unquote(lit.Value)
						}
					}
				}
			}
			return true
		})
	}
	form := regexp.MustCompile(`^[a-z][a-z0-9]*(-[a-z0-9]+)*$`)
	add := func(e ast.Expr) {
		s := ""
		switch e := e.(type) {
		case *ast.BasicLit:
			s, _ = strconv.Unquote(e.Value)
		case *ast.Ident:
			s = consts[e.Name]
		case *ast.SelectorExpr:
			s = consts[e.Sel.Name]
		}
		if form.MatchString(s) {
			codes[s] = true
		}
	}
	isCode := func(e ast.Expr) bool {
		switch e := e.(type) {
		case *ast.Ident:
			return e.Name == "Code"
		case *ast.SelectorExpr:
			return e.Sel.Name == "Code"
		}
		return false
	}
	for _, f := range files {
		ast.Inspect(f.File, func(n ast.Node) bool {
			switch n := n.(type) {
			case *ast.KeyValueExpr:
				if isCode(n.Key) {
					add(n.Value)
				}
			case *ast.AssignStmt:
				for i, l := range n.Lhs {
					if isCode(l) && len(n.Rhs) == len(n.Lhs) {
						add(n.Rhs[i])
					}
				}
			case *ast.CallExpr:
				name := ""
				switch fun := n.Fun.(type) {
				case *ast.Ident:
					name = fun.Name
				case *ast.SelectorExpr:
					name = fun.Sel.Name
				}
				for i, a := range n.Args {
					if params[f.scoped(name)][i] {
						add(a)
					}
				}
			}
			return true
		})
	}
	return codes
}

// TestCodes: the table has every code that the sources use, and no other.
func TestCodes(t *testing.T) {
	codes := used(sources(t))
	if len(codes) < 80 {
		t.Fatalf("only %d codes were found: %v", len(codes), slices.Sorted(maps.Keys(codes)))
	}
	last := ""
	for _, c := range diag.Codes() {
		if !codes[c.Name] {
			t.Errorf("%s is in the table and nothing uses it", c.Name)
		}
		delete(codes, c.Name)
		if c.Name <= last {
			t.Errorf("%s stands behind %s", c.Name, last)
		}
		last = c.Name
	}
	for _, name := range slices.Sorted(maps.Keys(codes)) {
		t.Errorf("%s is used and not in the table: add it to codes.go", name)
	}
}
