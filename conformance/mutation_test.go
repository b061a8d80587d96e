package conformance

import (
	"context"
	"encoding/json"
	"os"
	"os/exec"
	"path/filepath"
	"strings"
	"testing"

	"olelo/conformance/server"
)

// TestBrokenServersAreCaught builds olelo with one mistake after the other in it,
// and runs a part of the suites on it: some case must fail.
func TestBrokenServersAreCaught(t *testing.T) {
	if testing.Short() {
		t.Skip("mutants are not built with -short")
	}
	for _, m := range []struct {
		name, file, old, mutated string
		suite                    string
	}{
		{
			"an opcode: - adds", "runtime/vm/exec.go",
			"number(&r[in.B], wrap)-number(&r[in.C], wrap)", "number(&r[in.B], wrap)+number(&r[in.C], wrap)", "suites/language",
		},
		{
			"an opcode: a jump the other way", "runtime/vm/exec.go",
			"if !truth(&r[in.A], wrap) {", "if truth(&r[in.A], wrap) {", "suites/language",
		},
		{"a wrong header: From-Path of replies", "runtime/msrp/build.go", `"\r\nFrom-Path: "...)`, `"\r\nFrom-Pfad: "...)`, "suites/msrp"},
		{"a missing parameter: rport", "runtime/sip/reply.go", "received := v.HasRPort ||", "received := false && v.HasRPort ||", "suites/sip"},
		{"every digest is right", "modules/auth/digest.go", "b[:copy(b[:], got)]) == 1", "b[:copy(b[:], got)]) >= 0", "suites/auth"},
		{"a length of one more", "transformations/string.go", "v.SetInt(int64(len(s)))", "v.SetInt(int64(len(s) + 1))", "suites/transformations"},
		{"items never lapse", "modules/htable/rows.go", "x.until != forever && x.until <= now }", "x.until == forever && x.until <= now }", "suites/htable"},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			dir := t.TempDir()
			mutant := server.Program{Kind: server.Olelo, Path: filepath.Join(dir, "olelo")}
			file, err := filepath.Abs(filepath.Join("..", m.file))
			if err != nil {
				t.Fatal(err)
			}
			text, err := os.ReadFile(file)
			if err != nil {
				t.Fatal(err)
			}
			if !strings.Contains(string(text), m.old) {
				t.Fatalf("%s has no %q: the mistake has to be made elsewhere", m.file, m.old)
			}
			mistaken := filepath.Join(dir, "mistaken.go")
			overlay, err := json.Marshal(map[string]any{"Replace": map[string]string{file: mistaken}})
			if err != nil {
				t.Fatal(err)
			}
			write(t, mistaken, strings.Replace(string(text), m.old, m.mutated, 1))
			write(t, filepath.Join(dir, "overlay.json"), string(overlay))
			ctx, cancel := context.WithTimeout(context.Background(), limit)
			defer cancel()
			build := exec.CommandContext(ctx, "go", "build", "-overlay="+filepath.Join(dir, "overlay.json"), "-o", mutant.Path, "olelo/cmd/olelo")
			if said, err := build.CombinedOutput(); err != nil {
				t.Fatalf("%v\n%s", err, said)
			}
			caught(t, play(t, mutant, "--parallel=4", "--fail-fast", m.suite))
		})
	}
}

// caught says which case showed the mistake; there has to be one.
func caught(t *testing.T, all []record) {
	t.Helper()
	for _, r := range all {
		if r.Outcome == "fail" {
			t.Logf("%s fails", r.Case)
			return
		}
	}
	t.Error("no case fails")
}

func write(t *testing.T, path, text string) {
	t.Helper()
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
}

// TestBrokenConfigurationsAreCaught makes one mistake after the other in the
// relay's configuration: some case of its example suite must fail.
func TestBrokenConfigurationsAreCaught(t *testing.T) {
	olelo, err := server.FindOlelo(context.Background(), t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	const example = "../examples/msrp-relay"
	text, err := os.ReadFile(filepath.Join(example, "relay.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	for _, r := range play(t, olelo, "--parallel=4", filepath.Join(example, "tests")) {
		if r.Outcome == "fail" {
			t.Fatalf("%s fails without a mistake: %s", r.Case, r.Why)
		}
	}
	for _, m := range []struct{ name, old, mutated string }{
		{"another table", `$sht(msrp=>$var(sessid)::srcaddr) =`, `$sht(msrp=>$var(sessid)::addr) =`},
		{"the other method", `$msrp(method)=="AUTH"`, `$msrp(method)=="SEND"`},
		{"another realm", `auth_get_www_authenticate("myrealm"`, `auth_get_www_authenticate("realm"`},
		{"another password", `"xyz123"`, `"xyz124"`},
		{"no credentials asked for", `if(!pv_www_authenticate(`, `if(pv_www_authenticate(`},
		{"another code", `msrp_reply("401"`, `msrp_reply("403"`},
		{"not relayed", `msrp_relay();`, `;`},
	} {
		t.Run(m.name, func(t *testing.T) {
			t.Parallel()
			if !strings.Contains(string(text), m.old) {
				t.Fatalf("the configuration has no %s", m.old)
			}
			dir := t.TempDir()
			if err := os.CopyFS(dir, os.DirFS(example)); err != nil {
				t.Fatal(err)
			}
			write(t, filepath.Join(dir, "relay.cfg"), strings.Replace(string(text), m.old, m.mutated, 1))
			caught(t, play(t, olelo, "--parallel=4", "--fail-fast", filepath.Join(dir, "tests")))
		})
	}
}
