package adapt

import (
	"context"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/server"
	"olelo/lang/ast"
	"olelo/lang/source"
)

// loopback is the address of every test server.
var loopback = netip.AddrFrom4([4]byte{127, 0, 0, 1})

// address is one address of a listen line as the original has it. port is 0
// where it leaves that to the server.
type address struct {
	protocol, host string
	port           int
}

// maxRange is how many ports one address can have.
const maxRange = 1024

// addresses reads [proto:]host[:port], [proto:](host,host)[:port] and
// Kamailio 6's host:first-last. It is nil for what the server cannot open.
func (a *adapter) addresses(l *ast.Literal) []address {
	if l.Kind == ast.LitStr {
		if strings.Contains(strings.Trim(l.Text, "[]"), ":") && !isIPv6(l.Text) {
			return nil // taken for a host's name as a whole
		}
		return []address{{host: l.Text}}
	}
	text, protocol := l.Text, ""
	if p, rest, ok := strings.Cut(text, ":"); ok {
		switch p = strings.ToLower(p); p {
		case "udp", "tcp", "tls", "sctp":
			protocol, text = p, rest
		}
	}
	host, ports := text, ""
	if i := strings.LastIndexByte(text, ':'); i > strings.LastIndexAny(text, ")]") && !isIPv6(text) {
		host, ports = text[:i], text[i+1:]
	}
	first, last, isRange := strings.Cut(ports, "-")
	from, _ := strconv.Atoi(first) // * and nothing are the default
	to := from
	if isRange {
		to, _ = strconv.Atoi(last)
	}
	if a.Kind == server.Kamailio { // what is too much is lost there
		from, to = from&0xffff, to&0xffff
	}
	if from < 0 || from > 65535 || to < from || to-from >= maxRange {
		return nil
	}
	var all []address
	for h := range strings.SplitSeq(strings.Trim(host, "()"), ",") {
		for port := from; port <= to; port++ {
			all = append(all, address{protocol, h, port})
		}
	}
	return all
}

func isIPv6(s string) bool {
	ip, err := netip.ParseAddr(strings.Trim(s, "[]"))
	return err == nil && ip.Is6()
}

// bound is a socket to write into a listen line.
type bound struct {
	protocol string // "" is UDP and TCP
	port     int
}

func (b bound) String() string {
	s := netip.AddrPortFrom(loopback, uint16(b.port)).String()
	if b.protocol != "" {
		return b.protocol + ":" + s
	}
	return s
}

// open gives an address its new port, adds its sockets, and returns what to
// write for it. Without a protocol it is UDP, TCP and TLS; TLS then has the
// next port, which may not be free, so that it is written by itself.
func (a *adapter) open(old address, name string) ([]bound, error) {
	protocols := []string{old.protocol}
	if old.protocol == "" {
		protocols = []string{"udp"}
		if !a.noTCP {
			protocols = append(protocols, "tcp")
			if a.tls {
				protocols = append(protocols, "tls")
			}
		}
	}
	var bounds []bound
	for _, p := range protocols {
		port := old.port
		switch {
		case port == 0 && p == "tls":
			port = a.tlsPort
		case port == 0:
			port = a.basePort
		case p == "tls" && old.protocol == "":
			port++
		}
		at := old.host + ":" + strconv.Itoa(port)
		n, err := a.port(at)
		if err != nil {
			return nil, err
		}
		bounds = append(bounds, bound{p, n})
		if a.opens(p) {
			s := Socket{Protocol: p, Addr: netip.AddrPortFrom(loopback, uint16(n)), Old: p + ":" + at, Name: name}
			if !slices.ContainsFunc(a.Sockets, func(t Socket) bool { return t.Protocol == p && t.Addr == s.Addr }) {
				a.Sockets = append(a.Sockets, s)
			}
		}
	}
	if old.protocol == "" && !a.tls {
		bounds = []bound{{"", bounds[0].port}}
	}
	return bounds, nil
}

