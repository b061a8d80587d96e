package transformations

import (
	"crypto/md5" // #nosec G501 -- the language's {s.md5}
	"crypto/sha256"
	"crypto/sha512"
	"encoding/hex"
	"strconv"
	"unsafe"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func hashKeys() []registry.TransKey {
	return []registry.TransKey{
		text("md5", "Its MD5 sum in hexadecimal.", func(c *registry.Ctx, s string) string {
			sum := md5.Sum(bytesOf(s)) // #nosec G401
			return hexText(c, sum[:])
		}),
		text("sha256", "Its SHA-256 sum in hexadecimal.", func(c *registry.Ctx, s string) string {
			sum := sha256.Sum256(bytesOf(s))
			return hexText(c, sum[:])
		}),
		text("sha384", "Its SHA-384 sum in hexadecimal.", func(c *registry.Ctx, s string) string {
			sum := sha512.Sum384(bytesOf(s))
			return hexText(c, sum[:])
		}),
		text("sha512", "Its SHA-512 sum in hexadecimal.", func(c *registry.Ctx, s string) string {
			sum := sha512.Sum512(bytesOf(s))
			return hexText(c, sum[:])
		}),
		coreHashKey(),
	}
}

// bytesOf is s as bytes that must not be changed.
func bytesOf(s string) []byte { return unsafe.Slice(unsafe.StringData(s), len(s)) }

func hexText(c *registry.Ctx, sum []byte) string {
	b := c.Arena.Alloc(2 * len(sum))
	hex.Encode(b, sum)
	return registry.View(b)
}

// CoreHash is Kamailio's hash of two texts, reduced to a size that is a power
// of two; size 0 leaves the 32 bits. The texts are taken four bytes at a time,
// each byte with its sign, as char is.
func CoreHash(a, b string, size uint32) uint32 {
	h := hashWords(0, a)
	h = hashWords(h, b)
	h += h>>11 + h>>13 + h>>23
	if size == 0 {
		return h
	}
	return h & (size - 1)
}

// hashWords adds s to h in big-endian words, the last one short.
func hashWords(h uint32, s string) uint32 {
	for len(s) >= 4 {
		h = mixWord(h, signed(s[0])<<24+signed(s[1])<<16+signed(s[2])<<8+signed(s[3]))
		s = s[4:]
	}
	var w uint32
	for i := range len(s) {
		w = w<<8 + signed(s[i])
	}
	return mixWord(h, w)
}

func signed(b byte) uint32 { return uint32(int8(b)) }

func mixWord(h, w uint32) uint32 { return h + (w ^ w>>3) }

func coreHashKey() registry.TransKey {
	return with("corehash", "Kamailio's hash of it, a string: {s.corehash[,size]}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		size := numArg{}
		if a.has {
			var err error
			if size, err = onlyNumber(a); err != nil {
				return nil, err
			}
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := size.at(c, "s.corehash")
			if !ok {
				return false
			}
			var d [10]byte
			v.SetStr(c.Arena.String(strconv.AppendUint(d[:0], uint64(CoreHash(s, "", uint32(n))), 10)))
			return true
		}, nil
	})
}
