package permissions

import (
	"bufio"
	"cmp"
	"fmt"
	"io"
	"net/netip"
	"slices"
	"strconv"
	"strings"

	"olelo/runtime/sip"
)

// address is a line of the address file, or a row of its table.
type address struct {
	group int
	ip    netip.Addr
	bits  int    // of the subnet; all for an exact address
	name  string // a domain's, where ip is none
	port  int    // 0 is any
	tag   string
}

// addresses are those that routing asks for. They do not change.
type addresses struct {
	all     []address                // in their order
	exact   map[netip.Addr][]address // those of a key: last first
	domains map[string][]address     // the same
	subnets []address                // by group, then in their order
	// dropped tells that there were more subnets than there may be.
	dropped bool
}

func newAddresses(list []address, maxSubnets int) *addresses {
	t := &addresses{all: list, exact: map[netip.Addr][]address{}, domains: map[string][]address{}}
	for _, a := range list {
		switch {
		case !a.ip.IsValid():
			t.domains[a.name] = append(t.domains[a.name], a)
		case a.isExact():
			t.exact[a.ip] = append(t.exact[a.ip], a)
		case len(t.subnets) < maxSubnets:
			t.subnets = append(t.subnets, a)
		default:
			t.dropped = true
		}
	}
	for _, l := range t.exact {
		slices.Reverse(l)
	}
	for _, l := range t.domains {
		slices.Reverse(l)
	}
	slices.SortStableFunc(t.subnets, func(a, b address) int { return cmp.Compare(a.group, b.group) })
	return t
}

// anyGroup stands for no group in particular.
const anyGroup = -1 << 31

// find finds the entry that an address and port match: an exact address before a
// subnet; a text that is no address is a domain's name. It is nil for none.
func (t *addresses) find(group int, host string, port int) *address {
	ip, ok := parseIP(host)
	if !ok {
		return match(t.domains[host], group, port)
	}
	return t.findIP(group, ip, port)
}

func (t *addresses) findIP(group int, ip netip.Addr, port int) *address {
	if a := match(t.exact[ip], group, port); a != nil {
		return a
	}
	for i := range t.subnets {
		a := &t.subnets[i]
		if p, err := ip.Prefix(a.bits); a.fits(group, port) && a.ip.BitLen() == ip.BitLen() && err == nil && p.Contains(a.ip) {
			return a
		}
	}
	return nil
}

func (a *address) isExact() bool { return a.ip.IsValid() && a.bits == a.ip.BitLen() }

func match(list []address, group, port int) *address {
	for i := range list {
		if list[i].fits(group, port) {
			return &list[i]
		}
	}
	return nil
}

func (a *address) fits(group, port int) bool {
	return (group == anyGroup || a.group == group) && (a.port == 0 || a.port == port)
}

// parseIP reads an address; what cannot be one costs no error value.
func parseIP(s string) (netip.Addr, bool) {
	s = sip.Unbracket(strings.TrimSpace(s))
	if s == "" || strings.IndexByte(s, '%') >= 0 || strings.IndexByte(s, ':') < 0 && (s[0] < '0' || s[0] > '9') {
		return netip.Addr{}, false
	}
	ip, err := netip.ParseAddr(s)
	return ip.Unmap(), err == nil
}

// newAddress is the address of a group; 0 bits are all.
func newAddress(group int, host string, bits, port int, tag string) (address, error) {
	a := address{group: group, bits: bits, port: port, tag: tag}
	ip, ok := parseIP(host)
	if !ok {
		a.name, a.bits = host, 0
		return a, nil
	}
	a.ip = ip
	if bits == 0 {
		a.bits = ip.BitLen()
	}
	if a.bits < 0 || a.bits > ip.BitLen() {
		return a, fmt.Errorf("a mask of %d bits is none of %s: 0 to %d are", bits, host, ip.BitLen())
	}
	return a, nil
}

// readAddresses reads an address file: in each line a group, an address or name,
// then a mask, a port and a tag, which may be left out; # begins a comment.
func readAddresses(r io.Reader) ([]address, error) {
	var list []address
	lines := bufio.NewScanner(r)
	for n := 1; lines.Scan(); n++ {
		text, _, _ := strings.Cut(lines.Text(), "#")
		words := strings.Fields(text)
		if len(words) == 0 {
			continue
		}
		a, err := readAddress(words)
		if err != nil {
			return nil, fmt.Errorf("line %d: %w", n, err)
		}
		list = append(list, a)
	}
	return list, lines.Err()
}

func readAddress(words []string) (address, error) {
	group, err := strconv.ParseUint(words[0], 10, 31)
	if err != nil {
		return address{}, fmt.Errorf("%q is no group: a number is wanted", words[0])
	}
	if len(words) == 1 {
		return address{}, fmt.Errorf("an address is wanted behind the group %d", group)
	}
	host, words := words[1], words[2:]
	var numbers [2]int // mask, port
	for i := range numbers {
		if len(words) == 0 || !isNumber(words[0]) {
			break // a tag may stand where they are left out
		}
		if numbers[i], err = strconv.Atoi(words[0]); err != nil {
			return address{}, fmt.Errorf("%q is too large a number", words[0])
		}
		words = words[1:]
	}
	tag := ""
	if len(words) > 0 {
		tag = words[0]
	}
	return newAddress(int(group), host, numbers[0], numbers[1], tag)
}

func isNumber(s string) bool { return strings.Trim(s, "0123456789") == "" }
