package transformations

import (
	"encoding/base64"
	"encoding/hex"
	"math/big"
	"strings"

	"olelo/runtime/registry"
)

func codecKeys() []registry.TransKey {
	return []registry.TransKey{
		text("encode.hexa", "In hexadecimal.", func(c *registry.Ctx, s string) string { return hexText(c, bytesOf(s)) }),
		checked("decode.hexa", "From hexadecimal; an odd last digit is ignored.", func(c *registry.Ctx, s string) (string, bool) {
			b := c.Arena.Alloc(len(s) / 2)
			_, err := hex.Decode(b, bytesOf(s[:len(s)&^1]))
			return registry.View(b), err == nil
		}),
		text("encode.7bit", "In the GSM's 7-bit packing, in hexadecimal.", encode7bit),
		checked("decode.7bit", "From the GSM's 7-bit packing, in hexadecimal.", decode7bit),
		text("encode.base58", "In base 58.", encode58),
		checked("decode.base58", "From base 58.", decode58),
		text("encode.base64", "In base 64.", encoder(base64.StdEncoding)),
		checked("decode.base64", "From base 64.", decoder(base64.StdEncoding, false)),
		text("encode.base64t", "In base 64 without padding.", encoder(base64.RawStdEncoding)),
		checked("decode.base64t", "From base 64, padded or not.", decoder(base64.RawStdEncoding, true)),
		text("encode.base64url", "In base 64 for URLs.", encoder(base64.URLEncoding)),
		checked("decode.base64url", "From base 64 for URLs, padded or not.", decoder(base64.RawURLEncoding, true)),
		text("encode.base64urlt", "In base 64 for URLs without padding.", encoder(base64.RawURLEncoding)),
		checked("decode.base64urlt", "From base 64 for URLs, padded or not.", decoder(base64.RawURLEncoding, true)),
		text("escape.common", `With a \ before ' " \ and NUL.`, escapeCommon),
		text("unescape.common", `Without the \ before ' " \ and 0 (NUL).`, unescapeCommon),
		checked("escape.user", "With %XX for what a SIP URI's user may not have.", func(c *registry.Ctx, s string) (string, bool) {
			return percent(c, "escape.user", s, "-_.!~*'()&=+$,;?")
		}),
		checked("unescape.user", "With %XX resolved.", unpercent("unescape.user")),
		checked("escape.param", "With %XX for what a SIP URI's parameter may not have.", func(c *registry.Ctx, s string) (string, bool) {
			return percent(c, "escape.param", s, "-_.!~*'()[]/:&+$")
		}),
		checked("unescape.param", "With %XX resolved.", unpercent("unescape.param")),
		text("escape.csv", "As a CSV field (RFC 4180).", func(c *registry.Ctx, s string) string {
			b := append(c.Arena.Alloc(len(s) + strings.Count(s, `"`) + 2)[:0], '"')
			for i := range len(s) {
				if s[i] == '"' {
					b = append(b, '"')
				}
				b = append(b, s[i])
			}
			return registry.View(append(b, '"'))
		}),
		text("urlencode.param", "As a URL's parameter.", urlEncode),
		text("urldecode.param", "From a URL's parameter: + is a blank, %XX a byte.", urlDecode),
	}
}

func encoder(e *base64.Encoding) func(*registry.Ctx, string) string {
	return func(c *registry.Ctx, s string) string {
		b := c.Arena.Alloc(e.EncodedLen(len(s)))
		e.Encode(b, bytesOf(s))
		return registry.View(b)
	}
}

func decoder(e *base64.Encoding, trim bool) func(*registry.Ctx, string) (string, bool) {
	return func(c *registry.Ctx, s string) (string, bool) {
		if trim {
			s = strings.TrimRight(s, "=")
		}
		if strings.ContainsAny(s, "\r\n") { // the library would skip them
			return "", false
		}
		b := c.Arena.Alloc(e.DecodedLen(len(s)))
		n, err := e.Decode(b, bytesOf(s))
		return registry.View(b[:n]), err == nil
	}
}

// encode7bit packs the lower 7 bits of each byte (3GPP TS 23.038 section 6.1.2).
func encode7bit(c *registry.Ctx, s string) string {
	const digits = "0123456789ABCDEF"
	b := c.Arena.Alloc(2 * ((7*len(s) + 7) / 8))[:0]
	acc, bits := uint(0), uint(0)
	for i := range len(s) {
		acc |= uint(s[i]&0x7F) << bits
		bits += 7
		if bits >= 8 {
			b = append(b, digits[acc>>4&15], digits[acc&15])
			acc >>= 8
			bits -= 8
		}
	}
	if bits > 0 {
		b = append(b, digits[acc>>4&15], digits[acc&15])
	}
	return registry.View(b)
}

func decode7bit(c *registry.Ctx, s string) (string, bool) {
	packed := c.Arena.Alloc(len(s) / 2)
	if _, err := hex.Decode(packed, bytesOf(s[:len(s)&^1])); err != nil {
		return "", false
	}
	b := c.Arena.Alloc(len(packed) * 8 / 7)[:0]
	acc, bits := uint(0), uint(0)
	for _, x := range packed {
		acc |= uint(x) << bits
		bits += 8
		for bits >= 7 {
			b = append(b, byte(acc&0x7F))
			acc >>= 7
			bits -= 7
		}
	}
	// Seven bits of padding at the end are no character.
	if n := len(b); n > 0 && b[n-1] == 0 {
		b = b[:n-1]
	}
	return registry.View(b), true
}

