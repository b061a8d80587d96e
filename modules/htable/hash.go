package htable

import "math/bits"

// hashKey spreads keys over slots. It is the same in every run, so that dumps and
// iterations of the same content come in the same order. Items are not found by
// it (Store.hash), as who can choose keys could choose places.
func hashKey(s string) uint64 {
	const (
		k0 = 0x9E3779B97F4A7C15 // 2^64 / golden ratio
		k1 = 0xD6E8FEB86659FD93 // odd, half its bits set
	)
	h := uint64(len(s)) + k0
	for len(s) >= 8 {
		h = mix(h^word(s), k1)
		s = s[8:]
	}
	var tail uint64
	for i := range len(s) {
		tail |= uint64(s[i]) << (8 * i)
	}
	h = mix(h^tail, k1)
	return h ^ h>>32
}

func mix(a, b uint64) uint64 {
	hi, lo := bits.Mul64(a, b)
	return hi ^ lo ^ a
}

// word is the first eight bytes of s, which the compiler reads at once.
func word(s string) uint64 {
	_ = s[7]
	return uint64(s[0]) | uint64(s[1])<<8 | uint64(s[2])<<16 | uint64(s[3])<<24 |
		uint64(s[4])<<32 | uint64(s[5])<<40 | uint64(s[6])<<48 | uint64(s[7])<<56
}
