package peer

import (
	"bytes"
	"fmt"
	"strconv"
)

var crlf = []byte("\r\n")

// sizeOfItem is the length of the frame or message that b begins with, 0 when
// b holds only a part of it.
func sizeOfItem(b []byte) (int, error) {
	switch {
	case len(b) < 5:
		if bytes.HasPrefix(b, crlf) {
			return 2, nil
		}
		return 0, nil
	case bytes.HasPrefix(b, crlf):
		return 2, nil
	case bytes.HasPrefix(b, []byte("MSRP ")):
		return sizeOfFrame(b)
	default:
		return sizeOfSIP(b)
	}
}

// sizeOfFrame frames by RFC 4975, section 7.1: a frame ends with the line of
// seven hyphens, its transaction id and one of $ + #.
func sizeOfFrame(b []byte) (int, error) {
	line, _, whole := bytes.Cut(b, crlf)
	if !whole {
		return 0, nil
	}
	parts := bytes.SplitN(line, []byte(" "), 3)
	if len(parts) < 3 {
		return 0, fmt.Errorf("%q is not the first line of an MSRP frame", line)
	}
	end := append([]byte("\r\n-------"), parts[1]...)
	for from := len(line); ; {
		i := bytes.Index(b[from:], end)
		if i < 0 {
			return 0, nil
		}
		after := from + i + len(end)
		if len(b) < after+3 {
			return 0, nil
		}
		if bytes.IndexByte([]byte("$+#"), b[after]) >= 0 && bytes.Equal(b[after+1:after+3], crlf) {
			return after + 3, nil
		}
		from += i + 2
	}
}

// sizeOfSIP frames by RFC 3261, section 18.3: headers, an empty line and
// Content-Length bytes.
func sizeOfSIP(b []byte) (int, error) {
	i := bytes.Index(b, []byte("\r\n\r\n"))
	if i < 0 {
		return 0, nil
	}
	body := 0
	for line := range bytes.SplitSeq(b[:i], crlf) {
		name, value, ok := bytes.Cut(line, []byte(":"))
		name = bytes.ToLower(bytes.TrimSpace(name))
		if !ok || (string(name) != "content-length" && string(name) != "l") {
			continue
		}
		n, err := strconv.Atoi(string(bytes.TrimSpace(value)))
		if err == nil && n < 0 {
			err = strconv.ErrRange
		}
		if err != nil {
			return 0, fmt.Errorf("header %q: %w", line, err)
		}
		body = n
	}
	if len(b) < i+4+body {
		return 0, nil
	}
	return i + 4 + body, nil
}