const digits58 = "123456789ABCDEFGHJKLMNPQRSTUVWXYZabcdefghijkmnopqrstuvwxyz"

// max58 bounds what is converted: the work grows with the square.
const max58 = 4096

func encode58(c *registry.Ctx, s string) string {
	if len(s) > max58 {
		c.Log.Errorf(logAs, "{s.encode.base58}: %d bytes, at most %d are encoded", len(s), max58)
		return ""
	}
	n := new(big.Int).SetBytes([]byte(s))
	var out []byte
	base, mod := big.NewInt(58), new(big.Int)
	for n.Sign() > 0 {
		n.DivMod(n, base, mod)
		out = append(out, digits58[mod.Int64()])
	}
	for i := 0; i < len(s) && s[i] == 0; i++ {
		out = append(out, digits58[0])
	}
	for i, j := 0, len(out)-1; i < j; i, j = i+1, j-1 {
		out[i], out[j] = out[j], out[i]
	}
	return c.Arena.String(out)
}

func decode58(c *registry.Ctx, s string) (string, bool) {
	if len(s) > max58 {
		c.Log.Errorf(logAs, "{s.decode.base58}: %d digits, at most %d are decoded", len(s), max58)
		return "", false
	}
	n, base := new(big.Int), big.NewInt(58)
	zeros := 0
	for i := range len(s) {
		d := strings.IndexByte(digits58, s[i])
		if d < 0 {
			return "", false
		}
		if d == 0 && zeros == i {
			zeros++
		}
		n.Add(n.Mul(n, base), big.NewInt(int64(d)))
	}
	return c.Arena.String(append(make([]byte, zeros), n.Bytes()...)), true
}

func escapeCommon(c *registry.Ctx, s string) string {
	b := c.Arena.Alloc(2 * len(s))[:0]
	for i := range len(s) {
		switch s[i] {
		case '\'', '"', '\\':
			b = append(b, '\\', s[i])
		case 0:
			b = append(b, '\\', '0')
		default:
			b = append(b, s[i])
		}
	}
	return registry.View(b)
}

func unescapeCommon(c *registry.Ctx, s string) string {
	b := c.Arena.Alloc(len(s))[:0]
	for i := 0; i < len(s); i++ {
		if s[i] == '\\' && i+1 < len(s) {
			switch s[i+1] {
			case '\'', '"', '\\':
				i++
				b = append(b, s[i])
				continue
			case '0':
				i++
				b = append(b, 0)
				continue
			}
		}
		b = append(b, s[i])
	}
	return registry.View(b)
}

const lowerHex = "0123456789abcdef"

func alnum(c byte) bool {
	return c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// percent writes %xx for what is neither alphanumeric nor in safe. Bytes that
// are not printable ASCII are an error.
func percent(c *registry.Ctx, key, s, safe string) (string, bool) {
	b := c.Arena.Alloc(3 * len(s))[:0]
	for i := range len(s) {
		x := s[i]
		switch {
		case x < ' ' || x > '~':
			c.Log.Errorf(logAs, "{s.%s}: the byte 0x%02x cannot be escaped", key, x)
			return "", false
		case alnum(x) || strings.IndexByte(safe, x) >= 0:
			b = append(b, x)
		default:
			b = append(b, '%', lowerHex[x>>4], lowerHex[x&15])
		}
	}
	return registry.View(b), true
}

// unpercent is percent's opposite: what percent refuses to write is refused,
// though such a byte may stand in the text as it is.
func unpercent(key string) func(*registry.Ctx, string) (string, bool) {
	return func(c *registry.Ctx, s string) (string, bool) {
		b := c.Arena.Alloc(len(s))[:0]
		for i := 0; i < len(s); i++ {
			if s[i] != '%' {
				b = append(b, s[i])
				continue
			}
			x, ok := hexByte(s[i+1:])
			if !ok {
				c.Log.Errorf(logAs, "{s.%s}: no two hexadecimal digits follow a %%", key)
				return "", false
			}
			if x < ' ' || x > '~' {
				c.Log.Errorf(logAs, "{s.%s}: the byte 0x%02x cannot have been escaped", key, x)
				return "", false
			}
			b = append(b, x)
			i += 2
		}
		return registry.View(b), true
	}
}

func hexByte(s string) (byte, bool) {
	if len(s) < 2 {
		return 0, false
	}
	var b [1]byte
	_, err := hex.Decode(b[:], bytesOf(s[:2]))
	return b[0], err == nil
}

func urlEncode(c *registry.Ctx, s string) string {
	b := c.Arena.Alloc(3 * len(s))[:0]
	for i := range len(s) {
		if x := s[i]; alnum(x) || strings.IndexByte("-_.~", x) >= 0 {
			b = append(b, x)
		} else {
			b = append(b, '%', lowerHex[x>>4], lowerHex[x&15])
		}
	}
	return registry.View(b)
}

// urlDecode leaves a % that no two digits follow as it is.
func urlDecode(c *registry.Ctx, s string) string {
	b := c.Arena.Alloc(len(s))[:0]
	for i := 0; i < len(s); i++ {
		switch s[i] {
		case '+':
			b = append(b, ' ')
		case '%':
			if x, ok := hexByte(s[i+1:]); ok {
				b = append(b, x)
				i += 2
				continue
			}
			b = append(b, '%')
		default:
			b = append(b, s[i])
		}
	}
	return registry.View(b)
}
