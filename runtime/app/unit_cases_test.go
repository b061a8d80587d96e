package app_test

import (
	"bytes"
	"cmp"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"

	gocmp "github.com/google/go-cmp/cmp"

	"olelo/conformance/cases"
	"olelo/lang/coverage"
	"olelo/runtime/app"
)

// known are the cases that olelo does not pass yet, as the suite lists them.
func known(t *testing.T) string {
	t.Helper()
	list, err := os.ReadFile("../../conformance/cases/known.txt")
	if err != nil {
		t.Fatal(err)
	}
	return "\n" + string(list)
}

// TestInstrumentedLanguage: a program that counts and is recorded does what the
// plain one does, in both dialects, over all cases of the language.
func TestInstrumentedLanguage(t *testing.T) {
	all, err := cases.LoadAll("../../conformance/cases/testdata/cases")
	if err != nil {
		t.Fatal(err)
	}
	skipped := known(t)
	for _, x := range []struct {
		name    string
		dialect app.Dialect
		want    func(cases.Case) string
	}{
		{"5.6", app.Dialect56, func(c cases.Case) string { return c.Expected }},
		{"6", app.Dialect6, func(c cases.Case) string { return cmp.Or(c.Expected6, c.Expected) }},
	} {
		for _, c := range all {
			if c.Mode != cases.Route || len(c.Args)+len(c.Env) > 0 || strings.HasPrefix(c.Expected, "STARTUP FAILED") {
				continue
			}
			t.Run(x.name+"/"+c.Name, func(t *testing.T) {
				if strings.Contains(skipped, "\n"+c.Name+" ") || strings.Contains(skipped, "\n"+c.Name+"@"+x.name+" ") {
					t.Skip("known.txt lists it")
				}
				t.Parallel()
				o := options(t, c.Config)
				for name, text := range c.Files {
					path := filepath.Join(filepath.Dir(o.File), name)
					if err := os.MkdirAll(filepath.Dir(path), 0o700); err != nil {
						t.Fatal(err)
					}
					if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
						t.Fatal(err)
					}
				}
				o.Dialect, o.Coverage = x.dialect, coverage.NewCounters()
				u := load(t, o, app.UnitOptions{Source: netip.MustParseAddrPort("127.0.0.1:40000")})
				log := u.Startup().Log
				for _, in := range c.Inputs {
					log = append(log, run(t, u, "", []byte(in)).Log...)
				}
				var got strings.Builder
				for _, l := range log {
					if i := strings.LastIndex(l.Text, "T# "); i >= 0 {
						line, _, _ := strings.Cut(l.Text[i+3:], "\n")
						got.WriteString(line + "\n")
					}
				}
				if diff := gocmp.Diff(x.want(c), got.String()); diff != "" {
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
