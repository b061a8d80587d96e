package sip

import "strings"

// Via is one Via value.
type Via struct {
	Body     string // the value as written
	Proto    string // "SIP/2.0/UDP"
	Host     string // with the brackets of an IPv6 address
	Port     int    // 0 where there is none
	Params   string // from the first ; on
	Branch   string
	Received string
	RPort    string // the value of rport, "" where it has none
	HasRPort bool
	I        string
	Alias    bool
	MAddr    string
}

// Transport is the last part of Proto: "UDP".
func (v *Via) Transport() string {
	for i := len(v.Proto) - 1; i >= 0; i-- {
		if v.Proto[i] == '/' {
			return trimSpace(v.Proto[i+1:])
		}
	}
	return v.Proto
}

// via is a Via value of a message.
type via struct {
	Via
	ok   bool   // it could be read
	line int    // the number of its header line
	rest string // the values behind it on that
}

// Via returns the i-th Via value, comma-separated ones counted one by one.
func (m *Message) Via(i int) (Via, bool) {
	if v := m.via(i); v != nil {
		return v.Via, v.ok
	}
	return Via{}, false
}

// via is the i-th Via value, read once a message; nil where there is none.
func (m *Message) via(i int) *via {
	m.scan()
	if i < 0 {
		return nil
	}
	for i >= len(m.vias) {
		if m.moreVias == "" && !m.viaLine() {
			return nil
		}
		one, rest := NextValue(m.moreVias)
		m.moreVias = rest
		m.vias = append(m.vias, via{line: m.nextVia - 1, rest: rest})
		v := &m.vias[len(m.vias)-1]
		v.ok = v.parse(one)
	}
	return &m.vias[i]
}

// viaLine goes to the next Via line that has a value.
func (m *Message) viaLine() bool {
	for m.nextVia < len(m.hdrs) {
		h := &m.hdrs[m.nextVia]
		m.nextVia++
		if h.id == hVia && h.Body != "" {
			m.moreVias = h.Body
			return true
		}
	}
	return false
}

// topVia is the first Via value where that can be read, nil otherwise.
func (m *Message) topVia() *via {
	if v := m.via(0); v != nil && v.ok {
		return v
	}
	return nil
}

// NextValue takes the first of the comma-separated values of s.
func NextValue(s string) (first, rest string) {
	if strings.IndexByte(s, ',') < 0 {
		return trimSpace(s), ""
	}
	angle := false
	quoted := false
	for i := 0; i < len(s); i++ {
		switch c := s[i]; {
		case quoted:
			if c == '\\' {
				i++
			} else if c == '"' {
				quoted = false
			}
		case c == '"':
			quoted = true
		case c == '<':
			angle = true
		case c == '>':
			angle = false
		case c == ',' && !angle:
			return trimSpace(s[:i]), trimSpace(s[i+1:])
		}
	}
	return trimSpace(s), ""
}

// ParseVia reads one Via value.
func ParseVia(s string) (v Via, ok bool) {
	ok = v.parse(s)
	return v, ok
}

// parse is ParseVia into an empty v.
func (v *Via) parse(s string) (ok bool) {
	v.Body = s
	// sent-protocol may have blanks around its slashes: the sent-by starts
	// after the blank that follows the third part.
	i, slashes := 0, 0
	for ; i < len(s); i++ {
		if s[i] == '/' {
			if slashes++; slashes == 2 {
				i++
				break
			}
		}
	}
	if slashes < 2 {
		return false
	}
	for i < len(s) && isSpace(s[i]) {
		i++
	}
	for i < len(s) && !isSpace(s[i]) {
		i++
	}
	v.Proto = s[:i]
	rest := trimSpace(s[i:])
	if j := indexOutsideQuotes(rest, ';'); j >= 0 {
		rest, v.Params = trimSpace(rest[:j]), rest[j:]
	}
	v.Host, v.Port, ok = hostPort(rest)
	if !ok || v.Host == "" {
		return false
	}
	for p := v.Params; p != ""; {
		var one string
		one, p = NextParam(p)
		k, val, _ := cut(one, '=')
		val = trimSpace(val)
		switch k = trimSpace(k); {
		case equalFold(k, "branch"):
			v.Branch = val
		case equalFold(k, "received"):
			v.Received = val
		case equalFold(k, "rport"):
			v.RPort, v.HasRPort = val, true
		case equalFold(k, "i"):
			v.I = val
		case equalFold(k, "alias"):
			v.Alias = true
		case equalFold(k, "maddr"):
			v.MAddr = val
		}
	}
	return true
}

// hostPort splits "host:port" and "[v6]:port"; port 0 where there is none.
func hostPort(s string) (host string, port int, ok bool) {
	end := len(s)
	if s != "" && s[0] == '[' {
		i := 1
		for i < len(s) && s[i] != ']' {
			i++
		}
		if i == len(s) {
			return "", 0, false
		}
		end = i + 1
	} else {
		for i := range len(s) {
			if s[i] == ':' {
				end = i
				break
			}
		}
	}
	host = trimSpace(s[:end])
	p := trimSpace(s[end:])
	if p == "" {
		return host, 0, true
	}
	if p[0] != ':' {
		return "", 0, false
	}
	port, ok = decimal(trimSpace(p[1:]))
	return host, port, ok && port <= 65535
}
