package forward_test

import (
	"context"
	"net"
	"net/netip"
	"strings"
	"testing"

	"olelo/runtime/forward"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// dns is a Lookup of fixed records; what is in neither map does not exist.
type dns struct {
	hosts map[string][]string
	srv   map[string][]*net.SRV // _sip._udp.example.org
	asked int
}

func missing(name string) error {
	return &net.DNSError{Err: "no such host", Name: name, IsNotFound: true}
}

func (d *dns) LookupNetIP(_ context.Context, network, host string) ([]netip.Addr, error) {
	d.asked++
	var list []netip.Addr
	for _, s := range d.hosts[host] {
		ip := netip.MustParseAddr(s)
		if network == "ip" || network == "ip4" && ip.Is4() || network == "ip6" && ip.Is6() {
			list = append(list, ip)
		}
	}
	if list == nil {
		return nil, missing(host)
	}
	return list, nil
}

func (d *dns) LookupSRV(_ context.Context, service, proto, name string) (string, []*net.SRV, error) {
	d.asked++
	if list, ok := d.srv["_"+service+"._"+proto+"."+name]; ok {
		return name, list, nil
	}
	return "", nil, missing(name)
}

func records() *dns {
	return &dns{
		hosts: map[string][]string{
			"a.example": {"192.0.2.1"}, "b.example": {"2001:db8::2", "192.0.2.2"}, "six.example": {"2001:db8::6"},
			"org.example": {"192.0.2.9"},
		},
		srv: map[string][]*net.SRV{
			"_sip._udp.org.example":  {{Target: "gone.example.", Port: 1}, {Target: "b.example.", Port: 5080}},
			"_sips._tcp.org.example": {{Target: "a.example.", Port: 5071}},
			"_sip._tcp.dead.example": {{Target: "gone.example.", Port: 1}},
		},
	}
}

func TestLocate(t *testing.T) {
	v4, v6 := socket("udp:127.0.0.1:5060"), socket("udp:[::1]:5060")
	both := []*transport.Socket{v4, v6}
	for _, c := range []struct {
		name    string
		sockets []*transport.Socket
		proto   transport.Proto
		to      sip.Hop
		reply   bool
		want    string // address, or what the error says
	}{
		{"address", both, transport.UDP, sip.Hop{Host: "192.0.2.7"}, false, "192.0.2.7:5060"},
		{"IPv6", both, transport.TLS, sip.Hop{Host: "[2001:db8::7]"}, false, "[2001:db8::7]:5061"},
		{"name and port", both, transport.UDP, sip.Hop{Host: "org.example", Port: 99}, false, "192.0.2.9:99"},
		{"SRV, the first target is gone", both, transport.UDP, sip.Hop{Host: "org.example"}, false, "192.0.2.2:5080"},
		{"SRV for TLS", both, transport.TLS, sip.Hop{Host: "org.example"}, false, "192.0.2.1:5071"},
		{"no SRV", both, transport.TCP, sip.Hop{Host: "org.example"}, false, "192.0.2.9:5060"},
		{"a reply asks for the address", both, transport.UDP, sip.Hop{Host: "org.example"}, true, "192.0.2.9:5060"},
		{"IPv4 first", both, transport.UDP, sip.Hop{Host: "b.example"}, false, "192.0.2.2:5060"},
		{"IPv6 only", []*transport.Socket{v6}, transport.UDP, sip.Hop{Host: "b.example"}, false, "[2001:db8::2]:5060"},
		{"no socket for it", []*transport.Socket{v4}, transport.UDP, sip.Hop{Host: "six.example"}, false, `"six.example" cannot be resolved: the DNS knows no such host`},
		{"no such name", both, transport.UDP, sip.Hop{Host: "gone.example"}, false, `"gone.example" cannot be resolved: the DNS knows no such host`},
		{"no target is there", both, transport.TCP, sip.Hop{Host: "dead.example"}, false, `"dead.example" cannot be resolved: the DNS knows no such host`},
	} {
		d := records()
		r := forward.NewResolver(d, c.sockets)
		find := r.Locate
		if c.reply {
			find = r.Address
		}
		asked := 0
		for try := range 2 {
			addr, err := find(c.proto, c.to)
			got := addr.String()
			if err != nil {
				got = err.Error()
			}
			if got != c.want {
				t.Errorf("%s: %s, want %s", c.name, got, c.want)
			}
			if try == 1 && d.asked != asked {
				t.Errorf("%s: the DNS was asked again", c.name)
			}
			asked = d.asked
		}
	}
}

// A name that does not answer in time is an error that says so.
func TestLocateTimeout(t *testing.T) {
	r := forward.NewResolver(slow{}, []*transport.Socket{socket("udp:127.0.0.1:5060")})
	_, err := r.Locate(transport.UDP, sip.Hop{Host: "slow.example", Port: 5060})
	if err == nil || !strings.Contains(err.Error(), "no answer from the DNS within 3s") {
		t.Errorf("error %v", err)
	}
}

type slow struct{ forward.Lookup }

func (slow) LookupNetIP(_ context.Context, _, host string) ([]netip.Addr, error) {
	return nil, &net.DNSError{Err: "i/o timeout", Name: host, IsTimeout: true}
}
