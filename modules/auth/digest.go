package auth

import (
	"crypto/md5"
	"crypto/sha256"
	"crypto/subtle"
	"encoding/hex"
	"strings"

	"olelo/runtime/sip"
)

// algorithm is a digest hash (RFC 7616 section 3.2).
type algorithm uint8

const (
	algMD5 algorithm = iota
	algSHA256
)

func (a algorithm) String() string { return [...]string{"MD5", "SHA-256"}[a] }

// hexLen is the length of a digest as text.
func (a algorithm) hexLen() int { return [...]int{2 * md5.Size, 2 * sha256.Size}[a] }

// accepts reports whether credentials with that algorithm parameter can be
// checked; without one it is MD5, or what the server offered.
func (a algorithm) accepts(name string) bool {
	return name == "" || strings.EqualFold(name, a.String())
}

// appendHex appends the hash of b, in lower-case hex.
func (a algorithm) appendHex(dst, b []byte) []byte {
	if a == algSHA256 {
		sum := sha256.Sum256(b)
		return hex.AppendEncode(dst, sum[:])
	}
	sum := md5.Sum(b)
	return hex.AppendEncode(dst, sum[:])
}

// digester computes digests; it is one worker's, so that nothing is allocated.
type digester struct {
	buf, out []byte
	ha1, ha2 []byte
}

func (d *digester) hash(a algorithm, dst []byte, parts ...string) []byte {
	d.buf = d.buf[:0]
	for i, p := range parts {
		if i > 0 {
			d.buf = append(d.buf, ':')
		}
		d.buf = append(d.buf, p...)
	}
	return a.appendHex(dst[:0], d.buf)
}

// setPassword makes HA1 of a password, or takes it as it is (RFC 7616 section
// 3.4.2).
func (d *digester) setPassword(a algorithm, user, realm, password string, isHA1 bool) {
	if isHA1 {
		d.ha1 = append(d.ha1[:0], password...)
		return
	}
	d.ha1 = d.hash(a, d.ha1, user, realm, password)
}

// qopInt is the qop whose digest covers the body.
const qopInt = "auth-int"

// response is the digest that credentials must have for a method (RFC 7616
// section 3.4.1; without qop RFC 2069). The empty method is what rspauth is
// made with. It is valid until the next call.
func (d *digester) response(a algorithm, k *sip.Credentials, method, body string) []byte {
	d.ha2 = d.appendA2(a, d.ha2, k, method, body)
	b := append(d.buf[:0], d.ha1...)
	b = append(b, ':')
	b = append(b, k.Nonce...)
	b = append(b, ':')
	if k.QOP != "" {
		for _, p := range [...]string{k.NC, k.CNonce, k.QOP} {
			b = append(b, p...)
			b = append(b, ':')
		}
	}
	b = append(b, d.ha2...)
	d.buf = b
	d.out = a.appendHex(d.out[:0], b)
	return d.out
}

func (d *digester) appendA2(a algorithm, dst []byte, k *sip.Credentials, method, body string) []byte {
	if !strings.EqualFold(k.QOP, qopInt) {
		return d.hash(a, dst, method, k.URI)
	}
	bodyHash := a.appendHex(nil, []byte(body))
	return d.hash(a, dst, method, k.URI, string(bodyHash))
}

// equal compares in a time that does not tell where the first difference is.
func equal(want []byte, got string) bool {
	var b [2 * sha256.Size]byte
	if len(got) > len(b) {
		return false
	}
	return subtle.ConstantTimeCompare(want, b[:copy(b[:], got)]) == 1
}
