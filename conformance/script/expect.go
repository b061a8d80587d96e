package script

import (
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"olelo/conformance/peer"
)

// next is the next message that comes, passing over those to ignore.
func (a *actor) next() (*message, error) {
	for {
		raw, err := a.receive()
		if err != nil {
			return nil, err
		}
		a.tell("gets", raw)
		m := parse(raw)
		if slices.Contains(a.ignore, m.kind()) {
			continue
		}
		if err := a.late(m); err != nil {
			return nil, err
		}
		a.got = m
		if !m.isReply() && m.kind() != "keepalive" {
			a.request = m
		}
		return m, nil
	}
}

// late refuses a reply to no request of the actor's, and a further one to a request
// that has its final one, where another was sent since: it would pass for that one's.
func (a *actor) late(m *message) error {
	if m.msrp() || !m.isReply() || m.kind() < "200" {
		return nil
	}
	of := m.transaction()
	if _, asked := a.answered[of]; !asked && len(a.answered) > 0 && !a.loose {
		return fmt.Errorf("%s gets a reply to none of its requests, %s:\n\t %s", a.name, of, peer.Show(m.raw))
	}
	if a.answered[of] && a.sent != nil && a.sent.transaction() != of {
		return fmt.Errorf("%s gets another reply to a request that was answered before, %s:\n\t %s", a.name, of, peer.Show(m.raw))
	}
	if a.answered == nil {
		a.answered = map[string]bool{}
	}
	a.answered[of] = true
	return nil
}

func (a *actor) receive() ([]byte, error) {
	if a.net != "udp" {
		s, err := a.line()
		if err != nil {
			return nil, err
		}
		return s.Next()
	}
	if a.dgram == nil {
		return nil, usagef("%s is closed", a.name)
	}
	if err := a.dgram.SetReadDeadline(time.Now().Add(a.p.patience)); err != nil {
		return nil, err
	}
	b := make([]byte, 64<<10)
	n, from, err := a.dgram.ReadFrom(b)
	if errors.Is(err, os.ErrDeadlineExceeded) {
		return nil, fmt.Errorf("%w (%s)", peer.ErrTimeout, a.p.patience)
	}
	if err != nil {
		return nil, err
	}
	a.from = from.String()
	return b[:n], nil
}

// expect is "NAME expect STATUS|METHOD|any [CHECK|FILE]…": the next message that
// comes is that, and as the checks or the file say.
func (a *actor) expect(args []string) error {
	if len(args) == 0 {
		return usagef("usage: %s expect STATUS|METHOD|any [CHECK|FILE]…", a.name)
	}
	kind, err := a.p.values.text(args[0])
	if err != nil {
		return err
	}
	m, err := a.next()
	if err != nil {
		return fmt.Errorf("%s expects %s: %w%s", a.name, kind, err, a.hint(err))
	}
	if kind != m.kind() && kind != "any" && !a.p.corrected(args[0], m.kind()) {
		return fmt.Errorf("%s expects %s and gets %s:\n\t %s", a.name, kind, m.kind(), peer.Show(m.raw))
	}
	return a.holds(m, args[1:])
}

// hint says what to look at where nothing comes.
func (a *actor) hint(err error) string {
	if !errors.Is(err, peer.ErrTimeout) || a.via == nil {
		return ""
	}
	if !a.via.Running() {
		return "\nthe server has ended: its log says why"
	}
	return "\nthe server's log and the lines that ran, below, say what it did instead"
}

// checks is "NAME check CHECK…", of the message that came last.
func (a *actor) checks(args []string) error {
	if a.got == nil {
		return usagef("%s got nothing yet: check comes behind expect", a.name)
	}
	return a.holds(a.got, args)
}

func (a *actor) holds(m *message, args []string) error {
	for _, arg := range args {
		if !isCheck(arg) {
			if err := a.whole(m, arg); err != nil {
				return err
			}
			continue
		}
		observed, err := m.check(arg, a.p.values)
		if err != nil && !(observed != "" && a.p.corrected(arg, observed)) {
			return fmt.Errorf("%s gets %s: %w", a.name, m.kind(), err)
		}
	}
	return nil
}

