package avpops

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// right is the value behind an operator: a constant, or a variable.
type right struct {
	operand
	fixed  value.Value
	isVar  bool
	integr bool // a constant that is a number
}

// split reads "op/value/flags".
func split(fx registry.Fixup, text string) (op string, r right, rest string, err error) {
	op, val, ok := strings.Cut(text, "/")
	if !ok || val == "" {
		return op, r, "", fmt.Errorf("%q is not written operator/value", text)
	}
	if val[0] == '$' {
		r.isVar = true
		r.operand, rest, err = variable(fx, val)
		return op, r, rest, err
	}
	if i := strings.LastIndexByte(val, '/'); i >= 0 {
		val, rest = val[:i], val[i:]
	}
	switch kind, body, typed := strings.Cut(val, ":"); {
	case typed && (kind == "i" || kind == "I"):
		n, err := strconv.ParseInt(body, 0, 64)
		if err != nil {
			return op, r, rest, fmt.Errorf("%q is no number", body)
		}
		r.fixed, r.integr = value.OfInt(int64(int32(n))), true
	case typed && (kind == "s" || kind == "S"):
		if body == "" {
			return op, r, rest, fmt.Errorf("%q has no text behind its s", text)
		}
		r.fixed = value.OfStr(body)
	default:
		r.fixed = value.OfStr(val)
	}
	return op, r, rest, nil
}

// values are those to compare or compute with, until Return.
func (r *right) values(c *registry.Ctx) []value.Value {
	if r.isVar {
		vals, _ := r.operand.values(c)
		return vals
	}
	vals := c.Borrow(1)
	vals[0] = r.fixed
	return vals
}

// targets reads "$avp(from)" or "$avp(from)/$avp(to)"; to is from where it has
// none of its own. rest is what follows the second one.
func targets(fx registry.Fixup, text string) (from, to operand, rest string, err error) {
	from, rest, err = attribute(fx, text)
	if err != nil || rest == "" {
		return from, from, "", err
	}
	second, ok := strings.CutPrefix(rest, "/")
	if !ok {
		return from, from, "", fmt.Errorf("%q cannot follow %s", rest, from.text)
	}
	to, rest, err = attribute(fx, second)
	return from, to, rest, err
}

// operations are avp_op's, on 32 bits.
var operations = map[string]func(a, b int32) (n int32, ok bool){
	"add": func(a, b int32) (int32, bool) { return a + b, true },
	"sub": func(a, b int32) (int32, bool) { return a - b, true },
	"mul": func(a, b int32) (int32, bool) { return a * b, true },
	"div": func(a, b int32) (int32, bool) {
		if b == 0 {
			return 0, false
		}
		return int32(int64(a) / int64(b)), true
	},
	"mod": func(a, b int32) (int32, bool) {
		if b == 0 {
			return 0, false
		}
		return int32(int64(a) % int64(b)), true
	},
	"and": func(a, b int32) (int32, bool) { return a & b, true },
	"or":  func(a, b int32) (int32, bool) { return a | b, true },
	"xor": func(a, b int32) (int32, bool) { return a ^ b, true },
	"not": func(_, b int32) (int32, bool) { return ^b, true },
}

func bindOp(fx registry.Fixup, avps, text string) (registry.Call, error) {
	src, dst, _, err := targets(fx, avps) // a third one is passed over, as in Kamailio
	if err != nil {
		return nil, err
	}
	op, r, rest, err := split(fx, text)
	if err != nil {
		return nil, err
	}
	do := operations[op]
	switch {
	case do == nil:
		return nil, fmt.Errorf("%q is no operator: add, sub, mul, div, mod, and, or, xor, not are", op)
	case !r.isVar && !r.integr:
		return nil, fmt.Errorf("%q: a number is written i:5", text)
	}
	f, err := flags(rest, "gd")
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		by := r.values(c)
		defer c.Return(by)
		vals, in := src.values(c)
		defer c.Return(vals)
		out, ok := dst.avp(c)
		if !ok {
			return -1
		}
		done := -1
		for i := range vals {
			if !number(&vals[i]) {
				continue
			}
			did := false
			now := vals[i]
			for j := range by {
				if !number(&by[j]) {
					continue
				}
				n, ok := do(int32(now.I), int32(by[j].I))
				if !ok {
					c.Log.Errorf(name, "avp_op: %s by 0", op)
				}
				now.SetInt(int64(n))
				c.State.AVP.Push(out, &now)
				did, done = true, 1
			}
			if did && has(f, 'd') {
				c.State.AVP.Remove(in, -(len(vals) - i))
			}
		}
		return done
	}, nil
}
