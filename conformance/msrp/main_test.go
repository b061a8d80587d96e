// Package msrp holds the cases of the MSRP relay, byte for byte over real
// sockets, run against olelo and against the real Kamailio.
package msrp

import (
	"os"
	"testing"

	"olelo/conformance/scenario"
	"olelo/conformance/server"
)

var suite scenario.Suite

func TestMain(m *testing.M) { os.Exit(scenario.Main(m, &suite)) }

// seedText is the last example of Kamailio's msrp manual, byte for byte, and
// relayText the same with the one word corrected that keeps it from relaying:
// the htable is declared as c and used as msrp.
var (
	seedText  = example("kamailio.cfg")
	relayText = example("relay.cfg")
)

func example(name string) string {
	text, err := os.ReadFile("../../examples/msrp-relay/" + name)
	if err != nil {
		panic(err)
	}
	return string(text)
}

// loadable removes what Kamailio cannot load from the seed: mpath, which names
// a folder that does not exist, and mi_fifo, which was removed in 5.0.
func loadable(text string) string { return server.WithoutLines(text, "mpath", "mi_fifo") }

var (
	unchanged = &scenario.Config{Name: "unchanged", Text: seedText}

	seed   = &scenario.Config{Name: "seed", Text: seedText, Kamailio: loadable}
	relay  = &scenario.Config{Name: "relay", Text: relayText, Kamailio: loadable}
	relay2 = &scenario.Config{Name: "relay2", Text: relayText, Kamailio: loadable}
)

// auth does the 401, digest, 200 exchange as user alice and returns the session
// id of the Use-Path, for a connection whose own URI is from.
func auth(p *scenario.Play, c *scenario.Client, from string) (session string) {
	c.Send(authFrame("", from))
	c.Expect(challenged(from))
	c.Send(authFrame(authorization(p, credentials, "myrealm"), from))
	c.Expect(welcomed(from))
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
