package script

import (
	"context"
	"errors"
	"fmt"
	"net"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/server"
)

const logUse = "log expect TEXT… | log match REGEX | log absent TEXT… | log count N TEXT | log lines MARK FILE"

// log is the step for the server's log:
//
//	log expect TEXT…      a line with all the texts comes, behind the last expected one
//	log match REGEX       a line that matches
//	log absent TEXT…      no line with all the texts has come since the server started
//	log count N TEXT      that many lines have the text
//	log lines MARK FILE   the lines with MARK are, behind it, those of the file
//
// With server=NAME behind log it is that server's.
func (p *play) log(neg bool, args []string) error {
	in, args, err := p.addressed(args)
	switch {
	case err != nil:
		return err
	case neg || len(args) < 2:
		return usagef("usage: %s", logUse)
	}
	verb, args := args[0], args[1:]
	words, err := p.words(args)
	if err != nil {
		return err
	}
	switch {
	case verb == "expect":
		return p.logExpect(in, fmt.Sprintf("with %q", words), func(line string) (bool, error) { return containsAll(line, words), nil })
	case verb == "match" && len(words) == 1:
		return p.logExpect(in, "that matches "+args[0], func(line string) (bool, error) { return p.values.search(args[0], line) })
	case verb == "absent":
		p.settle(in)
		for line := range strings.Lines(in.logged()) {
			if containsAll(line, words) {
				return fmt.Errorf("a line with %q was logged:\n%s", words, strings.TrimRight(line, "\r\n"))
			}
		}
		return nil
	case verb == "count" && len(words) == 2:
		return p.logCount(in, words[0], words[1])
	case verb == "lines" && len(words) == 2:
		return p.logLines(in, words[0], args[1])
	}
	return usagef("usage: %s", logUse)
}

func containsAll(line string, texts []string) bool {
	for _, t := range texts {
		if !strings.Contains(line, t) {
			return false
		}
	}
	return true
}

func (p *play) wait(in *instance, from int, done func(string) bool) error {
	ctx, cancel := context.WithTimeout(p.ctx, p.patience)
	defer cancel()
	return in.Log.WaitFrom(ctx, from, func(text string) bool { return done(text) || !in.Running() })
}

func (p *play) logExpect(in *instance, what string, holds func(line string) (bool, error)) error {
	var failed error
	found := false
	err := p.wait(in, in.seen, func(text string) bool {
		at := in.seen
		for line := range strings.Lines(text) {
			at += len(line)
			if !strings.HasSuffix(line, "\n") {
				break
			}
			if in.ofBarrier(line) {
				continue
			}
			if found, failed = holds(strings.TrimRight(line, "\r\n")); found || failed != nil {
				in.seen = at
				return true
			}
		}
		return false
	})
	switch {
	case failed != nil:
		return failed
	case found:
		return nil
	case err == nil:
		return fmt.Errorf("no line %s was logged, and the server has ended", what)
	case errors.Is(err, context.DeadlineExceeded):
		return fmt.Errorf("no line %s was logged within %s, behind the line that the last log step found", what, p.patience)
	}
	return err
}

func (p *play) logCount(in *instance, number, text string) error {
	want, err := strconv.Atoi(number)
	if err != nil || want < 0 {
		return usagef("%q is no number of lines", number)
	}
	count := func(log string) (n int) {
		for line := range strings.Lines(log) {
			if strings.Contains(line, text) && strings.HasSuffix(line, "\n") && !in.ofBarrier(line) {
				n++
			}
		}
		return n
	}
	_ = p.wait(in, 0, func(log string) bool { return count(log) >= want })
	p.settle(in)
	if n := count(in.Log.String()); n != want && !p.corrected(number, strconv.Itoa(n)) {
		return fmt.Errorf("%d lines with %q were logged, expected %d", n, text, want)
	}
	return nil
}

// logLines compares all lines with a mark.
func (p *play) logLines(in *instance, mark, file string) error {
	want, err := p.read(file)
	if err != nil {
		return err
	}
	lines := strings.Count(want, "\n")
	_ = p.wait(in, 0, func(log string) bool { return strings.Count(in.marked(log, mark), "\n") >= lines })
	p.settle(in)
	got := in.marked(in.Log.String(), mark)
	if ok, err := p.values.match(want, got); ok || err != nil {
		return err
	}
	observed := p.values.template(want, got)
	if ok, _ := p.values.match(observed, got); ok && got != "" && p.observed(file, observed) {
		return nil
	}
	return fmt.Errorf("the lines with %q are not those of %s (- expected, + logged):\n%s", mark, file, p.values.diff(want, got))
}

