package core

import (
	"fmt"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/diag"

	"olelo/lang/ast"
	"olelo/runtime/transport"
)

// listen is one listen= line or -l argument.
type listen struct {
	at        ast.Range
	text      string          // as written, for messages
	proto     transport.Proto // None: UDP, TCP and, where enabled, TLS
	hosts     []tok
	port      int // 0: the default
	lastPort  int // of a range, otherwise port
	advertise string
	advPort   int // 0: the socket's own
	name      string
	workers   int // of each UDP socket; 0: the default
	virtual   bool
}

// maxPortRange is how many ports one line may open: a typing mistake shall not
// take every port of the host.
const maxPortRange = 1024

const listenForm = `it is written [udp:|tcp:|tls:]ADDRESS[:PORT] [advertise ADDRESS[:PORT]] [name "NAME"] [virtual]`

func (c *collector) listen(ln *line) {
	var words []string
	for i := range ln.Values {
		words = append(words, written(&ln.Values[i]))
	}
	text := "listen=" + strings.Join(words, " ")
	for s := newScan(ln.Values); !s.done(); {
		l := listen{at: ln.Range, text: text, workers: c.socketWorkers}
		if !c.readAddress(s, &l) || !c.readOptions(s, &l) {
			return
		}
		c.listens, c.socketWorkers = append(c.listens, l), 0
	}
}

// readAddress reads [proto:]host[:port], where host may be a list in ( ).
func (c *collector) readAddress(s *scan, l *listen) bool {
	if t := s.toks[s.pos:]; len(t) > 2 && t[1].text == ":" && !t[0].quoted && !strings.HasPrefix(t[0].text, "[") {
		switch p := strings.ToLower(t[0].text); p {
		case "udp", "tcp", "tls":
			l.proto = map[string]transport.Proto{"udp": transport.UDP, "tcp": transport.TCP, "tls": transport.TLS}[p]
			s.pos += 2
		case "sctp":
			c.warnAt(l.at, "listen-ignored", l.text+" is not opened: "+noSCTP, "take the line out")
			s.pos = len(s.toks)
			return false
		case "ws", "wss":
			c.errorAt(l.at, "listen", l.text+": WebSocket has no sockets of its own", "the websocket module takes over TCP and TLS connections")
			return false
		}
	}
	list := s.take("(")
	for {
		h := s.next()
		if h.punct() || !h.quoted && h.text == "*" {
			what := h.text
			if what == "" {
				what = "the end"
			}
			hint := listenForm
			if what == "*" {
				hint = "0.0.0.0 is all IPv4 addresses of this host, [::] all IPv6 ones"
			}
			c.errorAt(h.at, "listen", l.text+": an IP address, an interface or a host name is wanted, not "+what, hint)
			return false
		}
		l.hosts = append(l.hosts, h)
		if !list || !s.take(",") {
			break
		}
	}
	if list && !s.take(")") {
		c.errorAt(s.peek().at, "listen", l.text+": ) is missing", listenForm)
		return false
	}
	if !s.take(":") {
		return true
	}
	return c.readPorts(s.next(), l)
}

// readPorts reads 5060, or Kamailio 6's 5060-5070.
func (c *collector) readPorts(t tok, l *listen) bool {
	first, last, isRange := strings.Cut(t.text, "-")
	var ok, okLast bool
	if t.text == "*" && !t.quoted { // any: the default
		first = "0"
	}
	l.port, ok = port(first)
	l.lastPort, okLast = l.port, true
	if isRange {
		l.lastPort, okLast = port(last)
		ok = ok && l.port > 0 && l.lastPort >= l.port && l.lastPort-l.port < maxPortRange
	}
	if !ok || !okLast {
		c.errorAt(t.at, "listen", l.text+": "+strconv.Quote(t.text)+" is not a port", "a port is 1 to 65535; a range has at most "+strconv.Itoa(maxPortRange)+" of them")
	}
	return ok && okLast
}

func port(s string) (int, bool) {
	n, err := strconv.ParseUint(s, 0, 16)
	return int(n), err == nil
}

// readOptions reads advertise, name and virtual, in this order as Kamailio
// wants them.
func (c *collector) readOptions(s *scan, l *listen) bool {
	if s.take("advertise") || s.take("ADVERTISE") {
		if !c.readAdvertise(s, l) {
			return false
		}
	}
	if s.take("name") || s.take("NAME") {
		n := s.next()
		if !n.quoted {
			c.errorAt(n.at, "listen", l.text+": a name in double quotes is wanted", listenForm)
			return false
		}
		l.name = n.text
	}
	l.virtual = s.take("virtual")
	return true
}

func (c *collector) readAdvertise(s *scan, l *listen) bool {
	h := s.next()
	if h.punct() {
		c.errorAt(h.at, "listen", l.text+": an address or a host name is wanted after advertise", listenForm)
		return false
	}
	l.advertise = h.text
	if s.take(":") {
		p := s.next()
		var ok bool
		if l.advPort, ok = port(p.text); !ok || p.quoted {
			c.errorAt(p.at, "listen", l.text+": "+strconv.Quote(p.text)+" is not a port", "a port is 1 to 65535")
			return false
		}
	}
	return true
}

