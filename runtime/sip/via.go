package sip

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

// Via returns the i-th Via value, comma-separated ones counted one by one.
func (m *Message) Via(i int) (Via, bool) {
	m.scan()
	for j := range m.hdrs {
		if m.hdrs[j].id != hVia {
			continue
		}
		for s := m.hdrs[j].Body; s != ""; {
			var one string
			one, s = NextValue(s)
			if i == 0 {
				return ParseVia(one)
			}
			i--
		}
	}
	return Via{}, false
}

// NextValue takes the first of the comma-separated values of s.
func NextValue(s string) (first, rest string) {
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
		return v, false
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
		return v, false
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
	return v, true
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
