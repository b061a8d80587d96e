package script

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"olelo/conformance/server"
	"olelo/lang/coverage"
)

// Units loads configurations for route steps: the unit level, without a server.
// The runner of olelo's own cases gives it; it is apart from this package, which
// shares no code with the server.
type Units interface {
	// Load loads a configuration; mocks are FUNCTION=CODE.
	Load(file string, mocks []string) (Unit, error)
}

// Unit is a loaded configuration whose blocks run one at a time. Its clock stands
// until it is moved, and its random numbers are always the same.
type Unit interface {
	// Run runs a block on a message, and tells what it did, a line for each thing.
	Run(route string, message []byte) (string, error)
	// Eval is a variable's value after the last run.
	Eval(name string) (value string, found bool, err error)
	// Advance moves the clock, and tells what the timers did.
	Advance(d time.Duration) string
	// Covered is which lines ran.
	Covered() *coverage.Profile
	Close()
}

// unitSource is what a unit was loaded from.
type unitSource struct{ file, mocks string }

// route is "route NAME MESSAGE [config=FILE] [mock FUNCTION=CODE…]": runs one block
// of a configuration on a message, without a socket. The functions behind mock do
// not run, they have that result. What the block did is what stdout and "cmp stdout
// FILE" see next; var, htable and clock are about the same unit. Other mocks or
// another configuration than before begin a new one.
func (p *play) route(neg bool, args []string) error {
	if p.o.Program.Kind == server.Kamailio {
		return skip{"unit level: route steps run on olelo alone"}
	}
	args, err := p.words(args)
	if err != nil {
		return err
	}
	const use = "route NAME MESSAGE [config=FILE] [mock FUNCTION=CODE…]"
	if neg || len(args) < 2 {
		return usagef("usage: %s", use)
	}
	config := "kamailio.cfg"
	rest := args[2:]
	if len(rest) > 0 && strings.HasPrefix(rest[0], "config=") {
		config, rest = rest[0][len("config="):], rest[1:]
	}
	var mocks []string
	if len(rest) > 0 {
		if mocks = rest[1:]; rest[0] != "mock" || len(mocks) == 0 {
			return usagef("usage: %s", use)
		}
	}
	if err := p.load(config, mocks); err != nil {
		return err
	}
	text, err := p.read(args[1])
	if err != nil {
		return err
	}
	b, err := (&actor{p: p, name: "unit", net: "udp"}).fill(text)
	if err != nil {
		return fmt.Errorf("%s: %w", args[1], err)
	}
	said, err := p.unit.Run(args[0], b)
	if err != nil {
		return err
	}
	p.unitSaid = fmt.Sprintf("%s did:\n%s", args[0], said)
	_, err = fmt.Fprint(p.ts.Stdout(), said)
	return err
}

func (p *play) load(config string, mocks []string) error {
	file, err := p.find(config)
	if err != nil {
		return err
	}
	from := unitSource{file, strings.Join(mocks, " ")}
	if p.unit != nil && p.unitOf == from {
		return nil
	}
	p.endUnit()
	u, err := p.o.Units.Load(file, mocks)
	if err != nil {
		return errors.New(strings.ReplaceAll(err.Error(), p.work+"/", ""))
	}
	p.unit, p.unitOf = u, from
	return nil
}

// endUnit ends the unit, where there is one, and hands on which lines ran.
func (p *play) endUnit() {
	if p.unit == nil {
		return
	}
	p.unitRan = coverage.Profile{}
	p.unitRan.Merge(p.unit.Covered(), p.original)
	if p.o.Covered != nil {
		p.o.Covered(&p.unitRan)
	}
	p.unit.Close()
	p.unit = nil
}
