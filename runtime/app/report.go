package app

import (
	"encoding/json"
	"errors"
	"fmt"
	"strings"
	"time"

	"olelo/lang/diag"
	"olelo/lang/source"
)

// report writes the diagnostics in the form that the command line asked for.
func (o *Options) report(set *source.Set, diags *diag.List) {
	var err error
	switch o.Report {
	case ReportJSON:
		err = reportJSON(o, diags)
	case ReportKamailio:
		err = diags.Kamailio(o.Stderr, set)
	case ReportBoth:
		if diags.Errors() == 0 { // it starts: its output is a log, as Kamailio's
			err = diags.Kamailio(o.Stderr, set)
			break
		}
		err = errors.Join(diags.Text(o.Stderr, set), diags.Kamailio(o.Stderr, set))
	default:
		err = diags.Text(o.Stderr, set)
	}
	if err != nil {
		fmt.Fprintf(o.Stderr, "olelo: %v\n", err)
	}
}

// finding is a diagnostic as one JSON object a line.
type finding struct {
	Severity string `json:"severity"`
	Code     string `json:"code"`
	File     string `json:"file,omitempty"`
	Line     int    `json:"line,omitempty"`
	Column   int    `json:"column,omitempty"`
	EndLine  int    `json:"endLine,omitempty"`
	EndCol   int    `json:"endColumn,omitempty"`
	Message  string `json:"message"`
	Hint     string `json:"hint,omitempty"`
}

func reportJSON(o *Options, diags *diag.List) error {
	enc := json.NewEncoder(o.Stderr)
	for _, d := range diags.Items {
		if err := enc.Encode(finding{
			Severity: d.Severity.String(), Code: d.Code, File: d.Pos.Filename, Line: d.Pos.Line, Column: d.Pos.Column,
			EndLine: d.EndLine, EndCol: d.EndCol, Message: d.Msg, Hint: d.Hint,
		}); err != nil {
			return err
		}
	}
	return nil
}

// banner says that the server is up, and as what.
func (s *server) banner(o *Options, took time.Duration) {
	if o.DropIn {
		s.kamailioBanner(o)
		return
	}
	var socks []string
	for _, k := range s.sockets {
		socks = append(socks, k.Text)
	}
	fmt.Fprintf(o.Stderr, "olelo %s runs %s as Kamailio %s would\n", Version, o.File, o.Dialect)
	fmt.Fprintf(o.Stderr, "  sockets  %s\n", strings.Join(socks, " "))
	fmt.Fprintf(o.Stderr, "  modules  %s\n", strings.Join(s.moduleNames(), " "))
	fmt.Fprintf(o.Stderr, "  ready    after %d ms, %d UDP workers a socket, %d TCP workers; stop it with SIGTERM or Ctrl-C\n",
		took.Milliseconds(), s.params.Children, s.params.TCPChildren)
}

// kamailioBanner is the list of sockets that Kamailio prints when it starts.
func (s *server) kamailioBanner(o *Options) {
	fmt.Fprintf(o.Stdout, "Listening on \n")
	for _, k := range s.sockets {
		fmt.Fprintf(o.Stdout, "             %s: %s [%s]:%s", k.Proto, k.IP, k.IP, k.Port)
		if k.Advertise != "" {
			fmt.Fprintf(o.Stdout, " advertise %s", k.Advertise)
		}
		fmt.Fprintln(o.Stdout)
	}
	fmt.Fprintf(o.Stdout, "Aliases: \n\n")
}