// whole compares a message with a file.
func (a *actor) whole(m *message, file string) error {
	want, err := a.p.read(file)
	if err != nil {
		return usagef("%q is neither a check ('Name: text', 'Name ~ regex', '!Name', 'body = text') nor a file of the case", file)
	}
	err = a.p.values.message(want, m.raw)
	if err == nil {
		return nil
	}
	observed := a.p.values.template(want, string(m.raw))
	if a.p.values.message(observed, m.raw) != nil {
		// Bare line feeds, no line end behind the last line: a file of a case
		// cannot hold that.
		return fmt.Errorf("%s gets something else than %s: %w", a.name, file, err)
	}
	if !a.p.observed(file, observed) {
		return fmt.Errorf("%s gets something else than %s: %w", a.name, file, err)
	}
	return nil
}

// setIgnore is "NAME ignore KIND…": expect passes over these.
func (a *actor) setIgnore(args []string) error {
	a.ignore = args
	return nil
}

// nothing is "NAME nothing [DURATION]": no message comes while the time of the
// server goes on by that. olelo's clock is moved where the server was started
// with clock=virtual; otherwise the time passes.
func (a *actor) nothing(args []string) error {
	d := 200 * time.Millisecond
	if len(args) > 1 {
		return usagef("usage: %s nothing [DURATION]", a.name)
	}
	if len(args) == 1 {
		var err error
		if d, err = a.p.duration(args[0]); err != nil {
			return err
		}
	}
	if in := a.server(); in != nil && in.virtual {
		if err := in.advance(d); err != nil {
			return err
		}
		d = settled
	}
	patience := a.p.patience
	a.p.patience = d
	raw, err := a.receive()
	a.p.patience = patience
	var timeout net.Error
	switch {
	case err == nil:
		a.tell("gets", raw)
		return fmt.Errorf("%s expects nothing and gets:\n\t %s", a.name, peer.Show(raw))
	case errors.Is(err, peer.ErrTimeout), errors.As(err, &timeout) && timeout.Timeout():
		if a.stream != nil && len(a.stream.Begun()) > 0 {
			return fmt.Errorf("%s expects nothing and gets the beginning of a message:\n\t %s", a.name, peer.Show(a.stream.Begun()))
		}
		return nil
	}
	return fmt.Errorf("%s expects nothing and an open connection: %w", a.name, err)
}

// server is the one that the actor talks to.
func (a *actor) server() *instance {
	if a.via != nil {
		return a.via
	}
	return a.p.main
}

// settled is how long bytes that the server has sent may take on the loopback.
const settled = 20 * time.Millisecond

// closed is "NAME closed": the server closes the connection, sending nothing more.
func (a *actor) closed(args []string) error {
	if len(args) > 0 || a.net == "udp" {
		return usagef("usage: %s closed, of a connection", a.name)
	}
	s, err := a.line()
	if err != nil {
		return err
	}
	if err := s.WaitClosed(); err != nil {
		return fmt.Errorf("%s: %w", a.name, err)
	}
	a.tell("is closed", nil)
	a.close()
	return nil
}

// story tells what happened, for a person who looks for the reason of a failure.
func (p *play) story() string {
	var b strings.Builder
	const most = 12
	if n := len(p.events); n > 0 {
		b.WriteString("what was sent and got:\n")
		if n > most {
			fmt.Fprintf(&b, "  … %d before\n", n-most)
		}
		for _, e := range p.events[max(0, n-most):] {
			fmt.Fprintf(&b, "  line %d: %s %s", e.at.line, e.actor, e.what)
			if e.raw != nil {
				fmt.Fprintf(&b, " (%d bytes)\n\t %s", len(e.raw), peer.Show(e.raw))
			}
			b.WriteString("\n")
		}
	}
	for _, in := range p.order {
		in.tell(&b)
	}
	if p.unitSaid != "" {
		b.WriteString(p.unitSaid)
		tellLines(&b, "in the unit", &p.unitRan)
	}
	return b.String()
}
