package random

import (
	"io"
	"os"
	"path/filepath"

	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
)

// accepted reports whether olelo would start with the programs; where it would
// not, it writes why to w.
func accepted(dir string, w io.Writer, programs ...*Program) (bool, error) {
	file := filepath.Join(dir, "kamailio.cfg")
	if err := os.WriteFile(file, []byte(batch(5060, programs)), 0o600); err != nil {
		return false, err
	}
	status := app.Check(app.Options{
		File: file, Modules: all.Modules, Builtin: []app.Builtin{{Name: "core", Module: core.New()}},
		DropIn: true, Lenient: true, Report: app.ReportKamailio, Stdout: io.Discard,
	}, w)
	return status == 0, nil
}
