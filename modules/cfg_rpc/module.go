// Package cfg_rpc is Kamailio's module cfg_rpc: the RPC commands cfg.*, which
// read and change parameters while the server runs.
package cfg_rpc

import (
	"errors"
	"sync"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "cfg_rpc"

// Module is the module's instance.
type Module struct {
	log  *log.Logger
	host registry.SettingHost
	// first are the values at the start.
	first map[*registry.Setting]string

	mu      sync.Mutex // one change at a time
	delayed []change   // for cfg.commit
}

// change is a value that a setting is to get.
type change struct {
	of   *registry.Setting
	text string
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns an instance.
func New() registry.Module { return &Module{first: map[*registry.Setting]string{}} }

// Exports lists the commands.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:  "RPC commands that read and change parameters while the server runs.",
		RPCs: m.rpcs(),
		Differs: []registry.Difference{
			{How: "there are the parameters that the configuration makes for itself, and of the core corelog, debug, force_rport, max_while_loops, memlog and udp_mtu, of which only debug can be changed while olelo runs, and xlog methods_filter, maxfwd max_limit and those of debugger, which can; not siputils ring_timeout, nor the group tcp"},
			{How: "cfg.add_group_inst, cfg.del, cfg.del_delayed and cfg.del_group_inst are not there: olelo does not run cfg_select, which chooses among a group's instances"},
			{How: "a number of more than 32 bits is refused; Kamailio takes its lower bits"},
			{How: "cfg.reset sets the parameters of a group that the configuration made to their values at the start; Kamailio 5.6.3 crashes"},
		},
	}
}

// Provision keeps the parameters and their values at the start.
func (m *Module) Provision(h registry.Host) error {
	var ok bool
	if m.host, ok = h.(registry.SettingHost); !ok {
		return errors.New("this server has no parameters to read while it runs")
	}
	m.log = h.Log()
	for _, s := range m.host.Settings() {
		m.first[s] = s.Get()
	}
	return nil
}

// set changes a parameter, and logs that or why not; m.mu is held.
func (m *Module) set(c change) bool {
	if !m.settable(c.of) {
		return false
	}
	if err := c.of.Set(c.text); err != nil {
		m.log.Errorf(name, "%s.%s is not changed: %v", c.of.Group, c.of.Name, err)
		return false
	}
	m.log.Infof(name, "%s.%s has been changed to %s", c.of.Group, c.of.Name, c.of.Get())
	return true
}

func (m *Module) settable(s *registry.Setting) bool {
	if s.Set == nil {
		m.log.Errorf(name, "%s.%s is not changed: the server would have to be started again", s.Group, s.Name)
	}
	return s.Set != nil
}
