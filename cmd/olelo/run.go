package main

import (
	"io"
	"runtime/debug"

	"olelo/runtime/app"
)

const runUsage = `usage: olelo run [OPTION …] -f FILE

Runs a configuration in the foreground until SIGTERM or Ctrl-C; queued messages
are sent first, a second signal does not wait for them. Log lines go where the
configuration says: log_stderror=yes or -E to this terminal, otherwise syslog.
The exit status is 0, or 255 where the start fails.
`

// runCommand is "olelo run".
func runCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("run", runUsage, stdout, stderr)
	logStderr := c.flags.BoolP("log-stderr", "E", false, "log to standard error, whatever log_stderror says")
	color := c.flags.BoolP("log-color", "e", false, "with terminal colours")
	debug := c.flags.IntP("debug", "d", 0, "log `LEVEL`, over debug=: -1 errors, 0 warnings, 2 info, 3 all")
	pidFile := c.flags.StringP("pid-file", "P", "", "`FILE` for the process id")
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	if *logStderr {
		o.Core.LogStderr = logStderr
	}
	if *color {
		o.Core.LogColor = color
	}
	if c.flags.Changed("debug") {
		o.Core.Debug = debug
	}
	o.Stdout, o.Stderr = stdout, stderr
	return serve(o, &process{pidFile: absolute(*pidFile), keepWorkDir: true})
}

const checkUsage = `usage: olelo check [OPTION …] FILE

Does all that a start would do with a configuration, without opening a socket,
and reports every mistake that it finds: errors, warnings and hints with their
places. The exit status is 0, or 255 where a start would fail.
`

// checkCommand is "olelo check".
func checkCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("check", checkUsage, stdout, stderr)
	report := app.ReportText
	c.flags.Var(&reportValue{&report}, "format", "of the report: text, json (one object a line) or kamailio")
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	o.Report = report
	o.Stdout, o.Stderr = stdout, stderr
	return check(o, stdout)
}

const disUsage = `usage: olelo dis [OPTION …] FILE

Prints the bytecode that the configuration's routes are compiled to, each
instruction beside its source line. The exit status is 0, or 255 where the
configuration has mistakes.
`

// disCommand is "olelo dis".
func disCommand(args []string, stdout, stderr io.Writer) int {
	c := newCommon("dis", disUsage, stdout, stderr)
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	o.Stdout, o.Stderr = stdout, stderr
	return app.Disassemble(o, stdout)
}

// check is app.Check for a process that ends behind it. Below the limit memory
// is not collected: that took a fifth of the time.
func check(o app.Options, w io.Writer) int {
	debug.SetMemoryLimit(1 << 30)
	debug.SetGCPercent(-1)
	return app.Check(o, w)
}
