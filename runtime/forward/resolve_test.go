package forward_test

import (
	"context"
	"net"
	"net/netip"
	"slices"
	"strings"
	"testing"

	"olelo/runtime/forward"
	"olelo/runtime/random"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
)

// dns is a Lookup of fixed records; what is in neither map does not exist.
type dns struct {
	hosts map[string][]string
	srv   map[string][]*net.SRV // _sip._udp.example.org
	naptr map[string][]forward.NAPTR
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
	if service != "" {
		name = "_" + service + "._" + proto + "." + name
	}
	if list, ok := d.srv[name]; ok {
		return name, list, nil
	}
	return "", nil, missing(name)
}

func (d *dns) LookupNAPTR(_ context.Context, domain string) ([]forward.NAPTR, error) {
	d.asked++
	return slices.Clone(d.naptr[domain]), nil
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
		find := r.Address
		if !c.reply {
			find = func(p transport.Proto, h sip.Hop) (netip.AddrPort, error) {
				all, err := r.Locate(p, h)
				to, _ := all.Next()
				return to.Addr, err
			}
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

// A hop without transport and port goes where NAPTR records, SRV records and
// preferences say, in an order that Kamailio was seen to have.
func TestTargets(t *testing.T) {
	all := []*transport.Socket{socket("udp:127.0.0.1:5060"), socket("tcp:127.0.0.1:5060")}
	d := &dns{
		hosts: map[string][]string{
			"a.test": {"192.0.2.1"}, "two.test": {"192.0.2.2", "192.0.2.3"},
			"na.test": {"192.0.2.1"}, "nat.test": {"192.0.2.1"}, "nou.test": {"192.0.2.1"}, "tcp.test": {"192.0.2.1"},
		},
		srv: map[string][]*net.SRV{
			"_sip._udp.lb.test": {
				{Target: "a.test.", Port: 7001, Priority: 10, Weight: 10},
				{Target: "a.test.", Port: 7002, Priority: 10, Weight: 90},
				{Target: "two.test.", Port: 7003, Priority: 20, Weight: 100},
			},
			"_sip._tcp.na.test":  {{Target: "a.test.", Port: 7004}},
			"_sip._udp.na.test":  {{Target: "a.test.", Port: 7001}},
			"_sip._tcp.tcp.test": {{Target: "a.test.", Port: 7004}},
		},
		naptr: map[string][]forward.NAPTR{
			"na.test": {
				{Order: 20, Preference: 10, Flags: "s", Service: "SIP+D2U", Replacement: "_sip._udp.na.test."},
				{Order: 10, Preference: 10, Flags: "S", Service: "sip+d2t", Replacement: "_sip._tcp.na.test."},
			},
			"nat.test": {{Order: 10, Flags: "s", Service: "SIP+D2T", Replacement: "_sip._tcp.na.test"}},
			"nou.test": {{Order: 10, Flags: "u", Service: "E2U+sip", Replacement: "."}},
		},
	}
	for _, c := range []struct {
		name  string
		rules func(*forward.Rules)
		to    sip.Hop
		want  string
	}{
		{"the greatest weight", func(*forward.Rules) {}, sip.Hop{Host: "lb.test"}, "udp:192.0.2.1:7002"},
		{
			"all of them", func(r *forward.Rules) { r.Failover = true },
			sip.Hop{Host: "lb.test"},
			"udp:192.0.2.1:7002 udp:192.0.2.1:7001 udp:192.0.2.2:7003 udp:192.0.2.3:7003",
		},
		{"no NAPTR is asked for", func(*forward.Rules) {}, sip.Hop{Host: "nat.test"}, "udp:192.0.2.1:5060"},
		{"NAPTR", func(r *forward.Rules) { r.NAPTR = true }, sip.Hop{Host: "nat.test"}, "tcp:192.0.2.1:7004"},
		{"preference before order", func(r *forward.Rules) { r.NAPTR = true }, sip.Hop{Host: "na.test"}, "udp:192.0.2.1:7001"},
		{"order before preference", func(r *forward.Rules) { r.NAPTR, r.RecordOrder = true, true }, sip.Hop{Host: "na.test"}, "tcp:192.0.2.1:7004"},
		{
			"unwanted", func(r *forward.Rules) { r.NAPTR, r.Preference[transport.UDP] = true, -1 },
			sip.Hop{Host: "na.test"},
			"tcp:192.0.2.1:7004",
		},
		{"another NAPTR", func(r *forward.Rules) { r.NAPTR = true }, sip.Hop{Host: "nou.test"}, "udp:192.0.2.1:5060"},
		{"UDP alone", func(*forward.Rules) {}, sip.Hop{Host: "tcp.test"}, "udp:192.0.2.1:5060"},
		{"any transport", func(r *forward.Rules) { r.Failover = true }, sip.Hop{Host: "tcp.test"}, "tcp:192.0.2.1:7004"},
		{"a port", func(r *forward.Rules) { r.NAPTR, r.Failover = true, true }, sip.Hop{Host: "two.test", Port: 9}, "udp:192.0.2.2:9 udp:192.0.2.3:9"},
		{"an address", func(r *forward.Rules) { r.NAPTR, r.Failover = true, true }, sip.Hop{Host: "192.0.2.7"}, "udp:192.0.2.7:5060"},
	} {
		r := forward.NewResolver(d, all)
		c.rules(&r.Rules)
		for range 2 { // asked, and known
			found, err := r.Locate(transport.None, c.to)
			var got []string
			for to, ok := found.Next(); ok && err == nil; to, ok = found.Next() {
				got = append(got, to.Proto.String()+":"+to.Addr.String())
			}
			if err != nil || strings.Join(got, " ") != c.want {
				t.Errorf("%s: %v %v, want %s", c.name, got, err, c.want)
			}
		}
	}
}

// With dns_srv_lb each record of the first priority comes first as often as its
// weight says, and all are tried.
func TestBalance(t *testing.T) {
	d := records()
	d.srv["_sip._udp.lb.test"] = []*net.SRV{
		{Target: "a.example.", Port: 1, Weight: 25},
		{Target: "a.example.", Port: 2, Weight: 75},
		{Target: "a.example.", Port: 3, Priority: 1, Weight: 1000},
	}
	r := forward.NewResolver(d, []*transport.Socket{socket("udp:127.0.0.1:5060")})
	r.Failover, r.Balance, r.Chance = true, true, random.Seeded(1)
	first := map[uint16]int{}
	for range 1000 {
		found, err := r.Locate(transport.None, sip.Hop{Host: "lb.test"})
		if err != nil {
			t.Fatal(err)
		}
		to, _ := found.Next()
		first[to.Addr.Port()]++
		second, _ := found.Next()
		third, _ := found.Next()
		if _, more := found.Next(); more || third.Addr.Port() != 3 || second.Addr.Port()+to.Addr.Port() != 3 {
			t.Fatalf("tried %v, %v, %v", to, second, third)
		}
	}
	if n := first[1]; n < 200 || n > 300 || n+first[2] != 1000 {
		t.Errorf("first of the weights 25, 75: %v", first)
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
