// Package log writes what the server and its scripts say, in Kamailio's form
// or as JSON, to standard error or syslog.
package log

// Logger is the server's log, shared by all workers; With gives a worker's
// view of it, which puts the worker's rank and $pp before each line.
type Logger struct{}

// Core is the prefix of the server's own lines, Script of the config's.
const (
	Core   = "<core>"
	Script = "<script>"
)

// Errorf writes at L_ERR. prefix is Core, Script or a module's name.
func (l *Logger) Errorf(prefix, format string, args ...any) {}
