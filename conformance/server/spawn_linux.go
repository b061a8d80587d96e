package server

import (
	"os/exec"
	"runtime"
	"syscall"
)

// spawn starts c in a process group of its own. When this process dies without
// having ended it, c gets SIGTERM. The kernel ties that to the starting
// thread, so all processes are started on one that lives as long as this
// process.
func spawn(c *exec.Cmd) error {
	c.SysProcAttr = &syscall.SysProcAttr{Setpgid: true, Pdeathsig: syscall.SIGTERM}
	failed := make(chan error)
	starts <- start{c, failed}
	return <-failed
}

type start struct {
	cmd    *exec.Cmd
	failed chan error
}

var starts = func() chan<- start {
	ch := make(chan start)
	go func() {
		runtime.LockOSThread()
		for s := range ch {
			s.failed <- s.cmd.Start()
		}
	}()
	return ch
}()
