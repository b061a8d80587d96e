package ipops

import (
	"strings"
	"testing"

	"github.com/miekg/dns"

	"olelo/pv"
	"olelo/runtime/nameserver"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/transport"
)

type server struct{ registrytest.Host }

func (server) Sockets() []*transport.Socket { return nil }

// zone is what the name server of the tests knows.
var zone = []string{
	"_sip._udp.ex.test. 60 IN SRV 20 5 5070 b.ex.test.",
	"_sip._udp.ex.test. 60 IN SRV 10 5 5060 a.ex.test.",
	"_sip._udp.ex.test. 60 IN SRV 10 50 5061 c.ex.test.",
	`ex.test. 60 IN NAPTR 20 10 "s" "SIP+D2T" "" _sip._tcp.ex.test.`,
	`ex.test. 60 IN NAPTR 10 10 "s" "SIP+D2U" "" _sip._udp.ex.test.`,
	`ex.test. 60 IN NAPTR 10 5 "u" "E2U+sip" "!^.*$!sip:x@ex.test!" .`,
	"a.ex.test. 60 IN A 10.0.0.1",
	"a.ex.test. 60 IN A 10.0.0.2",
	"a.ex.test. 60 IN AAAA 2001:db8::1",
	"v6.ex.test. 60 IN AAAA 2001:db8::2",
}

// serve starts a name server on loopback, over UDP and TCP; over UDP it has no
// room for the NAPTR records.
func serve(t *testing.T) string {
	t.Helper()
	answer := func(w dns.ResponseWriter, q *dns.Msg) {
		a := new(dns.Msg).SetReply(q)
		a.Rcode = dns.RcodeNameError
		for _, text := range zone {
			rr, err := dns.NewRR(text)
			if err != nil {
				t.Error(err)
				continue
			}
			if strings.EqualFold(rr.Header().Name, q.Question[0].Name) {
				a.Rcode = dns.RcodeSuccess
				if rr.Header().Rrtype == q.Question[0].Qtype {
					a.Answer = append(a.Answer, rr)
				}
			}
		}
		if w.LocalAddr().Network() == "udp" && q.Question[0].Qtype == dns.TypeNAPTR {
			a.Truncated, a.Answer = true, nil
		}
		_ = w.WriteMsg(a)
	}
	udp := listen(t, &dns.Server{Addr: "127.0.0.1:0", Net: "udp", Handler: dns.HandlerFunc(answer)})
	address := udp.PacketConn.LocalAddr().String()
	listen(t, &dns.Server{Addr: address, Net: "tcp", Handler: dns.HandlerFunc(answer)})
	return address
}

func listen(t *testing.T, s *dns.Server) *dns.Server {
	t.Helper()
	open, ended := make(chan struct{}), make(chan error, 1)
	s.NotifyStartedFunc = func() { close(open) }
	go func() { ended <- s.ListenAndServe() }()
	select {
	case <-open:
	case err := <-ended:
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := s.Shutdown(); err != nil {
			t.Error(err)
		}
		<-ended
	})
	return s
}

func bench(t *testing.T, servers ...string) *registrytest.Bench {
	t.Helper()
	m := &Module{dns: nameserver.Client{Servers: servers}}
	if err := m.Provision(server{}); err != nil {
		t.Fatal(err)
	}
	return registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "ipops": m})
}

// Seen on Kamailio 5.6.3 with the same zone.
func TestDNS(t *testing.T) {
	b := bench(t, "127.0.0.1:1", serve(t)) // the first one does not answer
	for _, k := range []struct {
		fn, host, arg string
		rc            int
		text, want    string
	}{
		{"srv_query", "_sip._udp.ex.test", "s", 1, "$srvquery(s=>count) $srvquery(s=>port[0]) $srvquery(s=>priority[0]) $srvquery(s=>target[0]) $srvquery(s=>weight[0]), $srvquery(s=>port[1]), $srvquery(s=>port[2]), $srvquery(s=>port[3])", "3 5061 10 c.ex.test 50, 5060, 5070, <null>"},
		{"srv_query", "a.ex.test", "s", 1, "$srvquery(s=>count)", "0"},
		{"srv_query", "none.test", "s", 1, "$srvquery(s=>count)", "0"},
		{"srv_query", "", "s", -2, "", ""},
		{"srv_query", "ex.test", "", -3, "", ""},
		{"naptr_query", "ex.test", "n", 1, "$naptrquery(n=>count) $naptrquery(n=>order[0]) $naptrquery(n=>pref[0]) $naptrquery(n=>flags[0]) $naptrquery(n=>services[0]) $naptrquery(n=>regex[0]) [$naptrquery(n=>replace[0])] $naptrquery(n=>replace[1]) $naptrquery(n=>order[2])", "3 10 5 u E2U+sip !^.*$!sip:x@ex.test! [] _sip._udp.ex.test 20"},
		{"dns_int_match_ip", "a.ex.test", "10.0.0.2", 1, "", ""},
		{"dns_int_match_ip", "a.ex.test", "10.0.0.3", -1, "", ""},
		{"dns_int_match_ip", "a.ex.test", "2001:db8::1", -1, "", ""},
		{"dns_int_match_ip", "v6.ex.test", "2001:db8::2", -4, "", ""},
		{"dns_int_match_ip", "none.test", "10.0.0.1", -4, "", ""},
		{"dns_int_match_ip", "a.ex.test", "abc", -3, "", ""},
	} {
		if rc := b.Run(k.fn, k.host, k.arg); rc != k.rc {
			t.Errorf("%s(%q, %q): %d, want %d: %s", k.fn, k.host, k.arg, rc, k.rc, b.Logged())
		}
		if k.text != "" {
			if got := b.Eval(k.text); got != k.want {
				t.Errorf("%s(%q, %q): %s\nwant %s", k.fn, k.host, k.arg, got, k.want)
			}
		}
	}
}

func TestIPv6Names(t *testing.T) {
	m := &Module{dns: nameserver.Client{Servers: []string{serve(t)}}}
	for _, k := range []struct {
		name string
		want int
	}{{"a.ex.test", 2}, {"v6.ex.test", 1}} {
		if list, err := m.addresses(k.name, true); err != nil || len(list) != k.want {
			t.Errorf("%s: %v %v", k.name, list, err)
		}
	}
}

func TestAddressesDoNotAllocate(t *testing.T) {
	b := bench(t)
	for _, k := range [][]any{
		{"is_in_subnet", "10.1.2.3", "192.168.0.0/16, 10.0.0.0/8"},
		{"is_ip", "[2001:db8::1]"},
		{"detailed_ip_type", "10.1.2.3", "$var(x)"},
	} {
		call, err := b.Call(k[0].(string), k[1:]...)
		if err != nil {
			t.Fatal(err)
		}
		b.Run(k[0].(string), k[1:]...)
		if n := testing.AllocsPerRun(20, func() { call(b.C) }); n != 0 {
			t.Errorf("%v: %v allocations", k, n)
		}
	}
}

func TestSubnets(t *testing.T) {
	b := bench(t)
	if rc := b.Run("is_in_subnet", "1.2.3.4", "9.9.9.0/x"); rc != -1 || !strings.Contains(b.Logged(), "ADDRESS/BITS") {
		t.Error("a mask that is no number holds an address")
	}
}
