//go:build pprof

package main

import (
	"fmt"
	"net/http"
	_ "net/http/pprof" // its handlers
	"os"
)

// A binary that is built with -tags=pprof serves Go's profiles at the address in
// OLELO_PPROF, for `conformance/bench --profile`.
func init() {
	addr := os.Getenv("OLELO_PPROF")
	if addr == "" {
		return
	}
	go func() { fmt.Fprintln(os.Stderr, http.ListenAndServe(addr, nil)) }()
}
