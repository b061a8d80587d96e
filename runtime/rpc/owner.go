package rpc

import (
	"fmt"
	"io/fs"
	"os/user"
	"strconv"
)

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
