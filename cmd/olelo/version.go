package main

import (
	"fmt"
	"io"
	"runtime"
	"runtime/debug"

	"olelo/runtime/core"
)

const versionUsage = `usage: olelo version

Prints the version of olelo and of the Kamailio whose language it runs.
`

// versionCommand is "olelo version".
func versionCommand(args []string, stdout, stderr io.Writer) int {
	if status, done := parseFlags(newFlags("version", versionUsage, stdout, stderr), args, stderr); done {
		return status
	}
	printVersion(stdout)
	return statusOK
}

// printVersion starts as kamailio -v does, for the scripts that read it.
func printVersion(w io.Writer) {
	fmt.Fprintf(w, "version: olelo %s (%s)\n", core.Version, core.Platform())
	fmt.Fprintf(w, "language: kamailio %s, with the syntax of 6\n", core.Kamailio)
	if info, ok := debug.ReadBuildInfo(); ok {
		set := map[string]string{}
		for _, s := range info.Settings {
			set[s.Key] = s.Value
		}
		if rev := set["vcs.revision"]; rev != "" {
			if set["vcs.modified"] == "true" {
				rev += ", with changes"
			}
			fmt.Fprintf(w, "id: %s\n", rev)
		}
	}
	fmt.Fprintf(w, "compiled with %s\n", runtime.Version())
}