// opens reports whether the server has sockets of a protocol.
func (a *adapter) opens(protocol string) bool {
	switch protocol {
	case "udp":
		return true
	case "tcp":
		return !a.noTCP
	case "tls":
		return !a.noTCP && a.tls && a.tlsLoaded
	}
	return false
}

// sockets moves all sockets to 127.0.0.1. Where the configuration opens none,
// the command line does: a server would take all of the host's addresses.
func (a *adapter) sockets() error {
	for _, item := range a.items {
		g, ok := item.(*ast.Global)
		if !ok {
			if r, ok := rangeOf(item); ok {
				a.parts = append(a.parts, part{Range: r, fixed: true})
			}
			continue
		}
		line := partsOf(g)
		if g.Group == "" && (g.Name == "listen" || g.Name == "socket") {
			if err := a.listen(g, line[1:]); err != nil {
				return err
			}
		}
		a.parts = append(a.parts, line...)
	}
	if err := a.rewrite(); err != nil {
		return err
	}
	if len(a.Sockets) > 0 {
		return nil
	}
	var texts []string
	for _, p := range []string{"udp", "tcp", "tls"} {
		if !a.opens(p) {
			continue
		}
		bounds, err := a.open(address{protocol: p}, "")
		if err != nil {
			return err
		}
		a.Sockets[len(a.Sockets)-1].Old = ""
		a.Args = append(a.Args, "-l", bounds[0].String())
		texts = append(texts, bounds[0].String())
	}
	a.notef(source.Pos{}, "no line of the configuration opens a socket: the command line opens %s", strings.Join(texts, " "))
	return nil
}

// listen says what stands in the place of a listen line's addresses; line are
// its values.
func (a *adapter) listen(g *ast.Global, line []part) error {
	if len(line) > 0 && blockKey(&g.Values[0]) {
		return a.socketBlock(g, line)
	}
	for i := 0; i < len(line); {
		n := options(g.Values[i+1:])
		opts := g.Values[i+1 : i+1+n]
		bounds, err := a.bind(g, &g.Values[i], nameIn(opts))
		if err != nil {
			return err
		}
		if len(bounds) > 0 {
			line[i].with = several(g.Name, bounds, opts)
		}
		if err := a.advertised(g, opts); err != nil {
			return err
		}
		i += 1 + n
	}
	return nil
}

// several are sockets that one address with its options becomes: the options
// of the last one stand behind it already.
func several(keyword string, bounds []bound, options []ast.Literal) string {
	var b strings.Builder
	for i, s := range bounds {
		b.WriteString(s.String())
		if i == len(bounds)-1 {
			break
		}
		for j := range options {
			b.WriteString(" " + written(&options[j]))
		}
		b.WriteString(" " + keyword + "=")
	}
	return b.String()
}

// options is how many values behind an address belong to it.
func options(values []ast.Literal) int {
	n := 0
	for n < len(values) && values[n].Kind == ast.LitWord {
		switch values[n].Text {
		case "advertise", "name":
			n += 2
		case "virtual":
			n++
		default:
			return n
		}
	}
	return min(n, len(values))
}

func nameIn(options []ast.Literal) string {
	for i := range options {
		if options[i].Text == "name" && options[i].Kind == ast.LitWord && i+1 < len(options) {
			return options[i+1].Text
		}
	}
	return ""
}

// blockKey reports whether v starts the block of Kamailio 6's socket={ … }.
func blockKey(v *ast.Literal) bool {
	switch v.Text {
	case "bind", "advertise", "name", "agname", "virtual", "vrf", "workers":
		return v.Kind == ast.LitWord
	}
	return false
}

// socketBlock is listen for a block, which has keys and values by turns and can
// say one address only.
func (a *adapter) socketBlock(g *ast.Global, line []part) error {
	if err := a.advertised(g, g.Values); err != nil {
		return err
	}
	for i := 0; i+1 < len(line); i += 2 {
		if g.Values[i].Text != "bind" {
			continue
		}
		first := len(a.Sockets)
		bounds, err := a.bind(g, &g.Values[i+1], nameIn(g.Values))
		if err != nil {
			return err
		}
		switch len(bounds) {
		case 0:
			continue
		case 1:
		default:
			a.Sockets = a.Sockets[:min(first+1, len(a.Sockets))]
			a.notef(g.Pos, "only the first of the %d sockets of this block is opened", len(bounds))
		}
		line[i+1].with = bounds[0].String()
	}
	return nil
}

