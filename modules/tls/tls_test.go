package tls_test

import (
	"bytes"
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	gotls "crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"errors"
	"fmt"
	"math/big"
	"net"
	"net/netip"
	"os"
	"path/filepath"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/source"
	"olelo/modules/tls"
	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// host is as much of a Host as the module asks for.
type host struct {
	registry.Host
	log *log.Logger
	dir string
}

func (h host) Log() *log.Logger  { return h.log }
func (h host) ConfigDir() string { return h.dir }

// authority issues certificates into a folder.
type authority struct {
	t    *testing.T
	dir  string
	cert *x509.Certificate
	key  *ecdsa.PrivateKey
	next int64
}

func newAuthority(t *testing.T, dir, name string) *authority {
	a := &authority{t: t, dir: dir, next: 2}
	a.key = a.newKey()
	tmpl := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: name}, SubjectKeyId: []byte(name),
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
		IsCA: true, BasicConstraintsValid: true, KeyUsage: x509.KeyUsageCertSign | x509.KeyUsageCRLSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, tmpl, &a.key.PublicKey, a.key)
	a.check(err)
	a.cert, err = x509.ParseCertificate(der)
	a.check(err)
	a.write(name+".pem", block("CERTIFICATE", der))
	return a
}

func (a *authority) check(err error) {
	a.t.Helper()
	if err != nil {
		a.t.Fatal(err)
	}
}

func (a *authority) newKey() *ecdsa.PrivateKey {
	key, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	a.check(err)
	return key
}

func block(kind string, der []byte) []byte {
	return pem.EncodeToMemory(&pem.Block{Type: kind, Bytes: der})
}

func (a *authority) write(file string, parts ...[]byte) {
	a.check(os.WriteFile(filepath.Join(a.dir, file), bytes.Join(parts, nil), 0o600))
}

// issue writes name.pem (certificate and key), name.crt and name.key.
func (a *authority) issue(name string) *big.Int {
	key := a.newKey()
	serial := big.NewInt(a.next)
	a.next++
	tmpl := &x509.Certificate{
		SerialNumber: serial, Subject: pkix.Name{CommonName: name}, DNSNames: []string{name},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(time.Hour),
	}
	der, err := x509.CreateCertificate(rand.Reader, tmpl, a.cert, &key.PublicKey, a.key)
	a.check(err)
	k, err := x509.MarshalPKCS8PrivateKey(key)
	a.check(err)
	crt, pk := block("CERTIFICATE", der), block("PRIVATE KEY", k)
	a.write(name+".crt", crt)
	a.write(name+".key", pk)
	a.write(name+".pem", crt, pk)
	return serial
}

func (a *authority) revoke(file string, until time.Time, serials ...*big.Int) {
	l := &x509.RevocationList{Number: big.NewInt(1), ThisUpdate: time.Now().Add(-time.Hour), NextUpdate: until}
	for _, s := range serials {
		l.RevokedCertificateEntries = append(l.RevokedCertificateEntries, x509.RevocationListEntry{SerialNumber: s, RevocationTime: time.Now()})
	}
	der, err := x509.CreateRevocationList(rand.Reader, l, a.cert, a.key)
	a.check(err)
	a.write(file, block("X509 CRL", der))
}

// set applies a modparam line.
func set(m registry.Module, param string, v any) error {
	for _, p := range m.Exports().Params {
		if p.Name != param {
			continue
		}
		pv := registry.ParamValue{Pos: source.Pos{Filename: "kamailio.cfg", Line: 1}}
		switch v := v.(type) {
		case int:
			pv.Int, pv.IsInt = int64(v), true
			if p.Type&registry.ParamInt == 0 {
				return errors.New("takes no number")
			}
		case string:
			pv.Str = v
			if p.Type&registry.ParamStr == 0 {
				return errors.New("takes no text")
			}
		}
		return p.Set(pv)
	}
	return errors.New("no such parameter")
}

// provision loads the module with modparams given as name, value pairs.
func provision(t *testing.T, dir string, params ...any) (*tls.Module, string, error) {
	t.Helper()
	m := tls.New().(*tls.Module)
	for i := 0; i < len(params); i += 2 {
		if err := set(m, params[i].(string), params[i+1]); err != nil {
			t.Fatalf("modparam %v: %v", params[i], err)
		}
	}
	var out bytes.Buffer
	l, err := log.New(log.Config{Writer: &out}, 0, 1)
	if err != nil {
		t.Fatal(err)
	}
	l.SetLevel(log.Info)
	err = m.Provision(host{log: l, dir: dir})
	return m, out.String(), err
}

