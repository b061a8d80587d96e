package transformations

import (
	"crypto/sha1" // #nosec G505: what configurations ask for
	"errors"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

// What Kamailio 6 has and 5.6 has not, by its manual: there is no 6 to look at.

func stringKeys6() []registry.TransKey {
	return only6(
		text("sha1", "Its SHA-1 sum in hexadecimal.", func(c *registry.Ctx, s string) string {
			sum := sha1.Sum(bytesOf(s)) // #nosec G401
			return hexText(c, sum[:])
		}),
		intValueKey(),
		selectBlankKey(),
		text("rmhdws", "With one blank for each line end and the blanks behind it.", func(c *registry.Ctx, s string) string {
			return unfolded(c, s, " ")
		}),
		text("rmhlws", "Without line ends and the blanks behind them.", func(c *registry.Ctx, s string) string {
			return unfolded(c, s, "")
		}),
	)
}

// intValueKey is {s.intv}: {s.int}, whose text is the number's digits.
func intValueKey() registry.TransKey {
	k := intKey()
	k.Key, k.Doc = "intv", "The number that it is, also where it has another text."
	return k
}

func selectBlankKey() registry.TransKey {
	return with("selectsw", "The field of an index between blanks, negative from the end: {s.selectsw,index}.",
		func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
			if !a.has || a.text == "" {
				return nil, errors.New("it needs an index: {s.selectsw,0}")
			}
			at, err := number(a.fx, a.text)
			if err != nil {
				return nil, err
			}
			return func(c *registry.Ctx, s string, v *value.Value) bool {
				i, ok := at.at(c, "s.selectsw")
				if ok {
					v.SetStr(word(s, i))
				}
				return ok
			}, nil
		})
}

// word is the i-th of the words of s, -1 the last; empty where there is none.
func word(s string, i int) string {
	for ; i < 0; i++ {
		s = strings.TrimRight(s, blanks)
		start := strings.LastIndexAny(s, blanks) + 1
		if i == -1 {
			return s[start:]
		}
		s = s[:start]
	}
	for ; ; i-- {
		s = strings.TrimLeft(s, blanks)
		end := strings.IndexAny(s, blanks)
		if end < 0 {
			end = len(s)
		}
		if i == 0 {
			return s[:end]
		}
		s = s[end:]
	}
}

// unfolded replaces each line end, with the blanks behind it, by with.
func unfolded(c *registry.Ctx, s, with string) string {
	if !strings.ContainsAny(s, "\r\n") {
		return s
	}
	b := c.Arena.Alloc(len(s))[:0]
	for i := 0; i < len(s); {
		if s[i] != '\r' && s[i] != '\n' {
			b = append(b, s[i])
			i++
			continue
		}
		for i < len(s) && strings.IndexByte(blanks, s[i]) >= 0 {
			i++
		}
		if i < len(s) {
			b = append(b, with...)
		}
	}
	return registry.View(b)
}

func uriKeys6() []registry.TransKey {
	return only6(uriNameKey("rmparam", "Without the parameter: {uri.rmparam,name}.", withoutParam))
}

// withoutParam is the URI s, parsed as u, without its parameters called name.
func withoutParam(c *registry.Ctx, s string, u *sip.URI, arg textArg) (string, bool) {
	params := u.Params
	name, ok := arg.at(c, "uri.rmparam")
	if !ok {
		return "", false
	}
	at := strings.Index(s, ";"+params)
	if params == "" || at < 0 {
		return s, true
	}
	b := append(c.Arena.Alloc(len(s))[:0], s[:at]...)
	for p := range strings.SplitSeq(params, ";") {
		if n, _, _ := strings.Cut(p, "="); !strings.EqualFold(n, name) {
			b = append(append(b, ';'), p...)
		}
	}
	return registry.View(append(b, s[at+1+len(params):]...)), true
}

// numKeys are the first and the last digit of a number; of what is none they
// are 0.
func numKeys() []registry.TransKey {
	digit := func(key, doc string, pick func(digits []byte) byte) registry.TransKey {
		return bare(key, doc, func(_ *registry.Ctx, v *value.Value) {
			if !v.IsInt() {
				v.SetInt(0)
				return
			}
			var buf [20]byte
			d := strconv.AppendInt(buf[:0], v.I, 10)
			if d[0] == '-' {
				d = d[1:]
			}
			v.SetInt(int64(pick(d) - '0'))
		})
	}
	return only6(
		digit("fdigit", "The first digit of a number, 0 of what is none.", func(d []byte) byte { return d[0] }),
		digit("ldigit", "The last digit of a number, 0 of what is none.", func(d []byte) byte { return d[len(d)-1] }),
	)
}
