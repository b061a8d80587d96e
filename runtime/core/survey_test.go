package core_test

import (
	"bytes"
	"flag"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"olelo/lang/diag"
	"olelo/lang/parse"
	"olelo/runtime/core"
)

var observe = flag.Bool("observe", false, "write testdata/survey.tsv anew, with what the kamailio on the PATH does")

// surveyed are the values that each parameter was given, as written behind its
// name.
var surveyed = []string{
	"=5", "=0", "=-1", "=yes", `="text"`, "=word", "=127.0.0.1", "=[::1]", "=", " 5",
	"=99999999999", "=TCP", "=5 5", "=debug", "='text'", `="5"`, "",
}

// meant are the differences from Kamailio 5.6.3 that olelo is to keep, by
// "name" or "name value".
func meant(name, value, kamailio string) string {
	switch {
	case value == "=99999999999" && (kamailio == "ok" || kamailio == "refused"):
		return "out of the range that olelo has for it; Kamailio cuts the number to 32 bits in silence"
	case kamailio == "crash":
		return "Kamailio ends with a signal"
	case (name == "enable_sctp" || name == "disable_sctp") && kamailio == "refused":
		return "Kamailio misses its sctp module, whose work olelo does not do at all"
	case kamailio == "refused" && (name == "user" || name == "uid" || name == "group" || name == "gid"):
		return "olelo says where it stands that the host has no such user or group"
	case name == "max_branches" && kamailio == "refused":
		return "olelo says where it stands"
	}
	return ""
}

// TestSurvey compares what is refused, and where, with Kamailio 5.6.3: every
// parameter with every kind of value. A place is that of the first error, "ok"
// is none, "refused" is an error without a place.
func TestSurvey(t *testing.T) {
	const file = "testdata/survey.tsv"
	data, err := os.ReadFile(file)
	if err != nil {
		t.Fatal(err)
	}
	lines := strings.Split(strings.TrimSpace(string(data)), "\n")
	if *observe {
		for i, l := range lines {
			name, _, _ := strings.Cut(l, "\t")
			for _, v := range surveyed {
				name += "\t" + kamailioSays(t, strings.Split(name, "\t")[0]+v)
			}
			lines[i] = name
		}
		if err := os.WriteFile(file, []byte(strings.Join(lines, "\n")+"\n"), 0o644); err != nil {
			t.Fatal(err)
		}
	}
	tried, differ := 0, 0
	for _, l := range lines {
		places := strings.Split(l, "\t")
		name := places[0]
		if len(places) != len(surveyed)+1 {
			t.Fatalf("%s has %d places", name, len(places)-1)
		}
		for i, v := range surveyed {
			tried++
			want, got := places[i+1], oleloSays(t, name+v)
			why := meant(name, v, want)
			switch {
			case got == want:
			case why == "":
				t.Errorf("%s: %s, in Kamailio %s", name+v, got, want)
			default:
				differ++
			}
		}
	}
	t.Logf("%d of %d values differ from Kamailio, as meant", differ, tried)
}

const surveyEnd = "\nlisten=udp:127.0.0.1:5060\n"

var surveyPlace = regexp.MustCompile(`parse error in config file .*?\.cfg, ((?:from )?line .*?): `)

func oleloSays(t *testing.T, text string) string {
	t.Helper()
	file, set, diags := parse.Load(parse.Options{
		File:     "t.cfg",
		ReadFile: func(string) ([]byte, error) { return []byte(text + surveyEnd), nil },
	})
	diags.Lenient = true
	core.Collect(file.Items, core.Overrides{}, diags)
	var errors diag.List
	for _, d := range diags.Items {
		if d.Severity == diag.Error {
			errors.Add(d)
		}
	}
	var out bytes.Buffer
	if err := errors.Kamailio(&out, set); err != nil {
		t.Fatal(err)
	}
	if m := surveyPlace.FindStringSubmatch(out.String()); m != nil {
		return m[1]
	}
	return "ok"
}

func kamailioSays(t *testing.T, text string) string {
	t.Helper()
	name := filepath.Join(t.TempDir(), "t.cfg")
	if err := os.WriteFile(name, []byte(text+surveyEnd), 0o600); err != nil {
		t.Fatal(err)
	}
	cmd := exec.Command("kamailio", "-c", "-f", name)
	out, err := cmd.CombinedOutput()
	if m := surveyPlace.FindSubmatch(out); m != nil {
		return string(m[1])
	}
	switch {
	case err == nil:
		return "ok"
	case cmd.ProcessState == nil:
		t.Fatal(err)
	case cmd.ProcessState.ExitCode() < 0:
		return "crash"
	}
	return "refused"
}
