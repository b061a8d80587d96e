package main

import (
	"bytes"
	"fmt"
	"io"
	"net/netip"
	"os"

	"olelo/cmd/olelo/trace"
	"olelo/runtime/app"
	"olelo/runtime/transport"
)

const traceUsage = `usage: olelo trace [OPTION …] FILE --message MESSAGE

Runs a configuration on one message, without a server: no socket is opened,
nothing is sent. Shows each line that runs, what it reads (→) and writes (←), what
its conditions say, what would be sent, and how it ends. The message is a file
with a SIP message or an MSRP frame; one with LF alone at its line ends gets CRLF.
Without --route it is handled as the server would.
The exit status is 0, or 255 where the configuration has mistakes, or nothing
could be run.
`

// traceCommand is "olelo trace".
func traceCommand(args []string, stdout, stderr io.Writer) int {
	return traceMessage(args, os.Stdin, stdout, stderr)
}

func traceMessage(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	c := newCommon("trace", traceUsage, stdout, stderr)
	message := c.flags.StringP("message", "m", "", "the message, a `FILE`; - is standard input")
	route := c.flags.StringP("route", "r", "", "`BLOCK` to run alone, as \"route[AUTH]\" or \"reply_route\"")
	mocks := c.flags.StringArray("mock", nil, "`FUNCTION=CODE` to return in place of a call, as sl_send_reply=1; FUNCTION/N is that of N parameters")
	source := c.flags.String("source", "192.0.2.1:5060", "`ADDRESS` that the message comes from, as [proto:]ip:port")
	format := c.flags.String("format", "text", "of the trace: text or json")
	c.flags.Lookup("log-format").Hidden = true
	o, status, done := c.parse(args, stderr)
	if done {
		return status
	}
	fail := func(err error) int {
		fmt.Fprintf(stderr, "olelo trace: %v\n", err)
		return statusFailed
	}
	write := map[string]func(io.Writer, *app.Result, trace.Line) error{"text": trace.Text, "json": trace.JSON}[*format]
	if write == nil {
		return fail(fmt.Errorf("--format: text or json, not %q", *format))
	}
	u := app.UnitOptions{}
	for _, m := range *mocks {
		mock, err := app.ParseMock(m)
		if err != nil {
			return fail(fmt.Errorf("--mock: %w", err))
		}
		u.Mocks = append(u.Mocks, mock)
	}
	var err error
	if u.Proto, u.Source, err = parseSource(*source); err != nil {
		return fail(fmt.Errorf("--source: %w", err))
	}
	raw, err := readMessage(*message, stdin)
	if err != nil {
		return fail(err)
	}
	if *message == "-" && o.File == "-" {
		return fail(fmt.Errorf("standard input is the configuration or the message, not both"))
	}
	o.Stdout, o.Stderr = stdout, stderr
	unit, err := app.LoadUnit(o, u)
	if err != nil {
		return fail(err)
	}
	defer unit.Close()
	for _, l := range unit.Startup().Log {
		if l.Level == "ERROR" || l.Level == "CRITICAL" || l.Level == "WARNING" {
			fmt.Fprintf(stderr, "olelo trace: at the start: %s: %s\n", l.Level, l.Text)
		}
	}
	r, err := unit.Run(*route, raw)
	if err != nil {
		return fail(err)
	}
	if err := write(stdout, &r, unit.Line); err != nil {
		return fail(err)
	}
	return statusOK
}

// parseSource reads [proto:]ip:port.
func parseSource(s string) (transport.Proto, netip.AddrPort, error) {
	proto := transport.None
	for p := transport.UDP; p <= transport.TLS; p++ {
		if len(s) > 4 && s[:4] == p.String()+":" {
			proto, s = p, s[4:]
		}
	}
	a, err := netip.ParseAddrPort(s)
	if err != nil {
		return proto, a, fmt.Errorf("%q is no [proto:]ip:port, as udp:192.0.2.1:5060", s)
	}
	return proto, a, nil
}

// readMessage reads a message, with CRLF at its line ends. The empty line that
// ends the headers of a SIP message may be missing where there is no body.
func readMessage(name string, stdin io.Reader) ([]byte, error) {
	var raw []byte
	var err error
	switch name {
	case "":
		return nil, fmt.Errorf("which message? --message FILE")
	case "-":
		raw, err = io.ReadAll(stdin)
	default:
		raw, err = os.ReadFile(name)
	}
	if err != nil {
		return nil, err
	}
	if first, _, _ := bytes.Cut(raw, []byte("\n")); !bytes.HasSuffix(first, []byte("\r")) {
		raw = bytes.ReplaceAll(bytes.ReplaceAll(raw, []byte("\r\n"), []byte("\n")), []byte("\n"), []byte("\r\n"))
	}
	if !bytes.HasPrefix(raw, []byte("MSRP ")) && !bytes.Contains(raw, []byte("\r\n\r\n")) {
		raw = append(bytes.TrimRight(raw, "\r\n"), "\r\n\r\n"...)
	}
	return raw, nil
}
