// Package sip holds the cases of stateless SIP over UDP and TCP, byte for byte
// over real sockets, run against olelo and against the real Kamailio.
package sip

import (
	_ "embed"
	"os"
	"strings"
	"testing"

	"olelo/conformance/scenario"
)

var suite scenario.Suite

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

//go:embed testdata/sip.cfg
var stateless string

var config = &scenario.Config{Name: "sip", Text: stateless}

// request is what request builds; a zero field has a plain value.
type request struct {
	method, uri, via, from, to, id, headers, body string
}

// text is r with a Content-Length. "{via}" in it is the Via that the transport
// under test needs.
func (r request) text() string {
	set := func(s *string, v string) {
		if *s == "" {
			*s = v
		}
	}
	set(&r.method, "OPTIONS")
	set(&r.uri, "sip:a@127.0.0.1")
	set(&r.via, "Via: {via};branch=z9hG4bK1")
	set(&r.from, "<sip:b@127.0.0.1>;tag=1")
	set(&r.to, "<sip:a@127.0.0.1>")
	set(&r.id, "c1")
	body := strings.ReplaceAll(r.body, "\n", "\r\n")
	return r.method + " " + r.uri + " SIP/2.0\n" + r.via + "\nFrom: " + r.from + "\nTo: " + r.to + "\nCall-ID: " + r.id +
		"\nCSeq: 1 " + r.method + "\n" + r.headers + "Content-Length: " + itoa(len(body)) + "\n\n" + r.body
}

// answer is the reply to a plain request: status, then the Via lines, the rest.
func answer(status, vias string, r request) string {
	if r.method == "" {
		r.method = "OPTIONS"
	}
	if r.from == "" {
		r.from = "<sip:b@127.0.0.1>;tag=1"
	}
	if r.to == "" {
		r.to = "<sip:a@127.0.0.1>;tag={totag:[^;\r]+}"
	}
	if r.id == "" {
		r.id = "c1"
	}
	return "SIP/2.0 " + status + "\n" + vias + "\nFrom: " + r.from + "\nTo: " + r.to + "\nCall-ID: " + r.id +
		"\nCSeq: 1 " + r.method + "\nServer: {server:[^\r]+}\nContent-Length: 0\n\n"
}

// socket is a UDP socket or a TCP connection.
type socket interface {
	Send(text string)
	Expect(text string)
}

// over runs script over UDP and over TCP. The variables via, and me and port
// of the socket's own address, are set.
func over(name string, script func(p *scenario.Play, s socket)) []scenario.Case {
	return []scenario.Case{
		{Name: name + ", UDP", Config: config, Script: func(p *scenario.Play) {
			u := p.DialUDP()
			addr(p, "SIP/2.0/UDP ", u.Conn.LocalAddr().String())
			script(p, u)
		}},
		{Name: name + ", TCP", Config: config, Script: func(p *scenario.Play) {
			c := p.Dial()
			addr(p, "SIP/2.0/TCP ", c.Local())
			script(p, c)
		}},
	}
}

func addr(p *scenario.Play, transport, local string) {
	p.Vars["via"] = transport + local
	p.Vars["transport"] = strings.TrimSpace(transport)
	p.Vars["myport"] = local[strings.LastIndexByte(local, ':')+1:]
}
