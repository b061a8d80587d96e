package main

import (
	"fmt"

	"olelo/runtime/app"
)

// reportValue is --format's value.
type reportValue struct{ r *app.Report }

var reports = map[string]app.Report{"text": app.ReportText, "json": app.ReportJSON, "sarif": app.ReportSARIF, "kamailio": app.ReportKamailio}

func (v *reportValue) String() string {
	for name, r := range reports {
		if v.r != nil && *v.r == r {
			return name
		}
	}
	return "text"
}

func (v *reportValue) Set(s string) error {
	r, ok := reports[s]
	if !ok {
		return fmt.Errorf("text, json, sarif or kamailio, not %q", s)
	}
	*v.r = r
	return nil
}

func (v *reportValue) Type() string { return "FORMAT" }
