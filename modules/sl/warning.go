package sl

import (
	"strconv"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// appendWarning appends the Warning line of sip_warning (RFC 3261 section 20.43),
// in Kamailio's form: who reads it with a program finds where a request came from
// and what became of its URI.
func appendWarning(dst []byte, c *registry.Ctx) []byte {
	dst = append(dst, "Warning: 392 "...)
	if s := c.Recv.Socket; s != nil {
		dst = append(dst, s.IP...)
		dst = append(append(dst, ':'), s.Port...)
	}
	dst = append(dst, ` "Noisy feedback tells:  pid=`...)
	dst = strconv.AppendInt(dst, int64(c.PID), 10)
	dst = append(dst, " req_src_ip="...)
	dst = c.Recv.Src.Addr().AppendTo(dst)
	dst = append(dst, " req_src_port="...)
	dst = strconv.AppendUint(dst, uint64(c.Recv.Src.Port()), 10)
	dst = append(dst, " in_uri="...)
	dst = appendQuoted(dst, c.Msg.OrigRURI())
	dst = append(dst, " out_uri="...)
	dst = appendQuoted(dst, c.Msg.RURI())
	dst = append(dst, " via_cnt=="...)
	via := sip.HeaderKey("Via")
	dst = strconv.AppendInt(dst, int64(c.Msg.CountByKey(&via)), 10)
	return append(dst, "\"\r\n"...)
}

// appendQuoted appends s so that it can stand within a quoted string.
func appendQuoted(dst []byte, s string) []byte {
	for i := range len(s) {
		if s[i] == '"' || s[i] == '\\' {
			dst = append(dst, '\\')
		}
		dst = append(dst, s[i])
	}
	return dst
}