// handshake connects a client to a server and returns what each side says.
// Each side's error is its own view: with TLS 1.3 a client learns of a refused
// certificate only when it reads.
func handshake(t *testing.T, server, client *gotls.Config) (seen gotls.ConnectionState, srv, cl error) {
	t.Helper()
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		t.Fatal(err)
	}
	defer l.Close()
	b, err := net.Dial("tcp", l.Addr().String())
	if err != nil {
		t.Fatal(err)
	}
	defer b.Close()
	a, err := l.Accept()
	if err != nil {
		t.Fatal(err)
	}
	defer a.Close()
	for _, c := range []net.Conn{a, b} {
		_ = c.SetDeadline(time.Now().Add(20 * time.Second))
	}
	s, c := gotls.Server(a, server), gotls.Client(b, client)
	done := make(chan error, 1)
	go func() {
		err := s.Handshake()
		if err == nil {
			_, err = s.Write([]byte("x"))
		}
		done <- err
	}()
	if cl = c.Handshake(); cl == nil {
		_, cl = c.Read(make([]byte, 1))
	}
	if cl != nil {
		_ = b.Close()
	}
	return c.ConnectionState(), <-done, cl
}

var (
	here  = netip.MustParseAddrPort("127.0.0.1:5061")
	there = netip.MustParseAddrPort("10.0.0.1:5061")
)

// Which handshakes succeed was seen on Kamailio 5.6.3, require_certificate
// without verify_certificate among them: it verifies too.
func TestVerification(t *testing.T) {
	dir := t.TempDir()
	ca, other := newAuthority(t, dir, "ca"), newAuthority(t, dir, "other")
	ca.issue("server")
	ca.issue("good")
	other.issue("stranger")
	for _, tt := range []struct {
		params            []any
		none, good, wrong bool // whether clients with that certificate get in
	}{
		{[]any{}, true, true, true},
		{[]any{"verify_certificate", 1, "ca_list", "ca.pem"}, true, true, false},
		{[]any{"require_certificate", 1, "ca_list", "ca.pem"}, false, true, false},
		{[]any{"verify_certificate", 1, "require_certificate", 1, "ca_list", "ca.pem"}, false, true, false},
		{[]any{"verify_certificate", 1, "require_certificate", 1}, false, false, false},
		{[]any{"require_certificate", 1}, false, false, false},
		{[]any{"verify_certificate", 1}, true, false, false},
		{[]any{"verify_client", "on", "ca_list", "ca.pem"}, false, true, false},
		{[]any{"verify_client", "optional", "ca_list", "ca.pem"}, true, true, false},
		{[]any{"verify_client", "optional_no_ca"}, true, true, true},
		{[]any{"verify_client", "off"}, true, true, true},
		{[]any{"verify_client", "on", "ca_list", "ca.pem", "verify_depth", 0}, false, true, false},
		{[]any{"verify_client", "on", "ca_path", "cas"}, false, true, false},
	} {
		t.Run(fmt.Sprint(tt.params...), func(t *testing.T) {
			_ = os.Mkdir(filepath.Join(dir, "cas"), 0o700)
			pemFile, err := os.ReadFile(filepath.Join(dir, "ca.pem"))
			ca.check(err)
			ca.write("cas/ca.pem", pemFile)
			m, _, err := provision(t, dir, append(tt.params, "certificate", "server.pem")...)
			if err != nil {
				t.Fatal(err)
			}
			for _, c := range []struct {
				cert string
				want bool
			}{{"", tt.none}, {"good", tt.good}, {"stranger", tt.wrong}} {
				client := &gotls.Config{InsecureSkipVerify: true}
				if c.cert != "" {
					pair, err := gotls.LoadX509KeyPair(filepath.Join(dir, c.cert+".crt"), filepath.Join(dir, c.cert+".key"))
					ca.check(err)
					// Shown whatever CAs the server names.
					client.GetClientCertificate = func(*gotls.CertificateRequestInfo) (*gotls.Certificate, error) { return &pair, nil }
				}
				_, srv, cl := handshake(t, m.TLSConfigs().Server(here), client)
				if (srv == nil && cl == nil) != c.want {
					t.Errorf("client %q: server says %v, client %v", c.cert, srv, cl)
				}
			}
		})
	}
}

