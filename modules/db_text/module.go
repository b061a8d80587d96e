// Package db_text is Kamailio's module db_text: databases that are folders of text
// files, a file each table, by their addresses text:///FOLDER.
package db_text

import (
	"errors"
	"fmt"
	"os"
	"path/filepath"
	"sync"

	"olelo/runtime/db"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "db_text"

// Module is the module's instance.
type Module struct {
	format
	mode, maxRows, unused int
	connection            db.URL // default_connection

	host    registry.Host
	mu      sync.Mutex
	folders map[string]*folder // by path
}

var (
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
	_ db.Driver            = (*Module)(nil)
)

// New returns the module.
func New() registry.Module {
	return &Module{format: format{delim: ':'}, maxRows: 100000, folders: map[string]*folder{}}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: `Databases in folders of text files, a table each: db_url "text:///var/db", or "text://NAME" in the configuration's folder. Tables are in memory from when they are first asked for; what was changed is written by RPC db_text.dump and at the end.`,
		Params: []registry.Param{
			registry.Int("db_mode", &m.mode, "1 reads a table again where its file has changed, before each use; default 0."),
			registry.StrFunc("db_delim", func(v registry.ParamValue) error {
				if len(v.Str) != 1 {
					return fmt.Errorf("db_delim is %q: one character is wanted", v.Str)
				}
				m.delim = v.Str[0]
				return nil
			}, `The character between fields; default ":".`),
			registry.StrFunc("default_connection", func(v registry.ParamValue) error {
				u, err := db.ParseURL(v.Str)
				if err != nil {
					return fmt.Errorf("%q is %w", v.Str, err)
				}
				if u.Module() != name {
					return fmt.Errorf("%s is no address of text://", v.Str)
				}
				m.connection = *u
				return nil
			}, "The database that RPC db_text.query asks."),
			registry.Int("emptystring", &m.empty, "1 takes an empty field of a text column for an empty text, in place of null; default 0."),
			registry.Int("file_buffer_size", &m.unused, "How long a line may be."),
			registry.Int("max_result_rows", &m.maxRows, "A query that finds more rows fails; default 100000."),
		},
		RPCs: []registry.RPC{
			{Name: "db_text.dump", Doc: "Writes the tables that were changed into their files.", Run: m.rpcDump},
			{Name: "db_text.query", Doc: "Runs a select, update or delete on the database of default_connection.", Run: m.rpcQuery},
		},
		Differs: []registry.Difference{
			{How: "a condition that cannot be read is an error; Kamailio leaves it out, so that a delete takes all rows"},
			{How: "a statement takes texts in single quotes as well as in double quotes, != and inserts too"},
			{How: "a last line without its line end counts; Kamailio loses it"},
			{How: "a file is replaced as a whole, never half written"},
			{Of: "modparam db_delim", How: "another length than one character is refused; Kamailio says so and takes the colon"},
			{How: "RPC db_text.query answers JSON clients with all lines; Kamailio with the last one"},
			{Of: "modparam file_buffer_size", How: "lines may have any length", Idle: true},
		},
	}
}

// Provision keeps the host for its log and its folder.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	return nil
}

// OpenDB opens a folder. All that open it share its tables.
func (m *Module) OpenDB(u *db.URL) (db.Conn, error) {
	path := u.Folder
	if path == "" {
		return nil, db.ErrURL
	}
	if path[0] != '/' {
		dir := ""
		if h, ok := m.host.(registry.ConfigDirHost); ok {
			dir = h.ConfigDir()
		}
		path = filepath.Join(dir, path)
	}
	path = filepath.Clean(path)
	if info, err := os.Stat(path); err != nil || !info.IsDir() {
		return nil, fmt.Errorf("there is no folder %s", path)
	}
	m.mu.Lock()
	defer m.mu.Unlock()
	f := m.folders[path]
	if f == nil {
		f = &folder{path: path, format: m.format, watch: m.mode == 1, maxRows: m.maxRows, tables: map[string]*table{}}
		m.folders[path] = f
	}
	return f, nil
}

// write writes all tables that were changed.
func (m *Module) write() error {
	m.mu.Lock()
	defer m.mu.Unlock()
	var errs []error
	for _, f := range m.folders {
		errs = append(errs, f.write())
	}
	return errors.Join(errs...)
}

// Cleanup writes what was changed.
func (m *Module) Cleanup() error { return m.write() }
