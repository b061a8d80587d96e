// Package load holds what a case file cannot say of a server under load: streams
// cut at every byte, frames with each byte replaced, slow readers, many
// connections, run against olelo and against the real Kamailio.
package load

import (
	"os"
	"testing"

	"olelo/conformance/peer"
	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

// relayText is the example's relay.
var relayText = example("relay.cfg")

func example(name string) string {
	text, err := os.ReadFile("../../examples/msrp-relay/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// loadable removes what Kamailio cannot load from it: mpath, which names a folder
// that does not exist, and mi_fifo, which was removed in 5.0.
func loadable(text string) string { return server.WithoutLines(text, "mpath", "mi_fifo") }

var relay = &scenario.Config{Name: "relay", Text: relayText, Kamailio: loadable}

// auth does the 401, digest, 200 exchange as user alice and returns the session
// id of the Use-Path, for a connection whose own URI is from.
func auth(p *scenario.Play, c *scenario.Client, from string) (session string) {
	frame := func(headers string) string {
		return "MSRP ath0 AUTH\nTo-Path: msrp://127.0.0.1:5060;tcp\nFrom-Path: " + from + "\n" + headers + "-------ath0$\n"
	}
	answer := func(first, header string) string {
		return "MSRP ath0 " + first + "\nTo-Path: " + from + "\nFrom-Path: msrp://127.0.0.1:5060;tcp\n" + header + "\n-------ath0$\n"
	}
	c.Send(frame(""))
	c.Expect(answer("401 Authorization Required", `WWW-Authenticate: Digest realm="myrealm", nonce="{nonce:[^"]+}"`))
	credentials := peer.Credentials{User: "alice", Password: "xyz123", Method: "MSRP", URI: "msrp://127.0.0.1:5060;tcp"}
	value, err := credentials.Authorization(`Digest realm="myrealm", nonce="` + p.Vars["nonce"] + `"`)
	p.Check(err)
	c.Send(frame("Authorization: " + value + "\n"))
	c.Expect(answer("200 OK", `Use-Path: msrp://127.0.0.1:5060/{session:s\.[0-9]+\.[0-9]+\.[0-9]+};tcp`))
	return p.Vars["session"]
}

// dial connects a client and sets the variable name to its own URI, by whose
// address and port the server finds this connection. The answered keep-alive
// tells that the server has accepted it.
func dial(p *scenario.Play, name string) *scenario.Client {
	c := p.Dial()
	p.Vars[name] = "msrp://" + c.Local() + "/" + name + ";tcp"
	known(c)
	return c
}

func known(c *scenario.Client) {
	c.SendBytes([]byte("\r\n\r\n"))
	c.Expect("\n")
}

// member is dial and auth: the variable name_s is then the session's URI at
// the relay.
func member(p *scenario.Play, name string) *scenario.Client {
	c := dial(p, name)
	p.Vars[name+"_s"] = "msrp://127.0.0.1:5060/" + auth(p, c, p.Vars[name]) + ";tcp"
	return c
}

// send is a SEND from alice to bob's session, with everything after the paths.
func send(tid, rest string) string {
	return "MSRP " + tid + " SEND\nTo-Path: {bob_s} {bob}\nFrom-Path: {alice}\n" + rest
}

// relayed is what bob receives of send.
func relayed(tid, rest string) string {
	return "MSRP " + tid + " SEND\nTo-Path: {bob}\nFrom-Path: {bob_s} {alice}\n" + rest
}

// whole is a rest of headers, a body and an end line.
func whole(tid, body, flag string) string {
	return "Message-ID: 87652\nByte-Range: 1-*/*\nContent-Type: text/plain\n\n" + body + "\n-------" + tid + flag + "\n"
}

// couple is alice, who only connects, and bob, who has a session.
func couple(p *scenario.Play) (a, b *scenario.Client) {
	return dial(p, "alice"), member(p, "bob")
}

// quiet proves that nothing came on c before: a request to an unknown session
// gets the next answer.
func quiet(c *scenario.Client) {
	c.Send("MSRP quiet SEND\nTo-Path: msrp://127.0.0.1:5060/none;tcp msrp://nobody.example;tcp\nFrom-Path: msrp://x.example;tcp\nMessage-ID: q\n-------quiet$\n")
	c.Expect("MSRP quiet 481 No Such Session\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/none;tcp\nMessage-ID: q\n-------quiet$\n")
}

// bytesOf joins head and end, with their variables, around a body taken as it
// is.
func bytesOf(p *scenario.Play, head string, body []byte, end string) []byte {
	return append(append(p.Text(head), body...), p.Text(end)...)
}
