package tls

import (
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
)

type role uint8

const (
	serverRole role = iota
	clientRole
)

// verifyClient is what verify_client asks of clients.
type verifyClient uint8

const (
	clientUnset verifyClient = iota
	clientOff
	clientOn
	clientOptional
	clientOptionalNoCA
)

func parseVerifyClient(s string) (verifyClient, error) {
	switch strings.ToLower(s) {
	case "off":
		return clientOff, nil
	case "on":
		return clientOn, nil
	case "optional":
		return clientOptional, nil
	case "optional_no_ca":
		return clientOptionalNoCA, nil
	}
	return clientUnset, fmt.Errorf("%q is none of off, on, optional, optional_no_ca", s)
}

// profile is one TLS profile: the modparams', or a section of tls.cfg.
type profile struct {
	role role
	addr netip.AddrPort // valid: [role:ip:port]
	any  bool           // [role:any]
	from string         // where tls.cfg has it

	method               method
	cert, key            string
	caList, caPath, crl  string
	verify, require      bool
	client               verifyClient
	depth                int
	ciphers              string
	serverName, serverID string
	nameMode             int
	built                *tls.Config
}

func (p *profile) isDefault() bool { return !p.any && !p.addr.IsValid() }

// String is the profile as tls.cfg heads it, with its place.
func (p *profile) String() string {
	s := "[server:"
	if p.role == clientRole {
		s = "[client:"
	}
	switch {
	case p.any:
		s += "any]"
	case p.addr.IsValid():
		s += p.addr.String() + "]"
	default:
		s += "default]"
	}
	if p.from != "" {
		s = p.from + ": " + s
	}
	return s
}

// loader reads what the profiles name.
type loader struct {
	dir      string // files without / or . before them are here
	sessions bool
	notes    []string
}

// path is a file as Kamailio finds it: absolute, with a dot before it from
// the working directory on, otherwise from the configuration's folder on.
func (l *loader) path(s string) string {
	if s == "" || s[0] == '/' || s[0] == '.' {
		return s
	}
	return filepath.Join(l.dir, s)
}

// build makes p's configuration. Where the certificate may be missing, a
// missing default file is none.
func (l *loader) build(p *profile, needsCert bool) error {
	c := &tls.Config{SessionTicketsDisabled: !l.sessions, Renegotiation: tls.RenegotiateNever}
	p.method.apply(c)
	var errs []error
	fail := func(err error) {
		if err != nil {
			errs = append(errs, err)
		}
	}
	if needsCert || p.cert != "" || p.key != "" {
		cert, err := l.pair(p)
		fail(err)
		c.Certificates = []tls.Certificate{cert}
	}
	suites, unknown, err := parseCiphers(p.ciphers)
	fail(err)
	c.CipherSuites = suites
	if len(unknown) > 0 && err == nil {
		l.notes = append(l.notes, fmt.Sprintf("%s: cipher_list: not in Go's TLS, left out: %s", p, strings.Join(unknown, ", ")))
	}
	ca, err := l.pool(p)
	fail(err)
	v := &verifier{roots: ca, depth: p.depth, role: p.role}
	if p.crl != "" {
		v.crls, err = readCRLs(l.path(p.crl))
		fail(err)
	}
	if p.caList == "" && p.caPath == "" && p.checks() && p.client != clientOptionalNoCA {
		l.notes = append(l.notes, fmt.Sprintf("%s: certificates are to be verified but there is no ca_list: none will be accepted", p))
	}
	if p.role == serverRole {
		p.askClients(c, v)
	} else {
		// The name in the certificate is not compared, as in Kamailio; so
		// crypto/tls must not verify, and the verifier does.
		c.InsecureSkipVerify = true
		c.ServerName = p.serverName
		if p.checks() {
			c.VerifyConnection = v.server
		}
	}
	p.built = c
	return errors.Join(errs...)
}

// checks reports whether the other side's certificate is verified. As seen on
// Kamailio 5.6.3, requiring one means verifying it too.
func (p *profile) checks() bool {
	return p.verify || p.require || p.client > clientOff
}

func (p *profile) askClients(c *tls.Config, v *verifier) {
	ask := p.client
	if ask == clientUnset {
		switch {
		case p.require:
			ask = clientOn
		case p.verify:
			ask = clientOptional
		}
	}
	switch ask {
	case clientOn:
		c.ClientAuth = tls.RequireAnyClientCert
		c.VerifyConnection = v.client
	case clientOptional:
		c.ClientAuth = tls.RequestClientCert
		c.VerifyConnection = v.client
	case clientOptionalNoCA:
		c.ClientAuth = tls.RequestClientCert
	}
	// The names of the CAs are sent to clients, who choose a certificate by them.
	c.ClientCAs = v.roots
}

// pair loads the certificate and its key.
func (l *loader) pair(p *profile) (tls.Certificate, error) {
	certFile, keyFile := p.cert, p.key
	if certFile == "" {
		certFile = "cert.pem"
	}
	if keyFile == "" {
		keyFile = certFile
	}
	if strings.HasPrefix(keyFile, "/engine:") || strings.HasPrefix(keyFile, "/uri:") {
		return tls.Certificate{}, fmt.Errorf("private_key %s: keys in hardware modules are not run; name a PEM file", keyFile)
	}
	cert, err := os.ReadFile(l.path(certFile))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("certificate: %w", err)
	}
	key, err := os.ReadFile(l.path(keyFile))
	if err != nil {
		return tls.Certificate{}, fmt.Errorf("private_key: %w", err)
	}
	if b, _ := pem.Decode(key); b != nil && (b.Type == "ENCRYPTED PRIVATE KEY" || b.Headers["DEK-Info"] != "") {
		return tls.Certificate{}, fmt.Errorf("private_key %s is encrypted; decrypt it with 'openssl pkey -in KEY -out NEW'", l.path(keyFile))
	}
	pair, err := tls.X509KeyPair(cert, key)
	if err != nil {
		return pair, fmt.Errorf("certificate %s with private_key %s: %w", l.path(certFile), l.path(keyFile), err)
	}
	return pair, nil
}

// pool is the CAs of ca_list and ca_path; never nil, which would mean the
// system's.
func (l *loader) pool(p *profile) (*x509.CertPool, error) {
	pool := x509.NewCertPool()
	if p.caList != "" {
		b, err := os.ReadFile(l.path(p.caList))
		if err != nil {
			return pool, fmt.Errorf("ca_list: %w", err)
		}
		if !pool.AppendCertsFromPEM(b) {
			return pool, fmt.Errorf("ca_list: %s holds no certificate in PEM form", l.path(p.caList))
		}
	}
	if p.caPath == "" {
		return pool, nil
	}
	entries, err := os.ReadDir(l.path(p.caPath))
	if err != nil {
		return pool, fmt.Errorf("ca_path: %w", err)
	}
	found := false
	for _, e := range entries {
		if b, err := os.ReadFile(filepath.Join(l.path(p.caPath), e.Name())); err == nil {
			found = pool.AppendCertsFromPEM(b) || found
		}
	}
	if !found {
		return pool, fmt.Errorf("ca_path: %s holds no certificate in PEM form", l.path(p.caPath))
	}
	return pool, nil
}
