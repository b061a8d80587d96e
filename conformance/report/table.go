package report

import (
	"fmt"
	"io"
	"text/tabwriter"

	"olelo/conformance/script"
)

// Table writes a line for each case with its outcome on both servers.
func Table(w io.Writer, olelo, kamailio []script.Result) error {
	t := tabwriter.NewWriter(w, 0, 8, 2, ' ', 0)
	fmt.Fprintln(t, "case\tolelo\tKamailio\t")
	for i, a := range olelo {
		b := kamailio[i]
		fmt.Fprintf(t, "%s\t%s\t%s\t%s\n", a.Case.Name, a.Outcome, onKamailio(b), why(a, b))
	}
	return t.Flush()
}

func onKamailio(r script.Result) string {
	if r.Differs {
		return "differs"
	}
	return string(r.Outcome)
}

// why is said only where it is short: a failure was told before.
func why(a, b script.Result) string {
	switch {
	case b.Differs:
		return a.Case.Diverges
	case b.Outcome == script.Skipped:
		return b.Why
	case a.Outcome == script.Skipped:
		return a.Why
	}
	return ""
}
