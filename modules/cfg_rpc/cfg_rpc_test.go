package cfg_rpc_test

import (
	"errors"
	"strings"
	"testing"

	"olelo/modules/cfg_rpc"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/rpc"
)

type host struct {
	registrytest.Host
	log *log.Logger
	all []*registry.Setting
}

func (h *host) Log() *log.Logger              { return h.log }
func (h *host) Settings() []*registry.Setting { return h.all }

func (h *host) Setting(group, name string) *registry.Setting {
	for _, s := range h.all {
		if s.Group == group && s.Name == name {
			return s
		}
	}
	return nil
}

func fixed(name string) *registry.Setting {
	return &registry.Setting{Group: "g", Name: name, Get: func() string { return "1" }}
}

// TestRefused: who cannot change a parameter is told, and the log says why.
func TestRefused(t *testing.T) {
	m := cfg_rpc.New()
	b := registrytest.New(t, map[string]registry.Module{"cfg_rpc": m})
	stubborn := fixed("stubborn")
	stubborn.Set = func(string) error { return errors.New("it does not want to") }
	if err := m.(registry.Provisioner).Provision(&host{log: b.C.Log, all: []*registry.Setting{fixed("fixed"), stubborn}}); err != nil {
		t.Fatal(err)
	}
	run := func(line string) string {
		words := strings.Fields(line)
		for _, cmd := range m.Exports().RPCs {
			if cmd.Name == words[0] {
				reply, err := rpc.Run(cmd, rpc.Texts(words[1:]...))
				if err != nil {
					t.Fatal(err)
				}
				return string(rpc.AppendText(nil, reply))
			}
		}
		t.Fatalf("no command %s", line)
		return ""
	}
	const no = "error: 400 - Failed to set the variable\n"
	for _, c := range []struct{ line, reply, logged string }{
		{"cfg.set g fixed 2", no, "g.fixed is not changed: the server would have to be started again"},
		{"cfg.set_delayed g fixed 2", no, "g.fixed is not changed: the server would have to be started again"},
		{"cfg.seti g stubborn 2", no, "g.stubborn is not changed: it does not want to"},
		{"cfg.set_delayed g stubborn 4294967296", no, `g.stubborn is not changed: "4294967296" is no number of 32 bits`},
		{"cfg.diff", "", ""},
		{"cfg.set_delayed g stubborn 2", "", ""},
		{"cfg.commit", "", "g.stubborn is not changed: it does not want to"},
		{"cfg.diff", "", ""},
		{"cfg.reset g", "error: 500 - Reset failed\n", "g.stubborn is not changed"},
	} {
		if got := run(c.line); got != c.reply {
			t.Errorf("%s: %q, want %q", c.line, got, c.reply)
		}
		if got := b.Logged(); !strings.Contains(got, c.logged) || c.logged == "" && got != "" {
			t.Errorf("%s logged %q, want %q", c.line, got, c.logged)
		}
	}
}