// unopened says what of a listen line olelo does not run; "" is nothing.
func unopened(g *ast.Global) string {
	s := newScan(g.Values)
	if len(s.toks) > 2 && s.toks[1].text == ":" && !s.toks[0].quoted && strings.EqualFold(s.toks[0].text, "sctp") {
		return noSCTP
	}
	return ""
}

// argument reads -l's [proto:]addr[:port][/advertised[:port]].
func (c *collector) argument(arg string) {
	c.listenLines++
	l := listen{at: commandLine, text: "-l " + arg}
	addr, adv, hasAdv := strings.Cut(arg, "/")
	s := scanText(addr)
	if !c.readAddress(s, &l) {
		return
	}
	if !s.done() {
		c.errorAt(l.at, "listen", l.text+": "+s.peek().text+" does not belong here", "")
		return
	}
	if hasAdv {
		a := scanText(adv)
		if !c.readAdvertise(a, &l) {
			return
		}
	}
	c.listens = append(c.listens, l)
}

// openSockets turns the listen lines into sockets. Without any, they are all
// IPv4 addresses of the host.
func (c *collector) openSockets() {
	if len(c.listens) == 0 {
		if c.listenLines > 0 {
			return // all of them wrong: Kamailio opens every address then, olelo none
		}
		c.listens = append(c.listens, listen{at: commandLine, text: "listening on all interfaces", hosts: []tok{{text: ""}}})
	}
	for i := range c.listens {
		c.open(&c.listens[i])
	}
	slices.SortStableFunc(c.Sockets, func(a, b *transport.Socket) int { return int(a.Proto) - int(b.Proto) })
}

func (c *collector) open(l *listen) {
	protos := []transport.Proto{l.proto}
	if l.proto == transport.None {
		protos = []transport.Proto{transport.UDP}
		if !c.DisableTCP {
			protos = append(protos, transport.TCP)
			if c.EnableTLS {
				protos = append(protos, transport.TLS)
			}
		}
	}
	for _, h := range l.hosts {
		addrs, err := c.addresses(h)
		if err != nil {
			c.report(diag.Diagnostic{
				Severity: diag.Error, Code: "listen", Address: true,
				Pos: l.at.Pos, EndLine: l.at.EndLine, EndCol: l.at.EndCol,
				Msg: l.text + ": " + err.Error(), Hint: "see 'ip addr' for the addresses and interfaces of this host",
			})
			return
		}
		for _, p := range protos {
			if !c.enabled(p, l) {
				return
			}
			for _, a := range addrs {
				for off := range l.lastPort - l.port + 1 {
					c.addSocket(p, a, off, l)
				}
			}
		}
	}
}

// enabled says so where Kamailio drops a socket in silence.
func (c *collector) enabled(p transport.Proto, l *listen) bool {
	switch {
	case p != transport.UDP && c.DisableTCP:
		c.warnAt(l.at, "listen-ignored", l.text+" is not opened: TCP is switched off", "take out disable_tcp=yes, or this line")
		return false
	case p == transport.TLS && !c.EnableTLS:
		c.warnAt(l.at, "listen-ignored", l.text+" is not opened: TLS is not switched on", "write enable_tls=yes and load the tls module")
		return false
	}
	return true
}

// portFor is the port of a socket: TLS has one of its own, and is next to the
// others where one line opens all.
func (c *collector) portFor(p transport.Proto, l *listen) int {
	switch {
	case l.port == 0 && p == transport.TLS:
		return c.tlsPort
	case l.port == 0:
		return c.port
	case p == transport.TLS && l.proto == transport.None:
		return l.port + 1
	}
	return l.port
}

func (c *collector) addSocket(p transport.Proto, a netip.Addr, off int, l *listen) {
	n := c.portFor(p, l) + off
	if n > 65535 {
		c.errorAt(l.at, "listen", fmt.Sprintf("%s: the port for %s would be %d", l.text, p, n), "write a line with tls: for it")
		return
	}
	at := netip.AddrPortFrom(a, uint16(n))
	for _, s := range c.Sockets {
		if s.Proto == p && s.Addr == at {
			return
		}
	}
	adv, name := l.advertise, l.name
	if l.lastPort > l.port && name != "" {
		name += strconv.Itoa(n)
	}
	if adv != "" {
		if l.advPort > 0 {
			n = l.advPort + off
		}
		adv += ":" + strconv.Itoa(n)
	}
	s := transport.NewSocket(p, at, adv, name)
	s.Virtual = l.virtual
	if p == transport.UDP {
		s.Workers = l.workers
	} else {
		c.extraTCP += l.workers
	}
	c.Sockets = append(c.Sockets, s)
}
