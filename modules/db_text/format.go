package db_text

import (
	"bytes"
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/db"
)

// format is how the files are written.
type format struct {
	delim byte
	empty int // emptystring
}

// column is a column as a file's first line declares it: name(type,attribute).
type column struct {
	text string // the declaration as written
	name string
	kind db.Kind
	null bool // null is allowed
	auto bool // where no value is given, it is one more than the greatest
}

// kinds are the types of columns, by the beginning of their names.
var kinds = []struct {
	name string
	kind db.Kind
}{
	{"int", db.Int},
	{"double", db.Double},
	{"str", db.Text},
	{"string", db.Text},
	{"blob", db.Blob},
	{"date", db.Time},
	{"datetime", db.Time},
	{"time", db.Time},
}

// columns reads a file's first line.
func columns(line string) ([]column, error) {
	var list []column
	for line = strings.TrimSpace(line); line != ""; line = strings.TrimSpace(line) {
		end := strings.IndexByte(line, ')')
		name, rest, ok := strings.Cut(line[:end+1], "(")
		if end < 0 || !ok {
			return nil, fmt.Errorf("%.40q declares no column: write it as name(type) or name(type,null)", line)
		}
		c := column{text: line[:end+1], name: strings.TrimSpace(name)}
		line = line[end+1:]
		kind, attrs, _ := strings.Cut(strings.TrimSuffix(rest, ")"), ",")
		found := false
		for _, k := range kinds {
			if strings.EqualFold(strings.TrimSpace(kind), k.name) {
				c.kind, found = k.kind, true
			}
		}
		if !found || c.name == "" {
			return nil, fmt.Errorf("%s is no column: its type is int, double, str, string, blob, date, datetime or time", c.text)
		}
		for a := range strings.SplitSeq(attrs, ",") {
			switch strings.TrimSpace(a) {
			case "null":
				c.null = true
			case "auto":
				if c.kind != db.Int {
					return nil, fmt.Errorf("%s: only an int column is auto", c.text)
				}
				c.auto = true
			}
		}
		list = append(list, c)
	}
	if list == nil {
		return nil, errors.New("the first line declares no columns")
	}
	return list, nil
}

// row reads a line of fields.
func (f *format) row(cols []column, line []byte) ([]db.Value, error) {
	row := make([]db.Value, len(cols))
	for i := range cols {
		end := f.fieldEnd(line)
		v, err := f.value(&cols[i], line[:end])
		if err != nil {
			return nil, fmt.Errorf("column %s: %w", cols[i].name, err)
		}
		row[i] = v
		if line = line[end:]; len(line) > 0 {
			if line = line[1:]; i == len(cols)-1 {
				return nil, errors.New("there are more fields than columns")
			}
		}
	}
	return row, nil
}

// fieldEnd is where the first field of a line ends.
func (f *format) fieldEnd(line []byte) int {
	for i := 0; i < len(line); i++ {
		switch line[i] {
		case '\\':
			i++
		case f.delim:
			return i
		}
	}
	return len(line)
}

var unescaped = map[byte]byte{'n': '\n', 'r': '\r', 't': '\t', '\\': '\\', '0': 0}

func (f *format) value(c *column, field []byte) (db.Value, error) {
	v := db.Value{Kind: c.kind}
	isText := c.kind == db.Text || c.kind == db.Blob
	if len(field) == 0 && (!isText || f.empty == 0) {
		return db.Value{}, nil
	}
	var err error
	switch {
	case isText:
		v.Text, err = f.unescape(field)
	case c.kind == db.Double:
		v.Float, err = strconv.ParseFloat(string(field), 64)
	default:
		v.Int, err = strconv.ParseInt(string(field), 10, 64)
	}
	if err != nil && !isText {
		err = fmt.Errorf("%.40q is no number", field)
	}
	return v, err
}

func (f *format) unescape(field []byte) (string, error) {
	if bytes.IndexByte(field, '\\') < 0 {
		return string(field), nil
	}
	b := make([]byte, 0, len(field))
	for i := 0; i < len(field); i++ {
		c := field[i]
		if c == '\\' {
			if i++; i == len(field) {
				return "", errors.New("the line ends in a backslash")
			}
			var ok bool
			if c, ok = unescaped[field[i]]; !ok && field[i] == f.delim {
				c, ok = f.delim, true
			}
			if !ok {
				return "", fmt.Errorf(`\%c is no escape: \n \r \t \\ \0 and \%c are`, field[i], f.delim)
			}
		}
		b = append(b, c)
	}
	return string(b), nil
}

// appendRow writes a row's fields, without a line end.
func (f *format) appendRow(b []byte, row []db.Value) []byte {
	for i := range row {
		if i > 0 {
			b = append(b, f.delim)
		}
		v := &row[i]
		if v.Kind != db.Text && v.Kind != db.Blob {
			b = append(b, v.String()...)
			continue
		}
		for j := range len(v.Text) {
			switch c := v.Text[j]; c {
			case '\n':
				b = append(b, `\n`...)
			case '\r':
				b = append(b, `\r`...)
			case '\t':
				b = append(b, `\t`...)
			case 0:
				b = append(b, `\0`...)
			case '\\', f.delim:
				b = append(b, '\\', c)
			default:
				b = append(b, c)
			}
		}
	}
	return b
}
