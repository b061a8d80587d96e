package transport

import (
	"cmp"
	"context"
	"errors"
	"fmt"
	"net"
	"net/netip"
	"slices"
	"strconv"
	"strings"
	"syscall"
)

// Socket is one local address that olelo listens on.
type Socket struct {
	Proto     Proto
	Addr      netip.AddrPort // as bound
	Advertise string         // host:port shown to others, "" for Addr
	Name      string         // listen=… name "x"
	Text      string         // "tcp:127.0.0.1:5060", as $Rut and $msrp(srcsock) show it
	IP        string         // Addr's IP as text
	Port      string         // Addr's port as text
	Workers   int            // of a UDP socket (socket_workers); 0: Config.Children
	Virtual   bool           // counts as the server's own only while the host has the address

	udp *net.UDPConn // open UDP socket
	tcp *net.TCPListener
}

// NewSocket describes a socket to listen on, with its texts. Port 0 lets the
// system choose one when it is opened.
func NewSocket(p Proto, addr netip.AddrPort, advertise, name string) *Socket {
	s := &Socket{Proto: p, Advertise: advertise, Name: name}
	s.setAddr(addr)
	return s
}

// ByProto is sockets in the order UDP, TCP, TLS.
func ByProto(sockets []*Socket) []*Socket {
	return slices.SortedStableFunc(slices.Values(sockets), func(a, b *Socket) int { return cmp.Compare(a.Proto, b.Proto) })
}

func (s *Socket) setAddr(a netip.AddrPort) {
	a = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	s.Addr = a
	s.Text = s.Proto.String() + ":" + a.String()
	s.IP = ipText(a.Addr())
	s.Port = strconv.Itoa(int(a.Port()))
}

// Own reports whether the socket's address counts as the server's own now.
func (s *Socket) Own() bool {
	if !s.Virtual {
		return true
	}
	list, err := net.InterfaceAddrs()
	if err != nil {
		return false
	}
	for _, a := range list {
		if n, ok := a.(*net.IPNet); ok {
			if ip, ok := netip.AddrFromSlice(n.IP); ok && ip.Unmap() == s.Addr.Addr().WithZone("") {
				return true
			}
		}
	}
	return false
}

// Readers is how many workers a UDP socket has.
func (s *Socket) Readers(children int) int {
	if s.Workers > 0 {
		return s.Workers
	}
	return children
}

// ipText is an IP without brackets and zone.
func ipText(a netip.Addr) string { return a.WithZone("").String() }

// network is proto with the address family, so that a socket on [::] does not
// take the IPv4 port too (Kamailio's sockets do not either).
func network(p Proto, a netip.Addr) string {
	n := "tcp"
	if p == UDP {
		n = "udp"
	}
	if a.Is4() {
		return n + "4"
	}
	return n + "6"
}

// Listen opens all sockets, or none: on an error, which names the socket and
// says what to do, nothing stays open.
func (t *Transport) Listen() error {
	for _, s := range t.cfg.Sockets {
		if t.cfg.Capture != nil {
			break
		}
		if err := t.open(s); err != nil {
			t.closeSockets()
			return err
		}
	}
	t.local = localAddrs(t.cfg.Sockets)
	return nil
}

func (t *Transport) open(s *Socket) error {
	if !s.Addr.IsValid() {
		return fmt.Errorf("listen: socket %q has no IP address", s.Text)
	}
	lc := net.ListenConfig{Control: t.cfg.control}
	switch s.Proto {
	case UDP:
		pc, err := lc.ListenPacket(context.Background(), network(UDP, s.Addr.Addr()), s.Addr.String())
		if err != nil {
			return listenError(s, err)
		}
		c := pc.(*net.UDPConn)
		if t.cfg.UDPReadBuffer > 0 {
			// The system may grant less; that is no reason not to start.
			_ = c.SetReadBuffer(t.cfg.UDPReadBuffer)
		}
		s.udp = c
		s.setAddr(c.LocalAddr().(*net.UDPAddr).AddrPort())
	case TCP, TLS:
		if s.Proto == TLS && t.cfg.TLS == nil {
			return fmt.Errorf("cannot listen on %s: TLS is not configured; load the tls module and give it a certificate", s.Text)
		}
		// Accepted connections get Config.KeepAlive, not the listener's.
		lc.KeepAlive = -1
		lc.SetMultipathTCP(false) // it takes no IPV6_TCLASS
		l, err := lc.Listen(context.Background(), network(s.Proto, s.Addr.Addr()), s.Addr.String())
		if err != nil {
			return listenError(s, err)
		}
		s.tcp = l.(*net.TCPListener)
		s.setAddr(l.Addr().(*net.TCPAddr).AddrPort())
	default:
		return fmt.Errorf("cannot listen on %s: olelo has udp, tcp and tls", s.Text)
	}
	return nil
}

