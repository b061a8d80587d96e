package adapt

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/source"
)

// write writes the files that have changed, and links what stands beside them:
// WorkDir looks like the folder of the original. A changed file from elsewhere
// gets a name there, and what includes it says that.
func (a *adapter) write() error {
	a.originals = map[string]string{a.WorkDir: a.root}
	copies := map[string]string{a.main: a.Config} // by the original's absolute path
	for changed := true; changed; {
		changed = false
		for file, t := range a.texts {
			if copies[file] == "" && t.changed() {
				copies[file] = a.placeOf(file, len(copies))
				changed = true
			}
		}
		for _, f := range a.set.Includes() {
			if a.include(f, copies) {
				changed = true
			}
		}
	}
	for file, to := range copies {
		t := a.texts[file]
		if err := errors.Join(os.MkdirAll(filepath.Dir(to), 0o755), os.WriteFile(to, []byte(t.edited()), 0o600)); err != nil {
			return err
		}
		a.originals[to] = file
	}
	return a.link(a.root, a.WorkDir)
}

// placeOf is where the copy of a file goes.
func (a *adapter) placeOf(file string, n int) string {
	if rel, err := filepath.Rel(a.root, file); err == nil && filepath.IsLocal(rel) {
		return filepath.Join(a.WorkDir, rel)
	}
	return filepath.Join(a.Dir, "included", strconv.Itoa(n), filepath.Base(file))
}

// include makes an inclusion find its file in the copy. It is true where that
// changed a text or added a copy.
func (a *adapter) include(f source.Frame, copies map[string]string) bool {
	target := absolute(f.Name)
	from := absolute(f.At.Filename)
	to := copies[target]
	changed := false
	switch {
	case copies[from] != "":
	case to == "":
		return false // nothing of it is copied
	default:
		copies[from] = a.placeOf(from, len(copies))
		changed = true
	}
	t := a.texts[from]
	s, name, ok := includeName(t, f.At)
	if !ok {
		if to != "" && changed {
			a.notef(f.At, "%s is included as it is: the line has no plain name of it", f.Name)
		}
		return changed
	}
	if slices.ContainsFunc(t.edits, func(e edit) bool { return e.from == s.from }) {
		return changed
	}
	if abs := filepath.IsAbs(name); abs && to == "" || !abs && a.finds(name, copies[from]) == target {
		return changed // it finds it as it is
	}
	if to == "" {
		to = target
	}
	t.edits = append(t.edits, edit{s.from, s.to, `"` + to + `"`})
	a.notef(f.At, "%s is included as %s", name, to)
	return true
}

// finds is the original's file that an inclusion in a copied file finds: in the
// folder of the main file, where the server is started, or else in its own.
func (a *adapter) finds(name, from string) string {
	for _, dir := range []string{a.WorkDir, filepath.Dir(from)} {
		rel, err := filepath.Rel(a.WorkDir, filepath.Join(dir, name))
		if err != nil || !filepath.IsLocal(rel) {
			continue
		}
		if file := filepath.Join(a.root, rel); exists(file) {
			return file
		}
	}
	return ""
}

// includeName is the quoted name behind the directive at p.
func includeName(t *text, p source.Pos) (span, string, bool) {
	at := t.offset(p.Line, p.Column)
	if at < 0 {
		return span{}, "", false
	}
	rest := t.body[at:]
	word := strings.TrimLeft(rest, "#!")
	for _, w := range []string{"include_file", "import_file"} {
		if !strings.HasPrefix(word, w) {
			continue
		}
		arg := strings.TrimLeft(word[len(w):], " \t\r\n")
		name, ok := strings.CutPrefix(arg, `"`)
		n := strings.IndexAny(name, "\" \t\r\n")
		if !ok || n < 0 || name[n] != '"' {
			return span{}, "", false
		}
		from := at + len(rest) - len(arg)
		return span{p.Filename, from, from + n + 2}, name[:n], true
	}
	return span{}, "", false
}

// link makes to look like from: what is not there yet is linked.
func (a *adapter) link(from, to string) error {
	entries, err := os.ReadDir(from)
	if err != nil {
		return fmt.Errorf("what is beside the configuration: %w", err)
	}
	for _, e := range entries {
		src, dst := filepath.Join(from, e.Name()), filepath.Join(to, e.Name())
		info, err := os.Lstat(dst)
		switch {
		case err != nil:
			err = os.Symlink(src, dst)
		case info.IsDir():
			a.originals[dst] = src
			err = a.link(src, dst)
		}
		if err != nil {
			return err
		}
	}
	return nil
}

// absolute is a file's path that does not hang on the working folder.
func absolute(name string) string {
	if abs, err := filepath.Abs(name); err == nil {
		return abs
	}
	return name
}
