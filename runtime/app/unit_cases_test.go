package app_test

import (
	"bytes"
	"net/netip"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"
	"github.com/rogpeppe/go-internal/txtar"

	"olelo/lang/coverage"
	"olelo/runtime/app"
)

// unitCase is a case of the suites that needs no server: it sends messages to a
// configuration and looks at what that logs.
type unitCase struct {
	name, compat string
	archive      *txtar.Archive
	inputs       []string
}

func (c *unitCase) file(t *testing.T, name string) string {
	t.Helper()
	i := slices.IndexFunc(c.archive.Files, func(f txtar.File) bool { return f.Name == name })
	if i < 0 {
		t.Fatalf("there is no %s", name)
	}
	return string(c.archive.Files[i].Data)
}

// unitCases are those whose steps are
//
//	server kamailio.cfg
//	client alice udp
//	alice send FILE…
//	log lines 'T# ' want.txt
func unitCases(t *testing.T) (all []unitCase) {
	t.Helper()
	paths, err := filepath.Glob("../../conformance/suites/*/*.txtar")
	if err != nil {
		t.Fatal(err)
	}
	for _, path := range paths {
		a, err := txtar.ParseFile(path)
		if err != nil {
			t.Fatal(err)
		}
		c := unitCase{name: strings.TrimSuffix(filepath.Base(path), ".txtar"), archive: a}
		var steps []string
		for line := range strings.Lines(string(a.Comment)) {
			line = strings.TrimSpace(line)
			if compat, ok := strings.CutPrefix(line, "#compat: "); ok {
				c.compat = compat
			}
			if line != "" && line[0] != '#' {
				steps = append(steps, line)
			}
		}
		if len(steps) != 4 || steps[0] != "server kamailio.cfg" || steps[1] != "client alice udp" ||
			!strings.HasPrefix(steps[2], "alice send ") || steps[3] != "log lines 'T# ' want.txt" ||
			strings.Contains(c.file(t, "want.txt"), "${") { // values of a server
			continue
		}
		c.inputs = strings.Fields(steps[2])[2:]
		all = append(all, c)
	}
	if len(all) < 100 {
		t.Fatalf("only %d cases need no server", len(all))
	}
	return all
}

// TestInstrumentedLanguage: a program that counts and is recorded does what the
// plain one does, in both dialects, over the cases of the language.
func TestInstrumentedLanguage(t *testing.T) {
	for _, x := range []struct {
		name    string
		dialect app.Dialect
	}{{"5.6", app.Dialect56}, {"6", app.Dialect6}} {
		for _, c := range unitCases(t) {
			if c.compat != "" && c.compat != x.name {
				continue
			}
			t.Run(x.name+"/"+c.name, func(t *testing.T) {
				t.Parallel()
				o := options(t, c.file(t, "kamailio.cfg"))
				dir := t.TempDir()
				if err := txtar.Write(c.archive, dir); err != nil {
					t.Fatal(err)
				}
				o.File = filepath.Join(dir, "kamailio.cfg")
				o.Dialect, o.Coverage = x.dialect, coverage.NewCounters()
				u := load(t, o, app.UnitOptions{Source: netip.MustParseAddrPort("127.0.0.1:40000")})
				log := u.Startup().Log
				for _, in := range c.inputs {
					log = append(log, run(t, u, "", []byte(strings.ReplaceAll(c.file(t, in), "\n", "\r\n"))).Log...)
				}
				var got strings.Builder
				for _, l := range log {
					if i := strings.LastIndex(l.Text, "T# "); i >= 0 {
						line, _, _ := strings.Cut(l.Text[i+3:], "\n")
						got.WriteString(line + "\n")
					}
				}
				if diff := gocmp.Diff(c.file(t, "want.txt"), got.String()); diff != "" {
					t.Error(diff)
				}
				var profile bytes.Buffer
				if err := o.Coverage.Profile().Write(&profile); err != nil {
					t.Fatal(err)
				}
				again, err := coverage.Read(&profile)
				if err != nil {
					t.Fatal(err)
				}
				if diff := gocmp.Diff(o.Coverage.Profile().Points(), again.Points()); diff != "" {
					t.Error(diff)
				}
			})
		}
	}
}
