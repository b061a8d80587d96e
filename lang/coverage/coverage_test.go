package coverage_test

import (
	"bytes"
	"errors"
	"flag"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/coverage"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
)

var update = flag.Bool("update", false, "write the reports in testdata")

func message(method, user string) []byte {
	return []byte(method + " sip:" + user + "@example.net SIP/2.0\r\nVia: SIP/2.0/UDP 192.0.2.1;branch=z9hG4bKx\r\n" +
		"From: <sip:a@example.net>;tag=1\r\nTo: <sip:b@example.net>\r\nCall-ID: one\r\nCSeq: 1 " + method + "\r\nContent-Length: 0\r\n\r\n")
}

// ran is the profile of the configuration in testdata, of some messages.
func ran(t *testing.T, messages ...[]byte) *coverage.Profile {
	t.Helper()
	var said bytes.Buffer
	o := app.Options{
		File: "testdata/kamailio.cfg", Modules: all.Modules, Builtin: []app.Builtin{{Name: "core", Module: core.New()}},
		Stdout: io.Discard, Stderr: &said, Coverage: coverage.NewCounters(),
	}
	u, err := app.LoadUnit(o, app.UnitOptions{})
	if err != nil {
		t.Fatalf("%v\n%s", err, said.String())
	}
	defer u.Close()
	for _, m := range messages {
		if _, err := u.Run("", m); err != nil {
			t.Fatal(err)
		}
	}
	return o.Coverage.Profile()
}

func golden(t *testing.T, name string, got []byte) {
	t.Helper()
	path := filepath.Join("testdata", name)
	if *update {
		if err := os.WriteFile(path, got, 0o644); err != nil {
			t.Fatal(err)
		}
	}
	want, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	if d := cmp.Diff(string(want), string(got)); d != "" {
		t.Errorf("%s (go test ./lang/coverage -update writes it):\n%s", path, d)
	}
}

// TestReports: one configuration with includes, defines, conditions that are
// constant and code that cannot be reached, run by two messages.
func TestReports(t *testing.T) {
	p := ran(t, message("INVITE", "alice"), message("OPTIONS", "dave"))
	for name, write := range map[string]func(io.Writer) error{
		"profile.txt": p.Write,
		"report.txt":  func(w io.Writer) error { return p.Text(w, os.ReadFile) },
		"report.html": func(w io.Writer) error { return p.HTML(w, os.ReadFile) },
		"lcov.info":   p.LCOV,
	} {
		var b bytes.Buffer
		if err := write(&b); err != nil {
			t.Fatal(err)
		}
		golden(t, name, b.Bytes())
	}
}

func TestReportsWithoutSources(t *testing.T) {
	p := ran(t, message("INVITE", "alice"))
	none := func(string) ([]byte, error) { return nil, errors.New("gone") }
	var text, html bytes.Buffer
	if err := errors.Join(p.Text(&text, none), p.HTML(&html, none)); err != nil {
		t.Fatal(err)
	}
	if !strings.Contains(text.String(), "11:25    never true") || !strings.Contains(html.String(), "not at hand") {
		t.Errorf("%s\n%s", text.String(), html.String())
	}
}

// TestMerge: the sum of two runs is the profile of both messages in one run,
// also where the second one ran a copy in another folder.
func TestMerge(t *testing.T) {
	a, b := message("INVITE", "alice"), message("OPTIONS", "bob")
	elsewhere := &coverage.Profile{}
	elsewhere.Merge(ran(t, b), func(file string) string { return "/tmp/copy/" + filepath.Base(file) })
	sum := ran(t, a)
	sum.Merge(elsewhere, func(file string) string { return "testdata/" + filepath.Base(file) })
	if d := cmp.Diff(ran(t, a, b).Points(), sum.Points()); d != "" {
		t.Error(d)
	}
}

func TestReadRefuses(t *testing.T) {
	const head = "olelo coverage 1\n"
	for text, want := range map[string]string{
		"":                                      "not a coverage profile",
		"mode: set\n":                           "not a coverage profile",
		head + "a.cfg:1:2-1:3 stmt 1":           "line 2",
		head + "a.cfg:1:2-1:3 stmt 1 r\nrubble": `line 3: "rubble"`,
		head + "a.cfg:1:2-1:3 else 1 r":         `there is no kind "else"`,
		head + "a.cfg:1:2-1:3 stmt 99999999999999999999 r": "out of range",
	} {
		if _, err := coverage.Read(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v, want %q", text, err, want)
		}
	}
	p, err := coverage.Read(strings.NewReader(head + "a b:7.cfg:1:2-3:4 case 5 event_route[x:y z]\n"))
	want := []coverage.Point{{Place: coverage.Place{File: "a b:7.cfg", Line: 1, Col: 2, EndLine: 3, EndCol: 4, Kind: coverage.Case, Route: "event_route[x:y z]"}, Count: 5}}
	if err != nil || !cmp.Equal(p.Points(), want) {
		t.Errorf("%v, %v", p, err)
	}
	if (&coverage.Profile{}).Points() == nil {
		t.Error("an empty profile has a nil list")
	}
}

// TestShare: only all of it is 100 %.
func TestShare(t *testing.T) {
	for _, x := range []struct {
		s        coverage.Share
		permille int
		text     string
	}{
		{coverage.Share{}, 1000, "100.0 %"},
		{coverage.Share{Ran: 3, All: 3}, 1000, "100.0 %"},
		{coverage.Share{Ran: 9996, All: 10000}, 999, "99.9 %"},
		{coverage.Share{Ran: 999999, All: 1000000}, 999, "99.9 %"},
		{coverage.Share{Ran: 2, All: 3}, 666, "66.6 %"},
		{coverage.Share{All: 3}, 0, "0.0 %"},
	} {
		if x.s.Permille() != x.permille || x.s.String() != x.text {
			t.Errorf("%+v: %d, %s", x.s, x.s.Permille(), x.s)
		}
	}
}

// TestLCOVCounts: the totals of a record are those of its lines, and a line with
// branches is a line, which is what genhtml takes.
func TestLCOVCounts(t *testing.T) {
	var b bytes.Buffer
	if err := ran(t, message("INVITE", "alice")).LCOV(&b); err != nil {
		t.Fatal(err)
	}
	number := regexp.MustCompile(`^(DA|BRDA):.*,(\d+|-)$`)
	records := strings.Split(strings.TrimSuffix(b.String(), "end_of_record\n"), "end_of_record\n")
	for _, r := range records {
		all, hit := map[string]int{}, map[string]int{}
		for line := range strings.Lines(r) {
			if m := number.FindStringSubmatch(strings.TrimSpace(line)); m != nil {
				all[m[1]]++
				if m[2] != "0" && m[2] != "-" {
					hit[m[1]]++
				}
			}
		}
		for _, m := range regexp.MustCompile(`(?m)^BRDA:(\d+),`).FindAllStringSubmatch(r, -1) {
			if !strings.Contains(r, "\nDA:"+m[1]+",") {
				t.Errorf("line %s has branches and is none", m[1])
			}
		}
		want := fmt.Sprintf("LF:%d\nLH:%d\n", all["DA"], hit["DA"])
		wantBranches := fmt.Sprintf("BRF:%d\nBRH:%d\n", all["BRDA"], hit["BRDA"])
		if !strings.HasPrefix(r, "TN:\nSF:testdata/") || !strings.Contains(r, want) || !strings.Contains(r, wantBranches) {
			t.Errorf("want %s%s in\n%s", want, wantBranches, r)
		}
	}
	if len(records) != 2 {
		t.Errorf("%d records", len(records))
	}
}
