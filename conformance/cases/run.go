package cases

import (
	"context"
	"errors"
	"fmt"
	"maps"
	"net"
	"net/netip"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/server"
)

// mark is what the lines under test have before their text.
const mark = "T# "

// settle is how long the server may take to log the barrier: a message that it
// refuses, sent after the input so that what it logs for the input comes
// before. Where the log does not tell of it, lines too many are only seen when
// they come within this time.
const settle = 300 * time.Millisecond

const barrier = "BARRIER sip:x@barrier\r\nVia: SIP/2.0/UDP 127.0.0.1:9\r\n\r\n"

// Run runs c on p, with free ports, and returns what it gave in the form of
// expected.txt, and that with the same ports. An error is about the run, as a
// server that did not open its socket in time.
func (c Case) Run(ctx context.Context, p server.Program, ports *server.Ports, major int) (got, want string, err error) {
	old := c.ports()
	var fresh []string
	for range old {
		n, err := ports.Take()
		if err != nil {
			return "", "", err
		}
		fresh = append(fresh, strconv.Itoa(n))
	}
	c = c.renumber(old, fresh)
	want = c.Expected
	if major >= 6 && c.Expected6 != "" {
		want = c.Expected6
	}
	if c.Mode == Route {
		got, err = c.route(ctx, p, fresh, want)
	} else {
		got, err = c.check(ctx, p, fresh, want)
	}
	return got, want, err
}

// endpoints are the sockets that the case opens.
func endpoints(ports []string) ([]server.Endpoint, error) {
	var all []server.Endpoint
	for _, port := range ports {
		addr, err := netip.ParseAddrPort("127.0.0.1:" + port)
		if err != nil {
			return nil, err
		}
		all = append(all, server.Endpoint{Network: "udp", Addr: addr})
	}
	return all, nil
}

func (c *Case) route(ctx context.Context, p server.Program, ports []string, want string) (string, error) {
	ready, err := endpoints(ports)
	if err != nil {
		return "", err
	}
	in, err := server.Start(ctx, p, server.Options{Config: c.Config, Files: c.Files, Args: c.Args, Env: c.Env, Ready: ready})
	if in == nil {
		return "", err
	}
	defer in.Close()
	if errors.Is(err, server.ErrExited) {
		status, err := in.Wait(ctx)
		return fmt.Sprintf("STARTUP FAILED rc=%d\n", status), err
	}
	if err != nil {
		return "", err
	}
	conn, err := net.Dial("udp", ready[0].Addr.String())
	if err != nil {
		return "", err
	}
	defer conn.Close()
	for _, message := range c.Inputs {
		if _, err := conn.Write([]byte(message)); err != nil {
			return "", err
		}
	}
	lines := strings.Count(want, "\n")
	// A failure here is a difference that the caller shows.
	_ = in.Log.WaitFrom(ctx, 0, func(log string) bool { return strings.Count(marked(log), "\n") >= lines || !in.Running() })
	if !strings.Contains(c.Config, "event_route[core:") { // which would see the barrier too
		if _, err := conn.Write([]byte(barrier)); err != nil {
			return "", err
		}
		brief, cancel := context.WithTimeout(ctx, settle)
		_ = in.Log.WaitFrom(brief, 0, func(log string) bool { return strings.Contains(log, "x@barrier") })
		cancel()
	}
	return marked(in.Log.String()), ends(ctx, in)
}

// ends ends olelo as an operator does. Kamailio 5.6.3 now and then does not end
// on a SIGTERM that comes while its processes start, so Close kills it.
func ends(ctx context.Context, in *server.Instance) error {
	if in.Program.Kind == server.Kamailio {
		return nil
	}
	status, err := in.Stop(ctx)
	if err == nil && status != 0 {
		err = fmt.Errorf("exit status %d after SIGTERM, want 0; log:\n%s", status, in.Log)
	}
	return err
}

