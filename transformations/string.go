package transformations

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/strftime"
	"olelo/runtime/value"
)

const blanks = " \t\r\n"

func stringKeys() []registry.TransKey {
	keys := []registry.TransKey{
		plain("len", "Its length in bytes.", func(_ *registry.Ctx, s string, v *value.Value) bool {
			v.SetInt(int64(len(s)))
			return true
		}),
		intKey(),
		substrKey(), selectKey(),
		text("tolower", "Its letters (ASCII) made small.", func(c *registry.Ctx, s string) string { return mapped(c, s, 'A', 'Z') }),
		text("toupper", "Its letters (ASCII) made capital.", func(c *registry.Ctx, s string) string { return mapped(c, s, 'a', 'z') }),
		stripKey("strip", "Without its first n bytes.", func(s string, n int) string { return s[n:] }),
		stripKey("striptail", "Without its last n bytes.", func(s string, n int) string { return s[:len(s)-n] }),
		prefixesKey("prefixes", "Its prefixes, a comma between: {s.prefixes[,longest]}.", ""),
		prefixesKey("prefixes.quoted", "Its prefixes in quotes, a comma between: {s.prefixes.quoted[,longest]}.", "'"),
		replaceKey(), ftimeKey(), removeKey(),
		text("trim", "Without blanks around it.", func(_ *registry.Ctx, s string) string { return strings.Trim(s, blanks) }),
		text("rtrim", "Without blanks behind it.", func(_ *registry.Ctx, s string) string { return strings.TrimRight(s, blanks) }),
		text("ltrim", "Without blanks before it.", func(_ *registry.Ctx, s string) string { return strings.TrimLeft(s, blanks) }),
		text("rmws", "Without any blanks.", func(c *registry.Ctx, s string) string {
			return keepBytes(c, s, func(b byte) bool { return strings.IndexByte(blanks, b) < 0 })
		}),
		text("numeric", "Its digits.", func(c *registry.Ctx, s string) string {
			return keepBytes(c, s, func(b byte) bool { return b >= '0' && b <= '9' })
		}),
		unwrapKey("unquote", "Without the quotes around it.", "''\"\""),
		unwrapKey("unbracket", "Without the brackets around it: () [] {} <>.", "()[]{}<>"),
		countKey(),
		splitKey("after", "What follows the first such byte, empty where there is none.", func(s string, b byte) string {
			if i := strings.IndexByte(s, b); i >= 0 {
				return s[i+1:]
			}
			return ""
		}),
		splitKey("rafter", "What follows the last such byte, empty where there is none.", func(s string, b byte) string {
			if i := strings.LastIndexByte(s, b); i >= 0 {
				return s[i+1:]
			}
			return ""
		}),
		splitKey("before", "What precedes the first such byte, all where there is none.", func(s string, b byte) string {
			if i := strings.IndexByte(s, b); i >= 0 {
				return s[:i]
			}
			return s
		}),
		splitKey("rbefore", "What precedes the last such byte, all where there is none.", func(s string, b byte) string {
			if i := strings.LastIndexByte(s, b); i >= 0 {
				return s[:i]
			}
			return s
		}),
		fmtLinesKey("fmtlines", "Lines of n bytes, each after the first indented by m spaces: {s.fmtlines,n,m}.", ' '),
		fmtLinesKey("fmtlinet", "Lines of n bytes, each after the first indented by m tabs: {s.fmtlinet,n,m}.", '\t'),
	}
	return append(append(append(keys, hashKeys()...), codecKeys()...), stringKeys6()...)
}

// intKey is {s.int}: a decimal number with a sign, or nothing.
func intKey() registry.TransKey {
	return registry.TransKey{
		Key: "int", Doc: "The number that it is, in decimal.",
		Bind: func(fx registry.Fixup, text string, has bool) (registry.TransFunc, error) {
			if has {
				return nil, fmt.Errorf("it takes no parameters, not %q", text)
			}
			bits := 64
			if fx.Wrap32() {
				bits = 32
			}
			return func(_ *registry.Ctx, v *value.Value) {
				switch {
				case v.IsNull():
					v.SetVoid()
				case v.IsInt():
					v.SetInt(v.I)
				default:
					if n, ok := decimal(v.S, bits); ok {
						v.SetInt(n)
					} else {
						v.SetVoid()
					}
				}
			}, nil
		},
	}
}

