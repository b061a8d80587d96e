package registrytest

import (
	"bytes"
	"net/netip"
	"strings"
	"testing"

	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// Bench is one worker with some modules loaded, for a test.
type Bench struct {
	*Fixup
	T   testing.TB
	C   *registry.Ctx
	Out bytes.Buffer // what was logged, at threshold L_INFO
}

// New returns a bench with the modules, by name, and no message.
func New(t testing.TB, mods map[string]registry.Module) *Bench {
	t.Helper()
	b := &Bench{T: t, Fixup: &Fixup{Modules: mods, Routes: map[string]registry.Block{}, Defines: map[string]string{}}}
	l, err := log.New(log.Config{Writer: &b.Out}, 1, 4711)
	if err != nil {
		t.Fatal(err)
	}
	l.SetLevel(log.Info)
	b.C = &registry.Ctx{Worker: &registry.Worker{Rank: 1, PID: 4711, Log: l}, Route: registry.Request}
	return b
}

// Message makes text the message being handled, as it came in over UDP from
// 127.0.0.1:15999 to 127.0.0.1:5060. Line ends may be LF.
func (b *Bench) Message(text string) {
	b.T.Helper()
	if !strings.Contains(text, "\r\n") {
		text = strings.ReplaceAll(text, "\n", "\r\n")
	}
	m := new(sip.Message)
	if err := m.Parse([]byte(text)); err != nil {
		b.T.Fatal(err)
	}
	b.C.Msg = m
	src := netip.MustParseAddrPort("127.0.0.1:15999")
	b.C.Recv = &transport.Recv{
		Proto: transport.UDP, Src: src, SrcIP: src.Addr().String(),
		Socket: &transport.Socket{
			Proto: transport.UDP, Addr: netip.MustParseAddrPort("127.0.0.1:5060"),
			Text: "udp:127.0.0.1:5060", IP: "127.0.0.1", Port: "5060",
		},
	}
	if !m.IsRequest() {
		b.C.Route = registry.CoreOnReply
	}
}

// grow gives the worker the $var slots bound so far.
func (b *Bench) grow() {
	for i := len(b.C.Vars); i < len(b.slots); i++ {
		var s registry.VarSlot
		if !b.slots[i] {
			s.SetInt(0)
		}
		b.C.Vars = append(b.C.Vars, s)
	}
}

// Eval binds a text with variables and evaluates it.
func (b *Bench) Eval(text string) string {
	b.T.Helper()
	f, err := b.Format(text)
	if err != nil {
		b.T.Fatalf("%s: %v", text, err)
	}
	b.grow()
	return f.Text(b.C)
}

// Get binds a variable and returns its value.
func (b *Bench) Get(text string) value.Value {
	b.T.Helper()
	v, err := b.Var(text)
	if err != nil {
		b.T.Fatalf("%s: %v", text, err)
	}
	b.grow()
	var val value.Value
	v.Get(b.C, &val)
	return val
}

// Set binds a variable and assigns v: an int, a string, or nil for $null. It
// reports what the setter says.
func (b *Bench) Set(text string, v any) bool {
	b.T.Helper()
	x, err := b.Var(text)
	if err != nil {
		b.T.Fatalf("%s: %v", text, err)
	}
	b.grow()
	var val value.Value
	switch v := v.(type) {
	case int:
		val.SetInt(int64(v))
	case string:
		val.SetStr(v)
	case value.Value:
		val = v
	}
	if x.Set == nil {
		b.T.Fatalf("%s is read-only", text)
	}
	return x.Set(b.C, &val)
}

// Run binds a function and calls it.
func (b *Bench) Run(name string, args ...any) int {
	b.T.Helper()
	call, err := b.Call(name, args...)
	if err != nil {
		b.T.Fatalf("%s: %v", name, err)
	}
	b.grow()
	return call(b.C)
}

// Logged returns what was logged since the last call, and forgets it.
func (b *Bench) Logged() string {
	s := b.Out.String()
	b.Out.Reset()
	return s
}
