// Package random is the chance that routing sees: the system's, or a stream
// that a seed determines, for tests.
package random

import (
	crypto "crypto/rand"
	"encoding/binary"
	"math/rand/v2"
	"sync"
)

// Source gives random numbers and bytes. The nil *Source is the system's,
// which nobody can foretell; Seeded makes others. It is safe for concurrent
// use.
type Source struct {
	mu     sync.Mutex
	stream *rand.ChaCha8
	rand   *rand.Rand // of stream
}

// Seeded returns a source that gives the same for the same seed. Whoever knows
// the seed knows every nonce and session id: it is for tests.
func Seeded(seed uint64) *Source {
	var key [32]byte
	binary.LittleEndian.PutUint64(key[:], seed)
	s := rand.NewChaCha8(key)
	return &Source{stream: s, rand: rand.New(s)}
}

// Int64N returns a number from 0 to n-1; n is above 0.
func (s *Source) Int64N(n int64) int64 {
	if s == nil {
		return rand.Int64N(n)
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.Int64N(n)
}

// Uint32 returns a number of 32 bits.
func (s *Source) Uint32() uint32 {
	if s == nil {
		return rand.Uint32()
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	return s.rand.Uint32()
}

// Read fills b. Without a seed it is fit for keys.
func (s *Source) Read(b []byte) {
	if s == nil {
		crypto.Read(b) // never fails
		return
	}
	s.mu.Lock()
	defer s.mu.Unlock()
	s.stream.Read(b) // never fails
}

// Text returns 26 letters and digits (base32), which hold 130 random bits.
// Without a seed nobody can guess it.
func (s *Source) Text() string {
	if s == nil {
		return crypto.Text()
	}
	const letters = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567"
	var b [26]byte
	s.Read(b[:])
	for i := range b {
		b[i] = letters[b[i]%32]
	}
	return string(b[:])
}
