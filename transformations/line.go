package transformations

import (
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// lineCount is the number of lines; a line end at the end begins none.
func lineCount(s string) int {
	n := strings.Count(s, "\n")
	if s != "" && s[len(s)-1] != '\n' {
		n++
	}
	return n
}

// lineAt is the i-th line without its end, empty where there is none.
func lineAt(s string, i int) string {
	for ; i > 0; i-- {
		at := strings.IndexByte(s, '\n')
		if at < 0 {
			return ""
		}
		s = s[at+1:]
	}
	if at := strings.IndexByte(s, '\n'); at >= 0 {
		s = s[:at]
	}
	return strings.TrimSuffix(s, "\r")
}

// lineFromEnd is the line that i counts from the end, -1 for the last one; empty
// where there is none. A line has a character at least: of an empty one its end,
// as in Kamailio, so that no more than every second of several empty ones counts.
func lineFromEnd(s string, i int) string {
	s = strings.TrimSuffix(s, "\n")
	for {
		at := strings.LastIndexByte(s[:max(len(s)-1, 0)], '\n')
		if i++; i == 0 {
			return strings.TrimSuffix(s[at+1:], "\r")
		}
		if at < 0 {
			return ""
		}
		s = s[:at]
	}
}

func lineKeys() []registry.TransKey {
	return []registry.TransKey{
		checked("count", "How many lines there are, a string.", func(c *registry.Ctx, s string) (string, bool) {
			var d [20]byte
			return c.Arena.String(strconv.AppendInt(d[:0], int64(lineCount(s)), 10)), s != ""
		}),
		with("at", "The i-th line, negative from the end: {line.at,i}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
			at, err := onlyNumber(a)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx, s string, v *value.Value) bool {
				i, ok := at.at(c, "line.at")
				if !ok || s == "" {
					return false
				}
				if i < 0 {
					v.SetStr(lineFromEnd(s, i))
				} else {
					v.SetStr(lineAt(s, i))
				}
				return true
			}, nil
		}),
		with("sw", "The first line that starts with a text: {line.sw,text}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
			start, err := onlyText(a)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx, s string, v *value.Value) bool {
				p, ok := start.at(c, "line.sw")
				if !ok || s == "" {
					return false
				}
				v.SetStr("")
				for rest := s; rest != ""; {
					line, more, _ := strings.Cut(rest, "\n")
					if strings.HasPrefix(line, p) {
						v.SetStr(strings.TrimSuffix(line, "\r"))
						break
					}
					rest = more
				}
				return true
			}, nil
		}),
	}
}
