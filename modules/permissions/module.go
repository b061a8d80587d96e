// Package permissions is Kamailio's module permissions: who may send what, by
// files of rules and by lists of addresses.
package permissions

import (
	"context"
	"errors"
	"fmt"
	"os"
	"slices"
	"strconv"
	"strings"
	"sync"
	"sync/atomic"
	"time"

	"olelo/runtime/avp"
	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "permissions"

// The bits of load_backends.
const (
	backendAddress = 1 << iota
	backendTrusted
	backendAllow
	backendDeny
	backendsAll = 0xffff
)

// Module is the module's instance.
type Module struct {
	defaultAllow, defaultDeny string
	allowSuffix, denySuffix   string
	allBranches               int

	addressFile string
	source      db.Source
	table       string
	columns     columns
	maxSubnets  int
	backends    int
	reloadDelta int
	tagAVP      avp.Name
	hasTag      bool

	host      registry.Host
	dir       string
	contact   sip.Key
	files     map[string]rules // by path; written while the configuration loads
	defaults  *policy
	addresses atomic.Pointer[addresses] // nil where there is nowhere to take them from
	conn      db.Conn                   // nil where they are not in a database

	reload   sync.Mutex
	reloaded time.Time
}

// columns are the names of the address table's.
type columns struct{ group, ip, mask, port, tag string }

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() registry.Module {
	return &Module{
		defaultAllow: "permissions.allow", defaultDeny: "permissions.deny",
		allowSuffix: ".allow", denySuffix: ".deny", allBranches: 1,
		table: "address", columns: columns{"grp", "ip_addr", "mask", "port", "tag"},
		maxSubnets: 512, backends: backendsAll, reloadDelta: 5,
		contact: sip.HeaderKey("Contact"), files: map[string]rules{},
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Who may send what: rules in files of what may be called and registered, and lists of addresses.",
		Differs: []registry.Difference{
			{How: "what is no IPv4 address is none: 127.0.0.257 counts as 127.0.0.25 or another in Kamailio"},
			{Of: "modparam address_file", How: "a line whose group or mask is no number stops the start with its number; 5.6.3 takes the group for 0 and the rest for a name"},
			{Of: "modparam peer_tag_mode", How: "is allow_trusted's, which does not run yet", Idle: true},
			{Of: "modparam db_mode", How: "is allow_trusted's, which does not run yet", Idle: true},
		},
		Funcs:  slices.Concat(m.routingFuncs(), m.addressFuncs()),
		Params: m.params(),
		RPCs:   m.rpcs(),
	}
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.Str("default_allow_file", &m.defaultAllow, "The allow file of allow_routing(); default permissions.allow. A relative path starts at the configuration's folder."),
		registry.Str("default_deny_file", &m.defaultDeny, "The deny file of allow_routing(); default permissions.deny."),
		registry.Int("check_all_branches", &m.allBranches, "Whether allow_routing looks at the branches too; default 1."),
		registry.Str("allow_suffix", &m.allowSuffix, "What follows BASE in an allow file's name; default .allow."),
		registry.Str("deny_suffix", &m.denySuffix, "What follows BASE in a deny file's name; default .deny."),
		registry.Str("address_file", &m.addressFile, "The file of the addresses: in each line GROUP ADDRESS [MASK [PORT]] [TAG]. It goes before a database."),
		m.source.Param("db_url", "The database of the addresses."),
		registry.Str("address_table", &m.table, "The table of the addresses; default address."),
		registry.Str("grp_col", &m.columns.group, "Its column of groups; default grp."),
		registry.Str("ip_addr_col", &m.columns.ip, "Its column of addresses; default ip_addr."),
		registry.Str("mask_col", &m.columns.mask, "Its column of masks; default mask."),
		registry.Str("port_col", &m.columns.port, "Its column of ports; default port."),
		registry.Str("tag_col", &m.columns.tag, "Its column of tags; default tag."),
		registry.Int("max_subnets", &m.maxSubnets, "How many subnets there may be; more are left out. Default 512."),
		{
			Name: "load_backends", Type: registry.ParamInt, Doc: "What is read at the start: 1 addresses, 2 trusted peers, 4 the default allow file, 8 the default deny file; their sum. Default 65535, all.",
			Set: func(v registry.ParamValue) error {
				if v.Int == 0 {
					return errors.New("load_backends=0 reads nothing: a sum of 1, 2, 4 and 8 is wanted")
				}
				m.backends = int(v.Int)
				return nil
			},
		},
		registry.Int("reload_delta", &m.reloadDelta, "How many seconds have to lie between two reloads; default 5, 0 is no limit."),
		registry.StrFunc("peer_tag_avp", m.setTag, "The AVP that the tag of a matching address is put into, as $avp(name)."),
		registry.Int("peer_tag_mode", new(int), "0 or 1: whether allow_trusted tags by all peers that match."),
		{
			Name: "db_mode", Type: registry.ParamInt, Doc: "0 or 1: whether the trusted peers are kept in memory.",
			Set: func(v registry.ParamValue) error {
				if v.Int != 0 && v.Int != 1 {
					return fmt.Errorf("db_mode=%d is none: 0 or 1 is wanted", v.Int)
				}
				return nil
			},
		},
	}
}

