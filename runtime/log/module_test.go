package log_test

import (
	"bytes"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/log"
)

// TestModules: a module's own level stands over the threshold and over a view's
// own; nil ends it.
func TestModules(t *testing.T) {
	var b bytes.Buffer
	l := newLog(t, log.Config{Writer: &b}, log.Info)
	said := func() []string {
		l.Log(log.Debug, "tm", "tm debug")
		l.Log(log.Err, "sl", "sl error")
		l.Infof(log.Core, "core info")
		l.Raw(log.Notice, 0, "<script>: ", "xlog notice")
		var all []string
		for line := range strings.Lines(b.String()) {
			_, text, _ := strings.Cut(line, ") ")
			all = append(all, strings.TrimSpace(text))
		}
		b.Reset()
		return all
	}
	check := func(what string, want ...string) {
		t.Helper()
		if d := cmp.Diff(want, said()); d != "" {
			t.Errorf("%s (-want +got)\n%s", what, d)
		}
	}
	check("no levels", "ERROR: sl: sl error", "INFO: <core>: core info", "NOTICE: <script>: xlog notice")
	l.SetModules(&log.Modules{Levels: map[string]log.Level{"tm": log.Debug, "sl": log.Crit, "xlog": log.Warn}})
	check("own levels", "DEBUG: tm: tm debug", "INFO: <core>: core info")
	if !l.Enabled(log.Debug) || l.EnabledFor("sl", log.Err) || !l.EnabledFor("tm", log.Debug) || l.EnabledFor("rr", log.Debug) {
		t.Error("EnabledFor does not obey the levels")
	}
	l.SetOwnLevel(log.Alert)
	check("over a view's own", "DEBUG: tm: tm debug")
	l.ResetOwnLevel()
	l.SetLevel(log.Err)
	check("under another threshold", "DEBUG: tm: tm debug")
	l.SetModules(nil)
	check("ended", "ERROR: sl: sl error")
	if l.Enabled(log.Debug) {
		t.Error("debug is still enabled")
	}
}
