package lex_test

import (
	"bufio"
	"bytes"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
	"testing"

	"olelo/lang/parse"
)

// included are the files that the snippets include.
func included() map[string]string {
	files := map[string]string{
		"inc.cfg": "#!define A 1\n", "noeol.cfg": "#!define A 1", "open.cfg": "/* x\n", "ifdef.cfg": "#!ifdef X\n",
		"noendif.cfg": "#!ifdef X\n#!endif", "empty.cfg": "", "self.cfg": "include_file \"self.cfg\"\n", "bad.cfg": "\n\nfoo bar\n",
		"a b.cfg": "", "sub/a.cfg": "include_file \"b.cfg\"\n", "sub/b.cfg": "#!define A 2\n", "deep11.cfg": "\n",
	}
	for i := 1; i <= 10; i++ {
		files["deep"+strconv.Itoa(i)+".cfg"] = "include_file \"deep" + strconv.Itoa(i+1) + ".cfg\"\n"
	}
	return files
}

// whole is the configuration that a snippet stands for: ~ puts it at the end,
// ^ makes it the first lines.
func whole(snippet string) string {
	const route = "request_route { exit; }\n"
	switch snippet[0] {
	case '~':
		return "#!KAMAILIO\nloadmodule \"pv.so\"\n" + route + snippet[1:]
	case '^':
		head, rest, _ := strings.Cut(snippet[1:], "\nroute[A]")
		return head + "\nloadmodule \"pv.so\"\nroute[A]" + rest + route
	}
	return "#!KAMAILIO\n" + snippet + route
}

var lineOf = regexp.MustCompile(`(?m)^.*(?:ERROR|CRITICAL|WARNING).*?line (\d+)`)

// verdict is how a run ended, and the first line that its messages name.
func verdict(refused bool, messages string) string {
	if !refused {
		return "ok"
	}
	if m := lineOf.FindStringSubmatch(messages); m != nil {
		return "refused line " + m[1]
	}
	return "refused"
}

// TestAsKamailio compares what is refused, and the first line named, with
// Kamailio 5.6.3, and the list of what that did with a Kamailio if there is one.
func TestAsKamailio(t *testing.T) {
	dir := t.TempDir()
	files := included()
	for name, text := range files {
		if err := os.MkdirAll(filepath.Dir(filepath.Join(dir, name)), 0o755); err != nil {
			t.Fatal(err)
		}
		if err := os.WriteFile(filepath.Join(dir, name), []byte(text), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	name := os.Getenv("KAMAILIO_BIN")
	if name == "" {
		name = "kamailio"
	}
	kamailio, err := exec.LookPath(name)
	if testing.Short() {
		err = exec.ErrNotFound
	}
	if err != nil {
		t.Run("kamailio", func(t *testing.T) { t.Skip("only the list is compared: Kamailio is not installed") })
	}
	f, ferr := os.Open("testdata/kamailio.txt")
	if ferr != nil {
		t.Fatal(ferr)
	}
	defer f.Close()
	n := 0
	for s := bufio.NewScanner(f); s.Scan(); {
		if strings.HasPrefix(s.Text(), "# ") {
			continue
		}
		fields := strings.Split(s.Text(), "\t")
		snippet, uerr := strconv.Unquote(fields[1])
		if uerr != nil {
			t.Fatalf("%s: %v", s.Text(), uerr)
		}
		n++
		_, set, diags := parse.Load(parse.Options{
			File: "x.cfg",
			ReadFile: func(name string) ([]byte, error) {
				if name == "x.cfg" {
					return []byte(whole(snippet)), nil
				}
				text, ok := files[name]
				if !ok {
					return nil, fs.ErrNotExist
				}
				return []byte(text), nil
			},
			LookupEnv: func(name string) (string, bool) {
				v, ok := map[string]string{"HOME": "2", "EMPTY": ""}[name]
				return v, ok
			},
		})
		var out bytes.Buffer
		if err := diags.Kamailio(&out, set); err != nil {
			t.Fatal(err)
		}
		want := fields[0]
		if len(fields) > 2 { // "olelo: VERDICT, why"
			want, _, _ = strings.Cut(strings.TrimPrefix(fields[2], "olelo: "), ",")
		}
		if got := verdict(diags.Errors() > 0, out.String()); got != want {
			t.Errorf("%q: %s, want %s\n%s", snippet, got, want, out.String())
		}
		if err != nil || fields[0] == "hangs" {
			continue
		}
		if err := os.WriteFile(filepath.Join(dir, "x.cfg"), []byte(whole(snippet)), 0o644); err != nil {
			t.Fatal(err)
		}
		cmd := exec.Command(kamailio, "-c", "-E", "-M", "8", "-f", "x.cfg")
		cmd.Dir, cmd.Env = dir, []string{"HOME=2", "EMPTY="}
		messages, kerr := cmd.CombinedOutput()
		if got := verdict(kerr != nil, string(messages)); got != fields[0] {
			t.Errorf("%q: Kamailio says %s, the list %s\n%s", snippet, got, fields[0], messages)
		}
	}
	if n < 300 {
		t.Fatalf("only %d snippets", n)
	}
	if err != nil {
		t.Skip("olelo is as the list; there is no Kamailio to compare the list with")
	}
}
