package format_test

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"reflect"
	"regexp"
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/format"
	"olelo/lang/lex"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// dump writes a tree without its places, a line a value: comparing two of them
// is linear, which cmp is not for trees.
func dump(out *strings.Builder, name string, v reflect.Value) {
	switch v.Type() {
	case reflect.TypeFor[source.Pos](), reflect.TypeFor[ast.Range](), reflect.TypeFor[ast.ReadAt]():
		return
	case reflect.TypeFor[ast.Define]():
		// A carriage return behind a define's value belongs to its line's end.
		d := v.Interface().(ast.Define)
		d.Value = strings.TrimSuffix(d.Value, "\r")
		fmt.Fprintf(out, "%s %#v\n", name, d)
		return
	}
	switch v.Kind() {
	case reflect.Pointer, reflect.Interface:
		if v.IsNil() {
			fmt.Fprintf(out, "%s nil\n", name)
			return
		}
		dump(out, name, v.Elem())
	case reflect.Struct:
		fmt.Fprintf(out, "%s %s {\n", name, v.Type())
		for i := range v.NumField() {
			// A first line #!KAMAILIO that a carriage return or a byte order mark
			// hid from the reader counts once these are gone.
			if name := v.Type().Field(i).Name; name != "Attributes" {
				dump(out, name, v.Field(i))
			}
		}
		out.WriteString("}\n")
	case reflect.Slice:
		fmt.Fprintf(out, "%s %d\n", name, v.Len())
		for i := range v.Len() {
			dump(out, "-", v.Index(i))
		}
	default:
		fmt.Fprintf(out, "%s %#v\n", name, v)
	}
}

// files reads text in place of the file name, and real files if name is one.
func files(name, text string) func(string) ([]byte, error) {
	return func(n string) ([]byte, error) {
		switch {
		case n == name:
			return []byte(text), nil
		case name == unnamed:
			return nil, fs.ErrNotExist
		}
		return os.ReadFile(n)
	}
}

// unnamed is the name of texts that are no files.
const unnamed = "x.cfg"

func noEnv(string) (string, bool) { return "", false }

// load parses text in place of the file name.
func load(name, text string, defines ...string) (tree string, codes []string, errors int) {
	file, _, diags := parse.Load(parse.Options{
		File: name, ReadFile: files(name, text), Defines: defines, LookupEnv: noEnv, MaxErrors: 1_000_000,
	})
	for _, d := range diags.Items {
		codes = append(codes, d.Severity.String()+" "+d.Code)
	}
	slices.Sort(codes)
	var out strings.Builder
	dump(&out, "file", reflect.ValueOf(file))
	return out.String(), codes, diags.Errors()
}

// read is the tokens of a text with its defines replaced, its branches chosen
// and its files included, as Kamailio's parser gets them. closed is false where
// a text is never closed: then what it takes with it does not count.
func read(t *testing.T, name, text string, defines ...string) (all []string, closed bool) {
	t.Helper()
	diags := &diag.List{}
	l, err := lex.New(lex.Options{Read: files(name, text), Defines: defines, LookupEnv: noEnv}, source.NewSet(), diags).LexString(name, text)
	if err != nil {
		t.Fatal(err)
	}
	for {
		token, err := l.Next()
		if err != nil {
			t.Fatal(err)
		}
		if token.EOF() {
			return all, !slices.ContainsFunc(diags.Items, func(d diag.Diagnostic) bool { return d.Code == lex.UnclosedString })
		}
		if token.Type == lex.Bad { // what is no token has no end
			token.Value = strings.TrimRight(token.Value, " \t\r\n")
		}
		all = append(all, token.Value)
	}
}

// tokens are the pieces of a text, without the white space that a layout may
// change inside of comments and behind directives.
func tokens(t *testing.T, text string) []string {
	t.Helper()
	text = strings.TrimPrefix(text, "\ufeff")
	pieces, _, diags := lex.Pieces("x.cfg", text)
	if diags.Errors() > 0 {
		t.Fatalf("the layout cannot be cut into tokens: %v", diags.Items)
	}
	var all []string
	for _, p := range pieces {
		s := text[p.From:p.To]
		switch p.Type {
		case lex.Comment, lex.Block, lex.Unread:
			s = strings.Join(strings.Fields(s), " ")
		case lex.Directive:
			s = strings.TrimRight(s, " \t\r")
		}
		all = append(all, s)
	}
	return all
}

