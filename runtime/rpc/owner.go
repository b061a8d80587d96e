package rpc

import (
	"fmt"
	"io/fs"
	"os/user"
	"strconv"

	"olelo/runtime/registry"
)

// ModeParam is a module's parameter for the permissions of a control socket or FIFO.
func ModeParam(name string, o *Owner, doc string) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamInt, Doc: doc,
		Set: func(v registry.ParamValue) (err error) {
			o.Mode, err = ParseMode(v.Int)
			return err
		},
	}
}

// UserParam is a module's parameter for its user: a name, or a number as a string or
// an integer.
func UserParam(name string, o *Owner, doc string) registry.Param {
	return idParam(name, &o.UID, ParseUser, doc)
}

// GroupParam is the same for its group.
func GroupParam(name string, o *Owner, doc string) registry.Param {
	return idParam(name, &o.GID, ParseGroup, doc)
}

func idParam(name string, to *int, parse func(string) (int, error), doc string) registry.Param {
	return registry.Param{
		Name: name, Type: registry.ParamInt | registry.ParamStr, Doc: doc,
		Set: func(v registry.ParamValue) (err error) {
			if v.IsInt {
				v.Str = strconv.FormatInt(v.Int, 10)
			}
			*to, err = parse(v.Str)
			return err
		},
	}
}

// ParseUser is the number of a user given by name or number.
func ParseUser(s string) (int, error) {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return int(n), nil
	}
	u, err := user.Lookup(s)
	if err != nil {
		return -1, fmt.Errorf("%q is no user of this machine, nor a user's number", s)
	}
	return strconv.Atoi(u.Uid)
}

// ParseGroup is the number of a group given by name or number.
func ParseGroup(s string) (int, error) {
	if n, err := strconv.ParseUint(s, 10, 31); err == nil {
		return int(n), nil
	}
	g, err := user.LookupGroup(s)
	if err != nil {
		return -1, fmt.Errorf("%q is no group of this machine, nor a group's number", s)
	}
	return strconv.Atoi(g.Gid)
}

// ParseMode is a file's permissions, from the number in a configuration.
func ParseMode(n int64) (fs.FileMode, error) {
	if n < 0 || n > 0o777 {
		return 0, fmt.Errorf("%d (octal %#o) is no file mode: 0 to 0777 is, written in octal", n, n)
	}
	return fs.FileMode(n), nil
}
