package textops

import (
	"strings"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// part is a part of the message.
type part uint8

const (
	whole  part = iota // headers and body, not the first line
	inHead             // the headers
	inBody
)

// span is where the part is in the message; ok is false where it is empty.
func (p part) span(m *sip.Message) (start, end int, ok bool) {
	start, end = m.HeadersAt(), len(m.Raw())
	switch p {
	case inHead:
		end = m.HeadersEndAt()
	case inBody:
		start = m.BodyAt()
	}
	return start, end, start < end
}

func (m *Module) replaceFuncs() []registry.Func {
	re, word := patternP("pattern", lines), registry.Word("text")
	byRe := func(name string, p part, n int, doc string) registry.Func {
		return registry.Fn2(name, re, word, registry.Any, func(c *registry.Ctx, re *ere.Regexp, s string) int {
			return replace(c, name, p, re, n, s)
		}, doc+" In the text no variable is expanded.")
	}
	byText := func(name string, p part, doc string) registry.Func {
		return registry.Fn3(name, registry.Text("match"), registry.Text("text"), registry.Text("mode"), registry.Any, func(c *registry.Ctx, match, s, mode string) int {
			return replaceText(c, p, match, s, mode)
		}, doc+" Mode f is the first, a all of them. True also where there is none.")
	}
	return []registry.Func{
		byRe("replace", whole, 1, "Replaces the first match in headers and body by a text."),
		byRe("replace_all", whole, -1, "Replaces all matches in headers and body by a text."),
		byRe("replace_hdrs", inHead, 1, "Replaces the first match in the headers by a text."),
		byRe("replace_body", inBody, 1, "Replaces the first match in the body by a text."),
		byRe("replace_body_all", inBody, -1, "Replaces all matches in the body by a text; a match ends at a line's end at the latest."),
		registry.Fn2("replace_body_atonce", patternP("pattern", ere.IgnoreCase), word, registry.Any, func(c *registry.Ctx, re *ere.Regexp, s string) int {
			return replace(c, "replace_body_atonce", inBody, re, -1, s)
		}, "Replaces all matches in the body by a text; ^ and $ are its start and end, and . matches line ends too."),
		byText("replace_str", whole, "Replaces a text in headers and body by another."),
		byText("replace_hdrs_str", inHead, "Replaces a text in the headers by another."),
		byText("replace_body_str", inBody, "Replaces a text in the body by another."),
	}
}

func replace(c *registry.Ctx, fn string, p part, re *ere.Regexp, n int, s string) int {
	if c.Msg == nil {
		return -1
	}
	start, end, ok := p.span(c.Msg)
	if !ok {
		return -1
	}
	matches := find(c, fn, re, text(c.Msg, start, end), n)
	if n < 0 {
		for _, at := range matches {
			if at[0] == at[1] {
				c.Log.Errorf(logAs, "%s: the pattern matches an empty text: nothing is replaced", fn)
				return -1
			}
		}
	}
	for _, at := range matches {
		c.Msg.Edit(start+at[0], at[1]-at[0], s)
	}
	return registry.Truth(len(matches) > 0)
}

func replaceText(c *registry.Ctx, p part, match, s, mode string) int {
	if c.Msg == nil {
		return -1
	}
	if match == "" {
		return 1
	}
	start, end, _ := p.span(c.Msg)
	for start < end {
		i := strings.Index(text(c.Msg, start, end), match)
		if i < 0 {
			break
		}
		c.Msg.Edit(start+i, len(match), s)
		if strings.HasPrefix(mode, "f") {
			break
		}
		start += i + len(match)
	}
	return 1
}
