package compile

import (
	"net/netip"
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/program"
	"olelo/runtime/ere"
	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// An old-style test is a word, an operator and a right side: src_ip==10.0.0.0/8,
// method=="INVITE", uri==myself. It becomes one leaf; a word that the message
// has nothing for makes every comparison false, != too.

// isOldTest reports whether e is one.
func isOldTest(e *ast.Binary) bool {
	_, ok := e.X.(*ast.Ident)
	return ok
}

// textWords are the words that compare as texts, whatever the case of letters.
var textWords = map[string]func(*registry.Ctx) (string, bool){
	"method":   method,
	"uri":      requestURI,
	"from_uri": func(c *registry.Ctx) (string, bool) { return addressURI(c, (*sip.Message).From) },
	"to_uri":   func(c *registry.Ctx) (string, bool) { return addressURI(c, (*sip.Message).To) },
	"status":   status,
}

// method is a request's method, and of a reply that of its CSeq.
func method(c *registry.Ctx) (string, bool) {
	if c.Msg == nil {
		return "", false
	}
	if c.Msg.IsRequest() {
		return c.Msg.Method(), true
	}
	_, m, ok := c.Msg.CSeq()
	return m, ok
}

func requestURI(c *registry.Ctx) (string, bool) {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return "", false
	}
	return c.Msg.RURI(), true
}

func addressURI(c *registry.Ctx, get func(*sip.Message) *sip.NameAddr) (string, bool) {
	if c.Msg == nil {
		return "", false
	}
	a := get(c.Msg)
	if a == nil {
		return "", false
	}
	return a.URI, true
}

// status is a reply's code as text. Where Kamailio keeps that, a request has
// its URI.
func status(c *registry.Ctx) (string, bool) {
	if c.Msg == nil {
		return "", false
	}
	if c.Msg.IsRequest() {
		return c.Msg.RURI(), true
	}
	return c.Arena.Int(int64(c.Msg.Status())), true
}

// uriSlots are where the parts of the words that are URIs are remembered.
var uriSlots = map[string]msgstate.URISlot{
	"uri": msgstate.RequestURI, "from_uri": msgstate.FromURI, "to_uri": msgstate.ToURI,
}

// numberWords are the words that compare as integers.
var numberWords = map[string]func(*registry.Ctx) (int64, bool){
	"src_port": func(c *registry.Ctx) (int64, bool) {
		if c.Recv == nil {
			return 0, false
		}
		return int64(c.Recv.Src.Port()), true
	},
	"dst_port": func(c *registry.Ctx) (int64, bool) {
		if c.Recv == nil || c.Recv.Socket == nil {
			return 0, false
		}
		return int64(c.Recv.Socket.Addr.Port()), true
	},
	"snd_port": func(c *registry.Ctx) (int64, bool) {
		s := &c.State.Sending
		if s.Proto == transport.None || s.From == nil {
			return 0, false
		}
		return int64(s.From.Addr.Port()), true
	},
	"to_port": func(c *registry.Ctx) (int64, bool) {
		s := &c.State.Sending
		return int64(s.To.Port()), s.Proto != transport.None
	},
	"proto": func(c *registry.Ctx) (int64, bool) {
		if c.Recv == nil {
			return 0, false
		}
		return int64(c.Recv.Proto), true
	},
	"snd_proto": func(c *registry.Ctx) (int64, bool) {
		p := c.State.Sending.Proto
		return int64(p), p != transport.None
	},
	"af": func(c *registry.Ctx) (int64, bool) {
		if c.Recv == nil {
			return 0, false
		}
		return family(c.Recv.Src.Addr()), true
	},
	"snd_af": func(c *registry.Ctx) (int64, bool) {
		s := &c.State.Sending
		return family(s.To.Addr()), s.Proto != transport.None
	},
	"msg:len": func(c *registry.Ctx) (int64, bool) {
		if s := &c.State.Sending; s.Proto != transport.None {
			return int64(len(s.Bytes)), true
		}
		if c.Msg == nil {
			return 0, false
		}
		return int64(len(c.Msg.Raw())), true
	},
}

