package adapt_test

import (
	"errors"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"testing"

	"olelo/conformance/adapt"
	"olelo/conformance/server"
)

// TestDebian prepares every configuration that Debian's packages ship, with each
// module at hand: the lines that are not spoken of in the notes stay as they
// are.
func TestDebian(t *testing.T) {
	var files []string
	for _, root := range []string{"/etc/kamailio", "/usr/share/doc/kamailio/examples"} {
		err := filepath.WalkDir(root, func(path string, d fs.DirEntry, err error) error {
			if err == nil && !d.IsDir() && strings.HasSuffix(path, ".cfg") {
				files = append(files, path)
			}
			return err
		})
		if err != nil && !errors.Is(err, fs.ErrNotExist) {
			t.Fatal(err)
		}
	}
	if len(files) == 0 {
		t.Skip("Debian's configurations are not installed")
	}
	for _, file := range files {
		for _, kind := range []server.Kind{server.Olelo, server.Kamailio} {
			o := adapt.Options{Dir: folder(t), Kind: kind, Take: counting()}
			if p, ok := server.FindKamailio(); ok {
				o.Program = p.Path
			} else if kind == server.Kamailio {
				continue
			}
			s, err := adapt.Prepare(file, o)
			if err != nil {
				if !strings.Contains(err.Error(), "is not installed") {
					t.Errorf("%s: %v", file, err)
				}
				continue
			}
			notes := "\n" + strings.Join(s.Notes, "\n")
			before, err1 := os.ReadFile(file)
			after, err2 := os.ReadFile(s.Config)
			if err := errors.Join(err1, err2); err != nil {
				t.Fatal(err)
			}
			a, b := strings.Split(string(before), "\n"), strings.Split(string(after), "\n")
			if len(a) != len(b) {
				t.Errorf("%s: %d lines, had %d", file, len(b), len(a))
				continue
			}
			for i := range a {
				if at := "\n" + filepath.Base(file) + ":" + strconv.Itoa(i+1) + ": "; a[i] != b[i] && !strings.Contains(notes, at) {
					t.Errorf("%s:%d: %q became %q", file, i+1, a[i], b[i])
				}
			}
			if testing.Verbose() {
				t.Logf("%s %s%s", file, kind, notes)
			}
		}
	}
}
