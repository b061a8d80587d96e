package peer

import (
	"fmt"
	"regexp"
	"strings"
)

// Vars are the named texts of a script: "{name}" in a text to send stands for
// the value, "{name:regex}" in an expected text matches and sets it.
type Vars map[string]string

var (
	place   = regexp.MustCompile(`\{([a-z][a-z0-9_]*)(?::((?:[^{}]|\{[0-9,]+\})*))?\}`)
	bareEnd = regexp.MustCompile(`\r?\n`)
)

// Text is s with its variables replaced and every line end made CRLF. An
// unknown variable is an error.
func (v Vars) Text(s string) (string, error) {
	var unknown []string
	s = place.ReplaceAllStringFunc(bareEnd.ReplaceAllString(s, "\r\n"), func(m string) string {
		name := m[1 : len(m)-1]
		value, ok := v[name]
		if !ok {
			unknown = append(unknown, name)
		}
		return value
	})
	if unknown != nil {
		return "", fmt.Errorf("unknown variables in a text to send: %s", strings.Join(unknown, ", "))
	}
	return s, nil
}

// Match compares got with the expected text want, byte for byte outside its
// "{name:regex}" places, and sets those names.
func (v Vars) Match(want string, got []byte) error {
	want = bareEnd.ReplaceAllString(want, "\r\n")
	var pattern, shown strings.Builder
	pattern.WriteString(`(?s)^`)
	var names []string
	from := 0
	text := func(s string) {
		pattern.WriteString(regexp.QuoteMeta(s))
		shown.WriteString(s)
	}
	for _, m := range place.FindAllStringSubmatchIndex(want, -1) {
		text(want[from:m[0]])
		name := want[m[2]:m[3]]
		from = m[1]
		if m[4] < 0 {
			value, ok := v[name]
			if !ok {
				return fmt.Errorf("unknown variable %q in an expected text", name)
			}
			text(value)
			continue
		}
		names = append(names, name)
		pattern.WriteString("(" + want[m[4]:m[5]] + ")")
		shown.WriteString(want[m[0]:m[1]])
	}
	text(want[from:])
	pattern.WriteString(`$`)
	re, err := regexp.Compile(pattern.String())
	if err != nil {
		return err
	}
	found := re.FindSubmatch(got)
	if found == nil {
		return fmt.Errorf("expected\n\t %s\nreceived\n\t %s", Show([]byte(shown.String())), Show(got))
	}
	for i, name := range names {
		v[name] = string(found[i+1])
	}
	return nil
}