// The numbers of address families, Linux's AF_INET and AF_INET6.
const (
	inet  = 2
	inet6 = 10
)

func family(ip netip.Addr) int64 {
	if ip.Is4() {
		return inet
	}
	return inet6
}

// numberNames are the words on the right side of number tests.
var numberNames = map[string]int64{
	"UDP": 1, "TCP": 2, "TLS": 3, "SCTP": 4, "WS": 5, "WSS": 6,
	"INET": inet, "INET6": inet6, "IPV4": inet, "IPV6": inet6,
}

// addressWords are the words that are addresses.
var addressWords = map[string]func(*registry.Ctx) (netip.Addr, bool){
	"src_ip": func(c *registry.Ctx) (netip.Addr, bool) {
		if c.Recv == nil {
			return netip.Addr{}, false
		}
		return c.Recv.Src.Addr(), true
	},
	"dst_ip": func(c *registry.Ctx) (netip.Addr, bool) {
		if c.Recv == nil || c.Recv.Socket == nil {
			return netip.Addr{}, false
		}
		return c.Recv.Socket.Addr.Addr(), true
	},
	"snd_ip": func(c *registry.Ctx) (netip.Addr, bool) {
		s := &c.State.Sending
		if s.Proto == transport.None || s.From == nil {
			return netip.Addr{}, false
		}
		return s.From.Addr.Addr(), true
	},
	"to_ip": func(c *registry.Ctx) (netip.Addr, bool) {
		s := &c.State.Sending
		return s.To.Addr(), s.Proto != transport.None
	},
}

// onSendOnly are the words that other routes have nothing for.
var onSendOnly = map[string]bool{
	"snd_ip": true, "snd_port": true, "snd_proto": true, "snd_af": true, "to_ip": true, "to_port": true,
}

// oldTest compiles e into dst: 1 or 0.
func (c *compiler) oldTest(e *ast.Binary, dst uint8) {
	left, right := e.X.(*ast.Ident), e.Y
	if other, ok := right.(*ast.Ident); ok && left.Name == "myself" {
		left, right = other, left
	}
	if onSendOnly[left.Name] && c.mask&registry.OnSend == 0 {
		msg, hint := left.Name+" is only known in onsend_route", "the comparison is always false"
		if addressWords[left.Name] != nil {
			c.errorAt(left.Range, "wrong-route", msg, "")
			return
		}
		c.warnAt(left.Range, "wrong-route", msg, hint)
	}
	test, dynamic, ok := c.bindTest(left, e.Op, right)
	if !ok {
		return
	}
	c.statement("test of "+left.Name, left.Pos)
	if dynamic {
		c.expr(right, dst)
	}
	c.pos = e.OpAt
	if r := c.opt.Recorder; r != nil {
		test = r.Test(testText(left.Name, e.Op, right), test)
	}
	c.prog.Tests = append(c.prog.Tests, program.Leaf[program.Test]{Text: testText(left.Name, e.Op, right), Do: test})
	c.emit(program.Instr{Op: program.OpTest, A: dst, D: int32(len(c.prog.Tests) - 1)})
}

// testText is a test as `olelo dis` shows it.
func testText(word, op string, right ast.Expr) string {
	switch y := right.(type) {
	case *ast.Ident:
		return word + op + y.Name
	case *ast.Var:
		return word + op + y.Text
	case *ast.Lit:
		if y.Kind == ast.LitStr {
			return word + op + strconv.Quote(y.Text)
		}
		return word + op + y.Text
	}
	return word + op + "…"
}

// bindTest makes the leaf; dynamic tells that it wants the right side's value.
func (c *compiler) bindTest(word *ast.Ident, op string, right ast.Expr) (t program.Test, dynamic, ok bool) {
	if y, isWord := right.(*ast.Ident); isWord && y.Name == "myself" {
		if op == "=~" {
			c.wantsPattern(right)
			return nil, false, false
		}
		return c.myselfTest(word.Name, isNot(op)), false, true
	}
	if get := textWords[word.Name]; get != nil {
		return c.textTest(get, op, right)
	}
	if get := numberWords[word.Name]; get != nil {
		return c.numberTest(get, op, right)
	}
	if get := addressWords[word.Name]; get != nil {
		return c.addressTest(get, op, right)
	}
	c.errorAt(word.Range, "unknown-word", "unknown word "+strconv.Quote(word.Name)+" in an expression",
		"a variable starts with $, a function has ( ), a text stands in quotes")
	return nil, false, false
}

