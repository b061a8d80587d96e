// Package db_sqlite is Kamailio's module db_sqlite: databases in files of SQLite
// 3, by their addresses sqlite:///PATH.
package db_sqlite

import (
	"errors"
	"fmt"
	"slices"
	"strconv"
	"strings"
	"time"

	"olelo/runtime/registry"
)

// Module is the module's instance.
type Module struct {
	files map[string]*options // by the path as configured
}

// options are what the configuration says of one file.
type options struct {
	readOnly bool
	journal  string        // "" for the file's own
	wait     time.Duration // for a lock of another
}

// lockWait is how long a call waits for another's lock where nothing is said.
const lockWait = time.Second

// New returns the module.
func New() registry.Module { return &Module{files: map[string]*options{}} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: `Databases in SQLite's files: db_url "sqlite:////var/lib/x.db" with four slashes is an absolute path, with three one from the working directory.`,
		Params: []registry.Param{
			registry.StrFunc("db_set_readonly", func(v registry.ParamValue) error {
				if v.Str == "" {
					return errors.New("the path of a file is wanted")
				}
				m.file(v.Str).readOnly = true
				return nil
			}, "Path of a file that is only read; may be given many times."),
			{
				Name: "db_set_journal_mode", Type: registry.ParamStr | registry.ParamInt, Set: m.setJournal,
				Doc: `"PATH=MODE;": the file's journal, one of DELETE, TRUNCATE, PERSIST, MEMORY, WAL and OFF; may be given many times.`,
			},
			registry.StrFunc("db_set_busy_timeout", m.setWait, `"PATH=MILLISECONDS;": how long a call waits where another has locked the file, 0 not at all; default 1000. May be given many times.`),
		},
		Differs: []registry.Difference{
			{How: "a call waits up to a second for another's lock on the file; Kamailio 5.6.3 fails at once"},
			{How: "dates that a column of a date's type holds as text, or as seconds since 1970, are read as such; Kamailio takes every number in it for a Julian day"},
			{How: "names of tables and columns are letters, digits, _, $ and dots; what else stands there is an error and not part of a statement"},
		},
	}
}

// file is what is said of a file; paths are those of the addresses.
func (m *Module) file(path string) *options {
	o := m.files[path]
	if o == nil {
		o = &options{wait: lockWait}
		m.files[path] = o
	}
	return o
}

// pairs calls set with each of "path=value;path=value".
func pairs(text string, set func(path, value string) error) error {
	found := false
	for one := range strings.SplitSeq(text, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		path, value, ok := strings.Cut(one, "=")
		if path = strings.TrimSpace(path); !ok || path == "" {
			return fmt.Errorf(`%q is not "PATH=VALUE;"`, one)
		}
		if err := set(path, strings.TrimSpace(value)); err != nil {
			return err
		}
		found = true
	}
	if !found {
		return errors.New(`"PATH=VALUE;" is wanted`)
	}
	return nil
}

var journals = []string{"DELETE", "TRUNCATE", "PERSIST", "MEMORY", "WAL", "OFF"}

func (m *Module) setJournal(v registry.ParamValue) error {
	return pairs(v.Str, func(path, mode string) error {
		if !slices.Contains(journals, strings.ToUpper(mode)) {
			return fmt.Errorf("%q is no journal mode: %s are", mode, strings.Join(journals, ", "))
		}
		m.file(path).journal = strings.ToUpper(mode)
		return nil
	})
}

func (m *Module) setWait(v registry.ParamValue) error {
	return pairs(v.Str, func(path, ms string) error {
		n, err := strconv.ParseUint(ms, 10, 31)
		if err != nil {
			return fmt.Errorf("%q is no number of milliseconds", ms)
		}
		m.file(path).wait = time.Duration(n) * time.Millisecond
		return nil
	})
}
