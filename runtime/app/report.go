package app

import (
	"errors"
	"fmt"
	"os"
	"strconv"
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
		err = diags.JSON(o.Stderr, set)
	case ReportSARIF:
		var root string
		if root, err = os.Getwd(); err == nil {
			err = diags.SARIF(o.Stderr, set, Version, root)
		}
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

// summary ends the report for a person with one line.
func (s *server) summary(o *Options, diags *diag.List) {
	var n [3]int
	for i := range diags.Items {
		n[diags.Items[i].Severity]++
	}
	var counts []string
	for sev, k := range n {
		if k > 0 {
			counts = append(counts, plural(k, diag.Severity(sev).String()))
		}
	}
	if len(counts) > 0 {
		fmt.Fprintln(o.Stderr, strings.Join(counts, ", "))
		return
	}
	fmt.Fprintf(o.Stderr, "no mistakes found in %s: %s, %s\n", o.File, plural(len(s.prog.Routes), "route"), plural(len(s.modules), "module"))
}

func plural(n int, noun string) string {
	if n == 1 {
		return "1 " + noun
	}
	return strconv.Itoa(n) + " " + noun + "s"
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