func decimal(s string, bits int) (int64, bool) {
	d := s
	if d != "" && (d[0] == '-' || d[0] == '+') {
		d = d[1:]
	}
	if d == "" {
		return 0, false
	}
	for i := range len(d) {
		if d[i] < '0' || d[i] > '9' {
			return 0, false
		}
	}
	n, err := strconv.ParseInt(s, 10, bits)
	return n, err == nil
}

func substrKey() registry.TransKey {
	const key = "s.substr"
	return with("substr", "n bytes from an offset, negative from the end; 0 bytes are all: {s.substr,offset,n}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, second, more, err := next(a.text)
		if err != nil {
			return nil, err
		}
		if !a.has || !more {
			return nil, errors.New("it needs an offset and a length: {s.substr,0,2}")
		}
		off, err := number(a.fx, first)
		if err != nil {
			return nil, err
		}
		second = strings.TrimSpace(second)
		size, err := number(a.fx, second)
		if err != nil {
			return nil, err
		}
		if size.n < 0 {
			return nil, fmt.Errorf("the length %s is negative", second)
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			i, ok := off.at(c, key)
			if !ok {
				return false
			}
			n, ok := size.at(c, key)
			if !ok {
				return false
			}
			if i < 0 {
				i += len(s)
			}
			if i < 0 || i >= len(s) || n < 0 {
				c.Log.Errorf(logAs, "{%s}: out of range: offset %d, length %d of %d bytes", key, i, n, len(s))
				return false
			}
			if n == 0 || n > len(s)-i {
				n = len(s) - i
			}
			v.SetStr(s[i : i+n])
			return true
		}, nil
	})
}

func selectKey() registry.TransKey {
	return with("select", "The field of an index, negative from the end: {s.select,index,separator}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, sep, more, err := next(a.text)
		if err != nil {
			return nil, err
		}
		if !a.has || !more || sep == "" {
			return nil, errors.New("it needs an index and a separator: {s.select,0,;}")
		}
		at, err := number(a.fx, first)
		if err != nil {
			return nil, err
		}
		b, rest := sep[0], sep[1:]
		if b == '\\' && rest != "" {
			i := strings.IndexByte("ntr\\", rest[0])
			if i < 0 {
				return nil, fmt.Errorf(`\%c is no separator; \n \r \t and \\ are`, rest[0])
			}
			b, rest = "\n\t\r\\"[i], rest[1:]
		}
		if rest != "" {
			return nil, fmt.Errorf("the separator is one character, not %q", sep)
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			i, ok := at.at(c, "s.select")
			if ok {
				v.SetStr(field(s, i, b))
			}
			return ok
		}, nil
	})
}

// field is the i-th of the fields of s, -1 the last; empty where there is none.
func field(s string, i int, sep byte) string {
	if i < 0 {
		for ; i < -1; i++ {
			at := strings.LastIndexByte(s, sep)
			if at < 0 {
				return ""
			}
			s = s[:at]
		}
		return s[strings.LastIndexByte(s, sep)+1:]
	}
	for ; i > 0; i-- {
		at := strings.IndexByte(s, sep)
		if at < 0 {
			return ""
		}
		s = s[at+1:]
	}
	if at := strings.IndexByte(s, sep); at >= 0 {
		s = s[:at]
	}
	return s
}

