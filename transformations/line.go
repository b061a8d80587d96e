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
					if i += lineCount(s); i < 0 {
						v.SetStr("")
						return true
					}
				}
				v.SetStr(lineAt(s, i))
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
