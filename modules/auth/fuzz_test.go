package auth

import (
	"testing"
	"time"
)

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
