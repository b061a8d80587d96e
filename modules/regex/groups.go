package regex

import (
	"errors"
	"fmt"
	"os"
	"strings"

	"olelo/runtime/pcre"
	"olelo/runtime/registry"
)

// load puts the file's groups in the place of those that there are.
func (m *Module) load() error {
	text, err := os.ReadFile(m.file)
	if err != nil {
		return err
	}
	groups, err := m.readGroups(string(text))
	if err != nil {
		return fmt.Errorf("%s: %w", m.file, err)
	}
	m.groups.Store(&groups)
	return nil
}

// readGroups makes one pattern of each group, "((first)|(second))".
func (m *Module) readGroups(text string) ([]*pcre.Regexp, error) {
	var sources []string
	n := 0
	for line := range strings.Lines(text) {
		n++
		line = strings.TrimSuffix(line, "\n")
		if line == "" || strings.IndexByte(" \t\r#", line[0]) >= 0 {
			continue
		}
		if line[0] == '[' {
			if len(sources) == m.maxGroups {
				return nil, fmt.Errorf("line %d: there are more than %d groups: set max_groups", n, m.maxGroups)
			}
			sources = append(sources, "")
			continue
		}
		if len(sources) == 0 {
			return nil, fmt.Errorf("line %d: a group begins with a line [0], before its first pattern", n)
		}
		s := &sources[len(sources)-1]
		if *s != "" {
			*s += "|"
		}
		*s += "(" + line + ")"
		if len(*s)+len("()")+len("()") > m.maxSize {
			return nil, fmt.Errorf("line %d: group %d is larger than %d bytes: set group_max_size", n, len(sources)-1, m.maxSize)
		}
	}
	if len(sources) == 0 {
		return nil, errors.New("there is no pattern")
	}
	groups := make([]*pcre.Regexp, len(sources))
	for i, s := range sources {
		if s == "" {
			s = "^$"
		} else {
			s = "(" + s + ")"
		}
		var err error
		if groups[i], err = pcre.Compile(s, m.flags); err != nil {
			return nil, fmt.Errorf("group %d: %w", i, err)
		}
	}
	return groups, nil
}

func (m *Module) rpcReload(call registry.RPCCall) error {
	const faultServer = 500
	if m.file == "" {
		call.Fault(faultServer, "Group matching not enabled")
		return nil
	}
	if err := m.load(); err != nil {
		m.host.Log().Errorf(name, "%v", err)
		call.Fault(faultServer, "Failed to reload")
	}
	return nil
}
