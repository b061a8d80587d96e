package auth

import (
	"crypto/hmac"
	"crypto/sha256"
	"encoding/base64"
	"encoding/binary"
	"hash"
	"time"

	"olelo/runtime/random"
)

// A nonce is base64 of
//
//	4 bytes  when it was made, seconds since 1970
//	4 bytes  random
//	16 bytes a keyed hash (HMAC-SHA-256, cut) of the bytes before, and of the
//	         five bytes at the end
//	16 bytes a keyed hash of parts of the message, with auth_checks_* or
//	         nonce_bind_connection only
//	5 bytes  pool and number, with nonce_count or one_time_nonce only
//
// 32, 40, 56 or 60 characters, as Kamailio's have.
const (
	nonceMade = 4
	nonceHead = 8
	macLen    = 16
	nonceBase = nonceHead + macLen
	idLen     = 5
	nonceMost = nonceBase + macLen + idLen
	nonceText = (nonceMost + 2) / 3 * 4
)

// verdict is what is wrong with a nonce.
type verdict uint8

const (
	fresh   verdict = iota
	forged          // not one of this server's
	stale           // expired, or made for another message or connection
	replay          // used before, with one_time_nonce
	badText         // nc is no number of eight hex digits
)

// keys are what nonces are signed with.
type keys struct{ nonce, message [sha256.Size]byte }

// makeKeys derives the keys from the secret, or makes random ones where there
// is none.
func makeKeys(secret string, r *random.Source) (k keys) {
	if secret == "" {
		r.Read(k.nonce[:])
		r.Read(k.message[:])
		return k
	}
	k.nonce = sha256.Sum256([]byte("nonce\x00" + secret))
	k.message = sha256.Sum256([]byte("message\x00" + secret))
	return k
}

// signer makes and checks nonces; it is one worker's.
type signer struct {
	nonce, message hash.Hash
	random         *random.Source
	sum            [sha256.Size]byte
	raw            [nonceMost]byte
	text           [nonceText]byte
	parts          []byte // of the message
}

func newSigner(k *keys, r *random.Source) *signer {
	return &signer{random: r, nonce: hmac.New(sha256.New, k.nonce[:]), message: hmac.New(sha256.New, k.message[:])}
}

// sign is the first macLen bytes of h's hash of the parts; valid until the next.
func (s *signer) sign(h hash.Hash, parts ...[]byte) []byte {
	h.Reset()
	for _, p := range parts {
		h.Write(p)
	}
	return h.Sum(s.sum[:0])[:macLen]
}

// append appends a new nonce. parts is what the message must have in common
// with the one that will use it, id the nonce's number; both may be nil.
func (s *signer) append(dst []byte, now time.Time, parts, id []byte) []byte {
	raw := s.raw[:nonceHead]
	binary.BigEndian.PutUint32(raw, uint32(now.Unix()))
	binary.BigEndian.PutUint32(raw[nonceMade:], s.random.Uint32())
	raw = append(raw, s.sign(s.nonce, raw, id)...)
	if parts != nil {
		raw = append(raw, s.sign(s.message, raw[:nonceHead], parts)...)
	}
	raw = append(raw, id...)
	return base64.StdEncoding.AppendEncode(dst, raw)
}

// lifetime says how long nonces live.
type lifetime struct {
	expire, drift int // seconds; drift < 0 is not looked at
}

// check tells whether the text is a nonce of this server that may be used now,
// for a message with these parts (nil where they do not matter). The age is
// looked at first, as in Kamailio: who brings an old nonce gets stale=true. id is the
// nonce's number, nil where it has none; it is valid until the next check.
func (s *signer) check(text string, now time.Time, parts []byte, l lifetime) (id []byte, v verdict) {
	if len(text) > nonceText {
		return nil, forged
	}
	copy(s.text[:], text)
	n, err := base64.StdEncoding.Strict().Decode(s.raw[:], s.text[:len(text)])
	if err != nil {
		return nil, forged
	}
	raw := s.raw[:n]
	var mac2 []byte
	switch n {
	case nonceBase:
	case nonceBase + idLen:
		id = raw[nonceBase:]
	case nonceBase + macLen:
		mac2 = raw[nonceBase:]
	case nonceMost:
		mac2, id = raw[nonceBase:nonceBase+macLen], raw[nonceBase+macLen:]
	default:
		return nil, forged
	}
	age := now.Unix() - int64(binary.BigEndian.Uint32(raw))
	if age >= int64(l.expire) || l.drift >= 0 && age < -int64(l.drift) {
		return nil, stale
	}
	if parts != nil && mac2 == nil || !hmac.Equal(s.sign(s.nonce, raw[:nonceHead], id), raw[nonceHead:nonceBase]) {
		return nil, forged
	}
	if parts != nil && !hmac.Equal(s.sign(s.message, raw[:nonceHead], parts), mac2) {
		return nil, stale
	}
	return id, fresh
}