// listenError says which socket, why, and what to do about it.
func listenError(s *Socket, err error) error {
	hint := ""
	switch {
	case errors.Is(err, syscall.EADDRINUSE):
		hint = "; another server has this port: find it with 'ss -lnp', stop it or change listen="
	case errors.Is(err, syscall.EADDRNOTAVAIL):
		hint = "; no interface of this host has that address: see 'ip addr', correct listen=, or write ip_free_bind=yes"
	case errors.Is(err, syscall.EACCES), errors.Is(err, syscall.EPERM):
		hint = "; a port below 1024 needs root or the capability CAP_NET_BIND_SERVICE"
	case errors.Is(err, syscall.EMFILE):
		hint = "; raise the limit of open files (ulimit -n)"
	}
	var op *net.OpError
	if errors.As(err, &op) {
		err = op.Err
	}
	return fmt.Errorf("cannot listen on %s: %w%s", s.Text, err, hint)
}

func (t *Transport) closeSockets() {
	for _, s := range t.cfg.Sockets {
		if s.udp != nil {
			_ = s.udp.Close()
		}
		if s.tcp != nil {
			_ = s.tcp.Close()
		}
	}
}

// Sockets are the sockets in the configuration's order.
func (t *Transport) Sockets() []*Socket { return t.cfg.Sockets }

// SocketAt is the first of socks at proto:ip:port, or at ip:port whatever its
// transport; nil if there is none.
func SocketAt(socks []*Socket, text string) *Socket {
	for _, s := range socks {
		if s.Text == text || s.Addr.String() == text {
			return s
		}
	}
	return nil
}

// SocketNamed is the first of socks with a name, whatever the case of its
// letters; nil if there is none or name is empty.
func SocketNamed(socks []*Socket, name string) *Socket {
	for _, s := range socks {
		if name != "" && strings.EqualFold(s.Name, name) {
			return s
		}
	}
	return nil
}

// FindSocket finds a socket by its text "tcp:127.0.0.1:5060", by its name, or
// by "127.0.0.1:5060" alone, where the first with that address counts; nil if
// there is none.
func (t *Transport) FindSocket(text string) *Socket {
	for _, s := range t.cfg.Sockets {
		if s.Text == text || strings.EqualFold(s.Text, text) || s.Name != "" && s.Name == text {
			return s
		}
	}
	for _, s := range t.cfg.Sockets {
		if len(text) < len(s.Text) && strings.EqualFold(s.Text[len(s.Proto.String())+1:], text) {
			return s
		}
	}
	return nil
}

// IsLocal reports whether a is one of the server's own sockets. None stands
// for any protocol, port 0 for any port. A socket on 0.0.0.0 or [::] has every
// address that the host's interfaces had when it was opened.
func (t *Transport) IsLocal(p Proto, a netip.AddrPort) bool {
	ip := a.Addr().Unmap()
	for _, s := range t.cfg.Sockets {
		if p != None && p != s.Proto || a.Port() != 0 && a.Port() != s.Addr.Port() {
			continue
		}
		own := s.Addr.Addr()
		if own == ip && s.Own() {
			return true
		}
		if own.IsUnspecified() && own.Is4() == ip.Is4() {
			if _, ok := t.local[ip]; ok {
				return true
			}
		}
	}
	return false
}

// localAddrs are the addresses of the host's interfaces, where a socket needs
// them.
func localAddrs(socks []*Socket) map[netip.Addr]struct{} {
	m := map[netip.Addr]struct{}{}
	for _, s := range socks {
		if !s.Addr.Addr().IsUnspecified() {
			continue
		}
		list, err := net.InterfaceAddrs()
		if err != nil {
			return m
		}
		for _, a := range list {
			if n, ok := a.(*net.IPNet); ok {
				if ip, ok := netip.AddrFromSlice(n.IP); ok {
					m[ip.Unmap()] = struct{}{}
				}
			}
		}
		return m
	}
	return m
}

// socketFor is the socket shown as the receiving one on a connection that the
// server opened itself: the one it was sent from, else the first of the
// protocol with the local address, else the first of the protocol and family.
func (t *Transport) socketFor(p Proto, local netip.AddrPort) *Socket {
	var family *Socket
	for _, s := range t.cfg.Sockets {
		if s.Proto != p {
			continue
		}
		if s.Addr.Addr() == local.Addr() {
			return s
		}
		if family == nil && s.Addr.Addr().Is4() == local.Addr().Is4() {
			family = s
		}
	}
	if family == nil {
		family = NewSocket(p, local, "", "")
	}
	return family
}
