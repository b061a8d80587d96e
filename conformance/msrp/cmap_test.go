package msrp

import (
	_ "embed"
	"errors"
	"os/exec"
	"strings"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/scenario"
)

//go:embed testdata/cmap.cfg
var cmapText string

var cmap = &scenario.Config{Name: "cmap", Text: cmapText}

// brief has sessions of one second, which the timer does not remove in time.
var brief = &scenario.Config{Name: "brief", Text: strings.NewReplacer(
	`"auth_min_expires", 30`, `"auth_min_expires", 1`, `"auth_max_expires", 600`, `"auth_max_expires", 1`,
).Replace(cmapText)}

func cmapAuth(headers string) string {
	return "MSRP m1 AUTH\nTo-Path: msrp://relay.example:2855;tcp\nFrom-Path: msrp://bob.example:8145/b;tcp\n" + headers + "-------m1$\n"
}

func cmapSaved(expires string) string {
	return "MSRP m1 200 OK\nTo-Path: msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://relay.example:2855;tcp\nUse-Path: msrp://relay.example:2855/{session:[^;/ ]+};tcp\nExpires: " + expires + "\n-------m1$\n"
}

func TestConnectionMap(t *testing.T) {
	lookup := func(name, to, rc string) scenario.Case {
		return scenario.Case{Name: name, Config: cmap, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send("MSRP m2 SEND\nTo-Path: " + to + " msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://a.example;tcp\n-------m2$\n")
			a.Expect("MSRP m2 481 No Such Session\nTo-Path: msrp://a.example;tcp\nFrom-Path: " + to + "\nX-rc: [" + rc + "]\n-------m2$\n")
		}}
	}
	// RFC 4976, section 5.1: an Expires out of bounds is answered 423 with the
	// bound.
	bound := func(name, expires, header string) scenario.Case {
		return scenario.Case{
			Name: name, Config: cmap,
			Diverges: "423 only for an Expires beside Authorization, then always, and with leaked memory in it (Where Kamailio is wrong, 9)",
			Script: func(p *scenario.Play) {
				b := p.Dial()
				b.Send(cmapAuth("Expires: " + expires + "\n"))
				b.Expect("MSRP m1 423 Interval Out Of Bounds\nTo-Path: msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://relay.example:2855;tcp\n" + header + "\n-------m1$\n")
			},
			Kamailio: func(p *scenario.Play) {
				b := p.Dial()
				b.Send(cmapAuth("Expires: " + expires + "\n"))
				b.Expect(cmapSaved("600"))
			},
		}
	}
	suite.Run(t, []scenario.Case{
		{Name: "save answers with Use-Path", Config: cmap, Script: func(p *scenario.Play) {
			b := p.Dial()
			b.Send(cmapAuth(""))
			b.Expect(cmapSaved("600"))
			one := p.Vars["session"]
			b.Send(cmapAuth(""))
			b.Expect(cmapSaved("600"))
			if one == p.Vars["session"] {
				p.Fail("two sessions have the id %s", one)
			}
		}},
		{Name: "save keeps Message-ID", Config: cmap, Script: func(p *scenario.Play) {
			b := p.Dial()
			b.Send(cmapAuth("Message-ID: 4\n"))
			b.Expect("MSRP m1 200 OK\nTo-Path: msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://relay.example:2855;tcp\nMessage-ID: 4\nUse-Path: msrp://relay.example:2855/{session:[^;/ ]+};tcp\nExpires: 600\n-------m1$\n")
		}},
		{Name: "lookup finds the session's connection", Config: cmap, Script: func(p *scenario.Play) {
			a, b := p.Dial(), p.Dial()
			b.Send(cmapAuth(""))
			b.Expect(cmapSaved("600"))
			// The URI's host is not where Bob is: only the map knows.
			rest := whole("m3", "Hi", "$")
			a.Send("MSRP m3 SEND\nTo-Path: msrp://relay.example:2855/{session};tcp msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://a.example;tcp\n" + rest)
			b.Expect("MSRP m3 SEND\nTo-Path: msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://relay.example:2855/{session};tcp msrp://a.example;tcp\n" + rest)
			p.ExpectLog("lookup of m3: 1\n")
		}},
		{Name: "msrp.cmaplist by kamcmd", Config: cmap, Script: func(p *scenario.Play) {
			kamcmd, err := exec.LookPath("kamcmd")
			if err != nil {
				p.T.Skip("kamcmd is not installed")
			}
			b := p.Dial()
			b.Send(cmapAuth(""))
			b.Expect(cmapSaved("600"))
			said, err := exec.Command(kamcmd, "-s", "unix:"+p.Vars["dir"]+"/kamailio_ctl", "msrp.cmaplist").CombinedOutput()
			if err != nil {
				p.Fail("kamcmd: %v:\n%s", err, said)
			}
			_, entry, _ := strings.Cut(string(said), "SESSIONID: "+p.Vars["session"]+"\n")
			entry, _, _ = strings.Cut(entry, "}")
			entry = strings.ReplaceAll(entry, "\t", "")
			p.Vars["local"] = b.Local()
			p.Check(p.Vars.Match("PEER: msrp://bob.example:8145/b;tcp\nADDR: msrp://{local}\nSOCK: tcp:{addr}\nEXPIRES: {expires:[^\r]+}\nCONID: {conid:[0-9]+}\nFLAGS: 0\n",
				[]byte(strings.ReplaceAll(entry, "\n", "\r\n"))))
			if !strings.Contains(string(said), "MAP_SIZE: 16\n") || !strings.Contains(string(said), "CONCOUNT: ") {
				p.Fail("kamcmd says:\n%s", said)
			}
		}},
		{Name: "save on a SEND", Config: cmap, Script: func(p *scenario.Play) {
			a := p.Dial()
			a.Send("MSRP m4 SEND\nTo-Path: msrp://relay.example/save;tcp msrp://b.example;tcp\nFrom-Path: msrp://a.example;tcp\n-------m4$\n")
			a.Expect("MSRP m4 200 rc\nTo-Path: msrp://a.example;tcp\nFrom-Path: msrp://relay.example/save;tcp\nX-rc: [-2]\n-------m4$\n")
		}},
		lookup("lookup of an unknown session", "msrp://relay.example:2855/nosuch;tcp", "-4"),
		lookup("lookup without session", "msrp://relay.example:2855;tcp", "-3"),
		{
			Name: "lookup after Expires", Config: brief,
			Diverges: "a session is found there until the timer removes it (Where Kamailio is wrong, 11)",
			Script: func(p *scenario.Play) {
				a, b := p.Dial(), p.Dial()
				b.Send(cmapAuth(""))
				b.Expect(cmapSaved("1"))
				deadline := time.Now().Add(p.Timeout())
				a.Timeout = 100 * time.Millisecond
				for {
					a.Send("MSRP m5 SEND\nTo-Path: msrp://relay.example:2855/{session};tcp msrp://bob.example:8145/b;tcp\nFrom-Path: msrp://a.example;tcp\n-------m5$\n")
					answer, err := a.Next()
					if err == nil {
						p.Check(p.Vars.Match("MSRP m5 481 No Such Session\nTo-Path: msrp://a.example;tcp\nFrom-Path: msrp://relay.example:2855/{session};tcp\nX-rc: [-4]\n-------m5$\n", answer))
						return
					}
					// The frame went to Bob.
					if !errors.Is(err, peer.ErrTimeout) || time.Now().After(deadline) {
						p.Check(err)
					}
				}
			},
		},
		bound("Expires too small", "10", "Min-Expires: 30"),
		bound("Expires too large", "9999", "Max-Expires: 600"),
		{
			Name: "Expires in the bounds", Config: cmap,
			Diverges: "Expires is not used there (Where Kamailio is wrong, 9)",
			Script: func(p *scenario.Play) {
				b := p.Dial()
				b.Send(cmapAuth("Expires: 60\n"))
				b.Expect(cmapSaved("60"))
			},
		},
		{
			Name: "Expires in the bounds beside Authorization", Config: cmap,
			Diverges: "any Expires is refused there when Authorization is there, and the refusal can end the server (Where Kamailio is wrong, 9)",
			Script: func(p *scenario.Play) {
				b := p.Dial()
				b.Send(cmapAuth("Expires: 60\nAuthorization: Digest username=\"x\"\n"))
				b.Expect(cmapSaved("60"))
			},
		},
	})
}
