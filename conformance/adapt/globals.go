package adapt

import (
	"os"
	"strconv"

	"olelo/conformance/server"
	"olelo/lang/ast"
)

// settings are the global parameters that say which sockets there are.
type settings struct {
	basePort, tlsPort int
	noTCP, tls        bool
	// tlsLoaded tells that a TLS module is loaded where TLS is switched on, as
	// Kamailio wants it.
	tlsLoaded bool
}

// unwanted are the global parameters that a test server does without, and why.
// user, workdir, rundir, fork, log_stderror and the like are not among them: the
// command line is over them.
var unwanted = map[string]string{
	"chroot":           "a test server stays where its files are",
	"open_files_limit": "it needs privileges",
	"mlock_pages":      "it would take the memory from others",
	"shm_force_alloc":  "it would take the memory from others",
	"real_time":        "it would take the processor from others",
	"udp4_raw":         "it needs privileges",
	"tcp_source_ipv4":  "the server is on 127.0.0.1",
	"tcp_source_ipv6":  "the server is on 127.0.0.1",
	"log_engine_type":  "the log goes to standard error, as lines",
	"log_engine_data":  "the log goes to standard error, as lines",
}

// The shared memory of a Kamailio, in MiB, where the configuration does not say
// how much, and the most that it can say: there it is over the command line.
const (
	leastShared = 64
	maxShared   = 1024
)

// globals takes out what would hurt, lets the command line be over what it can,
// and keeps what the sockets hang on.
func (a *adapter) globals() error {
	a.basePort, a.tlsPort = 5060, 5061
	owner, shared := false, leastShared
	for _, item := range a.items {
		if l, ok := item.(*ast.Load); ok && tlsModules[moduleName(l.Arg.Text)] {
			a.tlsLoaded = a.tlsLoaded || a.tls || a.Kind == server.Olelo
			continue
		}
		g, ok := item.(*ast.Global)
		if !ok || g.Group != "" || len(g.Values) == 0 {
			continue
		}
		if why := unwanted[g.Name]; why != "" && a.blank(g.Range) {
			a.notef(g.Pos, "%s is taken out: %s", g.Name, why)
			continue
		}
		n := int(g.Values[0].Int)
		if (g.Name == "shm" || g.Name == "shm_mem" || g.Name == "shm_mem_size") && n > maxShared && a.blank(g.Range) {
			a.notef(g.Pos, "%s is taken out: the server gets %d MiB, the most that a test server has", g.Name, maxShared)
			shared = maxShared
		}
		switch g.Name {
		case "port":
			a.basePort = n
		case "tls_port_no":
			a.tlsPort = n
		case "disable_tcp":
			a.noTCP = n != 0
		case "enable_tls", "tls_enable":
			a.tls = n != 0
		case "disable_tls", "tls_disable":
			a.tls = n == 0
		case "enable_sctp":
			if n != 0 {
				a.Args = append(a.Args, "-S")
			}
		case "user", "uid", "group", "gid":
			owner = true
		case "workdir", "wdir":
			a.notef(g.Pos, "%s: the server works in the folder of its configuration", g.Name)
		}
	}
	a.Args = append(a.Args, "-m", strconv.Itoa(shared), "-M", "8")
	if owner {
		a.Args = append(a.Args, "-u", strconv.Itoa(os.Getuid()), "-g", strconv.Itoa(os.Getgid()))
	}
	return nil
}

var tlsModules = map[string]bool{"tls": true, "tls_wolfssl": true}
