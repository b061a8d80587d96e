package core

import "runtime"

// Version is olelo's own version. Kamailio is the one whose language it runs.
const (
	Version  = "0.1.0"
	Kamailio = "5.6.3"
)

// Platform is the machine and the system, as in Kamailio's version line.
const Platform = runtime.GOARCH + "/" + runtime.GOOS
