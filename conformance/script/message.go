package script

import (
	"bytes"
	"fmt"
	"regexp"
	"strconv"
	"strings"
)

// message is a received or sent SIP message, MSRP frame or keep-alive, as a step
// looks at it. It shares no code with the server.
type message struct {
	raw     []byte
	first   string // the first line
	headers []header
	body    []byte
}

type header struct{ name, value string }

// parse reads as much as is there; what is malformed shows as it is.
func parse(raw []byte) *message {
	m := &message{raw: raw}
	head, body, hasBody := bytes.Cut(raw, []byte("\r\n\r\n"))
	m.first, _, _ = strings.Cut(string(head), "\r\n")
	if m.msrp() {
		end := []byte("\r\n-------" + m.word(1))
		if !hasBody {
			if i := bytes.LastIndex(head, end); i >= 0 {
				head = head[:i]
			}
		} else if i := bytes.LastIndex(body, end); i >= 0 {
			body = body[:i]
		} else if bytes.HasPrefix(body, end[2:]) { // an empty body
			body = nil
		}
	}
	m.body = body
	lines := strings.Split(string(head), "\r\n")
	for _, line := range lines[1:] {
		if len(m.headers) > 0 && line != "" && (line[0] == ' ' || line[0] == '\t') {
			h := &m.headers[len(m.headers)-1]
			h.value += " " + strings.TrimSpace(line)
			continue
		}
		name, value, _ := strings.Cut(line, ":")
		m.headers = append(m.headers, header{strings.TrimSpace(name), strings.TrimSpace(value)})
	}
	return m
}

func (m *message) msrp() bool { return strings.HasPrefix(m.first, "MSRP ") }

// word is the n-th word of the first line, from 0.
func (m *message) word(n int) string {
	words := strings.SplitN(m.first, " ", 3)
	if n < len(words) {
		return words[n]
	}
	return ""
}

// kind is a request's method, a reply's status, also of HTTP, or "keepalive".
func (m *message) kind() string {
	switch {
	case strings.Trim(string(m.raw), "\r\n\x00") == "":
		return "keepalive"
	case m.msrp():
		kind, _, _ := strings.Cut(m.word(2), " ")
		return kind
	case strings.HasPrefix(m.first, "SIP/2.0 "), strings.HasPrefix(m.first, "HTTP/"):
		return m.word(1)
	}
	return m.word(0)
}

// transaction tells SIP requests apart, with their replies.
func (m *message) transaction() string { return m.get("Call-ID") + ", CSeq " + m.get("CSeq") }

func (m *message) isReply() bool {
	_, err := strconv.Atoi(m.kind())
	return err == nil
}

// compact are the one-letter names of RFC 3261, section 7.3.3, and RFC 3265.
var compact = map[string]string{
	"i": "call-id", "m": "contact", "e": "content-encoding", "l": "content-length", "c": "content-type",
	"f": "from", "s": "subject", "k": "supported", "t": "to", "v": "via", "o": "event", "u": "allow-events",
}

func canonical(name string) string {
	name = strings.ToLower(name)
	if long := compact[name]; long != "" {
		return long
	}
	return name
}

// all are the values of the headers of that name.
func (m *message) all(name string) []string {
	var values []string
	for _, h := range m.headers {
		if canonical(h.name) == canonical(name) {
			values = append(values, h.value)
		}
	}
	return values
}

// get is the first header of that name, "" where there is none.
func (m *message) get(name string) string {
	if all := m.all(name); len(all) > 0 {
		return all[0]
	}
	return ""
}

var (
	equals  = regexp.MustCompile(`^([A-Za-z][\w.-]*): ?(.*)$`)
	matches = regexp.MustCompile(`^([A-Za-z][\w.-]*) ~ (.*)$`)
	absent  = regexp.MustCompile(`^!([A-Za-z][\w.-]*)$`)
	whole   = regexp.MustCompile(`^(body|first|raw) (=|~) ?(.*)$`)
)

// isCheck reports whether word is written as a check is.
func isCheck(word string) bool {
	return equals.MatchString(word) || matches.MatchString(word) || absent.MatchString(word) || whole.MatchString(word)
}

// check holds one check against the message:
//
//	'Name: text'       a header Name has that value
//	'Name ~ regex'     a header Name matches
//	'!Name'            there is none
//	'body = text'      the body; 'body ~ regex', and the same with first, the
//	                   first line, and raw, the whole message
//
// observed is what a corrected check would say, "" where there is nothing to say.
func (m *message) check(word string, v values) (observed string, err error) {
	if g := whole.FindStringSubmatch(word); g != nil {
		got := map[string]string{"body": string(m.body), "first": m.first, "raw": string(m.raw)}[g[1]]
		if g[2] == "~" {
			return "", m.matches(g[1], g[3], []string{got}, v)
		}
		// A script's line cannot hold a line end; \r\n in it means one.
		want := strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(g[3])
		if ok, err := v.match(want, got); ok || err != nil {
			return "", err
		}
		return g[1] + " = " + strings.NewReplacer("\r", `\r`, "\n", `\n`).Replace(v.places(got)),
			fmt.Errorf("the %s is %q, expected %q", g[1], got, g[3])
	}
	if g := absent.FindStringSubmatch(word); g != nil {
		if all := m.all(g[1]); len(all) > 0 {
			return "", fmt.Errorf("there is a header %s: %s, expected none", g[1], all[0])
		}
		return "", nil
	}
	if g := matches.FindStringSubmatch(word); g != nil {
		return "", m.matches("header "+g[1], g[2], m.all(g[1]), v)
	}
	if g := equals.FindStringSubmatch(word); g != nil {
		all := m.all(g[1])
		for _, value := range all {
			if ok, err := v.match(g[2], value); ok || err != nil {
				return "", err
			}
		}
		if len(all) == 0 {
			return "!" + g[1], fmt.Errorf("there is no header %s, expected %q; there are: %s", g[1], g[2], m.names())
		}
		return g[1] + ": " + v.places(all[0]), fmt.Errorf("header %s is %q, expected %q", g[1], all, g[2])
	}
	return "", usagef("%q is no check: 'Name: text', 'Name ~ regex', '!Name', 'body = text', 'body ~ regex', first and raw as body", word)
}

func (m *message) matches(what, re string, texts []string, v values) error {
	for _, t := range texts {
		if ok, err := v.search(re, t); ok || err != nil {
			return err
		}
	}
	if len(texts) == 0 {
		return fmt.Errorf("there is no %s; there are: %s", what, m.names())
	}
	return fmt.Errorf("%s is %q, which does not match %s", what, texts, re)
}

func (m *message) names() string {
	var names []string
	for _, h := range m.headers {
		names = append(names, h.name)
	}
	return strings.Join(names, ", ")
}
