package trace

import (
	"bytes"
	"fmt"
	"strconv"
	"strings"
	"unicode"

	"olelo/lang/coverage"
	"olelo/runtime/app"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// Line gives a line of the configuration, as app.Unit has it.
type Line func(file string, n int) string

// longest is how much of a text is shown, in bytes.
const longest = 80

// shorten is s, or its beginning and how long it is.
func shorten(s string) string {
	if len(s) <= longest {
		return s
	}
	return strings.ToValidUTF8(s[:longest], "") + fmt.Sprintf("… (%d bytes)", len(s))
}

// printable is s without what a terminal would obey.
func printable(s string) string {
	return strings.Map(func(r rune) rune {
		if r == '\t' || unicode.IsPrint(r) {
			return r
		}
		return unicode.ReplacementChar
	}, s)
}

func quote(s string) string {
	if len(s) <= longest {
		return strconv.Quote(s)
	}
	return strconv.Quote(strings.ToValidUTF8(s[:longest], "")) + fmt.Sprintf("… (%d bytes)", len(s))
}

// Value is a value as a configuration would write it.
func Value(v value.Value) string {
	switch {
	case v.IsStr():
		return quote(v.S)
	case v.IsInt():
		return strconv.FormatInt(v.I, 10)
	}
	return "$null"
}

// internal reports whether the compiler has made a variable: what keeps a
// computed argument.
func internal(variable string) bool { return strings.HasPrefix(variable, "$vn(<") }

func ifNot(cond bool, s string) string {
	if cond {
		return ""
	}
	return s
}

// Call is a call and its code.
func Call(c *app.Call) string {
	args := make([]string, len(c.Args))
	for i, a := range c.Args {
		if _, err := strconv.ParseInt(a, 10, 64); err == nil {
			args[i] = a
		} else {
			args[i] = quote(a)
		}
	}
	s := fmt.Sprintf("%s(%s) = %d", c.Name, strings.Join(args, ", "), c.Code)
	if c.Mocked {
		s = "mocked " + s
	}
	return s
}

// Statement is a statement's text, of one with blocks what stands before them.
func Statement(p coverage.Place, line Line) string {
	return shorten(closed(span(p, line)))
}

// closed ends an if (…, whose place ends with its condition.
func closed(statement string) string {
	if strings.Count(statement, "(") > strings.Count(statement, ")") {
		return statement + ")"
	}
	return statement
}

// Outcome is which way a condition or a switch went.
func Outcome(p coverage.Place, line Line) string {
	text := shorten(span(p, line))
	switch p.Kind {
	case coverage.True, coverage.False:
		return text + " is " + p.Kind.String()
	case coverage.NoCase:
		return "no case fits"
	}
	return "goes to " + text
}

// span is the text at a place, on one line.
func span(p coverage.Place, line Line) string {
	var b strings.Builder
	for n := p.Line; n <= p.EndLine; n++ {
		text := line(p.File, n)
		if n == p.EndLine {
			text = text[:min(p.EndCol, len(text))]
		}
		if n == p.Line {
			text = text[min(max(p.Col-1, 0), len(text)):]
		}
		b.WriteString(text + " ")
	}
	return printable(strings.Join(strings.Fields(b.String()), " "))
}

// Message is where a message goes, and its first line.
func Message(s *transport.Sent) string {
	first, _, _ := bytes.Cut(s.Bytes, []byte("\r\n"))
	return fmt.Sprintf("%s:%s  %s", s.Proto, s.To, printable(shorten(string(first))))
}
