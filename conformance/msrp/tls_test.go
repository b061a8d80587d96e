package msrp

import (
	"crypto/ecdsa"
	"crypto/elliptic"
	"crypto/rand"
	"crypto/tls"
	"crypto/x509"
	"crypto/x509/pkix"
	"encoding/pem"
	"math/big"
	"net"
	"strings"
	"testing"
	"time"

	"olelo/conformance/scenario"
)

// certificate makes a certificate for 127.0.0.1, signed by itself.
func certificate(t *testing.T) (cert, key string, roots *x509.CertPool) {
	t.Helper()
	check := func(err error) {
		if err != nil {
			t.Fatal(err)
		}
	}
	private, err := ecdsa.GenerateKey(elliptic.P256(), rand.Reader)
	check(err)
	template := &x509.Certificate{
		SerialNumber: big.NewInt(1), Subject: pkix.Name{CommonName: "relay.example"},
		NotBefore: time.Now().Add(-time.Hour), NotAfter: time.Now().Add(24 * time.Hour),
		IPAddresses: []net.IP{net.IPv4(127, 0, 0, 1)}, IsCA: true, BasicConstraintsValid: true,
		KeyUsage: x509.KeyUsageDigitalSignature | x509.KeyUsageCertSign,
	}
	der, err := x509.CreateCertificate(rand.Reader, template, template, private.Public(), private)
	check(err)
	keyDER, err := x509.MarshalPKCS8PrivateKey(private)
	check(err)
	cert = string(pem.EncodeToMemory(&pem.Block{Type: "CERTIFICATE", Bytes: der}))
	roots = x509.NewCertPool()
	roots.AppendCertsFromPEM([]byte(cert))
	return cert, string(pem.EncodeToMemory(&pem.Block{Type: "PRIVATE KEY", Bytes: keyDER})), roots
}

func TestTLS(t *testing.T) {
	cert, key, roots := certificate(t)
	config := &scenario.Config{
		Name: "tls", Kamailio: loadable,
		Text: strings.NewReplacer(
			"listen=127.0.0.1:5060\n", "listen=127.0.0.1:5060\nenable_tls=yes\nlisten=tls:127.0.0.1:5061\n",
			"loadmodule \"xlog.so\"\n", "loadmodule \"xlog.so\"\nloadmodule \"tls.so\"\n"+
				"modparam(\"tls\", \"tls_method\", \"TLSv1.2+\")\nmodparam(\"tls\", \"certificate\", \"{dir}/cert.pem\")\nmodparam(\"tls\", \"private_key\", \"{dir}/key.pem\")\n",
		).Replace(relayText),
		Files: map[string]string{"cert.pem": cert, "key.pem": key},
	}
	client := &tls.Config{RootCAs: roots}
	secure := func(p *scenario.Play, name string) *scenario.Client {
		c := p.DialTLS(client)
		p.Vars[name] = "msrps://" + c.Local() + "/" + name + ";tcp"
		return c
	}
	suite.Run(t, []scenario.Case{
		{Name: "from TLS to TLS and back", Config: config, Script: func(p *scenario.Play) {
			a, b := secure(p, "alice"), secure(p, "bob")
			p.Vars["bob_s"] = "msrp://127.0.0.1:5060/" + auth(p, b, p.Vars["bob"]) + ";tcp"
			a.Send(send("sec", whole("sec", "secret", "$")))
			b.Expect(relayed("sec", whole("sec", "secret", "$")))
			b.Send("MSRP sec 200 OK\nTo-Path: {bob_s} {alice}\nFrom-Path: {bob}\n-------sec$\n")
			a.Expect("MSRP sec 200 OK\nTo-Path: {alice}\nFrom-Path: {bob_s} {bob}\n-------sec$\n")
		}},
		{Name: "from TCP to TLS", Config: config, Script: func(p *scenario.Play) {
			a, b := dial(p, "alice"), secure(p, "bob")
			p.Vars["bob_s"] = "msrp://127.0.0.1:5060/" + auth(p, b, p.Vars["bob"]) + ";tcp"
			a.Send(send("up", whole("up", "secret", "$")))
			b.Expect(relayed("up", whole("up", "secret", "$")))
		}},
		{Name: "from TLS to TCP", Config: config, Script: func(p *scenario.Play) {
			a, b := secure(p, "alice"), member(p, "bob")
			a.Send(send("down", whole("down", "not so secret", "$")))
			b.Expect(relayed("down", whole("down", "not so secret", "$")))
		}},
		{Name: "one byte a record", Config: config, Script: func(p *scenario.Play) {
			a, b := secure(p, "alice"), secure(p, "bob")
			p.Vars["bob_s"] = "msrp://127.0.0.1:5060/" + auth(p, b, p.Vars["bob"]) + ";tcp"
			p.Check(a.SendEach(p.Text(send("rec", whole("rec", "tiny", "$"))), 1))
			b.Expect(relayed("rec", whole("rec", "tiny", "$")))
		}},
		{Name: "MSRP in the clear on the tls port", Config: config, Script: func(p *scenario.Play) {
			a := p.DialAddr(p.Vars["tls"])
			a.Send("MSRP t1 AUTH\nTo-Path: msrp://127.0.0.1:5060;tcp\nFrom-Path: msrp://x.example;tcp\n-------t1$\n")
			// A server may send a TLS alert before it closes.
			if _, err := a.DiscardUntilClosed(); err != nil {
				p.Fail("the connection was to be closed: %v", err)
			}
			secureQuiet := p.DialTLS(client)
			quiet(secureQuiet)
		}},
		{Name: "SIP over TLS", Config: config, Script: func(p *scenario.Play) {
			a := p.DialTLS(client)
			a.Send(options("TLS", "t"))
			a.Expect(forbidden("TLS", "t"))
		}},
	})
}
