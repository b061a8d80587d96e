package main

import (
	"bytes"
	"fmt"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

const (
	untidy = "request_route{\n  if(is_method(\"INVITE\")) exit;\n}"
	tidy   = "request_route {\n\tif (is_method(\"INVITE\")) exit;\n}\n"
)

// configs are files with the texts, in a new folder.
func configs(t *testing.T, texts ...string) []string {
	t.Helper()
	dir := t.TempDir()
	var names []string
	for i, text := range texts {
		name := filepath.Join(dir, fmt.Sprintf("%c.cfg", 'a'+i))
		if err := os.WriteFile(name, []byte(text), 0o640); err != nil {
			t.Fatal(err)
		}
		names = append(names, name)
	}
	return names
}

func content(t *testing.T, name string) string {
	t.Helper()
	text, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return string(text)
}

// fmtRun is what olelo fmt does with stdin and args.
func fmtRun(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = formatFiles(args, strings.NewReader(stdin), &out, &err)
	return status, out.String(), err.String()
}

func TestFmtInPlace(t *testing.T) {
	f := configs(t, untidy, tidy)
	if err := os.Chmod(f[0], 0o604); err != nil {
		t.Fatal(err)
	}
	link := filepath.Join(filepath.Dir(f[0]), "link.cfg")
	if err := os.Symlink("a.cfg", link); err != nil {
		t.Fatal(err)
	}
	before, err := os.Stat(f[1])
	if err != nil {
		t.Fatal(err)
	}
	if status, out, errs := fmtRun("", "-l", link, f[1]); status != 0 || out != link+"\n" || errs != "" {
		t.Errorf("status %d, stdout %q, stderr %q", status, out, errs)
	}
	if got := content(t, f[0]); got != tidy {
		t.Errorf("written: %q", got)
	}
	if st, err := os.Lstat(link); err != nil || st.Mode()&os.ModeSymlink == 0 {
		t.Errorf("the symbolic link is gone: %v %v", st, err)
	}
	if st, err := os.Stat(f[0]); err != nil || st.Mode().Perm() != 0o604 {
		t.Errorf("mode: %v %v", st.Mode(), err)
	}
	if after, err := os.Stat(f[1]); err != nil || !os.SameFile(before, after) {
		t.Errorf("a file that needed nothing was written: %v", err)
	}
	if left, _ := filepath.Glob(filepath.Join(filepath.Dir(f[0]), ".*")); len(left) > 0 {
		t.Errorf("left behind: %q", left)
	}
	if status, out, errs := fmtRun("", f[0], f[1]); status != 0 || out != "" || errs != "" {
		t.Errorf("the second time: status %d, stdout %q, stderr %q", status, out, errs)
	}
}

func TestFmtWritesNothing(t *testing.T) {
	f := configs(t, untidy, tidy)
	diff := fmt.Sprintf("--- %s\n+++ %[1]s\n@@ -1,3 +1,3 @@\n-request_route{\n-  if(is_method(\"INVITE\")) exit;\n-}\n"+
		"\\ No newline at end of file\n+request_route {\n+\tif (is_method(\"INVITE\")) exit;\n+}\n", f[0])
	for _, x := range []struct {
		args   []string
		stdin  string
		status int
		stdout string
	}{
		{[]string{"--check", f[0], f[1]}, "", 1, f[0] + "\n"},
		{[]string{"--check", f[1]}, "", 0, ""},
		{[]string{"--diff", f[0], f[1]}, "", 0, diff},
		{[]string{"--check", "--diff", f[0]}, "", 1, f[0] + "\n" + diff},
		{[]string{"-"}, untidy, 0, tidy},
		{[]string{"-l", "-"}, untidy, 0, tidy},
		{[]string{"--check", "-"}, untidy, 1, "<stdin>\n"},
		{[]string{"--check", "-"}, tidy, 0, ""},
	} {
		status, out, errs := fmtRun(x.stdin, x.args...)
		if status != x.status || errs != "" {
			t.Errorf("%q: status %d, want %d; stderr %q", x.args, status, x.status, errs)
		}
		if d := cmp.Diff(x.stdout, out); d != "" {
			t.Errorf("%q: stdout (-want +got):\n%s", x.args, d)
		}
	}
	if got := content(t, f[0]); got != untidy {
		t.Errorf("written: %q", got)
	}
}

func TestFmtRefuses(t *testing.T) {
	const open = "request_route {\n\txlog(\"a);\n}\n"
	f := configs(t, open, untidy)
	dir := filepath.Dir(f[0])
	for _, x := range []struct {
		args []string
		want string
	}{
		{[]string{f[0], f[1]}, f[0] + ":2:7: error: the text that starts here is never closed"},
		{[]string{"--check", f[0]}, f[0] + ":2:7: error: the text that starts here is never closed"},
		{[]string{dir}, "olelo fmt: " + dir + " is a directory: name its files"},
		{[]string{dir + "/none.cfg"}, "none.cfg: no such file or directory"},
		{[]string{os.DevNull}, "olelo fmt: " + os.DevNull + " is no regular file"},
		{nil, "olelo fmt: which configuration?"},
	} {
		if status, out, errs := fmtRun("", x.args...); status != statusFailed || out != "" || !strings.Contains(errs, x.want) {
			t.Errorf("%q: status %d, stdout %q, stderr %q", x.args, status, out, errs)
		}
	}
	if got := content(t, f[0]); got != open {
		t.Errorf("the file that is refused was written: %q", got)
	}
	if got := content(t, f[1]); got != tidy {
		t.Errorf("the file beside it was not: %q", got)
	}
}

func TestUnified(t *testing.T) {
	numbers := func(n int, change func(i int) string) string {
		var b strings.Builder
		for i := range n {
			b.WriteString(change(i))
		}
		return b.String()
	}
	plain := func(i int) string { return fmt.Sprintf("%d\n", i) }
	some := func(at ...int) func(int) string {
		return func(i int) string {
			for _, x := range at {
				if i == x {
					return fmt.Sprintf("new %d\n", i)
				}
			}
			return plain(i)
		}
	}
	for _, x := range []struct{ name, a, b, want string }{
		{"equal", "a\n", "a\n", ""},
		{"from nothing", "", "a\n", "@@ -0,0 +1,1 @@\n+a\n"},
		{"to nothing", "a\n", "", "@@ -1,1 +0,0 @@\n-a\n"},
		{"last newline", "a\nb", "a\nb\n", "@@ -1,2 +1,2 @@\n a\n-b\n\\ No newline at end of file\n+b\n"},
		{
			"repeated lines", "}\n}\n}\n", "}\nx\n}\n}\n",
			"@@ -1,3 +1,4 @@\n }\n+x\n }\n }\n",
		},
		{
			"one hunk", numbers(12, plain), numbers(12, some(1, 8)),
			"@@ -1,12 +1,12 @@\n 0\n-1\n+new 1\n 2\n 3\n 4\n 5\n 6\n 7\n-8\n+new 8\n 9\n 10\n 11\n",
		},
		{
			"two hunks, in more lines than a table is made for", numbers(3000, plain), numbers(3000, some(4, 2990)),
			"@@ -2,7 +2,7 @@\n 1\n 2\n 3\n-4\n+new 4\n 5\n 6\n 7\n@@ -2988,7 +2988,7 @@\n 2987\n 2988\n 2989\n-2990\n+new 2990\n 2991\n 2992\n 2993\n",
		},
	} {
		t.Run(x.name, func(t *testing.T) {
			want := x.want
			if want != "" {
				want = "--- f\n+++ f\n" + want
			}
			if d := cmp.Diff(want, unified("f", x.a, x.b)); d != "" {
				t.Error(d)
			}
		})
	}
}
