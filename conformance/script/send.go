package script

import (
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"olelo/conformance/peer"
)

// put sends bytes as they are.
func (a *actor) put(b []byte) error {
	a.sent = parse(b)
	if !a.sent.msrp() && !a.sent.isReply() {
		if a.answered == nil {
			a.answered = map[string]bool{}
		}
		a.answered[a.sent.transaction()] = false
	}
	if a.net == "udp" {
		if a.dgram == nil {
			return usagef("%s is closed", a.name)
		}
		to := a.to
		if a.via == nil || a.sent.isReply() && a.from != "" || to == "" {
			to = a.from
		}
		if to == "" {
			return usagef("%s does not know where to send: start a server first", a.name)
		}
		addr, err := net.ResolveUDPAddr("udp", to)
		if err != nil {
			return err
		}
		a.tell("sends to "+to, b)
		_, err = a.dgram.WriteTo(b, addr)
		return err
	}
	s, err := a.line()
	if err != nil {
		return err
	}
	a.tell("sends", b)
	return s.Send(b)
}

// send is "NAME send FILE…": the files' messages with their values, line ends
// made CRLF. ${len} is the length of the body; ${tid}, ${branch} and ${callid}
// are new ones for each message.
func (a *actor) send(args []string) error {
	if len(args) == 0 {
		return usagef("usage: %s send FILE…", a.name)
	}
	for _, file := range args {
		text, err := a.p.read(file)
		if err != nil {
			return err
		}
		b, err := a.fill(text)
		if err != nil {
			return fmt.Errorf("%s: %w", file, err)
		}
		if err := a.put(b); err != nil {
			return err
		}
	}
	return nil
}

// fill makes a message of a file's text.
func (a *actor) fill(text string) ([]byte, error) {
	text = lineEnd.ReplaceAllString(text, "\r\n")
	if !strings.HasPrefix(text, "MSRP ") && strings.TrimSpace(text) != "" && !strings.Contains(text, "\r\n\r\n") {
		text += "\r\n" // the end of the headers
	}
	v := a.p.values
	n := strconv.Itoa(a.p.unique())
	for name, value := range map[string]string{"tid": "t" + a.name + n, "branch": "z9hG4bK" + a.name + n, "callid": a.name + n} {
		if strings.Contains(text, "${"+name+"}") {
			v[name], v[a.name+"."+name] = value, value
		}
	}
	v["me"], v["transport"] = v[a.name], strings.ToUpper(a.net)
	v["len"] = "0"
	filled, err := v.text(text)
	if err != nil {
		return nil, err
	}
	if strings.Contains(text, "${len}") {
		v["len"] = strconv.Itoa(len(parse([]byte(filled)).body))
		if filled, err = v.text(text); err != nil {
			return nil, err
		}
	}
	return []byte(filled), nil
}

// raw is "NAME raw TEXT [COUNT]": a text with \r, \n, \x00 and the like, sent as it
// is, over TCP in segments of COUNT bytes.
func (a *actor) raw(args []string) error {
	if len(args) == 0 || len(args) > 2 {
		return usagef(`usage: %s raw 'TEXT with \r\n' [BYTES a segment]`, a.name)
	}
	args, err := a.p.words(args)
	if err != nil {
		return err
	}
	text := args[0]
	a.loose = true // there may be several requests in it, or none
	b, err := escaped(text)
	if err != nil {
		return err
	}
	if len(args) == 1 {
		return a.put(b)
	}
	n, err := strconv.Atoi(args[1])
	if err != nil || n < 1 {
		return usagef("%q is no number of bytes", args[1])
	}
	return a.segments(b, n)
}

// escaped are the bytes of a text with escapes in it.
func escaped(text string) ([]byte, error) {
	b, err := strconv.Unquote(`"` + strings.ReplaceAll(text, `"`, `\"`) + `"`)
	if err != nil {
		return nil, usagef(`%q: \r, \n, \t, \x00 and \\ stand for bytes`, text)
	}
	return []byte(b), nil
}

func (a *actor) segments(b []byte, n int) error {
	s, err := a.line()
	if err != nil {
		return err
	}
	a.tell(fmt.Sprintf("sends in segments of %d bytes", n), b)
	a.sent = parse(b)
	return s.SendEach(b, n)
}

