package db

import (
	"fmt"
	"slices"

	"olelo/lang/source"
	"olelo/runtime/registry"
)

// Source is a database that a configuration names: the db_url of a module. It is
// set while the configuration loads, found at Provision and opened at Start.
type Source struct {
	url    *URL
	pos    source.Pos
	driver Driver
}

// NewSource is a Source of an address that stands at pos.
func NewSource(address string, pos source.Pos) (*Source, error) {
	s := &Source{}
	return s, s.set(address, pos)
}

func (s *Source) set(address string, pos source.Pos) error {
	u, err := ParseURL(address)
	if err != nil {
		return fmt.Errorf("%q is %w", address, err)
	}
	switch {
	case Runs(u.Module()):
	case slices.Contains(others[:], u.Scheme):
		return registry.NotRun("%s:// is known in Kamailio, but olelo runs databases of sqlite:// and text:// only yet", u.Scheme)
	default:
		return fmt.Errorf("there is no database driver for %s://", u.Scheme)
	}
	*s = Source{url: u, pos: pos}
	return nil
}

// others are the schemes that Kamailio has drivers for, and olelo has not.
var others = [...]string{
	"berkeley", "cassandra", "cluster", "flatstore", "mongodb", "mysql", "oracle", "perlvdb", "postgres", "redis", "unixodbc",
}

// Runs reports whether olelo has a database driver.
func Runs(module string) bool { return module == "db_sqlite" || module == "db_text" }

// Param is the modparam that sets s; an empty text unsets it.
func (s *Source) Param(name, doc string) registry.Param {
	return registry.StrFunc(name, func(v registry.ParamValue) error {
		if v.Str == "" {
			*s = Source{}
			return nil
		}
		return s.set(v.Str, v.Pos)
	}, doc)
}

// IsSet reports whether the configuration names a database.
func (s *Source) IsSet() bool { return s.url != nil }

// Find finds the address's driver among the loaded modules, at Provision.
func (s *Source) Find(h registry.Host) error {
	m, _ := h.Module(s.url.Module())
	d, ok := m.(Driver)
	if !ok {
		return registry.At(s.pos, fmt.Errorf("no driver for %s:// is loaded: add loadmodule \"%s.so\" before it", s.url.Scheme, s.url.Module()))
	}
	s.driver = d
	return nil
}

// Found reports whether there is a database that can be opened.
func (s *Source) Found() bool { return s.driver != nil }

// Open opens the database that Find found a driver for, at Start.
func (s *Source) Open() (Conn, error) {
	c, err := s.driver.OpenDB(s.url)
	if err != nil {
		return nil, s.At(fmt.Errorf("database %s: %w", s.url, err))
	}
	return c, nil
}

// At is an error with the place in the configuration that names the database.
func (s *Source) At(err error) error { return registry.At(s.pos, err) }