func isNot(op string) bool { return op == "!=" || op == "ne" || op == "ine" }

func (c *compiler) textTest(get func(*registry.Ctx) (string, bool), op string, right ast.Expr) (program.Test, bool, bool) {
	k, isConst := c.constant(right)
	if op == "=~" {
		if !isConst {
			match := c.prog.MatchText
			return func(c *registry.Ctx, y *value.Value) bool {
				s, ok := get(c)
				if !ok || y.IsNull() {
					return false
				}
				ok, err := match(s, textOf(c, y))
				return ok && err == nil
			}, true, true
		}
		if k.K == value.Int {
			c.wantsPattern(right)
			return nil, false, false
		}
		n, ok := c.regex(k.S, rangeOf(right), ere.IgnoreCase)
		if !ok {
			return nil, false, false
		}
		match := c.prog.Regexes[n].Do
		return func(c *registry.Ctx, _ *value.Value) bool {
			s, ok := get(c)
			if !ok {
				return false
			}
			ok, err := match(s)
			return ok && err == nil
		}, false, true
	}
	ne := isNot(op)
	if isConst {
		want := constText(k)
		return func(c *registry.Ctx, _ *value.Value) bool {
			s, ok := get(c)
			return ok && strings.EqualFold(s, want) != ne
		}, false, true
	}
	return func(c *registry.Ctx, y *value.Value) bool {
		s, ok := get(c)
		return ok && (!y.IsNull() && strings.EqualFold(s, textOf(c, y))) != ne
	}, true, true
}

func textOf(c *registry.Ctx, v *value.Value) string {
	if v.IsStr() {
		return v.S
	}
	return c.Arena.Int(v.I)
}

// wantsPattern refuses the right side of =~. Kamailio finds that out when it
// starts.
func (c *compiler) wantsPattern(right ast.Expr) {
	c.late = true
	c.errorAt(rangeOf(right), "type-mismatch", "=~ takes a pattern in quotes, a text", "an address is compared with ==")
	c.late = false
}

func (c *compiler) numberTest(get func(*registry.Ctx) (int64, bool), op string, right ast.Expr) (program.Test, bool, bool) {
	compare, ne := numberOps[op], isNot(op)
	if y, ok := right.(*ast.Ident); ok {
		n := numberNames[strings.ToUpper(y.Name)]
		return func(c *registry.Ctx, _ *value.Value) bool {
			x, ok := get(c)
			return ok && compare(x, n)
		}, false, true
	}
	if k, ok := c.constant(right); ok {
		n, known := k.I, k.K == value.Int
		if !known {
			c.warnAt(rangeOf(right), "type-mismatch", "a text stands where a number is wanted: the comparison is always false", "write it without quotes")
		}
		return func(c *registry.Ctx, _ *value.Value) bool {
			x, ok := get(c)
			return ok && known && compare(x, n)
		}, false, true
	}
	return func(c *registry.Ctx, y *value.Value) bool {
		x, ok := get(c)
		n := y.I
		if ok && !y.IsInt() {
			p := transport.None
			if y.IsStr() {
				p = transport.ParseProto(y.S)
			}
			if p == transport.None {
				return ne
			}
			n = int64(p)
		}
		return ok && compare(x, n)
	}, true, true
}

var numberOps = map[string]func(x, y int64) bool{
	"==": func(x, y int64) bool { return x == y }, "eq": func(x, y int64) bool { return x == y },
	"ieq": func(x, y int64) bool { return x == y },
	"!=":  func(x, y int64) bool { return x != y }, "ne": func(x, y int64) bool { return x != y },
	"ine": func(x, y int64) bool { return x != y },
	"<":   func(x, y int64) bool { return x < y }, "<=": func(x, y int64) bool { return x <= y },
	">": func(x, y int64) bool { return x > y }, ">=": func(x, y int64) bool { return x >= y },
}