// bind opens what one value names: nothing for what no server can open.
func (a *adapter) bind(g *ast.Global, v *ast.Literal, name string) ([]bound, error) {
	var all []bound
	var texts []string
	for _, old := range a.addresses(v) {
		bounds, err := a.open(old, name)
		if err != nil {
			return nil, fmt.Errorf("a port for %s=%s: %w", g.Name, v.Text, err)
		}
		all = append(all, bounds...)
	}
	for _, b := range all {
		texts = append(texts, b.String())
	}
	if len(all) == 0 {
		a.notef(g.Pos, "%s=%s is left as it is: it is no address", g.Name, v.Text)
		return nil, nil
	}
	a.notef(g.Pos, "%s=%s is now %s", g.Name, v.Text, strings.Join(texts, " "))
	if p := all[0].protocol; p != "" && !a.opens(p) {
		a.notef(g.Pos, "%s is not opened: %s is switched off here", texts[0], strings.ToUpper(p))
	}
	return all, nil
}

// lookupTime bounds the look-up of an advertised name.
const lookupTime = 5 * time.Second

// advertised makes sure that Kamailio finds the address of what is advertised:
// otherwise it gives the socket up, and opens all of the host's addresses where
// that was the only one.
func (a *adapter) advertised(g *ast.Global, options []ast.Literal) error {
	for i := 0; i+1 < len(options) && a.Kind == server.Kamailio; i++ {
		if options[i].Kind != ast.LitWord || options[i].Text != "advertise" {
			continue
		}
		host := options[i+1].Text
		if h, _, err := net.SplitHostPort(host); err == nil {
			host = h
		}
		ctx, cancel := context.WithTimeout(context.Background(), lookupTime)
		defer cancel()
		if _, err := net.DefaultResolver.LookupHost(ctx, strings.Trim(host, "[]")); err != nil {
			return fmt.Errorf("%s:%d: %s is advertised and has no address here, without which Kamailio gives the socket up: %w; a line in /etc/hosts is enough", g.Pos.Filename, g.Pos.Line, host, err)
		}
	}
	return nil
}

// part is a piece of an item, as it can be written again where a define has it
// together with others.
type part struct {
	ast.Range
	text  string
	with  string // "" where it stays
	fixed bool   // it cannot be written again
}

// partsOf are the name of a global parameter with its = and its values.
func partsOf(g *ast.Global) []part {
	head := part{Range: ast.Range{Pos: g.Pos, EndLine: g.Pos.Line, EndCol: g.Pos.Column}, text: g.Name + " =", fixed: g.Group != ""}
	line := []part{head}
	for i := range g.Values {
		v := &g.Values[i]
		line = append(line, part{Range: v.Range, text: written(v)})
	}
	return line
}

// rewrite puts what parts have become where they stand. Parts that come out of
// one define are written anew together in the place of its name.
func (a *adapter) rewrite() error {
	for i := 0; i < len(a.parts); {
		p := &a.parts[i]
		s, ok := a.spanOf(p.Range)
		end := i + 1
		with, changed, fixed := p.text, p.with != "", p.fixed
		if changed {
			with = p.with
		}
		for ; ok && end < len(a.parts); end++ {
			next := &a.parts[end]
			if o, ok := a.spanOf(next.Range); !ok || !o.overlaps(s) {
				break
			} else if o.to > s.to {
				s.to = o.to
			}
			text := next.text
			if next.with != "" {
				text, changed = next.with, true
			}
			with += " " + text
			fixed = fixed || next.fixed
		}
		if changed {
			if !ok || fixed {
				return fmt.Errorf("%s:%d: this listen line cannot be moved to 127.0.0.1: it comes out of a define together with other things; give it a line", p.Pos.Filename, p.Pos.Line)
			}
			a.replace(s, with)
		}
		i = end
	}
	return nil
}
