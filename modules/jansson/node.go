package jansson

import (
	"bytes"
	"errors"
	"fmt"
	"io"
	"math"
	"slices"
	"strconv"
	"strings"

	"github.com/go-json-experiment/json/jsontext"
)

// node is a JSON value. Objects keep the order of their members.
type node struct {
	kind  jsontext.Kind
	text  string   // of a string
	num   int64    // of an integer
	real  float64  // of a number of the kind real
	names []string // of an object's items
	items []*node
}

// real is the kind of a number with a fraction or an exponent.
const real = jsontext.Kind('r')

const (
	yes     = jsontext.Kind('t')
	no      = jsontext.Kind('f')
	null    = jsontext.Kind('n')
	integer = jsontext.Kind('0')
	text    = jsontext.Kind('"')
	object  = jsontext.Kind('{')
	array   = jsontext.Kind('[')
)

// parse reads a JSON text, which is an object or an array: no name twice in an
// object, no NUL, no integer past 64 bits.
func parse(src string) (*node, error) {
	d := jsontext.NewDecoder(strings.NewReader(src))
	if k := d.PeekKind(); k != object && k != array {
		if _, err := d.ReadToken(); err != nil && !errors.Is(err, io.EOF) {
			return nil, err
		}
		return nil, errors.New("an object or an array is wanted")
	}
	n, err := read(d)
	if err != nil {
		return nil, err
	}
	switch _, err := d.ReadToken(); {
	case err == nil:
		return nil, fmt.Errorf("something follows the JSON text, after %d bytes", d.InputOffset())
	case !errors.Is(err, io.EOF):
		return nil, err
	}
	return n, nil
}

func read(d *jsontext.Decoder) (*node, error) {
	t, err := d.ReadToken()
	if err != nil {
		return nil, err
	}
	n := &node{kind: t.Kind()}
	switch n.kind {
	case text:
		n.text = t.String()
		if strings.IndexByte(n.text, 0) >= 0 {
			return nil, errors.New(`\u0000 is not allowed`)
		}
	case integer:
		return number(t.String())
	case object, array:
		for k := d.PeekKind(); k != '}' && k != ']'; k = d.PeekKind() {
			if n.kind == object {
				name, err := read(d)
				if err != nil {
					return nil, err
				}
				n.names = append(n.names, name.text)
			}
			item, err := read(d)
			if err != nil {
				return nil, err
			}
			n.items = append(n.items, item)
		}
		_, err = d.ReadToken()
	}
	return n, err
}

// number is the node of a JSON number.
func number(s string) (*node, error) {
	if strings.ContainsAny(s, ".eE") {
		f, err := strconv.ParseFloat(s, 64)
		if err != nil {
			return nil, fmt.Errorf("the number %s is too large", s)
		}
		return &node{kind: real, real: f}, nil
	}
	i, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		return nil, fmt.Errorf("the integer %s has more than 64 bits", s)
	}
	return &node{kind: integer, num: i}, nil
}

// put sets an object's member.
func (n *node) put(name string, item *node) {
	if i := slices.Index(n.names, name); i >= 0 {
		n.items[i] = item
		return
	}
	n.names = append(n.names, name)
	n.items = append(n.items, item)
}

// style is what separates the members, and a name from its value.
type style struct{ comma, colon string }

var (
	compact = style{",", ":"}
	wide    = style{", ", ": "}
)

// append appends the node's JSON text.
func (n *node) append(b []byte, s style) []byte {
	switch n.kind {
	case text:
		b, _ = jsontext.AppendQuote(b, n.text) // what is not UTF-8 was refused
		return b
	case integer:
		return strconv.AppendInt(b, n.num, 10)
	case real:
		return appendReal(b, n.real)
	case object, array:
		b = append(b, byte(n.kind))
		for i, item := range n.items {
			if i > 0 {
				b = append(b, s.comma...)
			}
			if n.kind == object {
				b, _ = jsontext.AppendQuote(b, n.names[i])
				b = append(b, s.colon...)
			}
			b = item.append(b, s)
		}
		return append(b, byte(n.kind)+2) // } and ] stand two behind { and [
	case yes:
		return append(b, "true"...)
	case no:
		return append(b, "false"...)
	}
	return append(b, "null"...)
}

// appendReal writes 17 digits, as jansson does, such that a number with a
// fraction or an exponent is read from it again.
func appendReal(b []byte, f float64) []byte {
	d := strconv.AppendFloat(nil, f, 'g', 17, 64)
	mantissa, exponent, ok := bytes.Cut(d, []byte("e"))
	b = append(b, mantissa...)
	if !ok {
		if bytes.IndexByte(d, '.') < 0 {
			b = append(b, ".0"...)
		}
		return b
	}
	e, _ := strconv.Atoi(string(exponent))
	return strconv.AppendInt(append(b, 'e'), int64(e), 10)
}

// fits reports whether an integer has 32 bits.
func fits(i int64) bool { return i >= math.MinInt32 && i <= math.MaxInt32 }
