// Package cli holds the cases of the command line, Kamailio's own as olelo
// takes it too, and of configurations with mistakes, run against olelo and,
// where it has the option, the real Kamailio.
package cli

import (
	"context"
	"errors"
	"os"
	"strconv"
	"strings"
	"testing"
	"time"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

const patience = 30 * time.Second

// simple answers SIP and has no listen line.
const simple = `debug=2
log_stderror=yes
auto_aliases=no
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
request_route {
#!ifdef FLAG
	xlog("L_INFO", "defined: FLAG\n");
#!endif
#!ifdef TEXT
	$var(name) = TEXT;
	xlog("L_INFO", "defined: $var(name)\n");
#!endif
	sl_send_reply("200", "OK");
	exit;
}
`

// broken is a configuration that does not load.
const broken = "loadmodule \"sl.so\"\nrequest_route {\n\tsl_send_replay(\"200\", \"OK\");\n}\n"

// ran is what a program that ended gave.
type ran struct {
	status int
	output string
}

// run runs p to its end with args, in which "{cfg}" is a file with config.
func run(t *testing.T, p server.Program, config string, args ...string) ran {
	t.Helper()
	for i := range args {
		args[i] = strings.ReplaceAll(args[i], "{cfg}", "{dir}/kamailio.cfg")
	}
	ctx, cancel := context.WithTimeout(t.Context(), patience)
	defer cancel()
	in, err := server.Start(ctx, p, server.Options{Config: config, Args: args, Bare: true})
	if err != nil && !errors.Is(err, server.ErrExited) {
		t.Fatal(err)
	}
	t.Cleanup(in.Close)
	status, err := in.Wait(ctx)
	if err != nil {
		t.Fatal(err)
	}
	return ran{status, in.Log.String()}
}

// both runs f for olelo and for Kamailio.
func both(t *testing.T, f func(t *testing.T, p server.Program)) {
	t.Helper()
	for _, kind := range []server.Kind{server.Olelo, server.Kamailio} {
		t.Run(kind.String(), func(t *testing.T) {
			t.Parallel()
			p, ok := suite.Program(t, kind, 1)
			if !ok {
				t.Skip("kamailio is not installed")
			}
			f(t, p)
		})
	}
}

func port(t *testing.T) string {
	t.Helper()
	n, err := suite.Ports().Take()
	if err != nil {
		t.Fatal(err)
	}
	return strconv.Itoa(n)
}