// snippet is a line of the configuration that a remark on it shows.
var snippet = regexp.MustCompile(`^ *\d+ \| `)

// marked is the text behind the mark of each line that has it.
func (in *instance) marked(log, mark string) string {
	var b strings.Builder
	for line := range strings.Lines(log) {
		if i := strings.LastIndex(line, mark); i >= 0 && strings.HasSuffix(line, "\n") &&
			!strings.Contains(line, "wrong format[") && !snippet.MatchString(line) && !in.ofBarrier(line) {
			b.WriteString(line[i+len(mark):])
		}
	}
	return b.String()
}

// diff shows the lines that differ.
func (v values) diff(want, got string) string {
	w, g := strings.Split(strings.TrimSuffix(want, "\n"), "\n"), strings.Split(strings.TrimSuffix(got, "\n"), "\n")
	var b strings.Builder
	for len(w) > 0 || len(g) > 0 {
		if len(w) > 0 && len(g) > 0 {
			if ok, _ := v.match(w[0], g[0]); ok {
				w, g = w[1:], g[1:]
				continue
			}
			// One of both has lines more: the nearest that go on alike.
			if n := slices.IndexFunc(g, func(line string) bool { ok, _ := v.match(w[0], line); return ok }); n > 0 {
				for _, line := range g[:n] {
					b.WriteString("+ " + line + "\n")
				}
				g = g[n:]
				continue
			}
		}
		if len(w) > 0 {
			b.WriteString("- " + w[0] + "\n")
			w = w[1:]
		}
		if len(g) > 0 && (len(w) == 0 || !v.among(w, g[0])) {
			b.WriteString("+ " + g[0] + "\n")
			g = g[1:]
		}
	}
	return b.String()
}

func (v values) among(want []string, line string) bool {
	return slices.ContainsFunc(want, func(w string) bool { ok, _ := v.match(w, line); return ok })
}

// barrier is a message that the server refuses, telling so in its log. What it
// logs for the messages before comes before that.
const barrier = "BARRIER sip:x@barrier\r\nVia: SIP/2.0/UDP 127.0.0.1:9\r\n\r\n"

// barrierTime is how long the server may take for that. Where its log does not
// tell, lines too many are only seen when they come within this time.
const barrierTime = 300 * time.Millisecond

// quietLine is how olelo's log line begins that tells that all is done; a number
// and a full stop are behind it.
const quietLine = "olelo.quiet "

// settle waits until the server has done what it was sent and its log is here.
// olelo tells; of a Kamailio, only what it logs about the barrier shows, or the
// time that passes.
func (p *play) settle(in *instance) {
	if !in.Running() {
		return
	}
	from := in.Log.Len()
	if in.Program.Kind == server.Olelo {
		in.settles++
		word := strconv.Itoa(in.settles) + "."
		if _, err := in.call(startTimeout, "olelo.quiet", word); err == nil {
			_ = p.wait(in, from, func(log string) bool { return strings.Contains(log, quietLine+word) })
			return
		}
	}
	if addr, ok := in.address("udp"); ok && !in.observes {
		if c, err := net.Dial("udp", addr); err == nil {
			defer c.Close()
			in.barriers = append(in.barriers, "("+c.LocalAddr().String()+"/")
			_, _ = c.Write([]byte(barrier)) // where it is lost, the time is what there is
		}
	}
	ctx, cancel := context.WithTimeout(p.ctx, barrierTime)
	defer cancel()
	_ = in.Log.WaitFrom(ctx, from, func(log string) bool { return strings.Contains(log, "x@barrier") })
}

// logged is the log without what settle made it say.
func (in *instance) logged() string {
	var b strings.Builder
	for line := range strings.Lines(in.Log.String()) {
		if !in.ofBarrier(line) {
			b.WriteString(line)
		}
	}
	return b.String()
}

// ofBarrier reports whether a line tells that all is done, or of a barrier: where
// its first line is bad, how it begins, who sent it.
func (in *instance) ofBarrier(line string) bool {
	return strings.Contains(line, quietLine) || len(in.barriers) > 0 && (strings.Contains(line, "parse_first_line: bad message (offset: 21)") || strings.Contains(line, "x@barrier") ||
		slices.ContainsFunc(in.barriers, func(sender string) bool { return strings.Contains(line, sender) }))
}
