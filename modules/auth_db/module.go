// Package auth_db is Kamailio's module auth_db: digest authentication with the
// passwords, or HA1s, of a database's table of subscribers. Nonces and digests are
// module auth's.
package auth_db

import (
	"context"
	"errors"
	"fmt"
	"strings"

	"olelo/lang/source"
	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "auth_db"

// tableVersion is the version of the table of subscribers.
const tableVersion = 7

// Checker is what this module needs of module auth.
type Checker interface {
	Check(c *registry.Ctx, www bool, realm, method string, secret func(*sip.Credentials) (password string, isHA1 bool, code int)) int
}

// Module is the module's instance.
type Module struct {
	source                            db.Source
	user, domain, password, password2 string
	calculate, useDomain, versions    int
	forceAVPs                         int
	credentials                       []credential

	auth   Checker
	host   registry.Host
	conn   db.Conn   // nil without a database
	tables []tableAt // whose version is checked
}

// credential is a column that goes into a variable.
type credential struct {
	pv, column string
	v          registry.Var
}

// tableAt is a table that a function names.
type tableAt struct {
	name string
	pos  source.Pos
}

var (
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns the module.
func New() registry.Module {
	return &Module{user: "username", domain: "domain", password: "ha1", password2: "ha1b", versions: 1}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const codes = " 1; -1 malformed, foreign nonce or no answer of the database, -2 wrong password, -3 no such user, -4 nonce expired, -5 no credentials for the realm, -6 nonce used before."
	realm, table := registry.NotEmpty(registry.VarOrText("realm")), m.tableP()
	anyTable, flags := registry.NotEmpty(registry.VarOrText("table")), registry.IntP("flags")
	return registry.Exports{
		Doc: "Digest authentication with the passwords of a database.",
		Funcs: []registry.Func{
			m.bound(registry.Fn2("www_authenticate", realm, table, registry.Request, m.wwwAuthenticate, "Checks Authorization against the table's password of the user."+codes)),
			m.bound(registry.Fn3("www_authenticate", realm, table, registry.NotEmpty(registry.VarOrText("method")), registry.Request, m.wwwAuthenticateMethod, "The same with the method that the digest is made with.")),
			m.bound(registry.Fn2("www_authorize", realm, table, registry.Request, m.wwwAuthenticate, "The same as www_authenticate.")),
			m.bound(registry.Fn2("proxy_authenticate", realm, table, registry.Request, m.proxyAuthenticate, "Checks Proxy-Authorization, as www_authenticate does Authorization.")),
			m.bound(registry.Fn2("proxy_authorize", realm, table, registry.Request, m.proxyAuthenticate, "The same as proxy_authenticate.")),
			m.bound(registry.Fn3("auth_check", realm, anyTable, flags, registry.Request, m.authCheck, "www_authenticate for a REGISTER, proxy_authenticate for all else. Flags: 1 gives -8 where the user is not that of From, of a REGISTER that of To as well, of a PUBLISH those and the request URI's; 2 with it leaves INVITE, BYE, PRACK, UPDATE and MESSAGE out.")),
			m.bound(registry.Fn3("is_subscriber", registry.NotEmpty(registry.VarOrText("uri")), anyTable, flags, registry.Any, m.isSubscriber, "Whether the table has the URI's user, and loads load_credentials. Flags: 1 of the URI's domain, 2 loads nothing. -2 where there is none, -1 where it cannot be told.")),
		},
		Params: []registry.Param{
			m.source.Param("db_url", "Where the table is; Kamailio's default, a database of mysql://, is none here."),
			registry.Str("user_column", &m.user, "Column of the user's name; default username."),
			registry.Str("domain_column", &m.domain, "Column of the user's domain; default domain."),
			registry.Str("password_column", &m.password, "Column of the HA1 or, with calculate_ha1, the password; default ha1."),
			registry.Str("password_column_2", &m.password2, "Column of the HA1 of users who say their domain in the digest's username; default ha1b."),
			registry.Int("calculate_ha1", &m.calculate, "1: password_column holds passwords; 0, the default: HA1s."),
			registry.Int("use_domain", &m.useDomain, "1 looks for the user's domain, too: that of the digest's username or, without, the realm; default 0."),
			registry.StrFunc("load_credentials", m.setCredentials, `Columns that go into variables where the user was found and the digest is good: "$avp(x)=rpid;email", email into $avp(email).`),
			registry.Int("version_table", &m.versions, "0 does not check the version of the table; default 1."),
			registry.Int("force_generate_avps", &m.forceAVPs, "1 loads load_credentials also where the password is wrong; default 0."),
		},
		Differs: []registry.Difference{
			{Of: "modparam db_url", How: "has no default, and without it every check is -1; Kamailio's is a database of mysql://"},
			{Of: "is_subscriber()", How: "without load_credentials it tells whether there is such a user; Kamailio's query fails then"},
			{How: "a user whose password is NULL is refused with -1; Kamailio 5.6.3 crashes"},
		},
	}
}

// setCredentials reads "column;$pv=column".
func (m *Module) setCredentials(v registry.ParamValue) error {
	var list []credential
	for one := range strings.SplitSeq(strings.TrimSuffix(strings.TrimSpace(v.Str), ";"), ";") {
		if one = strings.TrimSpace(one); one == "" {
			if v.Str == "" {
				break
			}
			return fmt.Errorf("load_credentials %q: a column is missing between semicolons", v.Str)
		}
		pv, column, ok := strings.Cut(one, "=")
		if !ok {
			pv, column = "$avp("+one+")", one
		}
		k := credential{pv: strings.TrimSpace(pv), column: strings.TrimSpace(column)}
		if k.column == "" || !strings.HasPrefix(k.pv, "$") {
			return fmt.Errorf("load_credentials %q is no column, nor a variable with = and a column", one)
		}
		list = append(list, k)
	}
	m.credentials = list
	return nil
}

// bound binds the variables of load_credentials with the first call.
func (m *Module) bound(f registry.Func) registry.Func {
	bind := f.Bind
	f.Bind = func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
		for i := range m.credentials {
			k := &m.credentials[i]
			if k.v.Get != nil {
				continue
			}
			v, err := fx.Var(k.pv)
			if err != nil {
				return nil, fmt.Errorf("load_credentials: %w", err)
			}
			if v.Set == nil {
				return nil, fmt.Errorf("load_credentials: %s is read-only", k.pv)
			}
			k.v = v
		}
		return bind(fx, args)
	}
	return f
}

// tableP is a table, as written: its version is checked at the start.
func (m *Module) tableP() registry.P[string] {
	p := registry.NotEmpty(registry.Word("table"))
	bind := p.Bind
	p.Bind = func(fx registry.Fixup, a registry.Arg) (func(*registry.Ctx) (string, bool), error) {
		m.tables = append(m.tables, tableAt{a.Text, fx.Pos()})
		return bind(fx, a)
	}
	return p
}

// Provision finds module auth and the database's driver.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	auth, _ := h.Module("auth")
	var ok bool
	if m.auth, ok = auth.(Checker); !ok {
		return errors.New("module auth_db checks digests by module auth: add loadmodule \"auth.so\" before it")
	}
	if !m.source.IsSet() {
		h.Log().Warnf(name, "db_url is not set: there is no database, and every check is -1")
		return nil
	}
	return m.source.Find(h)
}

// Start opens the database and checks the versions of the tables.
func (m *Module) Start(context.Context) error {
	if !m.source.Found() {
		return nil
	}
	var err error
	if m.conn, err = m.source.Open(); err != nil || m.versions == 0 {
		return err
	}
	checked := map[string]bool{}
	for _, t := range m.tables {
		if checked[t.name] {
			continue
		}
		checked[t.name] = true
		if err := db.CheckVersion(m.conn, db.VersionTable(m.host), t.name, tableVersion); err != nil {
			return registry.At(t.pos, err)
		}
	}
	return nil
}

// Cleanup closes the database.
func (m *Module) Cleanup() error {
	if m.conn == nil {
		return nil
	}
	return m.conn.Close()
}
