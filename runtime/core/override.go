package core

import (
	"strings"

	"olelo/runtime/transport"
)

// override lets the command line win over the configuration.
func (c *collector) override(o *Overrides) {
	p := c.Params
	set(&p.CheckVia, o.CheckVia)
	set(&p.AutoAliases, o.AutoAliases)
	set(&p.Children, o.Children)
	set(&p.TCPChildren, o.TCPChildren)
	set(&p.Debug, o.Debug)
	set(&p.LogStderr, o.LogStderr)
	set(&p.LogColor, o.LogColor)
	set(&p.DisableTCP, o.DisableTCP)
	set(&p.MaxBuffer, o.MaxBuffer)
	set(&p.User, o.User)
	set(&p.Group, o.Group)
	set(&p.Chroot, o.Chroot)
	set(&p.WorkDir, o.WorkDir)
	set(&p.RunDir, o.RunDir)
	set(&p.ServerID, o.ServerID)
	for _, l := range o.Listen {
		c.argument(l)
	}
	for _, a := range o.Aliases {
		c.aliases(scanText(a), "--alias "+a)
	}
	c.refuse(o)
}

func set[T any](to, from *T) {
	if from != nil {
		*to = *from
	}
}

// refuse says so where the command line asks for what olelo does not do: the
// switches that an init script passes to every server are no reason not to
// start, another place for the log is.
func (c *collector) refuse(o *Overrides) {
	for _, x := range []struct {
		on  *bool
		opt string
		row string
	}{
		{o.ReceivedDNS, "-r", "dns"},
		{o.ReceivedRDNS, "-R", "rev_dns"},
	} {
		if x.on != nil && *x.on {
			c.warnAt(commandLine, "not-run-yet", "option "+x.opt+" has no effect, olelo does not run "+x.row+"=yes yet: "+rows[x.row].why, "")
		}
	}
	if o.LogEngine == nil {
		return
	}
	msg := "option --log-engine is known in Kamailio, and olelo does not run it yet: " + rows["log_engine_type"].why
	c.notRun(commandLine, msg, "with --lenient a start goes on, and the option has no effect")
}

// alias reads `alias = [proto:]host[:port] …`.
func (c *collector) alias(ln *line) { c.aliases(newScan(ln.Values), ln.Name) }

func (c *collector) aliases(s *scan, what string) {
	const form = "a host name, or udp:HOST:PORT, in quotes where it is not a plain word"
	for !s.done() {
		var a Alias
		t := s.next()
		sctp := !t.quoted && strings.EqualFold(t.text, "sctp") // nothing comes in over it
		if p := protoOf(t); (p != transport.None || sctp) && s.take(":") {
			a.Proto = p
			t = s.next()
		}
		list := !t.quoted && t.text == "("
		if list {
			t = s.next()
		}
		var hosts []string
		for {
			if t.punct() || !t.quoted && t.text == "*" {
				c.errorAt(t.at, "alias", what+": a host name is wanted, not "+t.text, form)
				return
			}
			hosts = append(hosts, t.text)
			if !list || s.take(")") {
				break
			}
			s.take(",") // the parser wants one
			t = s.next()
		}
		if s.take(":") {
			n := s.next()
			p, ok := port(n.text)
			if !ok && n.text != "*" {
				c.errorAt(n.at, "alias", what+": "+n.text+" is not a port", form)
				return
			}
			a.Port = p
		}
		for _, a.Host = range hosts {
			if !sctp {
				c.Aliases = append(c.Aliases, a)
			}
		}
	}
}

func protoOf(t tok) transport.Proto {
	if t.quoted {
		return transport.None
	}
	switch strings.ToLower(t.text) {
	case "udp":
		return transport.UDP
	case "tcp":
		return transport.TCP
	case "tls":
		return transport.TLS
	}
	return transport.None
}
