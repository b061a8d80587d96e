package msrp

import (
	_ "embed"
	"testing"

	"olelo/conformance/scenario"
)

//go:embed testdata/forward.cfg
var forwardText string

var forward = &scenario.Config{Name: "forward", Text: forwardText}

func TestForward(t *testing.T) {
	// goes sends a frame to a session and expects it at Bob with paths, whose
	// answer is rc.
	goes := func(name, session, headers, paths, rc string) scenario.Case {
		return scenario.Case{
			Name: name, Config: forward,
			Diverges: "msrp_forward is Kamailio 6.1's; 5.6 does not load the config (Behaviour to match, msrp_forward)",
			Script: func(p *scenario.Play) {
				a, b := p.Dial(), dial(p, "bob")
				p.Vars["bobaddr"] = b.Local()
				a.Send("MSRP f1 SEND\nTo-Path: msrp://127.0.0.1:5060/" + session + ";tcp msrp://far.example/f;tcp\nFrom-Path: msrp://x.example;tcp\n" + headers + "\nHi\n-------f1+\n")
				if paths != "" {
					b.Expect("MSRP f1 SEND\n" + paths + headers + "\nHi\n-------f1+\n")
				}
				a.Expect("MSRP f1 200 rc\nTo-Path: msrp://x.example;tcp\nFrom-Path: msrp://127.0.0.1:5060/" + session + ";tcp\nX-rc: [" + rc + "]\n-------f1$\n")
			},
		}
	}
	suite.Run(t, []scenario.Case{
		goes("as it came", "as-it-came", "X-Dst: msrp://{bobaddr}\n",
			"To-Path: msrp://127.0.0.1:5060/as-it-came;tcp msrp://far.example/f;tcp\nFrom-Path: msrp://x.example;tcp\n", "1"),
		goes("as it came, to nowhere", "as-it-came-nowhere", "X: y\n", "", "-1"),
		goes("with another To-Path", "to", "X-To: {bob}\n",
			"To-Path: {bob}\nFrom-Path: msrp://127.0.0.1:5060/to;tcp msrp://far.example/f;tcp\n", "1"),
		goes("with other paths", "to-from", "X-To: {bob} msrp://far.example/g;tcp\nX-From: msrp://me.example/1;tcp\n",
			"To-Path: {bob} msrp://far.example/g;tcp\nFrom-Path: msrp://me.example/1;tcp\n", "1"),
		goes("with a To-Path that is none", "to", "X-To: junk\n", "", "-1"),
	})
}
