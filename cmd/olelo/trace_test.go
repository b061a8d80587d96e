package main

import (
	"bytes"
	"encoding/json"
	"flag"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

var updateTraces = flag.Bool("update-traces", false, "write the traces in testdata/trace")

func traced(stdin string, args ...string) (status int, stdout, stderr string) {
	var out, err bytes.Buffer
	status = traceMessage(args, strings.NewReader(stdin), &out, &err)
	return status, out.String(), err.String()
}

// random is what a server makes up anew for each message.
var random = regexp.MustCompile(`;tag=[0-9a-f]{32}\.[0-9a-f]+|branch=z9hG4bK[0-9a-f]+\.[0-9a-f]{32}\.0`)

func masked(trace string) string { return random.ReplaceAllString(trace, "RANDOM") }

func TestTrace(t *testing.T) {
	const config = "testdata/trace/kamailio.cfg"
	for golden, args := range map[string][]string{
		"invite.txt":    {"-m", "testdata/trace/invite.sip"},
		"invite.json":   {"-m", "testdata/trace/invite.sip", "--format=json", "--source=tcp:192.0.2.1:40000"},
		"mocked.txt":    {"-m", "testdata/trace/invite.sip", "--mock", "forward/0=-1", "--mock=sl_reply_error=1"},
		"options.txt":   {"-m", "testdata/trace/options.sip"},
		"trusted.txt":   {"-m", "testdata/trace/options.sip", "--source=10.1.2.3:5060"},
		"reply.txt":     {"-m", "testdata/trace/reply.sip"},
		"reply-1.txt":   {"-m", "testdata/trace/reply.sip", "--route=reply_route"},
		"send.txt":      {"-m", "testdata/trace/send.msrp"},
		"auth.txt":      {"-m", "testdata/trace/auth.msrp"},
		"one-route.txt": {"-m", "testdata/trace/options.sip", "-r", "route[CALL]"},
	} {
		t.Run(golden, func(t *testing.T) {
			status, got, stderr := traced("", append(args, config)...)
			if status != statusOK || stderr != "" {
				t.Fatalf("status %d: %s", status, stderr)
			}
			got = masked(got)
			if strings.HasSuffix(golden, ".json") && !json.Valid([]byte(got)) {
				t.Error("no JSON")
			}
			path := filepath.Join("testdata/trace", golden)
			if *updateTraces {
				if err := os.WriteFile(path, []byte(got), 0o644); err != nil {
					t.Fatal(err)
				}
			}
			if d := cmp.Diff(content(t, path), got); d != "" {
				t.Errorf("%s (go test ./cmd/olelo -run Trace -update-traces writes it):\n%s", path, d)
			}
		})
	}
}

// TestTraceMessage: a message from standard input, and one that has CRLF
// already, give the same.
func TestTraceMessage(t *testing.T) {
	const config = "testdata/trace/kamailio.cfg"
	lf := content(t, "testdata/trace/options.sip")
	_, want, _ := traced("", "-m", "testdata/trace/options.sip", config)
	for _, text := range []string{lf, strings.ReplaceAll(lf, "\n", "\r\n") + "\r\n"} {
		status, got, stderr := traced(text, "-m", "-", config)
		if status != statusOK || masked(got) != masked(want) {
			t.Errorf("status %d: %s\n%s", status, stderr, cmp.Diff(want, got))
		}
	}
	status, got, stderr := traced("OPTIONS sip:a@b SIP/2.0\nSubject: none\n", "-m", "-", config)
	if status != statusOK || !strings.Contains(got, "log ERROR: <core>: a message from udp:192.0.2.1:5060 cannot be routed") || !strings.Contains(got, "no route block ran") {
		t.Errorf("status %d: %s%s", status, got, stderr)
	}
}

func TestTraceRefuses(t *testing.T) {
	const config, message = "testdata/trace/kamailio.cfg", "--message=testdata/trace/invite.sip"
	broken := configs(t, "request_route { $var(x) = ; }")[0]
	for want, args := range map[string][]string{
		"which message?":                                            {config},
		"which configuration?":                                      {message},
		"no such file":                                              {config, "-m", "testdata/trace/none.sip"},
		"--format: text or json":                                    {config, message, "--format=xml"},
		"did you mean route[CALL]?":                                 {config, message, "-r", "route[CAL]"},
		"there is no function sl_send_repl()":                       {config, message, "--mock=sl_send_repl=1"},
		"did you mean sl_send_reply()?":                             {config, message, "--mock=sl_send_repl=1"},
		"sl_send_reply() takes 2 parameters, not 7":                 {config, message, "--mock=sl_send_reply/7=1"},
		"it is written NAME=CODE":                                   {config, message, "--mock=sl_send_reply"},
		`"x" is no number of parameters`:                            {config, message, "--mock=sl_send_reply/x=1"},
		"t_relay() is a function of module tm, which is not loaded": {config, message, "--mock=t_relay=1"},
		"has 1 mistake":                                             {broken, message},
		"is no [proto:]ip:port":                                     {config, message, "--source=example.net"},
		"no listen=tls:":                                            {config, message, "--source=tls:192.0.2.1:5061"},
		"this is a request":                                         {config, message, "-r", "reply_route"},
		"not both":                                                  {"-f", "-", "-m", "-"},
	} {
		status, stdout, stderr := traced("", args...)
		if status != statusFailed || stdout != "" || !strings.Contains(stderr, want) {
			t.Errorf("%v: status %d, want %q in:\n%s%s", args, status, want, stdout, stderr)
		}
	}
}
