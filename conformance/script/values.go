package script

import (
	"fmt"
	"regexp"
	"slices"
	"strings"

	"olelo/conformance/peer"
)

// values are the named texts of a run: "${name}" stands for one, and in an
// expected text "${name:regex}" matches and sets it.
type values map[string]string

var (
	valueName = regexp.MustCompile(`^[A-Za-z_][\w-]*$`)
	place     = regexp.MustCompile(`\$\{([A-Za-z_][\w.-]*)(?::((?:[^{}\\]|\\.|\{[0-9,]+\})*))?\}`)
	lineEnd   = regexp.MustCompile(`\r?\n`)
)

// text is s with its values. An unknown one is an error.
func (v values) text(s string) (string, error) {
	var unknown string
	s = place.ReplaceAllStringFunc(s, func(m string) string {
		value, ok := v[m[2:len(m)-1]]
		if !ok {
			unknown = m
		}
		return value
	})
	if unknown != "" {
		return "", fmt.Errorf("there is no value %s%s", unknown, v.hint())
	}
	return s, nil
}

func (v values) hint() string {
	var names []string
	for n := range v {
		names = append(names, n)
	}
	slices.Sort(names)
	return "; there are: " + strings.Join(names, ", ")
}

// pattern is the regular expression that an expected text stands for, and the
// names that its groups set.
func (v values) pattern(want string) (*regexp.Regexp, []string, error) {
	var b strings.Builder
	b.WriteString(`(?s)^`)
	var names []string
	from := 0
	for _, m := range place.FindAllStringSubmatchIndex(want, -1) {
		b.WriteString(regexp.QuoteMeta(want[from:m[0]]))
		name := want[m[2]:m[3]]
		from = m[1]
		if m[4] < 0 {
			value, ok := v[name]
			if !ok {
				return nil, nil, fmt.Errorf("there is no value ${%s}%s", name, v.hint())
			}
			b.WriteString(regexp.QuoteMeta(value))
			continue
		}
		names = append(names, name)
		group, err := regexp.Compile(want[m[4]:m[5]])
		if err != nil {
			return nil, nil, fmt.Errorf("${%s:…}: %w", name, err)
		}
		if group.NumSubexp() > 0 {
			return nil, nil, fmt.Errorf("${%s:…}: groups are written (?:…) here", name)
		}
		b.WriteString("(" + want[m[4]:m[5]] + ")")
	}
	b.WriteString(regexp.QuoteMeta(want[from:]) + `$`)
	re, err := regexp.Compile(b.String())
	return re, names, err
}

// match compares got with the expected text want, byte for byte outside its
// places, and sets what they name.
func (v values) match(want, got string) (bool, error) {
	re, names, err := v.pattern(want)
	if err != nil {
		return false, err
	}
	found := re.FindStringSubmatch(got)
	if found == nil {
		return false, nil
	}
	for i, name := range names {
		v[name] = found[i+1]
	}
	return true, nil
}

// search finds the regular expression re, in which ${name} stands for values,
// and sets its named groups (?<name>…).
func (v values) search(re, text string) (bool, error) {
	re = place.ReplaceAllStringFunc(re, func(m string) string {
		if value, ok := v[m[2:len(m)-1]]; ok {
			return regexp.QuoteMeta(value)
		}
		return m
	})
	compiled, err := regexp.Compile("(?s)" + re)
	if err != nil {
		return false, err
	}
	found := compiled.FindStringSubmatch(text)
	for i, name := range compiled.SubexpNames() {
		if name != "" && found != nil {
			v[name] = found[i]
		}
	}
	return found != nil, nil
}

// message compares a whole received message with the text of a file, whose line
// ends are made CRLF.
func (v values) message(want string, got []byte) error {
	want = lineEnd.ReplaceAllString(want, "\r\n")
	if ok, err := v.match(want, string(got)); ok || err != nil {
		return err
	}
	return fmt.Errorf("expected\n\t %s\nreceived\n\t %s%s", peer.Show([]byte(want)), peer.Show(got), v.firstDifference(want, string(got)))
}

// firstDifference names the first line that is not as expected.
func (v values) firstDifference(want, got string) string {
	w, g := strings.Split(want, "\n"), strings.Split(got, "\n")
	for i := range max(len(w), len(g)) {
		switch {
		case i >= len(w):
			return fmt.Sprintf("\nfirst difference: line %d, %q, is more than was expected", i+1, g[i])
		case i >= len(g):
			return fmt.Sprintf("\nfirst difference: line %d, %q, did not come", i+1, w[i])
		}
		if ok, _ := v.match(w[i], g[i]); !ok {
			return fmt.Sprintf("\nfirst difference: line %d\n\texpected %q\n\treceived %q", i+1, w[i], g[i])
		}
	}
	return ""
}

// template is got written as the expected text want has it, where its lines
// match, and elsewhere with the longer values' places put back.
func (v values) template(want, got string) string {
	w := strings.Split(want, "\n")
	var out []string
	for line := range strings.SplitSeq(lineEnd.ReplaceAllString(got, "\n"), "\n") {
		found := false
		for i := range w {
			if ok, _ := v.match(w[i], line); ok {
				out, w, found = append(out, w[i]), w[i+1:], true
				break
			}
		}
		if !found {
			out = append(out, chance.replace(v.places(line)))
		}
	}
	return strings.Join(out, "\n")
}

// chance are the places of what is another in every run.
var chance = rules{
	{regexp.MustCompile(`(;tag=)[\w.-]{16,}`), `${1}$${tag:[\w.-]+}`},
	{regexp.MustCompile(`(nonce=")[^"$]+`), `${1}$${nonce:[^"]+}`},
	{regexp.MustCompile(`(;branch=)[^;\s$]{16,}`), `${1}$${other-branch:[^;\s]+}`},
}

type rules []struct {
	what *regexp.Regexp
	with string
}

func (r rules) replace(line string) string {
	for _, x := range r {
		line = x.what.ReplaceAllString(line, x.with)
	}
	return line
}

// places puts ${name} where a value with a port or a transaction's mark stands,
// the longest first.
func (v values) places(text string) string {
	var names []string
	for n, value := range v {
		if len(value) >= 5 && !strings.HasPrefix(value, "/") {
			names = append(names, n)
		}
	}
	slices.SortFunc(names, func(a, b string) int {
		if d := len(v[b]) - len(v[a]); d != 0 {
			return d
		}
		return strings.Compare(a, b)
	})
	for _, n := range names {
		text = strings.ReplaceAll(text, v[n], "${"+n+"}")
	}
	return text
}