// snippet is a line of the configuration that a remark on it shows.
var snippet = regexp.MustCompile(`^ *\d+ \| `)

// marked returns the text after the mark of each line that has it.
func marked(log string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		if i := strings.LastIndex(line, mark); i >= 0 && !strings.Contains(line, "wrong format[") && !snippet.MatchString(line) && strings.HasSuffix(line, "\n") {
			b.WriteString(line[i+len(mark):])
		}
	}
	return b.String()
}

func (c *Case) check(ctx context.Context, p server.Program, ports []string, want string) (string, error) {
	args := append(slices.Clone(c.Args), "-c", "-f", "{dir}/kamailio.cfg")
	o := server.Options{Config: c.Config, Files: c.Files, Env: c.Env, Bare: true}
	started := false
	if c.Mode == Start {
		args = append(slices.Clone(c.Args), "-f", "{dir}/kamailio.cfg", "-DD", "-E", "-m", "32", "-M", "8", "-Y", "{dir}", "-P", "{dir}/server.pid")
		if started = strings.HasPrefix(want, "rc=started\n"); started {
			ready, err := endpoints(ports)
			if err != nil {
				return "", err
			}
			o.Ready = ready
		}
	}
	o.Args = args
	in, err := server.Start(ctx, p, o)
	if in == nil {
		return "", err
	}
	defer in.Close()
	if err != nil && !errors.Is(err, server.ErrExited) {
		return "", err
	}
	status := "started"
	if !started || err != nil {
		n, err := in.Wait(ctx)
		if err != nil {
			return "", err
		}
		status = strconv.Itoa(n)
	} else if err := ends(ctx, in); err != nil {
		return "", err
	}
	return "rc=" + status + "\n" + messages(in.Log.String(), in.Dir), nil
}

var (
	process  = regexp.MustCompile(`^ *\d+\(\d+\) `)
	message  = regexp.MustCompile(`^(ERROR|CRITICAL|WARNING|BUG|ALERT|error|invalid)|bad config|config file ok`)
	noise    = regexp.MustCompile(`load_tm|child process`)
	address  = regexp.MustCompile(`0x[0-9a-f]{6,}`)
	function = regexp.MustCompile(`\[[^\]]*\.(c|y|lex|h):[0-9]+\]: [a-z_A-Z0-9]+\(\): `)
)

// messages are the lines of a log that complain, without what differs from run
// to run.
func messages(log, dir string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		line = process.ReplaceAllString(strings.TrimSuffix(line, "\n"), "")
		if !message.MatchString(line) || noise.MatchString(line) {
			continue
		}
		line = strings.ReplaceAll(line, dir+"/", "")
		line = address.ReplaceAllString(line, "0xADDR")
		// Only the first: a line of Kamailio has one.
		if at := function.FindStringIndex(line); at != nil {
			line = line[:at[0]] + line[at[1]:]
		}
		b.WriteString(line + "\n")
	}
	return b.String()
}

var lineNumber = regexp.MustCompile(`line (\d+)`)

// Loose reduces the results of a check to what servers with other words must
// agree on: the exit status, and the line of the first error where the expected
// result has one. Warnings are each server's own.
func Loose(got, want string) (looseGot, looseWant string) {
	looseGot, line := loose(got)
	looseWant, wantLine := loose(want)
	if wantLine == "" {
		return looseGot, looseWant
	}
	return looseGot + line, looseWant + wantLine
}

func loose(result string) (status, line string) {
	status, rest, _ := strings.Cut(result, "\n")
	for l := range strings.Lines(rest) {
		if m := lineNumber.FindStringSubmatch(l); m != nil && !strings.HasPrefix(l, "WARNING") {
			return status + "\n", "line " + m[1] + "\n"
		}
	}
	return status + "\n", ""
}

func sortedKeys(m map[string]string) []string { return slices.Sorted(maps.Keys(m)) }
