package main

import (
	"bytes"
	"encoding/json"
	"os"
	"path/filepath"
	"strings"
	"testing"
)

// TestCheck: the exit status, and the last line of the report for a person.
func TestCheck(t *testing.T) {
	const head = "listen=udp:127.0.0.1:5060\nloadmodule \"pv.so\"\nloadmodule \"xlog.so\"\n"
	for _, k := range []struct {
		name, config   string
		status, strict int
		last           string
	}{
		{"good", head + "request_route { route(A); }\nroute[A] { exit; }\n", 0, 0, "no mistakes found in FILE: 2 routes, 2 modules"},
		{"info", head + "request_route { $var(x) = 1; }\n", 0, 0, "1 info"},
		{"log prefix", "log_prefix=\"{$nosuch}\"\n" + head + "request_route { exit; }\n", 255, 255, "1 error"},
		{"warnings", head + "request_route {\n exit;\n xlog(\"never\\n\");\n}\nroute[A] { exit; }\n", 0, 1, "2 warnings"},
		{"error", head + "request_route {\n nosuch();\n exit;\n xlog(\"$var(x)\\n\");\n}\n", 255, 255, "1 error, 2 warnings"},
		// Kamailio makes a text of all that is in quotes, of nothing the text <null>.
		{"modparamx, a text", head + "modparamx(\"xlog\", \"prefix\", \"$def(X)\")\nrequest_route { exit; }\n", 0, 1, "1 warning"},
		{"modparamx, no value", head + "modparamx(\"xlog\", \"prefix\", $def(X))\nrequest_route { exit; }\n", 255, 255, "1 error"},
		{"modparamx, no number", head + "modparamx(\"xlog\", \"buf_size\", \"$var(x)\")\nrequest_route { exit; }\n", 255, 255, "1 error"},
		{"a text with three wrong variables", head + "request_route {\n xlog(\"$nope $var(x) $nix(c) $foo\\n\");\n exit;\n}\n", 255, 255, "3 errors, 1 warning"},
		// What is hardly meant is not looked for in a text that is not understood.
		{"syntax", head + "request_route {\n $var(x) = ;\n exit;\n xlog(\"$var(x)\\n\");\n}\n", 255, 255, "1 error"},
	} {
		t.Run(k.name, func(t *testing.T) {
			file := filepath.Join(t.TempDir(), "kamailio.cfg")
			if err := os.WriteFile(file, []byte(k.config), 0o600); err != nil {
				t.Fatal(err)
			}
			report := func(want int, args ...string) string {
				var stdout, stderr bytes.Buffer
				if status := run(append([]string{"olelo", "check"}, append(args, file)...), &stdout, &stderr); status != want {
					t.Errorf("%v: status %d, want %d", args, status, want)
				}
				if stderr.Len() > 0 {
					t.Errorf("%v: on standard error: %s", args, stderr.String())
				}
				return strings.TrimSuffix(stdout.String(), "\n")
			}
			text := report(k.status)
			if last := text[strings.LastIndexByte(text, '\n')+1:]; last != strings.Replace(k.last, "FILE", file, 1) {
				t.Errorf("the last line is %q, want %q:\n%s", last, k.last, text)
			}
			report(k.strict, "--strict")
			n := strings.Count(text, "\n       | ")
			lines := 0
			for line := range strings.Lines(report(k.strict, "--strict", "--format=json")) {
				var d struct{ Code, Message, File string }
				if err := json.Unmarshal([]byte(line), &d); err != nil || d.Code == "" || d.Message == "" || d.File != file {
					t.Errorf("%v: %s", err, line)
				}
				lines++
			}
			if lines > n {
				t.Errorf("%d objects, %d snippets", lines, n)
			}
			var log struct{ Runs []struct{ Results []any } }
			if err := json.Unmarshal([]byte(report(k.status, "--format=sarif")), &log); err != nil || len(log.Runs) != 1 || len(log.Runs[0].Results) != lines {
				t.Errorf("%v: %+v, want %d results", err, log, lines)
			}
		})
	}
}

func TestCheckCodes(t *testing.T) {
	var stdout, stderr bytes.Buffer
	if status := run([]string{"olelo", "check", "--codes"}, &stdout, &stderr); status != 0 || stderr.Len() > 0 {
		t.Errorf("status %d: %s", status, stderr.String())
	}
	for _, want := range []string{"unknown-function", "unset-variable", "untested-flag"} {
		if !strings.Contains(stdout.String(), "\n"+want+" ") {
			t.Errorf("no %s in\n%s", want, stdout.String())
		}
	}
}

// A drop-in -c warns in Kamailio's way, and is no failure.
func TestCheckDropIn(t *testing.T) {
	file := filepath.Join(t.TempDir(), "kamailio.cfg")
	config := "listen=udp:127.0.0.1:5060\nrequest_route {\n exit;\n drop;\n}\nroute[A] { exit; }\n"
	if err := os.WriteFile(file, []byte(config), 0o600); err != nil {
		t.Fatal(err)
	}
	var stdout, stderr bytes.Buffer
	if status := run([]string{"kamailio", "-c", "-f", file}, &stdout, &stderr); status != 0 {
		t.Errorf("status %d", status)
	}
	want := "WARNING: <core> nothing calls route[A]: it never runs at " + file + ":6\nconfig file ok, exiting...\n"
	if stderr.String() != want {
		t.Errorf("%q, want %q", stderr.String(), want)
	}
}
