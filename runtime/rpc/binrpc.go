package rpc

import (
	"math"
	"strconv"

	"olelo/runtime/registry"
)

// The binrpc wire format, as seen between kamcmd and Kamailio 5.6.3.
//
// A packet is
//
//	magic 0xA, version 0x1          4 bits each
//	kind, L-1, C-1                  4, 2, 2 bits
//	length of the body              L bytes, big-endian
//	cookie                          C bytes, echoed in the reply
//	body                            a row of records
//
// A record is a byte s<<7 | n<<4 | type, then, where s is set, n bytes of
// length (n itself is the length otherwise), then the data. A struct is the
// byte 0x03, its members and the byte 0x83; an array the same with 4. Strings
// and names end with a NUL that their length counts. An integer is big-endian
// without leading zero bytes, of at most 32 bits, 0 having no data at all. A
// double is an integer of thousandths. A member of a struct is a name record
// and a value.
const (
	binMagic = 0xA1 // magic and version

	kindRequest = 0
	kindReply   = 1
	kindFault   = 3

	recInt    = 0
	recStr    = 1
	recDouble = 2
	recStruct = 3
	recArray  = 4
	recName   = 5
	recBytes  = 6

	recEnd = 0x80 // with recStruct or recArray: its end

	binHeaderMax = 2 + 4 + 4 // header bytes with the longest length and cookie
)

// appendHeader appends a packet's header for a body of n bytes.
func appendHeader(b []byte, kind byte, cookie []byte, n int) []byte {
	if len(cookie) == 0 {
		cookie = []byte{0}
	}
	l := max(1, byteLen(uint64(n)))
	b = append(b, binMagic, kind<<4|byte(l-1)<<2|byte(len(cookie)-1))
	b = appendBig(b, uint64(n), l)
	return append(b, cookie...)
}

// AppendReply appends a reply packet. cookie is the request's, of 1 to 4
// bytes; where the request had none that could be read it is empty, and the
// packet carries one zero byte.
func AppendReply(b, cookie []byte, r *Reply) []byte {
	kind := byte(kindReply)
	var body []byte
	if f := r.Fault; f != nil {
		kind = kindFault
		body = appendInt(body, int64(f.Code))
		body = appendRecord(body, recStr, f.Text)
	} else {
		for _, v := range r.Values {
			body = appendValue(body, v)
		}
	}
	b = appendHeader(b, kind, cookie, len(body))
	return append(b, body...)
}

// AppendRequest appends a request packet. An argument is a string, an int64
// or a float64, as ParseArg makes them.
func AppendRequest(b, cookie []byte, method string, args []any) []byte {
	body := appendRecord(nil, recStr, method)
	for _, a := range args {
		body = appendValue(body, a)
	}
	b = appendHeader(b, kindRequest, cookie, len(body))
	return append(b, body...)
}

func appendValue(b []byte, v any) []byte {
	switch v := plain(v).(type) {
	case nil:
		return appendRecord(b, recStr, nullText)
	case string:
		return appendRecord(b, recStr, v)
	case int64:
		return appendInt(b, v)
	case float64:
		return appendDouble(b, v)
	case *registry.RPCStruct:
		b = append(b, recStruct)
		b = appendMembers(b, v)
		return append(b, recStruct|recEnd)
	case []any:
		// kamcmd ends with an error where an array stands inside a struct, and
		// Kamailio sends its lists as structs: so do we, everywhere.
		b = append(b, recStruct)
		for _, e := range v {
			if name, inner, ok := named(e); ok {
				b = appendRecord(b, recName, name)
				e = inner
			}
			b = appendValue(b, e)
		}
		return append(b, recStruct|recEnd)
	}
	panic("unreachable: plain returns nothing else")
}

func appendMembers(b []byte, s *registry.RPCStruct) []byte {
	for i, name := range s.Names {
		if name != "" {
			b = appendRecord(b, recName, name)
		}
		b = appendValue(b, s.Values[i])
	}
	return b
}

// appendInt appends an integer. What 32 bits cannot hold goes as text: kamcmd
// would show its low 32 bits.
func appendInt(b []byte, i int64) []byte {
	if i != int64(int32(i)) {
		return appendRecord(b, recStr, strconv.FormatInt(i, 10))
	}
	return appendUint32(b, recInt, uint32(i))
}

// appendDouble appends a double. kamcmd reads the thousandths as an unsigned
// 32-bit number, others as a signed one; what the two would not read alike,
// a negative number first of all, goes as text.
func appendDouble(b []byte, f float64) []byte {
	th := math.Round(f * 1000)
	if !(th >= 0 && th <= math.MaxInt32) {
		return appendRecord(b, recStr, strconv.FormatFloat(f, 'f', 6, 64))
	}
	return appendUint32(b, recDouble, uint32(th))
}

func appendUint32(b []byte, typ byte, u uint32) []byte {
	n := byteLen(uint64(u))
	b = append(b, byte(n)<<4|typ)
	return appendBig(b, uint64(u), n)
}

// appendRecord appends a record of text, which ends with a NUL.
func appendRecord(b []byte, typ byte, s string) []byte {
	n := len(s) + 1
	if n < 8 {
		b = append(b, byte(n)<<4|typ)
	} else {
		l := byteLen(uint64(n))
		b = append(b, 0x80|byte(l)<<4|typ)
		b = appendBig(b, uint64(n), l)
	}
	b = append(b, s...)
	return append(b, 0)
}

// byteLen is the number of bytes that u needs, 0 for 0.
func byteLen(u uint64) int {
	n := 0
	for ; u != 0; u >>= 8 {
		n++
	}
	return n
}

// appendBig appends the low n bytes of u, big-endian.
func appendBig(b []byte, u uint64, n int) []byte {
	for n--; n >= 0; n-- {
		b = append(b, byte(u>>(8*n)))
	}
	return b
}
