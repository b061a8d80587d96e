package parse_test

import (
	"bufio"
	"bytes"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/lang/source"
)

// load parses a configuration of one file.
func load(text string, files ...string) (*ast.File, *source.Set, *diag.List) {
	content := map[string]string{"kamailio.cfg": text}
	for i := 0; i+1 < len(files); i += 2 {
		content[files[i]] = files[i+1]
	}
	return parse.Load(parse.Options{
		File: "kamailio.cfg",
		ReadFile: func(name string) ([]byte, error) {
			if text, ok := content[name]; ok {
				return []byte(text), nil
			}
			return nil, os.ErrNotExist
		},
		LookupEnv: func(name string) (string, bool) {
			v, ok := map[string]string{"LANG_TEST": "42"}[name]
			return v, ok
		},
	})
}

var span = regexp.MustCompile(`kamailio\.cfg, (.*?): `)

// firstError is the place of the first error as Kamailio writes it, "ok"
// without one.
func firstError(t *testing.T, set *source.Set, diags *diag.List) string {
	t.Helper()
	var out bytes.Buffer
	if err := diags.Kamailio(&out, set); err != nil {
		t.Fatal(err)
	}
	for _, l := range strings.Split(out.String(), "\n") {
		if strings.HasPrefix(l, "CRITICAL") {
			m := span.FindStringSubmatch(l)
			if m == nil {
				t.Fatalf("no place in %q", l)
			}
			return m[1]
		}
	}
	return "ok"
}

// TestPlaces compares what is refused, and where, with Kamailio 5.6.3.
func TestPlaces(t *testing.T) {
	for name, around := range map[string][2]string{
		"statements.txt": {"loadmodule \"pv.so\"\nloadmodule \"xlog.so\"\nrequest_route {\n", "\n}\n"},
		"items.txt":      {"", "\n"},
	} {
		t.Run(name, func(t *testing.T) {
			f, err := os.Open(filepath.Join("testdata", name))
			if err != nil {
				t.Fatal(err)
			}
			defer f.Close()
			want, n := "", 0
			for s := bufio.NewScanner(f); s.Scan(); {
				line := s.Text()
				snippet, ok := strings.CutPrefix(line, "\t")
				if strings.HasPrefix(line, "# ") {
					continue
				}
				if !ok {
					want = line
					continue
				}
				n++
				_, set, diags := load(around[0] + strings.ReplaceAll(snippet, "⏎", "\n") + around[1])
				if got := firstError(t, set, diags); got != want {
					t.Errorf("%s\n  got  %s\n  want %s", snippet, got, want)
				}
			}
			if n < 100 {
				t.Fatalf("only %d snippets", n)
			}
		})
	}
}
