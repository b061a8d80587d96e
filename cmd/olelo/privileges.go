package main

import (
	"fmt"
	"os"
	"strconv"
	"syscall"

	"olelo/runtime/core"
)

// identity is who a server runs as; -1 keeps what it is.
type identity struct{ uid, gid int }

// identityOf is what user= and group= ask for; a user alone brings its group.
func identityOf(p *core.Params) (identity, error) {
	id := identity{-1, -1}
	if p.User != "" {
		u, err := core.LookupUser(p.User)
		if err != nil {
			return id, fmt.Errorf("bad user name/uid number: %s", p.User)
		}
		if id.uid, err = strconv.Atoi(u.Uid); err != nil {
			return id, fmt.Errorf("user %s: uid %s is no number", p.User, u.Uid)
		}
		if id.gid, err = strconv.Atoi(u.Gid); err != nil {
			return id, fmt.Errorf("user %s: gid %s is no number", p.User, u.Gid)
		}
	}
	if p.Group != "" {
		gid, err := core.LookupGroup(p.Group)
		if err != nil {
			return id, fmt.Errorf("bad group name/gid number: %s", p.Group)
		}
		id.gid = gid
	}
	return id, nil
}

// dropPrivileges changes root, group and user, in this order. The names are
// looked up before the root changes, when /etc is still the host's.
func dropPrivileges(p *core.Params, keepWorkDir bool) error {
	id, err := identityOf(p)
	if err != nil {
		return err
	}
	if p.Chroot != "" {
		if err := syscall.Chroot(p.Chroot); err != nil {
			return fmt.Errorf("cannot chroot to %s: %w: it needs root, and the directory", p.Chroot, err)
		}
		dir := p.WorkDir
		if keepWorkDir || dir == "" {
			dir = "/"
		}
		if err := os.Chdir(dir); err != nil {
			return fmt.Errorf("cannot chdir to %s inside %s: %w", dir, p.Chroot, reason(err))
		}
	}
	if id.gid >= 0 && (id.gid != os.Getgid() || id.uid > 0) {
		if os.Getuid() == 0 {
			if err := syscall.Setgroups([]int{id.gid}); err != nil {
				return fmt.Errorf("cannot leave the groups of root: %w", err)
			}
		}
		if err := syscall.Setgid(id.gid); err != nil {
			return fmt.Errorf("cannot change the group to %d: %w: it needs root", id.gid, err)
		}
	}
	if id.uid >= 0 && id.uid != os.Getuid() {
		if err := syscall.Setuid(id.uid); err != nil {
			return fmt.Errorf("cannot change the user to %d: %w: it needs root", id.uid, err)
		}
	}
	return nil
}
