package core

import (
	"strconv"
	"strings"
)

// step is one part of a select: the name behind a dot or in ["…"], in small
// letters if it was not quoted, and the number that follows in brackets.
type step struct {
	name  string
	index int
	has   bool // it has a number
}

// selectSteps takes a select apart: msg.header["X-Foo"].params.a, via[2].host. ok
// is false where it is none.
func selectSteps(text string) (list []step, ok bool) {
	text = strings.Join(strings.Fields(text), "")
	for text != "" {
		switch {
		case text[0] == '.' && list != nil:
			text = text[1:]
			if text == "" || text[0] == '.' || text[0] == '[' {
				return nil, false
			}
		case text[0] != '[':
			n := strings.IndexAny(text, ".[")
			if n < 0 {
				n = len(text)
			}
			list = append(list, step{name: strings.ToLower(text[:n])})
			text = text[n:]
		default:
			inside, rest, closed := strings.Cut(text[1:], "]")
			if !closed || list == nil {
				return nil, false
			}
			text = rest
			if n, err := strconv.Atoi(inside); err == nil {
				last := &list[len(list)-1]
				if last.has {
					return nil, false
				}
				last.index, last.has = n, true
				continue
			}
			list = append(list, step{name: strings.Trim(inside, `"'`)})
		}
	}
	return list, len(list) > 0
}

// join is steps as a text with dots; "" where one has a number.
func join(steps []step) string {
	var b strings.Builder
	for i, s := range steps {
		if s.has {
			return ""
		}
		if i > 0 {
			b.WriteByte('.')
		}
		b.WriteString(s.name)
	}
	return b.String()
}