// identity checks that a text and its layout mean the same, under each of the
// sets of -A options, and that the layout of the layout is itself. It returns
// the layout.
func identity(t *testing.T, name, text string, defines [][]string) string {
	t.Helper()
	laidOut, _, diags := format.Config(name, text)
	if diags.Errors() > 0 {
		if laidOut != text {
			t.Error("a text that is refused was changed")
		}
		return laidOut
	}
	if !strings.HasSuffix(text, "\n") { // the end of what is no token, such as event_route[x
		text += "\n"
	}
	if again, _, _ := format.Config(name, laidOut); again != laidOut {
		t.Errorf("not idempotent:\n%s", cmp.Diff(laidOut, again))
	}
	if diff := cmp.Diff(tokens(t, text), tokens(t, laidOut)); diff != "" {
		t.Errorf("other tokens:\n%s", diff)
	}
	for _, set := range defines {
		before, closed := read(t, name, text, set...)
		after, closedAfter := read(t, name, laidOut, set...)
		if diff := cmp.Diff(before, after); closed && (diff != "" || !closedAfter) {
			t.Errorf("with -A %q other tokens:\n%s", set, diff)
		}
		tree, codes, errors := load(name, text, set...)
		tree2, codes2, errors2 := load(name, laidOut, set...)
		if name == unnamed && errors > 0 {
			// How the parser gets over an error depends on lines.
			if errors2 == 0 {
				t.Errorf("with -A %q the layout has no errors, the text has", set)
			}
			continue
		}
		if tree != tree2 {
			t.Errorf("with -A %q another tree:\n%s", set, cmp.Diff(tree, tree2))
		}
		if diff := cmp.Diff(codes, codes2); diff != "" {
			t.Errorf("with -A %q other diagnostics:\n%s", set, diff)
		}
	}
	return laidOut
}

var condition = regexp.MustCompile(`(?m)^[ \t]*[#!]!ifn?def[ \t]+(\w+)`)

// defineSets are -A options that reach the branches of a text: none, each name
// that an #!ifdef asks for alone, and all together.
func defineSets(text string) [][]string {
	var names []string
	for _, m := range condition.FindAllStringSubmatch(text, -1) {
		if !slices.Contains(names, m[1]) {
			names = append(names, m[1])
		}
	}
	sets := [][]string{nil}
	for _, n := range names {
		sets = append(sets, []string{n})
	}
	if len(names) > 1 {
		sets = append(sets, names)
	}
	return sets
}

// identityOfCase is identity of each configuration in a test case that has no
// mistakes, and how many those are.
func identityOfCase(t *testing.T, path, name string) (n int) {
	archive, err := txtar.ParseFile(path)
	if err != nil {
		t.Fatal(err)
	}
	dir := t.TempDir()
	for _, f := range archive.Files {
		to := filepath.Join(dir, f.Name)
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o700), os.WriteFile(to, f.Data, 0o600)); err != nil {
			t.Fatal(err)
		}
	}
	for _, f := range archive.Files {
		if filepath.Ext(f.Name) != ".cfg" {
			continue
		}
		path, text := filepath.Join(dir, f.Name), string(f.Data)
		if _, _, diags := format.Config(path, text); diags.Errors() > 0 {
			continue
		}
		n++
		t.Run(name+"/"+f.Name, func(t *testing.T) { identity(t, path, text, defineSets(text)) })
	}
	return n
}

// TestIdentity lays out every configuration of Debian's packages and of this
// repository; with -short every fifth of the cases.
func TestIdentity(t *testing.T) {
	least := 600
	if testing.Short() {
		least /= 5
	}
	for _, root := range []struct {
		dir    string
		least  int  // files that must be there
		debian bool // may not be installed
	}{
		{dir: "../..", least: least},
		{dir: "/etc/kamailio", least: 1, debian: true},
		{dir: "/usr/share/doc/kamailio/examples", least: 40, debian: true},
	} {
		t.Run(root.dir, func(t *testing.T) {
			if _, err := os.Stat(root.dir); err != nil && root.debian {
				t.Skip("not installed")
			}
			n, refused, cases := 0, 0, 0
			err := filepath.WalkDir(root.dir, func(path string, d fs.DirEntry, err error) error {
				if err == nil && filepath.Ext(path) == ".txtar" {
					if cases++; testing.Short() && cases%5 != 0 {
						return nil
					}
					n += identityOfCase(t, path, strings.TrimPrefix(path, root.dir+"/"))
					return nil
				}
				if err != nil || d.IsDir() || !strings.HasSuffix(strings.TrimSuffix(path, ".gz"), ".cfg") || strings.HasSuffix(path, "tls.cfg") {
					return err
				}
				text, err := os.ReadFile(path)
				if err != nil {
					return err
				}
				if bytes.HasPrefix(text, []byte("\x1f\x8b")) {
					return nil
				}
				n++
				if _, _, diags := format.Config(path, string(text)); diags.Errors() > 0 {
					refused++
					t.Logf("refused: %s: %s", path, diags.Items[0].Msg)
				}
				t.Run(strings.TrimPrefix(path, root.dir+"/"), func(t *testing.T) {
					identity(t, path, string(text), defineSets(string(text)))
				})
				return nil
			})
			if err != nil {
				t.Fatal(err)
			}
			if n < root.least {
				t.Errorf("only %d configurations", n)
			}
			if refused > 3 {
				t.Errorf("%d of %d configurations are refused", refused, n)
			}
			t.Logf("%d configurations, %d refused", n, refused)
		})
	}
}
