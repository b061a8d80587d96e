package main

import (
	"bytes"
	"fmt"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/script"
	"olelo/runtime/app"
	"olelo/runtime/transport"
)

// units loads configurations for the route steps of test cases, which run one
// block without a server.
type units struct{ defines []app.Define }

var _ script.Units = units{}

func (s units) Load(file string, mocks []string) (script.Unit, error) {
	var u unit
	o := newOptions(file)
	o.Defines = s.defines
	o.Stdout, o.Stderr = &u.said, &u.said
	var opt app.UnitOptions
	for _, text := range mocks {
		m, err := app.ParseMock(text)
		if err != nil {
			return nil, err
		}
		opt.Mocks = append(opt.Mocks, m)
	}
	opt.Source = netip.MustParseAddrPort("127.0.0.1:5099")
	opt.Proto = transport.UDP
	var err error
	if u.Unit, err = app.LoadUnit(o, opt); err != nil {
		return nil, fmt.Errorf("%w\n%s", err, u.said.String())
	}
	return &u, nil
}

type unit struct {
	*app.Unit
	said bytes.Buffer
}

// Run tells what a block did, a line for each thing in the order of their
// happening:
//
//	call FUNCTION("ARGUMENT", …) = CODE     (mocked)
//	log LEVEL: TEXT
//	send PROTO HOST:PORT FIRST LINE
//	return CODE, or exit, or drop
func (u *unit) Run(route string, message []byte) (string, error) {
	r, err := u.Unit.Run(route, message)
	if err != nil {
		return "", err
	}
	var b strings.Builder
	for _, c := range r.Calls {
		b.WriteString("call " + c.Name + "(")
		for i, a := range c.Args {
			if i > 0 {
				b.WriteString(", ")
			}
			b.WriteString(strconv.Quote(a))
		}
		fmt.Fprintf(&b, ") = %d", c.Code)
		if c.Mocked {
			b.WriteString(" mocked")
		}
		b.WriteString("\n")
	}
	for _, s := range r.Sent {
		first, _, _ := bytes.Cut(s.Bytes, []byte("\r\n"))
		fmt.Fprintf(&b, "send %s %s %s\n", s.Proto, s.To, first)
	}
	for _, l := range r.Log {
		fmt.Fprintf(&b, "log %s: %s\n", l.Level, strings.TrimRight(l.Text, "\n"))
	}
	fmt.Fprintf(&b, "%s %d\n", r.End, r.Code)
	return b.String(), nil
}

func (u *unit) Eval(name string) (string, bool, error) {
	value, null, err := u.Unit.Eval(name)
	return value, !null, err
}

func (u *unit) Advance(d time.Duration) error { return fmt.Errorf("clock") }
