package pv

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.StrFunc("shvset", func(v registry.ParamValue) error {
			name, val, err := typed(v.Str)
			if err == nil {
				m.shared.lookup(name, true).put(&val)
			}
			return err
		}, "A $shv's first value: name=i:1 or name=s:text; may be given several times."),
		registry.StrFunc("varset", func(v registry.ParamValue) error {
			name, val, err := typed(v.Str)
			if err == nil {
				m.preset = append(m.preset, preset{name, val})
			}
			return err
		}, "A $var's first value in each worker: name=i:1 or name=s:text; may be given several times."),
		registry.StrFunc("avp_aliases", m.setAliases, "Names for AVPs: email=s:email_addr;tmp=i:100"),
	}
}

// typed reads name=i:1 or name=s:text.
func typed(s string) (name string, val value.Value, err error) {
	name, rest, ok := strings.Cut(s, "=")
	name = strings.TrimSpace(name)
	if !ok || name == "" || len(rest) < 2 || rest[1] != ':' {
		return "", val, fmt.Errorf("%q must be name=i:number or name=s:text", s)
	}
	switch rest[0] {
	case 's', 'S':
		return name, value.OfStr(rest[2:]), nil
	case 'i', 'I':
		n, err := strconv.ParseInt(strings.TrimSpace(rest[2:]), 10, 64)
		if err != nil {
			return "", val, fmt.Errorf("%q: %q is no integer", s, rest[2:])
		}
		return name, value.OfInt(n), nil
	}
	return "", val, fmt.Errorf("%q: the type must be i or s", s)
}

func (m *Module) setAliases(v registry.ParamValue) error {
	for _, one := range strings.Split(v.Str, ";") {
		if one = strings.TrimSpace(one); one == "" {
			continue
		}
		name, of, ok := strings.Cut(one, "=")
		name, of = strings.TrimSpace(name), strings.TrimSpace(of)
		if !ok || name == "" || of == "" {
			return fmt.Errorf("avp_aliases: %q must be alias=s:name or alias=i:number", one)
		}
		as, err := avp.ParseName(of)
		if err != nil {
			return fmt.Errorf("avp_aliases: %w", err)
		}
		m.aliases[name] = as
	}
	return nil
}
