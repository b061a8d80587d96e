package lex

import (
	"math"
	"strconv"
	"strings"
)

// operand is a value in a #!ifexp or #!defexp: a number or a text.
type operand struct {
	text string
	num  float64
	str  bool
}

func (o operand) truth() bool { return o.str && o.text != "" || !o.str && o.num != 0 }

func (o operand) String() string {
	if o.str {
		return o.text
	}
	if o.num == math.Trunc(o.num) && math.Abs(o.num) < 1<<53 {
		return strconv.FormatInt(int64(o.num), 10)
	}
	return strconv.FormatFloat(o.num, 'g', -1, 64)
}

// number is an operand as a number; 0 for a text that is none.
func (o operand) number() float64 {
	if !o.str {
		return o.num
	}
	return value(strings.TrimSpace(o.text)).num
}

func truth(b bool) operand {
	if b {
		return operand{num: 1}
	}
	return operand{}
}

// defineExp runs #!defexp NAME expression.
func (s *scanner) defineExp(f *frame, d directive, text bool) {
	name, at, ok := s.name(f, d)
	if !ok {
		return
	}
	f.blanks()
	line := f.restOfLine()
	v, ok := s.evaluate(f, d, line)
	f.pos += len(line)
	if !ok {
		return
	}
	value := v.String()
	if text {
		value = `"` + value + `"`
	}
	s.bind(&define{name: name, value: value, has: value != "", at: at}, once)
}

// evaluate computes an expression of the Kamailio 6.1 cookbook's #!ifexp:
// numbers and texts with the usual operators, the right one as what the left
// one is. A name stands for its define's value as a text, for 1 where it has
// none, for 0 where it is not defined.
func (s *scanner) evaluate(f *frame, d directive, line string) (operand, bool) {
	e := &evaluator{s: s, text: line}
	v := e.binary(0)
	e.blanks()
	if !e.wrong && e.pos < len(e.text) {
		e.fail("is not an operator")
	}
	if e.wrong {
		s.fail("bad-expression", s.mark(f, f.pos+e.at, 1), "#!"+d.name+": "+e.why,
			"numbers, texts in quotes, names, + - * / % **, << >> & | ^, == != < > <= >=, && || ! and parentheses make an expression")
	}
	return v, !e.wrong
}

type evaluator struct {
	s     *scanner
	text  string
	pos   int
	depth int

	wrong bool
	at    int
	why   string
}

func (e *evaluator) fail(why string) {
	if e.wrong {
		return
	}
	e.wrong, e.at = true, e.pos
	if e.pos >= len(e.text) || strings.TrimSpace(e.text[e.pos:]) == "" {
		e.why = "a value is missing at the end"
	} else {
		e.why = quote(e.text[e.pos:]) + " " + why
	}
	e.pos = len(e.text)
}

func (e *evaluator) blanks() {
	for e.pos < len(e.text) && strings.IndexByte(" \t\r", e.text[e.pos]) >= 0 {
		e.pos++
	}
	if strings.HasPrefix(e.text[e.pos:], "//") || strings.HasPrefix(e.text[e.pos:], "#") {
		e.pos = len(e.text)
	}
}

// levels are the operators, the weakest first.
var levels = [][]string{
	{"||"}, {"&&"}, {"|"}, {"^"}, {"&"}, {"==", "!="}, {"<=", ">=", "<", ">"}, {"<<", ">>"}, {"+", "-"}, {"*", "/", "%"}, {"**"},
}

func (e *evaluator) operator(level int) string {
	e.blanks()
	rest := e.text[e.pos:]
	for _, op := range levels[level] {
		if strings.HasPrefix(rest, op) && !(len(op) == 1 && len(rest) > 1 && rest[1] == rest[0] && strings.Contains("|&<>*", op)) {
			e.pos += len(op)
			return op
		}
	}
	return ""
}

func (e *evaluator) binary(level int) operand {
	if level == len(levels) {
		return e.unary()
	}
	x := e.binary(level + 1)
	for op := e.operator(level); op != ""; op = e.operator(level) {
		x = apply(op, x, e.binary(level+1))
	}
	return x
}