func TestServersAreVerified(t *testing.T) {
	dir := t.TempDir()
	ca, other := newAuthority(t, dir, "ca"), newAuthority(t, dir, "other")
	serial := ca.issue("server")
	other.issue("stranger")
	ca.revoke("none.crl", time.Now().Add(time.Hour))
	ca.revoke("revoked.crl", time.Now().Add(time.Hour), serial)
	ca.revoke("old.crl", time.Now().Add(-time.Minute))
	other.revoke("others.crl", time.Now().Add(time.Hour))
	for _, tt := range []struct {
		server string
		params []any
		want   string
	}{
		{"server", nil, ""},
		{"stranger", nil, ""},
		{"server", []any{"verify_certificate", 1, "ca_list", "ca.pem"}, ""},
		{"stranger", []any{"verify_certificate", 1, "ca_list", "ca.pem"}, "unknown authority"},
		{"stranger", []any{"require_certificate", 1, "ca_list", "ca.pem"}, "unknown authority"},
		{"stranger", []any{"verify_client", "optional", "ca_list", "ca.pem"}, "unknown authority"},
		{"server", []any{"verify_certificate", 1}, "unknown authority"},
		{"server", []any{"verify_certificate", 1, "ca_list", "ca.pem", "crl", "none.crl"}, ""},
		{"server", []any{"verify_certificate", 1, "ca_list", "ca.pem", "crl", "revoked.crl"}, "is revoked"},
		{"server", []any{"verify_certificate", 1, "ca_list", "ca.pem", "crl", "old.crl"}, "has ended"},
		{"server", []any{"verify_certificate", 1, "ca_list", "ca.pem", "crl", "others.crl"}, "no revocation list of CN=ca"},
	} {
		t.Run(fmt.Sprint(tt.server, tt.params), func(t *testing.T) {
			m, _, err := provision(t, dir, append(tt.params, "certificate", "server.pem")...)
			if err != nil {
				t.Fatal(err)
			}
			pair, err := gotls.LoadX509KeyPair(filepath.Join(dir, tt.server+".crt"), filepath.Join(dir, tt.server+".key"))
			ca.check(err)
			_, _, cl := handshake(t, &gotls.Config{Certificates: []gotls.Certificate{pair}}, m.TLSConfigs().Client(there))
			if got := fmt.Sprint(cl); tt.want == "" && cl != nil || !strings.Contains(got, tt.want) {
				t.Errorf("got %v, want %q", cl, tt.want)
			}
		})
	}
}

func TestMethods(t *testing.T) {
	dir := t.TempDir()
	newAuthority(t, dir, "ca").issue("cert")
	all := map[uint16]string{gotls.VersionTLS10: "1.0", gotls.VersionTLS11: "1.1", gotls.VersionTLS12: "1.2", gotls.VersionTLS13: "1.3"}
	for method, want := range map[string]string{
		"": "1.2 1.3", "TLSv1.2+": "1.2 1.3", "TLSv1.2": "1.2", "TLSv1": "1.0", "TLSv1+": "1.0 1.1 1.2 1.3",
		"TLSv1.1": "1.1", "TLSv1.1+": "1.1 1.2 1.3", "TLSv1.3": "1.3", "SSLv23": "1.0 1.1 1.2 1.3", "tlsv1.2": "1.2",
	} {
		var params []any
		if method != "" {
			params = []any{"tls_method", method}
		}
		m, _, err := provision(t, dir, params...) // cert.pem is the default
		if err != nil {
			t.Fatal(err)
		}
		var got []string
		for v := uint16(gotls.VersionTLS10); v <= gotls.VersionTLS13; v++ {
			_, srv, cl := handshake(t, m.TLSConfigs().Server(here), &gotls.Config{InsecureSkipVerify: true, MinVersion: v, MaxVersion: v})
			if srv == nil && cl == nil {
				got = append(got, all[v])
			}
		}
		if diff := cmp.Diff(want, strings.Join(got, " ")); diff != "" {
			t.Errorf("%s: %s", method, diff)
		}
	}
}

