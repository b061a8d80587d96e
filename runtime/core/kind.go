package core

import (
	"net/netip"
	"slices"
	"strings"

	"olelo/lang/ast"
)

// kind is the type of value that a parameter takes.
type kind uint8

const (
	number        kind = iota // ≥ 0; yes, no, on … are numbers too
	signed                    // may be negative
	boolean                   // like number; anything but 0 is yes
	text                      // in quotes only
	textOrWord                // or a single word
	host                      // an address or a name, in quotes or not
	facility                  // LOG_LOCAL0
	protocol                  // UDP, TCP, TLS, SCTP
	typeOfService             // a number, or IPTOS_…
	pollMethod                // epoll_lt …
	ipv4                      // an address
	ipv6                      // an address in brackets
	hexStyle                  // "a", "A", "c"
	address                   // listen
	hostList                  // alias
	flagNames                 // flags
	anything                  // not looked at
)

var kinds = [...]struct {
	takes string // after "NAME takes"
	hint  string
	ok    func(*ast.Literal) bool // for what is not a number
}{
	number:        {"a number", "write it without quotes, from 0 on", nil},
	signed:        {"a number", "write it without quotes", nil},
	boolean:       {"yes or no", "write yes, no, on, off, true, false or a number, without quotes", nil},
	text:          {"a text", "put it into double quotes", isText},
	textOrWord:    {"a text", "put it into double quotes", isTextOrName},
	host:          {"an address or a host name", "put it into double quotes", isHost},
	facility:      {"a syslog facility", "one of LOG_LOCAL0 to LOG_LOCAL7, LOG_DAEMON, LOG_USER, LOG_MAIL, LOG_AUTH, LOG_CRON …, without quotes", nil},
	protocol:      {"a transport", "UDP, TCP, TLS or SCTP", oneOf("UDP", "TCP", "TLS", "SCTP", "udp", "tcp", "tls", "sctp")},
	typeOfService: {"a number or a name of a type of service", "0 to 255, or IPTOS_LOWDELAY, IPTOS_THROUGHPUT, IPTOS_RELIABILITY, IPTOS_MINCOST", isTOS},
	pollMethod:    {"a poll method", "none, poll, epoll_lt, epoll_et, sigio_rt, select, kqueue or /dev/poll", oneOf("none", "poll", "epoll_lt", "epoll_et", "sigio_rt", "select", "kqueue", "/dev/poll")},
	ipv4:          {"an IPv4 address", "such as 192.0.2.1, without quotes", isIPv4},
	ipv6:          {"an IPv6 address", "such as [2001:db8::1], without quotes", isIPv6},
	hexStyle:      {`"a", "A" or "c"`, "", oneOf(`"a"`, `"A"`, `"c"`)},
	address:       {"an address to listen on", "", nil},
	hostList:      {"host names", "", nil},
	flagNames:     {"names of flags", "", nil},
	anything:      {"a value", "", func(*ast.Literal) bool { return true }},
}

func isText(l *ast.Literal) bool { return l.Kind == ast.LitStr }

func isTextOrName(l *ast.Literal) bool {
	return l.Kind == ast.LitStr || l.Kind == ast.LitWord && !strings.ContainsAny(l.Text, "./:")
}

func isHost(l *ast.Literal) bool { return !strings.HasPrefix(l.Text, "-") }

func oneOf(words ...string) func(*ast.Literal) bool {
	return func(l *ast.Literal) bool {
		return slices.Contains(words, l.Text) || slices.Contains(words, written(l))
	}
}

func isTOS(l *ast.Literal) bool {
	if l.Kind == ast.LitInt {
		return l.Int >= 0 && l.Int <= 255
	}
	return l.Kind == ast.LitWord && strings.HasPrefix(l.Text, "IPTOS_")
}

func isIPv4(l *ast.Literal) bool {
	a, err := netip.ParseAddr(l.Text)
	return l.Kind != ast.LitStr && err == nil && a.Is4()
}

func isIPv6(l *ast.Literal) bool {
	a, err := netip.ParseAddr(strings.TrimSuffix(strings.TrimPrefix(l.Text, "["), "]"))
	return l.Kind != ast.LitStr && err == nil && a.Is6()
}

// written is the literal as it stands in the configuration, quotes included.
func written(l *ast.Literal) string {
	if l.Kind == ast.LitStr {
		return `"` + l.Text + `"`
	}
	return l.Text
}

// boolWords are the words that Kamailio reads as 1 and 0, in this case only.
var boolWords = map[string]int64{
	"yes": 1, "on": 1, "true": 1, "enable": 1,
	"no": 0, "off": 0, "false": 0, "disable": 0,
}

// integer is a literal's number: digits, or a word that is one.
func integer(l *ast.Literal) (int64, bool) {
	switch l.Kind {
	case ast.LitInt:
		return l.Int, true
	case ast.LitWord:
		n, ok := boolWords[l.Text]
		return n, ok
	}
	return 0, false
}
