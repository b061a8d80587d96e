package value

import "strconv"

// ParseInt reads a text as the language does when it wants an integer: decimal
// digits after a sign, or 0x…; ok is false where it is none. A decimal number must
// fit the width: 32 bits with wrap32, else 64.
func ParseInt(s string, wrap32 bool) (n int64, ok bool) {
	if len(s) > 2 && s[0] == '0' && s[1]|' ' == 'x' {
		return parseHex(s[2:], wrap32)
	}
	bits := 64
	if wrap32 {
		bits = 32
	}
	// Digits only, after one sign: ParseInt alone would take "1_0".
	i := 0
	if i < len(s) && (s[i] == '+' || s[i] == '-') {
		i++
	}
	if i == len(s) {
		return 0, false
	}
	for ; i < len(s); i++ {
		if s[i] < '0' || s[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, bits)
	if err != nil {
		return 0, false
	}
	return n, true
}

// parseHex reads hexadecimal digits. Of a number that is too large its low bits
// count.
func parseHex(s string, wrap32 bool) (int64, bool) {
	var n int64
	for i := range len(s) {
		d := s[i]
		switch {
		case d >= '0' && d <= '9':
			d -= '0'
		case d|' ' >= 'a' && d|' ' <= 'f':
			d = d | ' ' - 'a' + 10
		default:
			return 0, false
		}
		n = n<<4 | int64(d)
	}
	if wrap32 {
		n = int64(int32(n))
	}
	return n, true
}
