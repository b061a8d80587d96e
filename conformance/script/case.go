// Package script runs test cases for configurations: a case is one txtar file
// with a script, its configuration and its messages. The script starts servers,
// olelo or a real Kamailio, and talks to them with named SIP and MSRP clients.
// The language of the scripts is described in conformance/README.md.
package script

import (
	"bytes"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strings"

	"github.com/rogpeppe/go-internal/txtar"
)

// Ext is how the names of case files end.
const Ext = ".txtar"

// Case is one case file.
type Case struct {
	Name string // its path below the folder where it was looked for, without the ending
	Path string

	// Diverges says why olelo is meant to do otherwise than Kamailio: the line
	// "#diverges: reason". Such a case must fail on Kamailio.
	Diverges string
	// Compat is the dialect of "#compat: 6", else "". Such a case runs with
	// --compat on olelo, and on a Kamailio of that major version.
	Compat string
	// Title is the first comment.
	Title string

	archive *txtar.Archive
	wrong   error // what is wrong with the file: such a case fails
}

// Load reads a case file. Its errors name the line.
func Load(path, name string) (*Case, error) {
	text, err := os.ReadFile(path)
	if err != nil {
		return nil, err
	}
	c := &Case{Name: name, Path: path, archive: txtar.Parse(text)}
	seen := map[string]bool{}
	for _, f := range c.archive.Files {
		switch {
		case !filepath.IsLocal(f.Name):
			return nil, fmt.Errorf("%s: the file %q would be outside of the case's folder", path, f.Name)
		case seen[filepath.Clean(f.Name)]:
			return nil, fmt.Errorf("%s: there are two files %s", path, f.Name)
		}
		seen[filepath.Clean(f.Name)] = true
	}
	for i, line := range strings.Split(string(c.archive.Comment), "\n") {
		comment, ok := strings.CutPrefix(line, "#")
		if !ok {
			continue
		}
		key, value, ok := strings.Cut(comment, ":")
		switch value = strings.TrimSpace(value); {
		case ok && key == "diverges":
			if c.Diverges = value; value == "" {
				return nil, fmt.Errorf("%s:%d: #diverges: needs a reason", path, i+1)
			}
		case ok && key == "compat":
			if c.Compat = value; value != "6" && value != "5.6" {
				return nil, fmt.Errorf("%s:%d: #compat: is 5.6 or 6", path, i+1)
			}
		case c.Title == "":
			c.Title = strings.TrimSpace(comment)
		}
	}
	return c, nil
}

// file is a section of the archive.
func (c *Case) file(name string) (text []byte, ok bool) {
	for _, f := range c.archive.Files {
		if f.Name == name {
			return f.Data, true
		}
	}
	return nil, false
}

// update writes sections, and lines of the script, into the case file.
func (c *Case) update(files map[string][]byte, lines map[int]string) error {
	changed := false
	for i := range c.archive.Files {
		f := &c.archive.Files[i]
		if text, ok := files[f.Name]; ok && !bytes.Equal(text, f.Data) {
			f.Data, changed = text, true
		}
	}
	script := strings.Split(string(c.archive.Comment), "\n")
	for n, line := range lines {
		if script[n-1] != line {
			script[n-1], changed = line, true
		}
	}
	if !changed {
		return nil
	}
	c.archive.Comment = []byte(strings.Join(script, "\n"))
	return os.WriteFile(c.Path, txtar.Format(c.archive), 0o644)
}

// Find lists the case files among paths, which are files or folders to search,
// in the order of their names.
func Find(paths []string) ([]*Case, error) {
	var cases []*Case
	for _, root := range paths {
		found := 0
		if i, err := os.Stat(root); err == nil && i.IsDir() {
			root += string(filepath.Separator) // of a link, what it leads to
		}
		err := filepath.WalkDir(root, func(path string, d os.DirEntry, err error) error {
			if err != nil || d.IsDir() {
				return err
			}
			if filepath.Ext(path) != Ext {
				return nil
			}
			found++
			name := strings.TrimSuffix(filepath.ToSlash(filepath.Clean(path)), Ext)
			c, err := Load(path, name)
			if err != nil {
				c = &Case{Name: name, Path: path, wrong: err}
			}
			cases = append(cases, c)
			return nil
		})
		if err != nil {
			return nil, err
		}
		if found == 0 {
			return nil, fmt.Errorf("%s: no case here: a case is a file whose name ends in %s", root, Ext)
		}
	}
	return cases, nil
}

// Source is the text of a file by the name that a coverage profile of a run has for
// it: a file's path, or CASE.txtar/NAME for one in a case.
func Source(name string) ([]byte, error) {
	path, inside, ok := strings.Cut(name, Ext+"/")
	if !ok {
		return os.ReadFile(name)
	}
	c, err := Load(path+Ext, path)
	if err != nil {
		return nil, err
	}
	text, ok := c.file(inside)
	if !ok {
		return nil, fmt.Errorf("%s: %w", name, fs.ErrNotExist)
	}
	return text, nil
}
