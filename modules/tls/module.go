// Package tls is Kamailio's module tls as far as its parameters and its
// tls.cfg go: they become crypto/tls configurations, which the transport asks
// for by address. Its functions, variables and RPC commands are not here yet.
package tls

import (
	"errors"
	"fmt"
	"path/filepath"
	"strings"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// name is the module's name in log lines.
const name = "tls"

// Module is one loaded tls.
type Module struct {
	base     profile // what the modparams say, for servers and clients alike
	config   string  // tls.cfg; then base is not used
	sessions int
	idle     int // seconds

	dir     string   // of the main configuration file
	ignored []string // parameters given that mean nothing here, with the reason
	domains *domains
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults, except that tls_method is
// TLSv1.2+: Kamailio's own default is TLS 1.0 alone, with which present
// systems refuse every handshake.
func New() registry.Module {
	return &Module{base: profile{depth: 9}, idle: 600}
}

// Exports lists the module's parameters.
func (m *Module) Exports() registry.Exports {
	b := &m.base
	x := registry.Exports{
		Doc: "TLS connections: certificates, what is asked of the other side, and profiles by address and server name.",
		Differs: []registry.Difference{
			{Of: "modparam cipher_list", How: "it chooses among the ciphers that Go has for TLS 1.2 and older; those of TLS 1.3 are fixed"},
			{Of: "modparam ca_path", How: "it is used; Kamailio 5.6 leaves it out, and knows ca_path in tls.cfg alone"},
			{Of: "modparam server_name", How: "it is sent; Kamailio 5.6 sends none, unless xavp_cfg says which"},
		},
		Params: []registry.Param{
			m.text("tls_method", func(s string) (err error) { b.method, err = parseMethod(s); return err },
				"The TLS versions allowed: TLSv1, TLSv1.1, TLSv1.2, TLSv1.3, each alone or with + for newer ones too; SSLv23 is TLSv1+. Default: TLSv1.2+."),
			m.text("certificate", into(&b.cert), "The certificate's PEM file, with its chain. Default: cert.pem."),
			m.text("private_key", into(&b.key), "The private key's PEM file, not encrypted. Default: the certificate's file."),
			m.text("ca_list", into(&b.caList), "A PEM file of the CAs whose certificates are accepted. Default: none."),
			m.text("ca_path", into(&b.caPath), "A folder of PEM files of CAs, all of which are loaded at the start. Default: none."),
			m.text("crl", into(&b.crl), "A file of certificate revocation lists. With it each certificate of a chain needs its issuer's list. Default: none."),
			m.flag("verify_certificate", &b.verify, "1: a certificate that the other side shows must be good; a server must show one. Default: 0."),
			m.number("verify_depth", &b.depth, "How many intermediate certificates there may be. Default: 9."),
			m.flag("require_certificate", &b.require, "1: the other side must show a good certificate. Default: 0."),
			m.text("verify_client", func(s string) (err error) { b.client, err = parseVerifyClient(s); return err },
				"What is asked of clients: off, on, optional or optional_no_ca; instead of verify_certificate and require_certificate. Default: off."),
			m.text("cipher_list", into(&b.ciphers), "The ciphers of TLS 1.2 and older, in OpenSSL's notation, as far as Go has them; those of TLS 1.3 are fixed. Default: Go's."),
			m.text("server_name", into(&b.serverName), "The server name (SNI) sent by clients. Default: none."),
			m.text("config", into(&m.config), "The file with the TLS profiles (tls.cfg), or a folder of such files; with it the parameters above are not used. Default: none."),
			m.number("connection_timeout", &m.idle, "Seconds after which a connection that has never carried anything is closed; -1: never. Default: 600."),
			m.number("session_cache", &m.sessions, "1: sessions may be resumed. Default: 0."),
			m.refuseUnless("renegotiation", "0", "Whether clients may renegotiate. Only 0 is run.",
				"Go's TLS does not renegotiate, and TLS 1.3 has no renegotiation; set it to 0"),
			m.refuseUnless("engine", "NONE", "The OpenSSL engine. Only NONE is run.",
				"there are no OpenSSL engines here: keys must be in PEM files; set it to NONE"),
			m.refuseUnless("engine_config", "", "The OpenSSL engine's configuration. Not run.", "there are no OpenSSL engines here; remove the line"),
			m.refuseUnless("engine_algorithms", "", "The OpenSSL engine's algorithms. Not run.", "there are no OpenSSL engines here; remove the line"),
			m.refuseUnless("xavp_cfg", "", "The XAVP that chooses a client's profile. Not run.",
				"choosing a client profile while routing is not run yet; use [client:ip:port] profiles in tls.cfg and remove the line"),
			m.refuseUnless("event_callback", "", "A KEMI function instead of event routes. Not run.", "there are no KEMI scripts here; remove the line"),
			m.refuseUnless("private_key_password", "", "The password of an encrypted key. Not run.",
				"encrypted keys are not read; decrypt it with 'openssl pkey -in KEY -out NEW' and remove the line"),
			m.refuseUnless("key_password_mode", "0", "How a key's password is asked for. Only 0 is run.", "encrypted keys are not read; set it to 0"),
			m.refuseUnless("keylog_mode", "0", "Whether session keys are logged. Only 0 is run.", "session keys are not logged; set it to 0"),
			m.refuseUnless("keylog_file", "", "Where session keys are logged. Not run.", "session keys are not logged; remove the line"),
			m.refuseUnless("keylog_peer", "", "Whose session keys are sent. Not run.", "session keys are not sent; remove the line"),
		},
	}
	for _, p := range unneeded {
		x.Params = append(x.Params, m.unneeded(p.name, p.typ, p.why))
		x.Differs = append(x.Differs, registry.Difference{Of: "modparam " + p.name, How: p.why, Idle: true})
	}
	return x
}

// unneeded are parameters that tune OpenSSL or work around it.
var unneeded = []struct {
	name string
	typ  registry.ParamType
	why  string
}{
	{"tls_disable_compression", registry.ParamInt, "Go's TLS never compresses"},
	{"ssl_release_buffers", registry.ParamInt, "it tunes OpenSSL's memory"},
	{"ssl_freelist_max_len", registry.ParamInt, "it tunes OpenSSL's memory"},
	{"ssl_max_send_fragment", registry.ParamInt, "Go chooses the size of TLS records"},
	{"ssl_read_ahead", registry.ParamInt, "it tunes OpenSSL's reading"},
	{"send_close_notify", registry.ParamInt, "a close is always announced to the peer"},
	{"con_ct_wq_max", registry.ParamInt, "there is no clear-text queue; see tcp_conn_wq_max"},
	{"ct_wq_max", registry.ParamInt, "there is no clear-text queue; see tcp_wq_max"},
	{"ct_wq_blk_size", registry.ParamInt, "there is no clear-text queue"},
	{"tls_log", registry.ParamInt, "failed handshakes are logged as errors, nothing else is"},
	{"tls_debug", registry.ParamInt, "it needs a debugging build of Kamailio's module"},
	{"low_mem_threshold1", registry.ParamInt, "it works around an OpenSSL bug"},
	{"low_mem_threshold2", registry.ParamInt, "it works around an OpenSSL bug"},
	{"tls_force_run", registry.ParamInt, "there is no OpenSSL whose version could differ"},
	{"session_id", registry.ParamStr, "Go binds sessions to their certificates by itself"},
	{"rand_engine", registry.ParamStr, "random numbers come from the system"},
	{"init_mode", registry.ParamInt, "it tunes OpenSSL's start"},
	{"provider_quirks", registry.ParamInt, "there are no OpenSSL providers"},
	{"provider_quirks_config", registry.ParamStr, "there are no OpenSSL providers"},
}

// Provision loads every file, and says all that is wrong at once.
func (m *Module) Provision(h registry.Host) error {
	if d, ok := h.(registry.ConfigDirHost); ok {
		m.dir = d.ConfigDir()
	}
	for _, s := range m.ignored {
		h.Log().Infof(name, "%s", s)
	}
	d, notes, err := m.load()
	for _, s := range notes {
		h.Log().Warnf(name, "%s", s)
	}
	m.domains = d
	return err
}

func (m *Module) load() (*domains, []string, error) {
	l := &loader{dir: m.dir, sessions: m.sessions != 0}
	var list []*profile
	var errs []error
	if m.config != "" {
		var err error
		if list, err = readConfig(l.path(m.config)); err != nil {
			return nil, nil, err
		}
	} else {
		server, client := m.base, m.base
		server.role, client.role = serverRole, clientRole
		list = []*profile{&server, &client}
	}
	d := newDomains(list)
	for _, p := range d.all() {
		if err := l.build(p, d.needsCert(p)); err != nil {
			errs = append(errs, fmt.Errorf("%s: %w", p, err))
		}
	}
	if err := d.finish(); err != nil {
		errs = append(errs, err)
	}
	return d, l.notes, errors.Join(errs...)
}

// TLSConfigs is the published way to the configurations, for the transport.
// Valid after Provision.
func (m *Module) TLSConfigs() transport.TLSConfigs { return m.domains }

// IdleTimeout is connection_timeout, negative for none: transport's TLSIdle.
func (m *Module) IdleTimeout() time.Duration {
	if m.idle == 0 {
		return time.Nanosecond // 0 is "not given" to the transport
	}
	return time.Duration(m.idle) * time.Second
}

// seen keeps where the configuration is, for files named relative to it.
func (m *Module) seen(v registry.ParamValue) {
	if m.dir == "" && v.Pos.Filename != "" {
		m.dir = filepath.Dir(v.Pos.Filename)
	}
}

func into(p *string) func(string) error {
	return func(s string) error { *p = s; return nil }
}

func (m *Module) text(param string, set func(string) error, doc string) registry.Param {
	return registry.StrFunc(param, func(v registry.ParamValue) error {
		m.seen(v)
		return set(v.Str)
	}, doc)
}

func (m *Module) number(param string, p *int, doc string) registry.Param {
	return registry.Int(param, p, doc)
}

func (m *Module) flag(param string, p *bool, doc string) registry.Param {
	return registry.Param{
		Name: param, Type: registry.ParamInt, Doc: doc,
		Set: func(v registry.ParamValue) error { *p = v.Int != 0; return nil },
	}
}

// refuseUnless is a parameter of which only one value is run.
func (m *Module) refuseUnless(param, only, doc, why string) registry.Param {
	t := registry.ParamStr
	if only == "0" {
		t = registry.ParamInt
	}
	return registry.Param{
		Name: param, Type: t, Doc: doc,
		Set: func(v registry.ParamValue) error {
			s := v.Str
			if v.IsInt {
				s = fmt.Sprint(v.Int)
			}
			if strings.EqualFold(s, only) {
				return nil
			}
			return registry.NotRun("%s", why)
		},
	}
}

func (m *Module) unneeded(param string, t registry.ParamType, why string) registry.Param {
	return registry.Param{
		Name: param, Type: t, Doc: "Not used: " + why + ".",
		Set: func(registry.ParamValue) error {
			m.ignored = append(m.ignored, param+" has no effect: "+why+"; the line may stay")
			return nil
		},
	}
}
