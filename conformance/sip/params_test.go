package sip

import (
	"net"
	"strings"
	"testing"
	"time"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

// withParams is a server that answers what is for user "sl" and sends
// everything else on to the request URI, with further lines above its routes and
// further routes.
func withParams(name, lines string, routes ...string) *scenario.Config {
	return &scenario.Config{Name: "params " + name, Text: `debug=2
children=1
tcp_children=1
auto_aliases=no
` + lines + `
loadmodule "sl.so"
loadmodule "pv.so"
loadmodule "xlog.so"
request_route {
	if ($rU == "sl") { sl_send_reply("200", "OK"); exit; }
	if ($rU == "tcp") udp_mtu_try_proto(TCP);
	if ($rU == "udp") udp_mtu_try_proto(UDP);
	if ($rU == "myself") {
		if (uri == myself) xlog("L_ERR", "T# own $ru\n"); else xlog("L_ERR", "T# foreign $ru\n");
		exit;
	}
	forward();
}
` + strings.Join(routes, "\n")}
}

const (
	oneUDP = "listen=udp:127.0.0.1:17500\n"
	udpTCP = oneUDP + "listen=tcp:127.0.0.1:17500\n"
	branch = ";branch={branch:z9hG4bK[0-9a-f.]+}"
)

// passes is a request to user that comes back to its sender with these Vias.
func passes(p *scenario.Play, user, via, own, theirs string) {
	u := p.DialUDP()
	addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
	r := request{uri: "sip:" + user + "@127.0.0.1:{myport}", via: "Via: " + via + ";branch=z9hG4bK1"}
	u.Send(r.text())
	r.via = "Via: " + own + "\nVia: " + theirs
	u.Expect(r.text())
}

// The Vias, senders and answers seen on Kamailio 5.6.3.
func TestParams(t *testing.T) {
	const (
		via  = "SIP/2.0/UDP 127.0.0.1:9"
		same = via + ";branch=z9hG4bK1"
	)
	vias := func(name, lines, own, theirs string) scenario.Case {
		return scenario.Case{Name: name, Config: withParams(name, oneUDP+lines), Script: func(p *scenario.Play) {
			passes(p, "x", via, own, theirs)
		}}
	}
	forced := withParams("force_rport", oneUDP+"force_rport=yes")
	checked := withParams("check_via", oneUDP+"check_via=1\nalias=own.example", "reply_route { xlog(\"L_ERR\", \"T# seen $hdr(X)\\n\"); }")
	unchecked := withParams("no check_via", oneUDP)
	onsend := withParams("onsend_route_reply", oneUDP+"onsend_route_reply=yes", "onsend_route { xlog(\"L_ERR\", \"T# to $snd(port) $rs\\n\"); if ($hdr(X) == \"drop\") drop; }")
	mtu := withParams("udp_mtu", udpTCP+"udp_mtu=400\nudp_mtu_try_proto=TCP")
	mtuOnly := withParams("udp_mtu alone", udpTCP+"udp_mtu=400")
	noTCP := withParams("udp_mtu without a socket", oneUDP+"udp_mtu=400\nudp_mtu_try_proto=TCP")
	homed := withParams("mhomed", "mhomed=1\nlisten=udp:127.0.0.1:17500\nlisten=udp:127.0.0.1:17501")
	single := withParams("no mhomed", "listen=udp:127.0.0.1:17500\nlisten=udp:127.0.0.1:17501")
	virtual := withParams("virtual", oneUDP+"ip_free_bind=1\nlisten=udp:192.0.2.77:17777 virtual\nlisten=udp:192.0.2.78:17777")
	// Both servers run at once, on addresses that the host does not have.
	virtual.Kamailio = func(text string) string { return strings.ReplaceAll(text, "17777", "17778") }

	suite.Run(t, []scenario.Case{
		vias("advertised_address", `advertised_address="adv.example.com"`, "SIP/2.0/UDP adv.example.com:{port}"+branch, same),
		vias("advertised_port", `advertised_port=7777`, "SIP/2.0/UDP 127.0.0.1:7777"+branch, same),
		vias("advertised both", "advertised_address=1.2.3.4\nadvertised_port=5060", "SIP/2.0/UDP 1.2.3.4:5060"+branch, same),
		vias("local_rport", "local_rport=yes", "SIP/2.0/UDP 127.0.0.1:{port}"+branch+";rport", same),
		vias("without them", "", "SIP/2.0/UDP 127.0.0.1:{port}"+branch, same),
		{Name: "force_rport, sent on", Config: forced, Script: func(p *scenario.Play) {
			passes(p, "x", via, "SIP/2.0/UDP 127.0.0.1:{port}"+branch, via+";rport={myport};branch=z9hG4bK1")
		}},
		{Name: "force_rport, answered", Config: forced, Script: func(p *scenario.Play) {
			u := p.DialUDP()
			addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
			r := request{uri: "sip:sl@127.0.0.1", via: "Via: " + same}
			u.Send(r.text())
			u.Expect(answer("200 OK", "Via: "+same+";rport={myport}", request{}))
		}},
		{Name: "check_via, own", Config: checked, Script: replyComes("127.0.0.1:{port}", "x")},
		{Name: "check_via, alias", Config: checked, Script: replyComes("own.example", "x")},
		{Name: "check_via, foreign", Config: checked, Script: func(p *scenario.Play) {
			u := sendReply(p, "127.0.0.9:5060", "foreign")
			p.ExpectLog("T# seen foreign")
			thenReply(p, u, "127.0.0.1:{port}", "after")
		}},
		{Name: "no check_via, foreign", Config: unchecked, Script: replyComes("127.0.0.9:5060", "x")},
		{Name: "onsend_route_reply", Config: onsend, Script: func(p *scenario.Play) {
			thenReply(p, sendReply(p, "127.0.0.1:{port}", "drop"), "127.0.0.1:{port}", "after")
			p.ExpectLog("T# to " + p.Vars["myport"] + " 200")
		}},
		{Name: "udp_mtu, small", Config: mtu, Script: func(p *scenario.Play) {
			passes(p, "x", via, "SIP/2.0/UDP 127.0.0.1:{port}"+branch, same)
		}},
		{Name: "udp_mtu, large", Config: mtu, Script: large("x", "TCP")},
		{Name: "udp_mtu, large, the route says UDP", Config: mtu, Script: large("udp", "TCP")},
		{Name: "udp_mtu, large, the route says TCP", Config: mtuOnly, Script: large("tcp", "TCP")},
		{Name: "udp_mtu, large, nothing says TCP", Config: mtuOnly, Script: large("x", "UDP")},
		{Name: "udp_mtu, large, no TCP socket", Config: noTCP, Script: large("x", "UDP")},
		{Name: "mhomed", Config: homed, Script: secondSocket("{port}")},
		{Name: "no mhomed", Config: single, Script: secondSocket("")},
		{Name: "virtual", Config: virtual, Script: func(p *scenario.Play) {
			p.Vars["far"] = "17777"
			if p.Program.Kind == server.Kamailio {
				p.Vars["far"] = "17778"
			}
			for _, c := range []struct{ host, whose string }{
				{"127.0.0.1:{port}", "own"}, {"192.0.2.78:{far}", "own"}, {"192.0.2.77:{far}", "foreign"},
			} {
				host := string(p.Text(c.host))
				p.DialUDP().Send(request{uri: "sip:myself@" + host, via: "Via: " + same}.text())
				p.ExpectLog("T# " + c.whose + " sip:myself@" + host)
			}
		}},
	})
}

// sendReply sends a reply to the server, for a client behind it.
func sendReply(p *scenario.Play, via, x string) *scenario.Caller {
	u := p.DialUDP()
	addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
	u.Send(reply("Via: SIP/2.0/UDP "+via+";branch=z9hG4bKown\n", x))
	return u
}

func reply(via, x string) string {
	return "SIP/2.0 200 OK\n" + via + "Via: {via};branch=z9hG4bK1\nX: " + x +
		"\nFrom: <sip:b@127.0.0.1>;tag=1\nTo: <sip:a@127.0.0.1>;tag=2\nCall-ID: c1\nCSeq: 1 OPTIONS\nContent-Length: 0\n\n"
}

// thenReply sends another one, which is the first that comes.
func thenReply(p *scenario.Play, u *scenario.Caller, via, x string) {
	u.Send(reply("Via: SIP/2.0/UDP "+via+";branch=z9hG4bKown\n", x))
	u.Expect(reply("", x))
}

func replyComes(via, x string) func(*scenario.Play) {
	return func(p *scenario.Play) { sendReply(p, via, x).Expect(reply("", x)) }
}

// large is a request of more than 400 bytes, which goes out over a transport.
func large(user, transport string) func(*scenario.Play) {
	return func(p *scenario.Play) {
		u, l := p.DialUDP(), p.Listen()
		addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
		if transport == "TCP" {
			_, p.Vars["myport"], _ = net.SplitHostPort(l.Addr())
		}
		r := request{uri: "sip:" + user + "@127.0.0.1:{myport}", via: "Via: {via};branch=z9hG4bK1", headers: "X: " + strings.Repeat("x", 300) + "\n"}
		u.Send(r.text())
		r.via = "Via: SIP/2.0/" + transport + " 127.0.0.1:{port}" + branch + "\n" + r.via
		if transport == "TCP" {
			l.Accept().Expect(r.text())
		} else {
			u.Expect(r.text())
		}
	}
}

// secondSocket sends a request to the server's second socket; the port of the
// own Via is that of the first one or, with "", its own.
func secondSocket(port string) func(*scenario.Play) {
	return func(p *scenario.Play) {
		c, err := net.ListenPacket("udp4", "127.0.0.1:0")
		p.Check(err)
		defer c.Close()
		addr(p, "SIP/2.0/UDP ", c.LocalAddr().String())
		if port == "" {
			port = "{port2}"
		}
		to, err := net.ResolveUDPAddr("udp4", p.Vars["addr2"])
		p.Check(err)
		r := request{uri: "sip:x@127.0.0.1:{myport}", via: "Via: {via};branch=z9hG4bK1"}
		_, err = c.WriteTo(p.Text(r.text()), to)
		p.Check(err)
		b := make([]byte, 2048)
		p.Check(c.SetReadDeadline(time.Now().Add(p.Timeout())))
		n, from, err := c.ReadFrom(b)
		p.Check(err)
		r.via = "Via: SIP/2.0/UDP 127.0.0.1:" + port + branch + "\n" + r.via
		p.Check(p.Vars.Match(r.text(), b[:n]))
		if want := string(p.Text("127.0.0.1:" + port)); from.String() != want {
			p.Fail("it came from %s, want %s", from, want)
		}
	}
}