func (c *compiler) addressTest(get func(*registry.Ctx) (netip.Addr, bool), op string, right ast.Expr) (program.Test, bool, bool) {
	if op == "=~" {
		if k, ok := c.constant(right); ok {
			text := constText(k)
			_, address := network(text)
			if lit, ok := right.(*ast.Lit); ok && lit.Kind == ast.LitStr && strings.Contains(text, "/") {
				address = false
			}
			if address || k.K == value.Int {
				c.wantsPattern(right)
				return nil, false, false
			}
		}
		return c.textTest(func(c *registry.Ctx) (string, bool) {
			a, ok := get(c)
			if !ok {
				return "", false
			}
			return addressText(c, a), true
		}, op, right)
	}
	ne := isNot(op)
	if k, ok := c.constant(right); ok {
		if k.K == value.Int {
			c.errorAt(rangeOf(right), "type-mismatch", "an integer stands where an address is wanted", "")
			return nil, false, false
		}
		net, ok := network(constText(k))
		if !ok {
			c.warnAt(rangeOf(right), "not-an-address", strconv.Quote(constText(k))+" is no address and no network: nothing is equal to it",
				"names are not looked up while routing")
		}
		return func(c *registry.Ctx, _ *value.Value) bool {
			a, ok := get(c)
			return ok && net.Contains(a) != ne
		}, false, true
	}
	return func(c *registry.Ctx, y *value.Value) bool {
		a, ok := get(c)
		var net netip.Prefix
		if y.IsStr() {
			net, _ = network(y.S)
		}
		return ok && net.Contains(a) != ne
	}, true, true
}

func addressText(c *registry.Ctx, a netip.Addr) string {
	const longest = len("ffff:ffff:ffff:ffff:ffff:ffff:255.255.255.255")
	return registry.View(a.WithZone("").AppendTo(c.Arena.Alloc(longest)[:0]))
}

// network reads 10.0.0.1, 10.0.0.0/8, 10.0.0.0/255.0.0.0, ::1, [::1], ::/0. The
// zero Prefix contains nothing.
func network(s string) (netip.Prefix, bool) {
	host, mask, masked := strings.Cut(s, "/")
	if len(host) > 2 && host[0] == '[' && host[len(host)-1] == ']' {
		host = host[1 : len(host)-1]
	}
	addr, err := netip.ParseAddr(host)
	if err != nil {
		return netip.Prefix{}, false
	}
	bits := addr.BitLen()
	if masked {
		if bits, err = strconv.Atoi(mask); err != nil {
			m, err := netip.ParseAddr(mask)
			if err != nil || m.BitLen() != addr.BitLen() {
				return netip.Prefix{}, false
			}
			bits = leadingOnes(m.AsSlice())
		}
	}
	p, err := addr.Prefix(bits)
	return p, err == nil
}

// leadingOnes counts the 1 bits at the start of a mask.
func leadingOnes(mask []byte) (n int) {
	for _, b := range mask {
		for ; b&0x80 != 0; b <<= 1 {
			n++
		}
		if n%8 != 0 {
			break
		}
	}
	return n
}

// myselfTest compares a URI's host and port, or an address, with the server's own.
func (c *compiler) myselfTest(word string, ne bool) program.Test {
	myself := c.env.Myself
	if get := addressWords[word]; get != nil {
		return func(c *registry.Ctx, _ *value.Value) bool {
			a, ok := get(c)
			return ok && myself.IsAddr(a) != ne
		}
	}
	get, slot := textWords[word], uriSlots[word]
	return func(c *registry.Ctx, _ *value.Value) bool {
		text, ok := get(c)
		if !ok {
			return false
		}
		u := c.State.URI(slot, text)
		if u == nil {
			return false
		}
		port := u.PortNum()
		if port == 0 {
			port = sipPort
		}
		return myself.IsHost(u.Host, port) != ne
	}
}

// sipPort is the port of a URI without one.
const sipPort = 5060
