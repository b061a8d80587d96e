//go:build !linux

package server

import (
	"os/exec"
	"syscall"
)

// spawn starts c in a process group of its own.
func spawn(c *exec.Cmd) error {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true}
	return c.Start()
}
