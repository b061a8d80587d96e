package auth_db

import (
	"errors"

	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The codes of the functions, where module auth does not give them.
const (
	codeOK       = 1
	codeError    = -1
	codeNoUser   = -3 // of the functions that check
	codeMismatch = -8
	codeUnknown  = -2 // of is_subscriber
)

// The flags of auth_check and of is_subscriber.
const (
	flagCheckUser = 1
	flagSkipCalls = 2

	flagDomain = 1
	flagNoLoad = 2
)

func (m *Module) wwwAuthenticate(c *registry.Ctx, realm, table string) int {
	code, _ := m.authenticate(c, "www_authenticate", true, realm, table, "")
	return code
}

func (m *Module) wwwAuthenticateMethod(c *registry.Ctx, realm, table, method string) int {
	if method == "" {
		c.Log.Errorf(name, "www_authenticate: the method is empty")
		return codeError
	}
	code, _ := m.authenticate(c, "www_authenticate", true, realm, table, method)
	return code
}

func (m *Module) proxyAuthenticate(c *registry.Ctx, realm, table string) int {
	code, _ := m.authenticate(c, "proxy_authenticate", false, realm, table, "")
	return code
}

func (m *Module) authCheck(c *registry.Ctx, realm, table string, flags int) int {
	method := c.Msg.Method()
	code, user := m.authenticate(c, "auth_check", method == "REGISTER", realm, table, "")
	if code != codeOK || flags&flagCheckUser == 0 || user == "" {
		return code
	}
	if flags&flagSkipCalls != 0 {
		switch method {
		case "INVITE", "BYE", "PRACK", "UPDATE", "MESSAGE":
			return code
		}
	}
	same := isUser(c.Msg.From().URI, user)
	if method == "REGISTER" || method == "PUBLISH" {
		same = same && isUser(c.Msg.To().URI, user)
	}
	if method == "PUBLISH" {
		same = same && isUser(c.Msg.RURI(), user)
	}
	if !same {
		return codeMismatch
	}
	return codeOK
}

func isUser(text, user string) bool {
	uri, err := sip.ParseURI(text)
	return err == nil && uri.User == user
}

// authenticate checks the credentials, and tells the user that they are of; ""
// for a request that has not to be checked.
func (m *Module) authenticate(c *registry.Ctx, fn string, www bool, realm, table, method string) (code int, user string) {
	if realm == "" || table == "" {
		c.Log.Errorf(name, "%s: the realm, or the table, is empty", fn)
		return codeError, ""
	}
	var found []db.Value
	code = m.auth.Check(c, www, realm, method, func(k *sip.Credentials) (password string, isHA1 bool, code int) {
		var domain string
		user, domain = k.User()
		column := m.password
		if domain == "" {
			domain = realm
		} else if m.calculate == 0 {
			column = m.password2
		}
		row, err := m.find(table, column, user, domain, m.useDomain != 0)
		switch {
		case err != nil:
			c.Log.Errorf(name, "%s: %v", fn, err)
			return "", false, codeError
		case row == nil:
			return "", false, codeNoUser
		case row[0].Kind == db.Null:
			c.Log.Errorf(name, "%s: user %.60q has no %s in table %s", fn, user, column, table)
			return "", false, codeError
		}
		found = row[1:]
		return row[0].String(), m.calculate == 0, codeOK
	})
	if code == codeOK || m.forceAVPs != 0 {
		m.load(c, found)
	}
	return code, user
}

var errNoDatabase = errors.New(`there is no database: set modparam("auth_db", "db_url", …)`)

// find is the first row of a user: a column, then those of load_credentials; nil
// where there is no such user.
func (m *Module) find(table, column, user, domain string, useDomain bool) (row []db.Value, err error) {
	if m.conn == nil {
		return nil, errNoDatabase
	}
	q := db.Query{Table: table, Columns: make([]string, 0, 1+len(m.credentials)), Limit: 1}
	q.Columns = append(q.Columns, column)
	for i := range m.credentials {
		q.Columns = append(q.Columns, m.credentials[i].column)
	}
	q.Where = append(q.Where, db.Is(m.user, db.OfText(user)))
	if useDomain {
		q.Where = append(q.Where, db.Is(m.domain, db.OfText(domain)))
	}
	err = m.conn.Select(q, func(r []db.Value) error {
		row = append(row, r...)
		return nil
	})
	return row, err
}

// load puts a row's fields into the variables of load_credentials; those that are
// NULL leave theirs as they are.
func (m *Module) load(c *registry.Ctx, row []db.Value) {
	t := c.Borrow(1)
	for i := range row {
		if row[i].SetPV(&t[0], false); !t[0].IsNull() {
			m.credentials[i].v.Set(c, &t[0])
		}
	}
	c.Return(t)
}

func (m *Module) isSubscriber(c *registry.Ctx, text, table string, flags int) int {
	uri, err := sip.ParseURI(text)
	if err != nil {
		c.Log.Errorf(name, "is_subscriber: %.60q is no URI: %v", text, err)
		return codeError
	}
	if table == "" {
		c.Log.Errorf(name, "is_subscriber: the table is empty")
		return codeError
	}
	row, err := m.find(table, m.user, uri.User, uri.Host, flags&flagDomain != 0)
	switch {
	case err != nil:
		c.Log.Errorf(name, "is_subscriber: %v", err)
		return codeError
	case row == nil:
		return codeUnknown
	}
	if flags&flagNoLoad == 0 {
		m.load(c, row[1:])
	}
	return codeOK
}
