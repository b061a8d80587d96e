package msrp

import (
	"regexp"
	"testing"

	"olelo/conformance/peer"
	"olelo/conformance/scenario"
)

const alice = "msrp://alice.example:7965/bar;tcp"

var credentials = peer.Credentials{User: "alice", Password: "xyz123", Method: "MSRP", URI: "msrp://127.0.0.1:5060;tcp"}

func authFrame(headers, from string) string {
	return "MSRP ath0 AUTH\nTo-Path: msrp://127.0.0.1:5060;tcp\nFrom-Path: " + from + "\n" + headers + "-------ath0$\n"
}

func challenged(from string) string {
	return "MSRP ath0 401 Authorization Required\nTo-Path: " + from + "\nFrom-Path: msrp://127.0.0.1:5060;tcp\n" +
		`WWW-Authenticate: Digest realm="myrealm", nonce="{nonce:[^"]+}"` + "\n-------ath0$\n"
}

func welcomed(from string) string {
	return "MSRP ath0 200 OK\nTo-Path: " + from + "\nFrom-Path: msrp://127.0.0.1:5060;tcp\n" +
		`Use-Path: msrp://127.0.0.1:5060/{session:s\.[0-9]+\.[0-9]+\.[0-9]+};tcp` + "\n-------ath0$\n"
}

// authorization answers the challenge with the realm and the last nonce.
func authorization(p *scenario.Play, c peer.Credentials, realm string) string {
	value, err := c.Authorization(`Digest realm="` + realm + `", nonce="` + p.Vars["nonce"] + `"`)
	p.Check(err)
	return "Authorization: " + value + "\n"
}

// digestCase authenticates with what change made of the right credentials and
// expects the answer.
func digestCase(name string, change func(*peer.Credentials), answer func(string) string) scenario.Case {
	return scenario.Case{Name: name, Config: seed, Script: func(p *scenario.Play) {
		a := p.Dial()
		a.Send(authFrame("", alice))
		a.Expect(challenged(alice))
		c := credentials
		change(&c)
		a.Send(authFrame(authorization(p, c, "myrealm"), alice))
		a.Expect(answer(alice))
	}}
}

