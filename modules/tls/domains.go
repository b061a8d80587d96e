package tls

import (
	"crypto/tls"
	"fmt"
	"net/netip"
	"strings"
)

// domains are the profiles, found by address and by server name.
type domains struct {
	list            []*profile // in tls.cfg's order
	server, client  *profile   // the defaults
	servers         map[netip.AddrPort]*tls.Config
	clients         map[netip.AddrPort]*tls.Config
	defaultServer   *tls.Config
	defaultClient   *tls.Config
	serverDefaulted bool // tls.cfg has no [server:default]
}

func newDomains(list []*profile) *domains {
	d := &domains{list: list, servers: map[netip.AddrPort]*tls.Config{}, clients: map[netip.AddrPort]*tls.Config{}}
	for _, p := range list {
		switch {
		case !p.isDefault():
		case p.role == serverRole:
			d.server = p
		default:
			d.client = p
		}
	}
	if d.server == nil {
		d.server = &profile{role: serverRole, depth: 9}
		d.serverDefaulted = true
		d.list = append(d.list, d.server)
	}
	if d.client == nil {
		d.client = &profile{role: clientRole, depth: 9}
		d.list = append(d.list, d.client)
	}
	return d
}

func (d *domains) all() []*profile { return d.list }

// needsCert reports whether p cannot do without a certificate: servers cannot,
// except for a default one that nobody wrote beside others.
func (d *domains) needsCert(p *profile) bool {
	if p.role == clientRole {
		return false
	}
	if p != d.server || !d.serverDefaulted {
		return true
	}
	for _, o := range d.list {
		if o.role == serverRole && o != d.server {
			return false
		}
	}
	return true
}

// finish makes what Server and Client return, of profiles that are built.
func (d *domains) finish() error {
	var any []*profile
	named := map[netip.AddrPort][]*profile{}
	for _, p := range d.list {
		switch {
		case p.any && p.serverName == "" && p.role == serverRole:
			return fmt.Errorf("%s: a profile for any address needs a server_name", p)
		case p.any && p.role == serverRole:
			any = append(any, p)
		case !p.addr.IsValid():
		case p.role == serverRole:
			named[p.addr] = append(named[p.addr], p)
		case d.clients[p.addr] == nil:
			d.clients[p.addr] = p.built
		}
	}
	for a, list := range named {
		base := d.server
		for _, p := range list {
			if p.serverName == "" {
				if base != d.server {
					return fmt.Errorf("%s: there is another profile for this address; each needs a server_name", p)
				}
				base = p
			}
		}
		if base == d.server && base.built != nil && len(base.built.Certificates) == 0 {
			base = list[0] // for clients that send no server name
		}
		d.servers[a] = chooser(base, append(list[:len(list):len(list)], any...))
	}
	if len(d.server.built.Certificates) > 0 {
		d.defaultServer = chooser(d.server, any)
	} else if len(any) > 0 {
		d.defaultServer = chooser(any[0], any)
	}
	d.defaultClient = d.client.built
	return nil
}

// chooser is base's configuration, which gives way to the first of list that
// has the server name which the client asks for.
func chooser(base *profile, list []*profile) *tls.Config {
	var names []*profile
	for _, p := range list {
		if p.serverName != "" {
			names = append(names, p)
		}
	}
	if base.built == nil || len(names) == 0 {
		return base.built
	}
	c := base.built.Clone()
	c.GetConfigForClient = func(h *tls.ClientHelloInfo) (*tls.Config, error) {
		for _, p := range names {
			if p.matches(h.ServerName) {
				return p.built, nil
			}
		}
		return nil, nil //nolint:nilnil // crypto/tls: go on with c
	}
	return c
}

// matches compares a client's server name as server_name_mode says: 1 the
// domain and what is under it, 2 only what is under it, otherwise the domain.
func (p *profile) matches(sni string) bool {
	if sni == "" {
		return false
	}
	same := strings.EqualFold(sni, p.serverName)
	n := len(sni) - len(p.serverName)
	under := n > 1 && sni[n-1] == '.' && strings.EqualFold(sni[n:], p.serverName)
	switch p.nameMode {
	case 1:
		return same || under
	case 2:
		return under
	}
	return same
}

// Server is the configuration of a connection accepted on local; nil: none.
func (d *domains) Server(local netip.AddrPort) *tls.Config {
	if c := d.servers[local]; c != nil {
		return c
	}
	return d.defaultServer
}

// Client is the configuration of a connection opened to remote.
func (d *domains) Client(remote netip.AddrPort) *tls.Config {
	if c := d.clients[remote]; c != nil {
		return c
	}
	return d.defaultClient
}
