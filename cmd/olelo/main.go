// Command olelo runs the routing language of the Kamailio SIP server.
//
// It has commands of its own (olelo run, check, migrate, trace, coverage, fmt, dis, rpc, version), and takes
// the command line of kamailio itself where the first argument starts with -,
// or where it is called by the name kamailio.
package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"

	"olelo/lang/diag"
)

// The exit statuses, Kamailio's.
const (
	statusOK     = 0
	statusFailed = 255
)

func main() {
	os.Exit(run(os.Args, os.Stdout, os.Stderr))
}

// command is one subcommand.
type command struct {
	name, does string
	run        func(args []string, stdout, stderr io.Writer) int
}

func commands() []command {
	return []command{
		{"run", "runs a configuration until SIGTERM or Ctrl-C", runCommand},
		{"check", "finds a configuration's mistakes, opens no socket", checkCommand},
		{"migrate", "reports what of a configuration runs, differs, does not run yet", migrateCommand},
		{"test", "runs test cases for configurations, here and on a Kamailio", testCommand},
		{"dis", "prints a configuration's bytecode with its source lines", disCommand},
		{"trace", "shows what a configuration does with one message, line by line", traceCommand},
		{"coverage", "reports what of configurations ran, of profiles of run --coverage", coverageCommand},
		{"fmt", "lays out configurations, keeping their meaning", fmtCommand},
		{"rpc", "sends an RPC command to a running server", rpcCommand},
		{"version", "prints olelo's version and whose language it runs", versionCommand},
	}
}

// run is main; args are those of the process, its name first.
func run(args []string, stdout, stderr io.Writer) int {
	name := ""
	if len(args) > 0 {
		name, args = filepath.Base(args[0]), args[1:]
	}
	if name == "kamailio" {
		return kamailioCommand(args, stdout, stderr)
	}
	if len(args) == 0 {
		usage(stderr)
		return statusFailed
	}
	switch args[0] {
	case "help":
		if len(args) > 1 && !strings.HasPrefix(args[1], "-") {
			return run([]string{name, args[1], "--help"}, stdout, stderr)
		}
		usage(stdout)
		return statusOK
	case "--help":
		usage(stdout)
		return statusOK
	}
	if strings.HasPrefix(args[0], "-") {
		return kamailioCommand(args, stdout, stderr)
	}
	var names []string
	for _, c := range commands() {
		if c.name == args[0] {
			return c.run(args[1:], stdout, stderr)
		}
		names = append(names, c.name)
	}
	fmt.Fprintf(stderr, "olelo: there is no command %q", args[0])
	if near := diag.Nearest(args[0], names); near != "" {
		fmt.Fprintf(stderr, ": did you mean %s?", near)
	}
	fmt.Fprintln(stderr, "\nolelo help lists the commands.")
	return statusFailed
}

func usage(w io.Writer) {
	fmt.Fprint(w, "usage: olelo COMMAND [OPTION …]\n\n")
	for _, c := range commands() {
		fmt.Fprintf(w, "  %-8s %s\n", c.name, c.does)
	}
	fmt.Fprint(w, `
olelo COMMAND --help says more. To start:

  olelo check /etc/kamailio/kamailio.cfg      what will not run, and why
  olelo migrate /etc/kamailio/kamailio.cfg    whether to switch
  olelo run -f /etc/kamailio/kamailio.cfg -E  run it, with the log on this terminal

In place of kamailio: olelo takes its options where the first one starts with -,
as in "olelo -f kamailio.cfg -DD -E"; "olelo -h" lists them.
`)
}
