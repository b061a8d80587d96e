package htable

import (
	"fmt"
	"strconv"
	"strings"
	"time"

	"olelo/lang/catalogue"
)

// Options is what a modparam("htable", "htable", …) line declares.
type Options struct {
	Name       string
	Slots      int           // 2^size, 4 to 2^31
	AutoExpire time.Duration // life of an item; 0 is for ever
	InitVal    int64         // what a missing item reads as, where HasInitVal
	HasInitVal bool
	KeepExpire bool     // updateexpire=0: an update does not prolong life
	DBTable    string   // of the database; "": it is not in one
	Cols       []string // cols=: its columns, the key and the values; nil: those of the module
	DBMode     int      // 1: it is stored at the end
	Replicate  bool     // dmqreplicate=1, kept for htable.listTables
}

// Sizes of a table in bits, as Kamailio 5.6.3 takes them: one out of range is
// replaced.
const (
	defaultSize = 4 // where none is given
	leastSize   = 2
	mostSize    = 31
	forTooSmall = 3
	forTooLarge = 14
)

// optionNames is what may stand after the arrow (Kamailio htable manual,
// "htable (str)").
var optionNames = [...]string{"size", "autoexpire", "dbtable", "cols", "dbmode", "initval", "updateexpire", "dmqreplicate"}

// optionError is a mistake in a declaration: at is the offset of what is wrong.
type optionError struct {
	text string
	at   int
	msg  string
}

func (e *optionError) Error() string {
	return fmt.Sprintf("%s, at character %d of %q; write it as \"name=>size=8;autoexpire=3600;\"", e.msg, e.at+1, e.text)
}

// parseOptions reads "name=>size=8;autoexpire=1800;". Blanks around names and
// values are ignored, the last semicolon may be missing, a comma ends the list
// (as in Kamailio: rest is what it leaves out).
func parseOptions(text string) (o Options, rest string, err error) {
	fail := func(at int, format string, args ...any) (Options, string, error) {
		return Options{}, "", &optionError{text, at, fmt.Sprintf(format, args...)}
	}
	arrow := strings.Index(text, "=>")
	if arrow < 0 {
		return fail(len(text), "no => after the table's name")
	}
	o = Options{Name: strings.TrimSpace(text[:arrow]), Slots: 1 << defaultSize}
	at := arrow + len("=>")
	for at < len(text) && strings.TrimSpace(text[at:]) != "" {
		at += leading(text[at:])
		end := at + part(text[at:])
		name, val, hasVal := strings.Cut(text[at:end], "=")
		valAt := at + len(name) + 1
		name = strings.TrimSpace(name)
		if name == "" {
			if strings.TrimSpace(text[arrow+len("=>"):]) == ";" { // Kamailio takes it
				return o, "", nil
			}
			return fail(at, "an option is missing here")
		}
		if hasVal {
			valAt += leading(val)
			val = unquote(strings.TrimSpace(val))
		}
		if !known(name) {
			hint := ""
			if near := catalogue.Nearest(name, names, 1); len(near) > 0 {
				hint = fmt.Sprintf(" (did you mean %q?)", near[0])
			}
			return fail(at, "%q is not an option of a table%s", name, hint)
		}
		if !hasVal {
			return fail(end, "the option %s has no value", name)
		}
		if err := o.set(name, val); err != "" {
			return fail(valAt, "%s=%s: %s", name, val, err)
		}
		at = end
		if at < len(text) && text[at] == ',' {
			return o, text[at:], nil
		}
		if at < len(text) {
			at++ // the semicolon
		}
	}
	return o, "", nil
}

// set assigns one option; it returns what is wrong with the value, or "".
func (o *Options) set(name, val string) string {
	switch name {
	case "dbtable":
		o.DBTable = val
		return ""
	case "cols":
		o.Cols = strings.Split(val, ",")
		for i := range o.Cols {
			o.Cols[i] = strings.TrimSpace(o.Cols[i])
		}
		if strings.ContainsAny(val, `'"`) {
			return "the quotes do not match"
		}
		if len(o.Cols) < 2 {
			return "two columns are wanted, the key's and a value's"
		}
		return ""
	}
	var n int64
	if val != "" { // Kamailio takes an empty value for 0
		var err error
		if n, err = strconv.ParseInt(val, 10, 32); err != nil {
			return "a number is wanted"
		}
	}
	if n < 0 && name != "initval" {
		return "a number of at least 0 is wanted"
	}
	switch name {
	case "size":
		switch {
		case n < leastSize:
			n = forTooSmall
		case n > mostSize:
			n = forTooLarge
		}
		o.Slots = 1 << n
	case "autoexpire":
		o.AutoExpire = time.Duration(n) * time.Second
	case "dbmode":
		o.DBMode = int(n)
	case "initval":
		o.InitVal, o.HasInitVal = n, true
	case "updateexpire":
		o.KeepExpire = n == 0
	case "dmqreplicate":
		o.Replicate = n != 0
	}
	return ""
}

func known(name string) bool {
	for _, n := range optionNames {
		if n == name {
			return true
		}
	}
	return false
}

func names(yield func(string) bool) {
	for _, n := range optionNames {
		if !yield(n) {
			return
		}
	}
}

// part is the length of s up to its first semicolon or comma outside quotes.
func part(s string) int {
	quote := byte(0)
	for i := range len(s) {
		switch c := s[i]; {
		case quote != 0:
			if c == quote {
				quote = 0
			}
		case c == '"' || c == '\'':
			quote = c
		case c == ';' || c == ',':
			return i
		}
	}
	return len(s)
}

func leading(s string) int { return len(s) - len(strings.TrimLeft(s, " \t\r\n")) }

func unquote(s string) string {
	if len(s) >= 2 && (s[0] == '"' || s[0] == '\'') && s[len(s)-1] == s[0] {
		return s[1 : len(s)-1]
	}
	return s
}