func TestAuth(t *testing.T) {
	refused := func(name, headers string) scenario.Case {
		return scenario.Case{Name: name, Config: seed, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(authFrame("", alice))
			a.Expect(challenged(alice))
			a.Send(authFrame(headers, alice))
			a.Expect(challenged(alice))
		}}
	}
	changed := func(name, realm, nonce string) scenario.Case {
		return scenario.Case{Name: name, Config: seed, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(authFrame("", alice))
			a.Expect(challenged(alice))
			if nonce != "the server's" {
				p.Vars["nonce"] = nonce
			}
			a.Send(authFrame(authorization(p, credentials, realm), alice))
			a.Expect(challenged(alice))
		}}
	}
	wrongMethod := digestCase("digest over AUTH", func(c *peer.Credentials) { c.Method = "AUTH" }, welcomed)
	wrongMethod.Diverges = "pv_www_authenticate(realm, pw, flags) hashes A2 with AUTH as RFC 4976 says, besides Kamailio's MSRP (The seed's config, unchanged)"

	const (
		longWay = "MSRP t8x.y AUTH\nTo-Path: msrp://127.0.0.1:5060;tcp\nFrom-Path: msrp://r.example:1/q;tcp msrp://alice.example/bar;tcp\nMessage-ID: m.1\n-------t8x.y$\n"

		longWayBack = "From-Path: msrp://127.0.0.1:5060;tcp\nMessage-ID: m.1\n" +
			`WWW-Authenticate: Digest realm="myrealm", nonce="{nonce:[^"]+}"` + "\n-------t8x.y$\n"
	)
	suite.Run(t, []scenario.Case{
		{Name: "challenge", Config: seed, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send(authFrame("", alice))
			a.Expect(challenged(alice))
		}},
		{
			Name: "challenge goes the whole way back", Config: seed,
			Diverges: "To-Path has only the first From-Path URI there, so that the challenge ends at the relay before (Where Kamailio is wrong, 8)",
			Script: func(p *scenario.Play) {
				a := p.Dial()
				a.Send(longWay)
				a.Expect("MSRP t8x.y 401 Authorization Required\nTo-Path: msrp://r.example:1/q;tcp msrp://alice.example/bar;tcp\n" + longWayBack)
			},
			Kamailio: func(p *scenario.Play) {
				a := p.Dial()
				a.Send(longWay)
				a.Expect("MSRP t8x.y 401 Authorization Required\nTo-Path: msrp://r.example:1/q;tcp\n" + longWayBack)
			},
		},
		{
			Name: "a nonce is its connection's", Config: seed,
			Diverges: "a nonce is taken from any connection there (Where Kamailio is wrong, 10)",
			Script: func(p *scenario.Play) {
				a, b := p.Dial(), p.Dial()
				a.Send(authFrame("", alice))
				a.Expect(challenged(alice))
				stolen := authorization(p, credentials, "myrealm")
				b.Send(authFrame(stolen, alice))
				b.Expect(challenged(alice))
				a.Send(authFrame(stolen, alice))
				a.Expect(welcomed(alice))
			},
			Kamailio: func(p *scenario.Play) {
				a, b := p.Dial(), p.Dial()
				a.Send(authFrame("", alice))
				a.Expect(challenged(alice))
				b.Send(authFrame(authorization(p, credentials, "myrealm"), alice))
				b.Expect(welcomed(alice))
			},
		},
		{
			Name: "the seed unchanged", Config: unchanged,
			Diverges: "it does not load there: mpath names no folder, and mi_fifo is gone since 5.0 (The seed's config, unchanged)",
			Script: func(p *scenario.Play) {
				auth(p, p.Dial(), alice)
				// One remark each, with its place.
				for _, remark := range []string{
					`(?m)^WARNING: .*kamailio\.cfg, line 11, column 1-27: mpath`,
					`(?m)^WARNING: .*kamailio\.cfg, line 14, column 1-23: module mi_fifo`,
					`(?m)^WARNING: .*"msrp".*"c".*kamailio\.cfg:76`,
				} {
					if n := len(regexp.MustCompile(remark).FindAllString(p.Server.Log.String(), -1)); n != 1 {
						p.Fail("%d remarks match %q in the log:\n%s", n, remark, p.Server.Log)
					}
				}
			},
		},
		digestCase("digest over MSRP", func(*peer.Credentials) {}, welcomed),
		wrongMethod,
		digestCase("digest over SEND", func(c *peer.Credentials) { c.Method = "SEND" }, challenged),
		digestCase("wrong password", func(c *peer.Credentials) { c.Password = "xyz124" }, challenged),
		digestCase("other user, same password", func(c *peer.Credentials) { c.User = "bob" }, welcomed),
		changed("wrong nonce", "myrealm", "awNs+msDa844wCESf3/Vs0e9Rhu7eF3K"),
		changed("empty nonce", "myrealm", ""),
		changed("wrong realm", "other", "the server's"),
		refused("basic", "Authorization: Basic YWxpY2U6eHl6MTIz\n"),
		refused("no fields", "Authorization: Digest\n"),
		refused("empty", "Authorization: \n"),
		refused("malformed", "Authorization: Digest username=\"alice, realm=myrealm,,,=\n"),
		refused("no response", "Authorization: Digest username=\"alice\", realm=\"myrealm\", nonce=\"{nonce}\", uri=\"msrp://x\"\n"),
		{Name: "sessions differ", Config: seed, Script: func(p *scenario.Play) {
			if one, two := auth(p, p.Dial(), alice), auth(p, p.Dial(), alice); one == two {
				p.Fail("two clients got the session %s", one)
			}
		}},
	})
}