func TestCiphers(t *testing.T) {
	dir := t.TempDir()
	newAuthority(t, dir, "ca").issue("cert")
	for _, tt := range []struct{ list, want, logged string }{
		{"ECDHE-ECDSA-AES128-GCM-SHA256", "TLS_ECDHE_ECDSA_WITH_AES_128_GCM_SHA256", ""},
		{"EECDH+AESGCM:!AES128:!aRSA", "TLS_ECDHE_ECDSA_WITH_AES_256_GCM_SHA384", ""},
		{"CHACHA20:-ECDHE-RSA-CHACHA20-POLY1305", "TLS_ECDHE_ECDSA_WITH_CHACHA20_POLY1305_SHA256", ""},
		{"DHE-RSA-AES256-GCM-SHA384:ECDHE-ECDSA-AES256-SHA", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", "left out: DHE-RSA-AES256-GCM-SHA384"},
		{"HIGH:!aNULL:!MD5:!kRSA:!AESGCM:!CHACHA20:!SHA256:!AES128:@STRENGTH", "TLS_ECDHE_ECDSA_WITH_AES_256_CBC_SHA", ""},
	} {
		m, logged, err := provision(t, dir, "cipher_list", tt.list, "tls_method", "TLSv1.2")
		if err != nil {
			t.Errorf("%s: %v", tt.list, err)
			continue
		}
		cs, srv, cl := handshake(t, m.TLSConfigs().Server(here), &gotls.Config{InsecureSkipVerify: true})
		if srv != nil || cl != nil || gotls.CipherSuiteName(cs.CipherSuite) != tt.want {
			t.Errorf("%s: %v %v, %s", tt.list, srv, cl, gotls.CipherSuiteName(cs.CipherSuite))
		}
		if !strings.Contains(logged, tt.logged) || tt.logged == "" && logged != "" {
			t.Errorf("%s: logged %q", tt.list, logged)
		}
	}
	for _, list := range []string{"NOSUCH", "RC4-SHA", "aNULL", "HIGH:!ALL"} {
		if _, _, err := provision(t, dir, "cipher_list", list); err == nil || !strings.Contains(err.Error(), "leaves no cipher") {
			t.Errorf("%s: %v", list, err)
		}
	}
}

func TestConfigFile(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	for _, n := range []string{"main.test", "local.test", "any.test", "sub.test", "exact.test"} {
		ca.issue(n)
	}
	ca.write("tls.cfg", []byte(`
  # all that the manual shows
[server:default]   # a remark
  Method  =  TLSv1.2+  # another
verify_certificate = no
private_key = "main.test.key" # quoted
certificate = main.test.crt
[server:127.0.0.1:5061]
tls_method = TLSv1.2
certificate = local.test.pem
verify_depth = 3
server_id = x
[server:any]
certificate = any.test.pem
server_name = any.test
server_name_mode = 1
[server:any]
certificate = sub.test.pem
server_name = sub.test
server_name_mode = 2
[server:[::1]:5061]
certificate = exact.test.pem
server_name = exact.test
[client:default]
verify_certificate = yes
require_certificate = on
ca_list = ca.pem
[client:10.0.0.1:5061]
server_name = asked.test
method = TLSv1.3
`))
	m, _, err := provision(t, dir, "config", "tls.cfg", "certificate", "nosuch.pem")
	if err != nil {
		t.Fatal(err)
	}
	elsewhere := netip.MustParseAddrPort("127.0.0.2:5061")
	six := netip.MustParseAddrPort("[::1]:5061")
	for _, tt := range []struct {
		local     netip.AddrPort
		sni, want string
	}{
		{elsewhere, "", "main.test"},
		{elsewhere, "unknown.test", "main.test"},
		{elsewhere, "any.test", "any.test"},
		{elsewhere, "a.ANY.test", "any.test"},
		{elsewhere, "xany.test", "main.test"},
		{elsewhere, "sub.test", "main.test"},
		{elsewhere, "a.sub.test", "sub.test"},
		{elsewhere, "exact.test", "main.test"},
		{here, "", "local.test"},
		{here, "unknown.test", "local.test"},
		{here, "any.test", "any.test"},
		{six, "exact.test", "exact.test"},
		{six, "a.exact.test", "main.test"},
	} {
		cs, srv, cl := handshake(t, m.TLSConfigs().Server(tt.local), &gotls.Config{InsecureSkipVerify: true, ServerName: tt.sni})
		if srv != nil || cl != nil {
			t.Errorf("%v %q: %v, %v", tt.local, tt.sni, srv, cl)
			continue
		}
		if got := cs.PeerCertificates[0].Subject.CommonName; got != tt.want {
			t.Errorf("%v %q: the certificate of %s, want %s", tt.local, tt.sni, got, tt.want)
		}
	}
	var asked string
	server := m.TLSConfigs().Server(elsewhere).Clone()
	server.GetConfigForClient = func(h *gotls.ClientHelloInfo) (*gotls.Config, error) {
		asked = h.ServerName
		return nil, nil
	}
	if cs, srv, cl := handshake(t, server, m.TLSConfigs().Client(there)); srv != nil || cl != nil || asked != "asked.test" || cs.Version != gotls.VersionTLS13 {
		t.Errorf("client profile: %v %v, asked for %q", srv, cl, asked)
	}
	if _, srv, cl := handshake(t, server, m.TLSConfigs().Client(here)); srv != nil || cl != nil || asked != "" {
		t.Errorf("default client: %v %v, asked for %q", srv, cl, asked)
	}
}

func TestConfigFolder(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	ca.issue("one")
	ca.check(os.Mkdir(filepath.Join(dir, "tls.d"), 0o700))
	ca.write("tls.d/1.cfg", []byte("[server:default]\ncertificate = nosuch.pem\n"))
	ca.write("tls.d/2.cfg", []byte("[server:default]\ncertificate = one.pem\n"))
	ca.write("tls.d/.swp", []byte("bogus"))
	m, _, err := provision(t, dir, "config", "tls.d")
	if err != nil || m.TLSConfigs().Server(here) == nil {
		t.Error(err)
	}
}

// The refusals and their places are Kamailio's, as far as it has them.
func TestConfigErrors(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	ca.issue("cert")
	ca.issue("other")
	const ok = "[server:default]\ncertificate=cert.pem\n"
	for _, tt := range []struct{ text, want string }{
		{ok + "foo = 1\n", "tls.cfg:3:1: there is no option foo"},
		{ok + "verify_certificate = maybe\n", `tls.cfg:3:22: verify_certificate: "maybe" is neither yes nor no`},
		{ok + "verify_depth = abc\n", `tls.cfg:3:16: verify_depth: "abc" is not a number`},
		{ok + "verify_depth = 5 6\n", "tls.cfg:3:18: unexpected text"},
		{ok + "private_key = cert.key ; x\n", "tls.cfg:3:24: unexpected text"},
		{ok + "method = TLSv9\n", "tls.cfg:3:10: method"},
		{ok + "method = SSLv3\n", "broken"},
		{ok + "verify_client = perhaps\n", "tls.cfg:3:17: verify_client"},
		{ok + "certificate = \"cert.pem\n", "closing quote"},
		{ok + "certificate\n", "key = value"},
		{"method = TLSv1\n", "tls.cfg:1:1: method stands before the first"},
		{"[foo:default]\n", `tls.cfg:1:2: "foo" is neither server nor client`},
		{"[server:1.2.3:50]\n", "tls.cfg:1:9:"},
		{"[server:localhost:5061]\n", "tls.cfg:1:9:"},
		{"[server:1.2.3.4]\n", "tls.cfg:1:9:"},
		{"[server:any:5061]\n", "tls.cfg:1:9:"},
		{"[server:default\n", "] is missing"},
		{"[server]\n", "a profile is"},
		{ok + "[server:any]\ncertificate=cert.pem\n", "tls.cfg:3: [server:any]: a profile for any address needs a server_name"},
		{"[server:default]\ncertificate=nosuch.pem\n", "tls.cfg:1: [server:default]: certificate: open " + filepath.Join(dir, "nosuch.pem")},
		{ok + "private_key = other.key\n", "does not match"},
		{ok + "private_key = /engine:label\n", "hardware"},
		{ok + "ca_list = cert.key\n", "holds no certificate"},
		{ok + "crl = cert.key\n", "no certificate revocation list"},
		{"[client:default]\n[server:default]\ncertificate=a.pem\n[server:1.2.3.4:5]\ncertificate=b.pem\n", "b.pem"},
		{"[client:default]\n[server:default]\ncertificate=a.pem\n[server:1.2.3.4:5]\ncertificate=b.pem\n", "a.pem"},
	} {
		ca.write("tls.cfg", []byte(tt.text))
		if _, _, err := provision(t, dir, "config", "tls.cfg"); err == nil || !strings.Contains(err.Error(), tt.want) {
			t.Errorf("%q:\n got %v\nwant %s", tt.text, err, tt.want)
		}
	}
	if _, _, err := provision(t, dir, "config", "nofile"); err == nil || !strings.Contains(err.Error(), filepath.Join(dir, "nofile")) {
		t.Error(err)
	}
}

func TestParams(t *testing.T) {
	dir := t.TempDir()
	ca := newAuthority(t, dir, "ca")
	ca.issue("cert")
	enc := block("ENCRYPTED PRIVATE KEY", []byte("x"))
	ca.write("enc.key", enc)
	for _, tt := range []struct {
		name  string
		v     any
		setIt string // the error that Set gives
		prov  string // the error that Provision gives
		log   string
	}{
		{"low_mem_threshold1", 0, "", "", "low_mem_threshold1 has no effect"},
		{"tls_disable_compression", 1, "", "", "never compresses"},
		{"rand_engine", "krand", "", "", "rand_engine has no effect"},
		{"renegotiation", 0, "", "", ""},
		{"renegotiation", 1, "does not renegotiate", "", ""},
		{"engine", "NONE", "", "", ""},
		{"engine", "gem", "no OpenSSL engines", "", ""},
		{"xavp_cfg", "tls", "not run yet", "", ""},
		{"event_callback", "f", "KEMI", "", ""},
		{"tls_method", "SSLv3", "broken", "", ""},
		{"tls_method", "TLSv9", "no TLS method", "", ""},
		{"verify_client", "maybe", "none of off", "", ""},
		{"certificate", "nosuch.pem", "", "nosuch.pem", ""},
		{"private_key", "enc.key", "", "is encrypted", ""},
		{"require_certificate", 1, "", "", "there is no ca_list: none will be accepted"},
	} {
		if tt.setIt != "" {
			if err := set(tls.New(), tt.name, tt.v); err == nil || !strings.Contains(err.Error(), tt.setIt) {
				t.Errorf("%s=%v: %v", tt.name, tt.v, err)
			}
			continue
		}
		_, logged, err := provision(t, dir, tt.name, tt.v)
		if tt.prov == "" && err != nil || tt.prov != "" && (err == nil || !strings.Contains(err.Error(), tt.prov)) {
			t.Errorf("%s=%v: %v", tt.name, tt.v, err)
		}
		if !strings.Contains(logged, tt.log) {
			t.Errorf("%s=%v: logged %q", tt.name, tt.v, logged)
		}
	}
	if _, _, err := provision(t, t.TempDir()); err == nil || !strings.Contains(err.Error(), "cert.pem") {
		t.Errorf("without a certificate: %v", err)
	}
	for v, want := range map[int]time.Duration{600: 600 * time.Second, -1: -time.Second, 60: time.Minute} {
		m, _, err := provision(t, dir, "connection_timeout", v)
		if err != nil || m.IdleTimeout() != want {
			t.Errorf("connection_timeout %d: %v, %v", v, m.IdleTimeout(), err)
		}
	}
}

func TestSessions(t *testing.T) {
	dir := t.TempDir()
	newAuthority(t, dir, "ca").issue("cert")
	for on, want := range []bool{false, true} {
		m, _, err := provision(t, dir, "session_cache", on) // 0, 1
		if err != nil {
			t.Fatal(err)
		}
		client := &gotls.Config{InsecureSkipVerify: true, ServerName: "cert", ClientSessionCache: gotls.NewLRUClientSessionCache(1)}
		for range 2 {
			cs, srv, cl := handshake(t, m.TLSConfigs().Server(here), client)
			if srv != nil || cl != nil {
				t.Fatal(srv, cl)
			}
			if cs.DidResume {
				if !want {
					t.Error("resumed without session_cache")
				}
				want = false
			}
		}
		if want {
			t.Error("not resumed with session_cache=1")
		}
	}
}
