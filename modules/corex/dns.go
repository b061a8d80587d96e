package corex

import (
	"errors"
	"fmt"
	"net"
	"net/netip"
	"strconv"
	"strings"
	"time"

	"olelo/runtime/registry"
)

// The bits of flags in dns_cache.
const (
	recordNone  = 1 << iota // the name cannot be resolved
	recordKeeps             // for ever, whatever its ttl
)

var (
	errNoRecord     = errors.New("dns_cache is empty: type=A;name=…;addr=… is wanted")
	errNoRecordName = errors.New("it has no name")
)

// addRecord keeps a dns_cache, which Kamailio reads only when it starts.
func (m *Module) addRecord(v registry.ParamValue) error {
	if v.Str == "" {
		return errNoRecord
	}
	m.records = append(m.records, v.Str)
	return nil
}

// knowRecords lets the server know them.
func (m *Module) knowRecords(h registry.ResolveHost) error {
	for _, text := range m.records {
		r, err := parseRecord(text)
		if err != nil {
			return fmt.Errorf("dns_cache %q: %w", text, err)
		}
		h.AddRecord(r)
	}
	return nil
}

// parseRecord reads attributes type, name, addr, ttl, priority, weight, port and
// flags as name=value, apart by semicolons.
func parseRecord(text string) (r registry.DNSRecord, err error) {
	attrs := map[string]string{}
	for _, one := range strings.Split(text, ";") {
		k, val, _ := strings.Cut(one, "=")
		attrs[strings.TrimSpace(k)] = strings.TrimSpace(val)
	}
	numbers := map[string]uint64{}
	for _, k := range []string{"ttl", "priority", "weight", "port", "flags"} {
		if attrs[k] == "" {
			continue
		}
		bits := 16
		if k == "ttl" {
			bits = 32
		}
		if numbers[k], err = strconv.ParseUint(attrs[k], 10, bits); err != nil {
			return r, fmt.Errorf("its %s %q is not a number from 0 to %d", k, attrs[k], uint64(1)<<bits-1)
		}
	}
	if r.Name = strings.TrimSuffix(attrs["name"], "."); r.Name == "" {
		return r, errNoRecordName
	}
	r.None = numbers["flags"]&recordNone != 0
	if numbers["flags"]&recordKeeps == 0 {
		r.Until = time.Now().Add(time.Duration(numbers["ttl"]) * time.Second)
	}
	switch kind := strings.ToUpper(attrs["type"]); kind {
	case "SRV":
		r.SRV = &net.SRV{
			Target: attrs["addr"], Port: uint16(numbers["port"]),
			Priority: uint16(numbers["priority"]), Weight: uint16(numbers["weight"]),
		}
	case "A", "AAAA":
		if r.Addr, err = netip.ParseAddr(attrs["addr"]); err == nil && r.Addr.Is4() == (kind == "A") {
			break
		}
		if r.None && attrs["addr"] == "" {
			err = nil
			break
		}
		return r, fmt.Errorf("its addr %q is not an address of type %s", attrs["addr"], kind)
	default:
		return r, fmt.Errorf("its type is %q: A, AAAA or SRV is wanted", attrs["type"])
	}
	return r, nil
}