// resend is "NAME resend": the last message once more.
func (a *actor) resend(args []string) error {
	if a.sent == nil || len(args) > 0 {
		return usagef("usage: %s resend, of what it sent", a.name)
	}
	return a.put(a.sent.raw)
}

// part is what a step says about a message to build.
type part struct {
	words   []string // before the headers
	headers []header
	body    string
	hasBody bool
	flag    string // an MSRP frame's end
}

// parts reads "WORD… 'Name: value'… body=TEXT body=@FILE flag=+".
func (a *actor) parts(args []string) (*part, error) {
	args, err := a.p.words(args)
	if err != nil {
		return nil, err
	}
	m := &part{flag: "$"}
	for _, arg := range args {
		name, value, isHeader := strings.Cut(arg, ": ")
		if !isHeader {
			name, isHeader = strings.CutSuffix(arg, ":")
		}
		switch {
		case strings.HasPrefix(arg, "body="):
			m.hasBody = true
			m.body = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(arg[len("body="):])
			if file, ok := strings.CutPrefix(arg, "body=@"); ok {
				if m.body, err = a.p.read(file); err != nil {
					return nil, err
				}
			}
		case strings.HasPrefix(arg, "flag="):
			m.flag = arg[len("flag="):]
		case isHeader && valueName.MatchString(name):
			m.headers = append(m.headers, header{name, value})
		case len(m.headers) > 0 || m.hasBody:
			return nil, usagef("%q is neither 'Name: value' nor body=TEXT", arg)
		default:
			m.words = append(m.words, arg)
		}
	}
	return m, nil
}

// write makes a message of a first line, the default headers, which those of m
// replace, and a body.
func (m *part) write(first string, defaults []header, end string) []byte {
	var b strings.Builder
	b.WriteString(first + "\r\n")
	left := m.headers
	given := map[string]bool{}
	for _, h := range left {
		given[canonical(h.name)] = true
	}
	for _, h := range defaults {
		if !given[canonical(h.name)] {
			b.WriteString(h.name + ": " + h.value + "\r\n")
			continue
		}
		// All that are given of that name stand where the default would.
		var rest []header
		for _, g := range left {
			if canonical(g.name) == canonical(h.name) {
				b.WriteString(g.name + ": " + g.value + "\r\n")
			} else {
				rest = append(rest, g)
			}
		}
		left = rest
	}
	for _, h := range left {
		b.WriteString(h.name + ": " + h.value + "\r\n")
	}
	switch {
	case end == "":
		b.WriteString("\r\n" + m.body)
	case m.hasBody:
		b.WriteString("\r\n" + m.body + "\r\n" + end)
	default:
		b.WriteString(end)
	}
	return []byte(b.String())
}

// makeRequest is "NAME request METHOD [URI] ['Name: value'…] [body=TEXT]": a
// complete request, over MSRP a frame, in which the given headers take the place
// of its own.
func (a *actor) makeRequest(args []string) error {
	m, err := a.parts(args)
	if err != nil {
		return err
	}
	if len(m.words) == 0 || len(m.words) > 2 {
		return usagef("usage: %s request METHOD [URI] ['Name: value'…] [body=TEXT]", a.name)
	}
	n := a.p.unique()
	if a.msrp {
		return a.put(a.frame(m, n))
	}
	uri := "sip:test@" + a.to
	if len(m.words) == 2 {
		uri = m.words[1]
	}
	method := m.words[0]
	defaults := []header{
		a.viaHeader(n),
		{"From", fmt.Sprintf("<sip:%s@127.0.0.1>;tag=f%d", a.name, n)},
		{"To", "<" + uri + ">"},
		{"Call-ID", fmt.Sprintf("%s%d", a.name, n)},
		{"CSeq", "1 " + method},
		{"Max-Forwards", "70"},
	}
	switch method {
	case "INVITE", "REGISTER", "SUBSCRIBE":
		defaults = append(defaults, header{"Contact", "<" + a.p.values[a.name+".uri"] + ">"})
	}
	if m.hasBody && method == "INVITE" {
		defaults = append(defaults, header{"Content-Type", "application/sdp"})
	} else if m.hasBody {
		defaults = append(defaults, header{"Content-Type", "text/plain"})
	}
	defaults = append(defaults, header{"Content-Length", strconv.Itoa(len(m.body))})
	return a.put(m.write(method+" "+uri+" SIP/2.0", defaults, ""))
}