func apply(op string, x, y operand) operand {
	switch op {
	case "||":
		return truth(x.truth() || y.truth())
	case "&&":
		return truth(x.truth() && y.truth())
	}
	if x.str {
		a, b := x.text, y.String()
		switch op {
		case "+":
			return operand{text: a + b, str: true}
		case "==":
			return truth(a == b)
		case "!=":
			return truth(a != b)
		case "<":
			return truth(a < b)
		case "<=":
			return truth(a <= b)
		case ">":
			return truth(a > b)
		case ">=":
			return truth(a >= b)
		}
	}
	a, b := x.number(), y.number()
	switch op {
	case "+":
		return operand{num: a + b}
	case "-":
		return operand{num: a - b}
	case "*":
		return operand{num: a * b}
	case "/":
		return operand{num: a / b}
	case "%":
		return operand{num: math.Mod(a, b)}
	case "**":
		return operand{num: math.Pow(a, b)}
	case "<<":
		return operand{num: float64(int64(a) << (uint64(b) & 63))}
	case ">>":
		return operand{num: float64(int64(a) >> (uint64(b) & 63))}
	case "&":
		return operand{num: float64(int64(a) & int64(b))}
	case "|":
		return operand{num: float64(int64(a) | int64(b))}
	case "^":
		return operand{num: float64(int64(a) ^ int64(b))}
	case "==":
		return truth(a == b)
	case "!=":
		return truth(a != b)
	case "<":
		return truth(a < b)
	case "<=":
		return truth(a <= b)
	case ">":
		return truth(a > b)
	}
	return truth(a >= b)
}

// maxNested is how deep parentheses and signs may be in an expression.
const maxNested = 64

func (e *evaluator) unary() operand {
	e.blanks()
	if e.depth++; e.depth > maxNested {
		e.fail("is nested too deep")
	}
	defer func() { e.depth-- }()
	if e.pos >= len(e.text) {
		e.fail("")
		return operand{}
	}
	rest := e.text[e.pos:]
	switch c := rest[0]; {
	case c == '!':
		e.pos++
		return truth(!e.unary().truth())
	case c == '-':
		e.pos++
		return operand{num: -e.unary().num}
	case c == '(':
		e.pos++
		v := e.binary(0)
		e.blanks()
		if e.pos >= len(e.text) || e.text[e.pos] != ')' {
			e.fail("stands where a ) is missing")
			return v
		}
		e.pos++
		return v
	case c == '"' || c == '\'':
		n := strings.IndexByte(rest[1:], c)
		if n < 0 {
			e.fail("has no closing quote")
			return operand{}
		}
		e.pos += n + 2
		return operand{text: rest[1 : n+1], str: true}
	case class[c] == cDigit:
		n := 0
		for n < len(rest) && (isWord(rest[n]) || rest[n] == '.') {
			n++
		}
		e.pos += n
		return value(rest[:n])
	case class[c] == cLetter:
		n := wordLen(rest)
		e.pos += n
		return e.named(rest[:n])
	}
	e.fail("is not a value")
	return operand{}
}

// value is a number or, if it is none, a text.
func value(text string) operand {
	if text != "" && isNumber(text) {
		return operand{num: float64(Number(text))}
	}
	if v, err := strconv.ParseFloat(text, 64); err == nil && !math.IsNaN(v) && !math.IsInf(v, 0) {
		return operand{num: v}
	}
	return operand{text: text, str: true}
}

func (e *evaluator) named(name string) operand {
	d := e.s.defines[name]
	if n, ok := numbers[name]; ok && d == nil {
		return operand{num: float64(n)}
	}
	if d == nil {
		return operand{}
	}
	if !d.has {
		return operand{num: 1}
	}
	text := strings.TrimSpace(d.value)
	if len(text) > 1 && (text[0] == '"' || text[0] == '\'') && text[len(text)-1] == text[0] {
		text = text[1 : len(text)-1]
	}
	return operand{text: text, str: true}
}
