package tls

import (
	"bytes"
	"crypto/tls"
	"crypto/x509"
	"encoding/pem"
	"errors"
	"fmt"
	"os"
	"time"
)

// verifier checks the other side's certificate chain: up to a CA of ca_list,
// at most depth intermediates long, nothing on it revoked. The name in the
// certificate is not compared.
type verifier struct {
	roots *x509.CertPool
	depth int
	role  role
	crls  []*x509.RevocationList // nil: none are asked for
}

// server verifies a server's certificate.
func (v *verifier) server(cs tls.ConnectionState) error {
	return v.verify(cs, x509.ExtKeyUsageServerAuth)
}

// client verifies a client's certificate, where it has shown one.
func (v *verifier) client(cs tls.ConnectionState) error {
	if len(cs.PeerCertificates) == 0 {
		return nil // where one is required, crypto/tls has refused already
	}
	return v.verify(cs, x509.ExtKeyUsageClientAuth)
}

func (v *verifier) verify(cs tls.ConnectionState, usage x509.ExtKeyUsage) error {
	if len(cs.PeerCertificates) == 0 {
		return errors.New("the peer shows no certificate")
	}
	opts := x509.VerifyOptions{
		Roots: v.roots, Intermediates: x509.NewCertPool(), KeyUsages: []x509.ExtKeyUsage{usage},
	}
	for _, c := range cs.PeerCertificates[1:] {
		opts.Intermediates.AddCert(c)
	}
	chains, err := cs.PeerCertificates[0].Verify(opts)
	if err != nil {
		return err
	}
	for _, chain := range chains {
		if err = v.chain(chain); err == nil {
			return nil
		}
	}
	return err
}

func (v *verifier) chain(chain []*x509.Certificate) error {
	if len(chain)-2 > v.depth {
		return fmt.Errorf("the certificate chain has %d intermediates, verify_depth is %d", len(chain)-2, v.depth)
	}
	if v.crls == nil {
		return nil
	}
	for i, c := range chain[:len(chain)-1] {
		if err := v.revoked(c, chain[i+1], time.Now()); err != nil {
			return err
		}
	}
	return nil
}

func (v *verifier) revoked(c, issuer *x509.Certificate, now time.Time) error {
	err := fmt.Errorf("crl: there is no revocation list of %s", issuer.Subject)
	for _, l := range v.crls {
		if !bytes.Equal(l.RawIssuer, issuer.RawSubject) || l.CheckSignatureFrom(issuer) != nil {
			continue
		}
		if !l.NextUpdate.IsZero() && now.After(l.NextUpdate) {
			err = fmt.Errorf("crl: the revocation list of %s has ended on %s", issuer.Subject, l.NextUpdate.Format(time.RFC3339))
			continue
		}
		for _, r := range l.RevokedCertificateEntries {
			if r.SerialNumber.Cmp(c.SerialNumber) == 0 {
				return fmt.Errorf("crl: the certificate of %s (serial %x) is revoked", c.Subject, c.SerialNumber)
			}
		}
		err = nil
	}
	return err
}

// readCRLs reads the lists of a PEM file, or the one of a DER file.
func readCRLs(file string) ([]*x509.RevocationList, error) {
	b, err := os.ReadFile(file)
	if err != nil {
		return nil, fmt.Errorf("crl: %w", err)
	}
	ders := [][]byte{}
	for rest := b; ; {
		var block *pem.Block
		if block, rest = pem.Decode(rest); block == nil {
			break
		}
		if block.Type == "X509 CRL" {
			ders = append(ders, block.Bytes)
		}
	}
	if len(ders) == 0 {
		ders = append(ders, b)
	}
	lists := []*x509.RevocationList{}
	for _, der := range ders {
		l, err := x509.ParseRevocationList(der)
		if err != nil {
			return nil, fmt.Errorf("crl: %s is no certificate revocation list: %w", file, err)
		}
		lists = append(lists, l)
	}
	return lists, nil
}
