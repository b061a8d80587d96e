package core

import "runtime"

// Version is olelo's own version. Kamailio is the one whose language it runs.
const (
	Version  = "0.1.0"
	Kamailio = "5.6.3"
)

// Platform is the machine and the system, as in Kamailio's version line:
// "x86_64/linux".
func Platform() string {
	machine := runtime.GOARCH
	switch machine {
	case "amd64":
		machine = "x86_64"
	case "386":
		machine = "i386"
	case "arm64":
		machine = "aarch64"
	}
	return machine + "/" + runtime.GOOS
}
