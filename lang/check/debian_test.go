package check_test

import (
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"testing"

	"olelo/lang/check"
	"olelo/lang/diag"
	"olelo/lang/parse"
)

// The configurations that Debian's packages ship.
const (
	stock    = "/etc/kamailio/kamailio.cfg"
	examples = "/usr/share/doc/kamailio/examples"
)

// judged is all that is said of the examples, file:line code, with what is
// wrong there. Each was looked at; whatever else is said is a false alarm.
var judged = map[string]string{
	"ims/pcscf/route/rtp.cfg:111 missing-route": "there are an onreply_route and a route of that name; Kamailio warns, too",
	"ims/pcscf/kamailio.cfg:502 missing-route":  "the block of that name is a route, not an onreply_route",
	"pkg/sipcapture.cfg:453 unused-route":       "its calls are comments",
	"pkg/sipcapture.cfg:981 unread-variable":    "its xlog is a comment",
}

// builds are the #!ifdef names of a file that it does not define itself: with
// none, with each alone.
func builds(text string) [][]string {
	all := [][]string{nil}
	for _, m := range regexp.MustCompile(`#!ifn?def[ \t]+(\w+)`).FindAllStringSubmatch(text, -1) {
		one := []string{m[1]}
		own := regexp.MustCompile(`(?m)^#!(define|trydef|substdefs?) +"?!?` + m[1] + `\b`).MatchString(text)
		if !own && !slices.ContainsFunc(all, func(d []string) bool { return slices.Equal(d, one) }) {
			all = append(all, one)
		}
	}
	return all
}

// sample reads a file, or the sample that stands for it.
func sample(name string) ([]byte, error) {
	b, err := os.ReadFile(name)
	if err != nil {
		if s, err := os.ReadFile(name + ".sample"); err == nil {
			return s, nil
		}
	}
	return b, err
}

// TestDebian: nothing is said of the stock configuration in any build, and of
// the examples what was judged to be right.
func TestDebian(t *testing.T) {
	if _, err := os.Stat(examples); err != nil {
		t.Skip("kamailio's examples are not installed")
	}
	checked, seen := 0, map[string]bool{}
	run := func(path string, defines []string) {
		file, set, diags := parse.Load(parse.Options{File: path, Defines: defines, ReadFile: sample})
		if diags.Errors() > 0 {
			return
		}
		checked++
		l := &diag.List{}
		check.File(file, set, sample, l)
		for _, d := range l.Items {
			said := fmt.Sprintf("%s:%d %s", strings.TrimPrefix(d.Pos.Filename, examples+"/"), d.Pos.Line, d.Code)
			if judged[said] == "" {
				t.Errorf("%s: %s (with %v)", said, d.Msg, defines)
			}
			seen[said] = true
		}
	}
	err := filepath.WalkDir(examples, func(path string, _ fs.DirEntry, err error) error {
		if err != nil || !strings.HasSuffix(path, ".cfg") {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		for _, defines := range builds(string(text)) {
			run(path, defines)
		}
		return nil
	})
	if err != nil {
		t.Error(err)
	}
	if text, err := os.ReadFile(stock); err == nil {
		var all []string
		for _, b := range builds(string(text)) {
			if b == nil || strings.HasPrefix(b[0], "WITH_") {
				run(stock, b)
				run(stock, append([]string{"DBURL=\"mysql://a\""}, b...))
				all = append(all, b...)
			}
		}
		run(stock, all)
	}
	for said := range judged {
		if !seen[said] {
			t.Errorf("%s is not said any more", said)
		}
	}
	t.Logf("%d builds were checked, %d of %d remarks seen", checked, len(seen), len(judged))
	if checked < 100 {
		t.Errorf("only %d builds parse", checked)
	}
}