func (a *actor) viaHeader(n int) header {
	return header{"Via", fmt.Sprintf("SIP/2.0/%s %s;branch=z9hG4bK%s%d", strings.ToUpper(a.net), a.p.values[a.name], a.name, n)}
}

// frame is an MSRP request. The second word, where there is one, is the To-Path.
func (a *actor) frame(m *part, n int) []byte {
	tid := fmt.Sprintf("t%s%d", a.name, n)
	a.p.values["tid"], a.p.values[a.name+".tid"] = tid, tid
	to := "msrp://" + a.to + ";tcp"
	if a.net == "tls" {
		to = "msrps://" + a.to + ";tcp"
	}
	if len(m.words) == 2 {
		to = m.words[1]
	}
	defaults := []header{{"To-Path", to}, {"From-Path", a.p.values[a.name+".uri"]}}
	if method := m.words[0]; method == "SEND" || method == "REPORT" {
		defaults = append(defaults, header{"Message-ID", fmt.Sprintf("m%s%d", a.name, n)})
	}
	if m.hasBody {
		defaults = append(defaults,
			header{"Byte-Range", fmt.Sprintf("1-%d/%d", len(m.body), len(m.body))}, header{"Content-Type", "text/plain"})
	}
	return m.write("MSRP "+tid+" "+m.words[0], defaults, "-------"+tid+m.flag+"\r\n")
}

// reply is "NAME reply CODE [REASON] ['Name: value'…] [body=TEXT]", to the last
// request that it got.
func (a *actor) reply(args []string) error {
	m, err := a.parts(args)
	if err != nil {
		return err
	}
	if len(m.words) == 0 || len(m.words) > 2 {
		return usagef("usage: %s reply CODE [REASON] ['Name: value'…] [body=TEXT]", a.name)
	}
	r := a.request
	if r == nil {
		return usagef("%s got no request to reply to", a.name)
	}
	status := strings.Join(m.words, " ")
	if len(m.words) == 1 {
		status += " " + reasons[m.words[0]]
	}
	if r.msrp() {
		first := func(path string) string { uri, _, _ := strings.Cut(path, " "); return uri }
		tid := r.word(1)
		defaults := []header{{"To-Path", first(r.get("From-Path"))}, {"From-Path", first(r.get("To-Path"))}}
		return a.put(m.write(strings.TrimSpace("MSRP "+tid+" "+status), defaults, "-------"+tid+m.flag+"\r\n"))
	}
	var defaults []header
	for _, h := range r.headers {
		switch canonical(h.name) {
		case "to":
			if !strings.Contains(h.value, ";tag=") && m.words[0] != "100" {
				h.value += ";tag=" + a.name
			}
			fallthrough
		case "via", "record-route", "from", "call-id", "cseq":
			defaults = append(defaults, h)
		}
	}
	if code := m.words[0]; strings.HasPrefix(code, "2") && r.kind() == "INVITE" {
		defaults = append(defaults, header{"Contact", "<" + a.p.values[a.name+".uri"] + ">"})
	}
	defaults = append(defaults, header{"Content-Length", strconv.Itoa(len(m.body))})
	return a.put(m.write("SIP/2.0 "+status, defaults, ""))
}

// reasons are usual texts of status codes (RFC 3261, section 21; RFC 4975,
// section 10).
var reasons = map[string]string{
	"100": "Trying", "180": "Ringing", "183": "Session Progress", "200": "OK", "202": "Accepted", "302": "Moved Temporarily",
	"400": "Bad Request", "401": "Unauthorized", "403": "Forbidden", "404": "Not Found", "407": "Proxy Authentication Required",
	"408": "Request Timeout", "413": "Message Too Large", "480": "Temporarily Unavailable", "481": "Call/Transaction Does Not Exist",
	"486": "Busy Here", "487": "Request Terminated", "500": "Server Internal Error", "503": "Service Unavailable", "603": "Decline",
}

// again is "NAME again [METHOD] ['Name: value'…]": the last request's dialog goes
// on: the same URI, From and Call-ID, the To of the last reply, the next CSeq and
// a new branch; over MSRP the same frame with a new transaction.
func (a *actor) again(args []string) error { return a.follow(args) }

