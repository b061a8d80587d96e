package auth

import (
	"strings"
	"testing"
	"time"
)

// Whatever is in a header, reading it ends, and what it gives is part of it.
func FuzzCredentials(f *testing.F) {
	for _, s := range []string{
		`Digest username="alice", realm="r", nonce="n", uri="sip:x", response="0123", qop=auth, nc=00000001, cnonce="c"`,
		`digest a=b`, `Digest`, `Digest `, `Digest x`, `Digest x=`, `Digest x="`, `Digest x="\`, `Digest ,`, `Digest x="a",`,
		`Basic YTpi`, "Digest\tusername = \"a\\\"b\"\r\n , realm=r", `Digest username="a" "b"`,
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, body string) {
		var k credentials
		digest, err := k.parse(body)
		if !digest && err != nil {
			t.Errorf("%q: an error in another scheme: %v", body, err)
		}
		for _, v := range []string{k.username, k.realm, k.nonce, k.uri, k.response, k.algorithm, k.qop, k.nc, k.cnonce} {
			if !strings.Contains(body, v) {
				t.Errorf("%q: %q is not of it", body, v)
			}
		}
		if err == nil && digest && k.complete() && k.has&mandatory != mandatory {
			t.Errorf("%q: complete without all parameters", body)
		}
	})
}

// No text but a nonce of this server's is one.
func FuzzNonce(f *testing.F) {
	k := makeKeys("", nil) // random: the nonces of earlier runs are not its own
	now := time.Unix(1_700_000_000, 0)
	own := map[string]bool{}
	for _, parts := range [][]byte{nil, []byte("parts")} {
		for _, id := range [][]byte{nil, {1, 0, 0, 0, 7}} {
			s := string(newSigner(&k, nil).append(nil, now, parts, id))
			own[s] = true
			f.Add(s)
		}
	}
	f.Add("")
	f.Add("====")
	f.Fuzz(func(t *testing.T, text string) {
		_, v := newSigner(&k, nil).check(text, now, nil, lifetime{300, 3})
		if v == fresh && !own[text] {
			t.Errorf("%q is taken for a nonce", text)
		}
	})
}
