package mtree

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/lang/source"
	"olelo/runtime/registry"
)

// The types of a tree.
const (
	texts        = 0
	destinations = 1
	numbers      = 2
)

func checkKind(kind int) error {
	if kind < texts || kind > numbers {
		return fmt.Errorf("%d is no type of a tree: 0 texts, 1 destinations and 2 numbers are", kind)
	}
	return nil
}

// definition is a tree that modparam mtree names.
type definition struct {
	name, table string
	kind        int
	multi       bool     // only the table's rows with its name are the tree's
	cols        []string // prefix and values; nil: those of the module
	unknown     []string
	pos         source.Pos
}

// defaultTable is where a tree is that names no table.
const defaultTable = "mtree"

// define reads "name=x;dbtable=y;type=0;multi=0;cols='a,b'".
func (m *Module) define(v registry.ParamValue) error {
	list, err := parameters(v.Str)
	if err != nil {
		return fmt.Errorf(`%w; write a tree as "name=NAME;dbtable=TABLE"`, err)
	}
	d := &definition{table: defaultTable, pos: v.Pos}
	for _, p := range list {
		if p.value == "" {
			continue
		}
		switch strings.ToLower(p.name) {
		case "name":
			d.name = p.value
		case "dbtable":
			d.table = p.value
		case "type":
			d.kind = leadingInt(p.value)
		case "multi":
			n := leadingInt(p.value)
			if n != 0 && n != 1 {
				return fmt.Errorf("multi=%d is none: 0 or 1 is wanted", n)
			}
			d.multi = n == 1
		case "cols":
			d.cols = strings.Split(p.value, ",")
			if len(d.cols) < 2 {
				return fmt.Errorf("cols=%q has no column of values: write cols='PREFIX,VALUE'", p.value)
			}
		default:
			d.unknown = append(d.unknown, p.name)
		}
	}
	if d.name == "" {
		return fmt.Errorf(`%q names no tree: write it as "name=NAME;dbtable=TABLE"`, v.Str)
	}
	for _, o := range m.definitions {
		if o.name == d.name {
			return fmt.Errorf("the tree %q is defined twice", d.name)
		}
	}
	m.definitions = append(m.definitions, d)
	return checkKind(d.kind)
}

type parameter struct{ name, value string }

// parameters reads "a=b;c='d'". A comma outside of quotes ends it, as in Kamailio.
func parameters(text string) (list []parameter, err error) {
	for rest := text; rest != ""; {
		var p parameter
		end := strings.IndexAny(rest, "=;,")
		if end < 0 {
			end = len(rest)
		}
		p.name, rest = strings.TrimSpace(rest[:end]), rest[end:]
		if strings.ContainsAny(p.name, " \t\r\n") {
			return nil, fmt.Errorf("%q has a blank where a = or ; is wanted", p.name)
		}
		if strings.HasPrefix(rest, "=") {
			if p.value, rest, err = parameterValue(rest[1:]); err != nil {
				return nil, err
			}
		}
		if p.name != "" {
			list = append(list, p)
		}
		if !strings.HasPrefix(rest, ";") {
			break
		}
		rest = rest[1:]
	}
	return list, nil
}

// parameterValue reads what stands behind a =, and gives what follows it.
func parameterValue(text string) (value, rest string, err error) {
	text = strings.TrimLeft(text, " \t\r\n")
	if text == "" || text[0] != '\'' && text[0] != '"' {
		end := strings.IndexAny(text, ";,")
		if end < 0 {
			end = len(text)
		}
		return strings.TrimSpace(text[:end]), text[end:], nil
	}
	value, rest, closed := strings.Cut(text[1:], text[:1])
	if !closed {
		return "", "", errors.New("a quote is not closed")
	}
	return value, strings.TrimLeft(rest, " \t\r\n"), nil
}

// leadingInt is the number that a text begins with; 0 for none.
func leadingInt(s string) int {
	digits := strings.TrimLeft(strings.TrimPrefix(s, "-"), "0123456789")
	n, _ := strconv.ParseInt(s[:len(s)-len(digits)], 10, 32) // out of range it is the nearest number
	return int(n)
}

// dest is a destination with its weight: numbers without a sign that variables
// show with one, as in Kamailio.
type dest struct{ id, weight uint32 }

// readDests reads "ID=WEIGHT;ID=WEIGHT". Like Kamailio it passes over an ID of 0
// and what begins with no digit.
func readDests(text string) ([]dest, error) {
	list, err := parameters(text)
	if err != nil {
		return nil, err
	}
	dests := make([]dest, 0, len(list))
	for _, p := range list {
		if id := leadingDigits(p.name); id != 0 {
			dests = append(dests, dest{id, leadingDigits(p.value)})
		}
	}
	return dests, nil
}

// leadingDigits is the number that a text begins with, at most 2^32-1; 0 for none.
func leadingDigits(s string) uint32 {
	rest := strings.TrimLeft(s, "0123456789")
	n, _ := strconv.ParseUint(s[:len(s)-len(rest)], 10, 32)
	return uint32(n) // out of range it is the greatest
}