// mapped changes the case of the letters from lo to hi.
func mapped(c *registry.Ctx, s string, lo, hi byte) string {
	i := 0
	for i < len(s) && (s[i] < lo || s[i] > hi) {
		i++
	}
	if i == len(s) {
		return s
	}
	b := c.Arena.Alloc(len(s))
	copy(b, s)
	for ; i < len(b); i++ {
		if b[i] >= lo && b[i] <= hi {
			b[i] ^= 0x20
		}
	}
	return registry.View(b)
}

func keepBytes(c *registry.Ctx, s string, keep func(byte) bool) string {
	i := 0
	for i < len(s) && keep(s[i]) {
		i++
	}
	if i == len(s) {
		return s
	}
	b := append(c.Arena.Alloc(len(s))[:0], s[:i]...)
	for ; i < len(s); i++ {
		if keep(s[i]) {
			b = append(b, s[i])
		}
	}
	return registry.View(b)
}

func stripKey(key, doc string, cut func(s string, n int) string) registry.TransKey {
	full := "s." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		size, err := onlyNumber(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := size.at(c, full)
			switch {
			case !ok:
				return false
			case n > len(s):
				v.SetStr("")
			case n < 0:
				v.SetStr(s)
			default:
				v.SetStr(cut(s, n))
			}
			return true
		}, nil
	})
}

// onlyNumber reads the one number of a key.
func onlyNumber(a args) (numArg, error) {
	if !a.has {
		return numArg{}, errNoParam
	}
	s, _, more, err := next(a.text)
	if err != nil {
		return numArg{}, err
	}
	if more {
		return numArg{}, fmt.Errorf("one parameter is wanted, not %q", a.text)
	}
	return number(a.fx, s)
}

func prefixesKey(key, doc, quote string) registry.TransKey {
	full := "s." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		longest := numArg{}
		if a.has {
			var err error
			if longest, err = onlyNumber(a); err != nil {
				return nil, err
			}
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := longest.at(c, full)
			if !ok {
				return false
			}
			if n <= 0 || n > len(s) {
				n = len(s)
			}
			b := c.Arena.Alloc(n*(n+1)/2 + n*(1+2*len(quote)))[:0]
			for i := 1; i <= n; i++ {
				if i > 1 {
					b = append(b, ',')
				}
				b = append(append(append(b, quote...), s[:i]...), quote...)
			}
			v.SetStr(registry.View(b))
			return true
		}, nil
	})
}

func replaceKey() registry.TransKey {
	const key = "s.replace"
	return with("replace", "Every match replaced: {s.replace,match,by}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, second, more, err := next(a.text)
		if err != nil {
			return nil, err
		}
		if !a.has || !more {
			return nil, errors.New("it needs what to replace and by what: {s.replace,a,b}")
		}
		match, err := textParam(a.fx, first)
		if err != nil {
			return nil, err
		}
		second, _, more, err = next(second)
		if err != nil {
			return nil, err
		}
		if more {
			return nil, fmt.Errorf("two parameters are wanted, not %q", a.text)
		}
		by, err := textParam(a.fx, second)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			m, ok := match.at(c, key)
			if !ok {
				return false
			}
			r, ok := by.at(c, key)
			if ok {
				v.SetStr(replaced(c, s, m, r))
			}
			return ok
		}, nil
	})
}

func replaced(c *registry.Ctx, s, match, by string) string {
	if match == "" {
		return s
	}
	n := strings.Count(s, match)
	if n == 0 {
		return s
	}
	b := c.Arena.Alloc(len(s) + n*(len(by)-len(match)))[:0]
	for ; n > 0; n-- {
		i := strings.Index(s, match)
		b = append(append(b, s[:i]...), by...)
		s = s[i+len(match):]
	}
	return registry.View(append(b, s...))
}

func removeKey() registry.TransKey {
	return with("rm", "Without any such part: {s.rm,part}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		part, err := onlyText(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			p, ok := part.at(c, "s.rm")
			if ok {
				v.SetStr(replaced(c, s, p, ""))
			}
			return ok
		}, nil
	})
}