// setTag reads $avp(name), $avp(s:name) or $avp(i:5).
func (m *Module) setTag(v registry.ParamValue) error {
	m.tagAVP, m.hasTag = avp.Name{}, false
	if v.Str == "" {
		return nil
	}
	inner, ok := strings.CutPrefix(v.Str, "$avp(")
	inner, closed := strings.CutSuffix(inner, ")")
	if !ok || !closed || inner == "" || strings.ContainsAny(inner, "$()[]{}") {
		return fmt.Errorf("peer_tag_avp %q is not an AVP: write it as $avp(name)", v.Str)
	}
	if num, isNum := strings.CutPrefix(inner, "i:"); isNum {
		n, err := strconv.ParseInt(num, 10, 32)
		if err != nil {
			return fmt.Errorf("peer_tag_avp %q: a number is wanted behind i:", v.Str)
		}
		m.tagAVP = avp.Name{Num: n, IsNum: true}
	} else {
		m.tagAVP = avp.Name{Text: strings.TrimPrefix(inner, "s:")}
	}
	m.hasTag = true
	return nil
}

// Provision reads the files.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	if d, ok := h.(registry.ConfigDirHost); ok {
		m.dir = d.ConfigDir()
	}
	m.defaults = &policy{}
	if m.backends&backendAllow != 0 {
		m.defaults.allow = m.rules(m.defaultAllow)
	}
	if m.backends&backendDeny != 0 {
		m.defaults.deny = m.rules(m.defaultDeny)
	}
	switch {
	case m.backends&backendAddress == 0:
	case m.addressFile != "":
		return m.loadAddresses()
	case m.source.IsSet():
		return m.source.Find(h)
	}
	return nil
}

// Start reads the addresses of a database.
func (m *Module) Start(context.Context) (err error) {
	if !m.source.Found() {
		return nil
	}
	if m.conn, err = m.source.Open(); err == nil {
		err = m.loadAddresses()
	}
	return err
}

// Cleanup closes the database.
func (m *Module) Cleanup() error {
	if m.conn == nil {
		return nil
	}
	return m.conn.Close()
}

// loadAddresses puts the addresses of the file or the table in the place of those
// that there are.
func (m *Module) loadAddresses() error {
	list, err := m.readAll()
	if err != nil {
		return err
	}
	t := newAddresses(list, m.maxSubnets)
	if t.dropped {
		m.host.Log().Errorf(name, "there are more than %d subnets: set max_subnets; the last are left out", m.maxSubnets)
	}
	m.addresses.Store(t)
	return nil
}

func (m *Module) readAll() ([]address, error) {
	if m.conn != nil {
		return m.selectAddresses()
	}
	path := m.path(m.addressFile)
	f, err := os.Open(path)
	if err != nil {
		return nil, fmt.Errorf("address_file: %w", err)
	}
	defer f.Close() //nolint:errcheck // read only
	list, err := readAddresses(f)
	if err != nil {
		return nil, fmt.Errorf("address_file %s: %w", path, err)
	}
	return list, nil
}

func (m *Module) selectAddresses() ([]address, error) {
	var list []address
	q := db.Query{Table: m.table, Columns: []string{m.columns.group, m.columns.ip, m.columns.mask, m.columns.port, m.columns.tag}}
	err := m.conn.Select(q, func(row []db.Value) error {
		a, err := newAddress(int(row[0].Int), row[1].String(), int(row[2].Int), int(row[3].Int), row[4].String())
		if err != nil {
			return err
		}
		list = append(list, a)
		return nil
	})
	if err != nil {
		return nil, m.source.At(fmt.Errorf("table %s: %w", m.table, err))
	}
	return list, nil
}
