package tls

import (
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"strconv"
	"strings"
)

// readConfig reads tls.cfg, or all files of a folder in the order of their
// names, except those that start with a dot.
func readConfig(path string) ([]*profile, error) {
	st, err := os.Stat(path)
	if err != nil {
		return nil, fmt.Errorf("the TLS configuration cannot be read: %w", err)
	}
	files := []string{path}
	if st.IsDir() {
		files = nil
		entries, err := os.ReadDir(path)
		if err != nil {
			return nil, fmt.Errorf("the TLS configuration cannot be read: %w", err)
		}
		for _, e := range entries {
			if !e.IsDir() && !strings.HasPrefix(e.Name(), ".") {
				files = append(files, filepath.Join(path, e.Name()))
			}
		}
	}
	c := &cfgReader{}
	for _, f := range files {
		text, err := os.ReadFile(f)
		if err != nil {
			return nil, fmt.Errorf("the TLS configuration cannot be read: %w", err)
		}
		if err := c.read(f, string(text)); err != nil {
			return nil, err
		}
	}
	return c.list, nil
}

// cfgReader reads the lines of tls.cfg: [role:domain], key = value, # remarks.
type cfgReader struct {
	list []*profile
	cur  *profile
	file string
	line int
	raw  string
}

func (c *cfgReader) read(file, text string) error {
	c.file = file
	for i, l := range strings.Split(text, "\n") {
		c.line, c.raw = i+1, strings.TrimSuffix(l, "\r")
		l = strings.TrimSpace(l)
		switch {
		case l == "" || l[0] == '#':
		case l[0] == '[':
			if err := c.section(l); err != nil {
				return err
			}
		default:
			if err := c.option(l); err != nil {
				return err
			}
		}
	}
	return nil
}

// errorf names the place of text in the line.
func (c *cfgReader) errorf(text, format string, a ...any) error {
	col := max(strings.Index(c.raw, text), 0) + 1
	return fmt.Errorf("%s:%d:%d: %s", c.file, c.line, col, fmt.Sprintf(format, a...))
}

func (c *cfgReader) section(l string) error {
	end := strings.IndexByte(l, ']')
	// An IPv6 address has brackets of its own.
	if k := strings.Index(l, "]:"); k > 0 && k == end {
		end = k + 1 + strings.IndexByte(l[k+1:], ']')
		if end == k {
			end = -1
		}
	}
	if end < 0 {
		return c.errorf(l, "the ] is missing")
	}
	if rest := strings.TrimSpace(l[end+1:]); rest != "" && rest[0] != '#' {
		return c.errorf(rest, "unexpected text behind ]")
	}
	kind, domain, ok := strings.Cut(strings.TrimSpace(l[1:end]), ":")
	if !ok {
		return c.errorf(l, "a profile is [server:…] or [client:…], with default, any or ip:port behind the colon")
	}
	p := &profile{depth: 9, from: fmt.Sprintf("%s:%d", c.file, c.line)}
	switch strings.ToLower(strings.TrimSpace(kind)) {
	case "server":
		p.role = serverRole
	case "client":
		p.role = clientRole
	default:
		return c.errorf(kind, "%q is neither server nor client", kind)
	}
	switch domain = strings.TrimSpace(domain); strings.ToLower(domain) {
	case "default":
	case "any":
		p.any = true
	default:
		a, err := netip.ParseAddrPort(domain)
		if err != nil || a.Port() == 0 {
			return c.errorf(domain, "%q is neither default, any nor an IP address with a port (names are not resolved)", domain)
		}
		p.addr = netip.AddrPortFrom(a.Addr().Unmap(), a.Port())
	}
	if p.isDefault() {
		// A second one goes on where the first ended, as in Kamailio.
		for _, have := range c.list {
			if have.role == p.role && have.isDefault() {
				c.cur = have
				return nil
			}
		}
	}
	c.list = append(c.list, p)
	c.cur = p
	return nil
}

func (c *cfgReader) option(l string) error {
	key, val, ok := strings.Cut(l, "=")
	if !ok {
		return c.errorf(l, "a line is [role:domain] or key = value")
	}
	key = strings.ToLower(strings.TrimSpace(key))
	p := c.cur
	if p == nil {
		return c.errorf(l, "%s stands before the first [server:…] or [client:…]", key)
	}
	val, err := c.value(strings.TrimSpace(val))
	if err != nil {
		return err
	}
	texts := map[string]*string{
		"certificate": &p.cert, "private_key": &p.key, "ca_list": &p.caList, "ca_path": &p.caPath, "crl": &p.crl,
		"cipher_list": &p.ciphers, "server_name": &p.serverName, "server_id": &p.serverID,
	}
	flags := map[string]*bool{"verify_certificate": &p.verify, "require_certificate": &p.require}
	ints := map[string]*int{"verify_depth": &p.depth, "server_name_mode": &p.nameMode}
	switch {
	case key == "method" || key == "tls_method":
		p.method, err = parseMethod(val)
	case key == "verify_client":
		p.client, err = parseVerifyClient(val)
	case texts[key] != nil:
		*texts[key] = val
	case flags[key] != nil:
		*flags[key], err = parseBool(val)
	case ints[key] != nil:
		n, e := strconv.Atoi(val)
		if e != nil {
			err = fmt.Errorf("%q is not a number", val)
		}
		*ints[key] = n
	default:
		return c.errorf(strings.TrimSpace(l), "there is no option %s in tls.cfg", key)
	}
	if err != nil {
		return c.errorf(val, "%s: %v", key, err)
	}
	return nil
}

// value takes the quotes or the remark off a value.
func (c *cfgReader) value(s string) (string, error) {
	if s != "" && s[0] == '"' {
		end := strings.IndexByte(s[1:], '"')
		if end < 0 {
			return "", c.errorf(s, "the closing quote is missing")
		}
		if rest := strings.TrimSpace(s[end+2:]); rest != "" && rest[0] != '#' {
			return "", c.errorf(rest, "unexpected text behind the value")
		}
		return s[1 : end+1], nil
	}
	if i := strings.IndexByte(s, '#'); i >= 0 {
		s = strings.TrimSpace(s[:i])
	}
	if i := strings.IndexAny(s, " \t"); i >= 0 {
		return "", c.errorf(strings.TrimSpace(s[i:]), "unexpected text behind the value; one with blanks needs quotes")
	}
	return s, nil
}

func parseBool(s string) (bool, error) {
	switch strings.ToLower(s) {
	case "yes", "on", "true", "enable", "enabled", "1":
		return true, nil
	case "no", "off", "false", "disable", "disabled", "0":
		return false, nil
	}
	return false, fmt.Errorf("%q is neither yes nor no", s)
}