func (a *actor) follow(args []string, more ...header) error {
	m, err := a.parts(args)
	if err != nil {
		return err
	}
	r := a.lastRequest()
	if r == nil {
		return usagef("%s sent no request", a.name)
	}
	if len(m.words) > 1 {
		return usagef("usage: %s again [METHOD] ['Name: value'…] [body=TEXT]", a.name)
	}
	if !m.hasBody && len(r.body) > 0 && len(m.words) == 0 {
		m.body, m.hasBody = string(r.body), true
	}
	m.headers = append(m.headers, more...)
	n := a.p.unique()
	if r.msrp() {
		method := r.kind()
		if len(m.words) == 1 {
			method = m.words[0]
		}
		tid := fmt.Sprintf("t%s%d", a.name, n)
		a.p.values["tid"], a.p.values[a.name+".tid"] = tid, tid
		return a.put(m.write("MSRP "+tid+" "+method, r.headers, "-------"+tid+m.flag+"\r\n"))
	}
	method, uri := r.word(0), r.word(1)
	if len(m.words) == 1 {
		method = m.words[0]
	}
	number, _, _ := strings.Cut(r.get("CSeq"), " ")
	cseq, err := strconv.Atoi(number)
	if err != nil {
		return fmt.Errorf("the last request's CSeq is %q", r.get("CSeq"))
	}
	if method != "ACK" && method != "CANCEL" {
		cseq++
	}
	var defaults []header
	for _, h := range r.headers {
		switch canonical(h.name) {
		case "via":
			if len(defaults) > 0 && canonical(defaults[len(defaults)-1].name) == "via" {
				continue
			}
			// RFC 3261, sections 9.1 and 17.1.1.3: of the INVITE's own transaction.
			failed := a.got != nil && a.got.isReply() && a.got.kind() >= "300"
			if method != "CANCEL" && !(method == "ACK" && failed) {
				h = a.viaHeader(n)
			}
		case "cseq":
			h.value = fmt.Sprintf("%d %s", cseq, method)
		case "to":
			// RFC 3261, section 22.2: with credentials it is the same request again.
			if len(more) == 0 && a.got != nil && a.got.isReply() && a.got.get("To") != "" && method != "CANCEL" {
				h.value = a.got.get("To")
			}
		case "content-length":
			h.value = strconv.Itoa(len(m.body))
		case "content-type":
			if !m.hasBody {
				continue
			}
		case "authorization", "proxy-authorization":
			if len(more) > 0 {
				continue
			}
		}
		defaults = append(defaults, h)
	}
	return a.put(m.write(method+" "+uri+" SIP/2.0", defaults, ""))
}

func (a *actor) lastRequest() *message {
	if a.sent != nil && !a.sent.isReply() {
		return a.sent
	}
	return nil
}

// authenticate is "NAME authenticate USER PASSWORD [method=M] [uri=U] ['Name: value'…]":
// the last request again, with the digest that the last reply asks for.
func (a *actor) authenticate(args []string) error {
	if len(args) < 2 {
		return usagef("usage: %s authenticate USER PASSWORD [method=METHOD] [uri=URI] ['Name: value'…]", a.name)
	}
	r := a.lastRequest()
	if r == nil || a.got == nil {
		return usagef("%s got no challenge: authenticate comes behind an expect 401 or 407", a.name)
	}
	name, challenge := "Authorization", a.got.get("WWW-Authenticate")
	if challenge == "" {
		name, challenge = "Proxy-Authorization", a.got.get("Proxy-Authenticate")
	}
	if challenge == "" {
		return errors.New("the last reply has no challenge: neither WWW-Authenticate nor Proxy-Authenticate")
	}
	words, err := a.p.words(args[:2])
	if err != nil {
		return err
	}
	cred := peer.Credentials{User: words[0], Password: words[1], Method: r.kind(), URI: r.word(1)}
	if r.msrp() {
		cred.URI = r.get("To-Path")
	}
	var rest []string
	for _, arg := range args[2:] {
		if v, ok := strings.CutPrefix(arg, "method="); ok {
			if cred.Method, err = a.p.values.text(v); err != nil {
				return err
			}
		} else if v, ok := strings.CutPrefix(arg, "uri="); ok {
			if cred.URI, err = a.p.values.text(v); err != nil {
				return err
			}
		} else {
			rest = append(rest, arg)
		}
	}
	value, err := cred.Authorization(challenge)
	if err != nil {
		return err
	}
	return a.follow(rest, header{name, value})
}
