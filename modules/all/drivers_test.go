package all

import (
	"strings"
	"testing"

	"olelo/runtime/db"
)

// TestDrivers keeps what an address may name equal to the drivers that there are.
func TestDrivers(t *testing.T) {
	for name, make := range Modules {
		if _, drives := make().(db.Driver); drives != strings.HasPrefix(name, "db_") || drives != db.Runs(name) {
			t.Errorf("module %s: drives a database: %v, db.Runs: %v", name, drives, db.Runs(name))
		}
	}
}
