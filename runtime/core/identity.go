package core

import (
	"os/user"
	"strconv"

	"olelo/lang/diag"
)

// LookupUser finds a user by name or uid.
func LookupUser(name string) (*user.User, error) {
	if _, err := strconv.ParseUint(name, 10, 31); err == nil {
		return user.LookupId(name)
	}
	return user.Lookup(name)
}

// LookupGroup is the gid of a group's name, or a gid itself.
func LookupGroup(name string) (gid int, err error) {
	if n, err := strconv.ParseUint(name, 10, 31); err == nil {
		return int(n), nil
	}
	g, err := user.LookupGroup(name)
	if err != nil {
		return 0, err
	}
	return strconv.Atoi(g.Gid)
}

// identities reports a user or group that the host does not have. Kamailio
// looks for them behind the last line.
func (c *collector) identities() {
	for _, x := range []struct {
		what, name string
		ln         *line
		lookup     func(string) error
	}{
		{"user", c.User, c.user, func(name string) error { _, err := LookupUser(name); return err }},
		{"group", c.Group, c.group, func(name string) error { _, err := LookupGroup(name); return err }},
	} {
		if x.ln == nil || x.name == "" || x.lookup(x.name) == nil {
			continue
		}
		c.diags.Add(diag.Diagnostic{
			Severity: diag.Error, Code: "unknown-user", Address: true, Pos: x.ln.Pos, EndLine: x.ln.EndLine, EndCol: x.ln.EndCol,
			Msg: "this host has no " + x.what + " " + x.name, Hint: "the server cannot run as it; add" + x.what + " makes one",
		})
	}
}
