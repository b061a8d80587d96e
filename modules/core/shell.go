package core

import (
	"os/exec"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

func shellFuncs() []registry.Func {
	return []registry.Func{
		registry.Fn1("exec", registry.Word("command"), notOnSend, func(c *registry.Ctx, command string) int {
			// A worker waits for the command, as in Kamailio.
			if err := exec.Command("/bin/sh", "-c", command).Run(); err != nil {
				c.Log.Noticef(log.Core, "exec(%.80q): %v", command, err)
			}
			return 1
		}, "Runs a command with the shell and waits for its end; it is true whatever the command says. Variables are not expanded."),
	}
}