func ftimeKey() registry.TransKey {
	return with("ftime", "The local time of these Unix seconds by a strftime format: {s.ftime,%Y-%m-%d}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		layout, err := onlyText(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := seconds(s, v)
			if !ok {
				c.Log.Errorf(logAs, "{s.ftime}: %q is no number of seconds", s)
				return false
			}
			l, ok := layout.at(c, "s.ftime")
			if ok {
				var d [64]byte
				v.SetStr(c.Arena.String(strftime.Append(d[:0], l, time.Unix(n, 0))))
			}
			return ok
		}, nil
	})
}

// seconds is the Unix seconds that v, as a text s, holds: an empty text is 0,
// and only an integer can be before 1970.
func seconds(s string, v *value.Value) (int64, bool) {
	if v.IsInt() {
		return v.I, true
	}
	if s == "" {
		return 0, true
	}
	n, ok := decimal(s, 64)
	return n, ok && s[0] != '-'
}

// unwrapKey takes off a pair around the text; pairs lists them.
func unwrapKey(key, doc, pairs string) registry.TransKey {
	return bare(key, doc, func(_ *registry.Ctx, v *value.Value) {
		if v.IsNull() {
			v.SetVoid()
			return
		}
		if n := len(v.S); v.IsStr() && n > 1 {
			for i := 0; i < len(pairs); i += 2 {
				if v.S[0] == pairs[i] && v.S[n-1] == pairs[i+1] {
					v.SetStr(v.S[1 : n-1])
					return
				}
			}
		}
		if v.IsStr() { // of a text with a number only the text is left
			v.SetStr(v.S)
		}
	})
}

func countKey() registry.TransKey {
	return with("count", "How often a byte occurs: {s.count,x}.", func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		of, err := onlyText(a)
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			p, ok := of.at(c, "s.count")
			if !ok {
				return false
			}
			n := 0
			for i := range len(s) {
				if p != "" && s[i] == p[0] {
					n++
				}
			}
			v.SetInt(int64(n))
			return true
		}, nil
	})
}

// splitKey splits at a byte: a longer parameter's first counts.
func splitKey(key, doc string, part func(s string, b byte) string) registry.TransKey {
	full := "s." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		if !a.has {
			return nil, errNoParam
		}
		at, err := onlyText(args{a.fx, a.text, true})
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			p, ok := at.at(c, full)
			if !ok {
				return false
			}
			var b byte // no text has it
			if p != "" {
				b = p[0]
			}
			v.SetStr(part(s, b))
			return true
		}, nil
	})
}

const maxIndent = 1024 // of a line, so that no variable can ask for all memory

func fmtLinesKey(key, doc string, indent byte) registry.TransKey {
	full := "s." + key
	return with(key, doc, func(a args) (func(*registry.Ctx, string, *value.Value) bool, error) {
		first, second, more, err := next(a.text)
		if err != nil {
			return nil, err
		}
		if !a.has || !more {
			return nil, fmt.Errorf("it needs the bytes in a line and the indent: {s.%s,80,2}", key)
		}
		width, err := number(a.fx, first)
		if err != nil {
			return nil, err
		}
		margin, err := number(a.fx, strings.TrimSpace(second))
		if err != nil {
			return nil, err
		}
		return func(c *registry.Ctx, s string, v *value.Value) bool {
			n, ok := width.at(c, full)
			if !ok {
				return false
			}
			m, ok := margin.at(c, full)
			if !ok {
				return false
			}
			if n <= 0 || m < 0 || m > maxIndent {
				c.Log.Errorf(logAs, "{s.%s}: lines of %d bytes indented by %d cannot be made", key, n, m)
				return false
			}
			b := c.Arena.Alloc(len(s) + (len(s)/n+1)*(m+2))[:0]
			for i := 0; i < len(s); i += n {
				if i > 0 {
					b = append(b, "\r\n"...)
					for range m {
						b = append(b, indent)
					}
				}
				b = append(b, s[i:min(i+n, len(s))]...)
			}
			v.SetStr(registry.View(b))
			return true
		}, nil
	})
}
