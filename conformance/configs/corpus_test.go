package configs

import (
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"olelo/lang/catalogue"
)

// Where Debian's packages put configurations.
const (
	stockConfig = "/etc/kamailio/kamailio.cfg"
	examples    = "/usr/share/doc/kamailio/examples"
)

// config is a configuration to compare: a copy of one of Debian's.
type config struct {
	name    string // as a subtest has it
	file    string
	defines []string
}

// with is c with names defined as -A does.
func (c config) with(defines ...string) config {
	c.name += "+" + strings.Join(defines, "+")
	c.defines = defines
	return c
}

// switches are the names that a configuration asks for and leaves to its reader
// to define.
func switches(text string) []string {
	var names []string
	for _, m := range regexp.MustCompile(`\bWITH_[A-Z0-9_]+`).FindAllString(text, -1) {
		if !regexp.MustCompile(`(?m)^#!define ` + m + `\b`).MatchString(text) {
			names = append(names, m)
		}
	}
	slices.Sort(names)
	return slices.Compact(names)
}

// stock are the configuration that the kamailio package installs, and that with
// each of its switches, each two of them, and all.
func stock(t *testing.T, dir string, have map[string]bool) []config {
	text, err := os.ReadFile(stockConfig)
	if err != nil {
		t.Logf("not compared: %v", err)
		return nil
	}
	plain := config{name: "stock", file: filepath.Join(dir, "kamailio.cfg")}
	write(t, plain.file, adapt(string(text), have))
	all := []config{plain}
	names := switches(string(text))
	for i, a := range names {
		all = append(all, plain.with(a))
		for _, b := range names[:i] {
			all = append(all, plain.with(b, a))
		}
	}
	every := plain.with(names...)
	every.name = "stock+all"
	return append(all, every)
}

// shipped are the examples of Debian's packages, each as it is and with each of
// its switches. Those that include a file that their README says to make from a
// sample are there without and with it.
func shipped(t *testing.T, dir string, have map[string]bool) []config {
	var all []config
	for _, samples := range []bool{false, true} {
		kind := "shipped"
		if samples {
			kind = "sampled"
		}
		root := filepath.Join(dir, kind)
		texts := map[string]string{}
		walk := func(path string, d fs.DirEntry, err error) error {
			if err != nil || d.IsDir() || !strings.Contains(path, ".cfg") {
				return err
			}
			text, err := os.ReadFile(path)
			if err != nil {
				return err
			}
			name, _ := filepath.Rel(examples, path)
			if samples {
				name = strings.TrimSuffix(name, ".sample")
			}
			texts[name] = adapt(string(text), have)
			return nil
		}
		if err := filepath.WalkDir(examples, walk); err != nil {
			t.Logf("not compared: %v", err)
			return all
		}
		for name, text := range texts {
			// A path of an installation becomes one of this copy.
			text = regexp.MustCompile(`include_file "/.*/`).ReplaceAllString(text, `include_file "`)
			write(t, filepath.Join(root, name), text)
		}
		for name, text := range texts {
			if samples && !strings.Contains(text, "_file \"") {
				continue
			}
			plain := config{name: kind + "/" + name, file: filepath.Join(root, name)}
			all = append(all, plain)
			for _, s := range switches(text) {
				all = append(all, plain.with(s))
			}
		}
	}
	slices.SortFunc(all, func(a, b config) int { return strings.Compare(a.name, b.name) })
	return all
}

func write(t testing.TB, file, text string) {
	t.Helper()
	if err := os.MkdirAll(filepath.Dir(file), 0o755); err != nil {
		t.Fatal(err)
	}
	if err := os.WriteFile(file, []byte(text), 0o644); err != nil {
		t.Fatal(err)
	}
}

var (
	modulePath = regexp.MustCompile(`(?m)^([ \t]*)((?:mpath|loadpath)\b.*)$`)
	loadModule = regexp.MustCompile(`(?m)^([ \t]*)loadmodule([ \t]*\(?[ \t]*)"([^"\n]*)"(.*)$`)
)

// adapt takes out of a configuration what it says about the machine that it is
// for: where modules are, and those that Kamailio has but this machine does not.
// Lines keep their numbers.
func adapt(text string, have map[string]bool) string {
	text = modulePath.ReplaceAllString(text, "$1# $2")
	return loadModule.ReplaceAllStringFunc(text, func(line string) string {
		m := loadModule.FindStringSubmatch(line)
		file := filepath.Base(m[3])
		name := strings.TrimSuffix(file, ".so")
		if !have[name] && catalogue.HasModule(name) {
			return m[1] + "# not installed: " + strings.TrimSpace(line)
		}
		return m[1] + "loadmodule" + m[2] + `"` + file + `"` + m[4]
	})
}
