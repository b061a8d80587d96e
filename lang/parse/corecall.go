package parse

import (
	"maps"
	"slices"

	"github.com/alecthomas/participle/v2/lexer"

	"olelo/lang/ast"
	"olelo/lang/lex"
)

// coreCall is how a function of the core is written: those have parameters of
// their own kinds, and some go without parentheses.
type coreCall struct {
	bare  bool // may stand without ( )
	args  []argKind
	least int // parameters needed; the others may be absent
	usage string
}

// argKind parses one parameter.
type argKind func(e *pratt) (ast.Expr, bool)

// coreCalls are the core's functions that are words of the language.
var coreCalls = map[string]*coreCall{}

func init() { // not in the declaration: an argument may be an expression, with calls in it
	set := func(c coreCall, names ...string) {
		for _, n := range names {
			coreCalls[n] = &c
		}
	}
	set(coreCall{bare: true},
		"force_rport", "add_rport", "add_local_rport", "revert_uri",
		"set_forward_no_connect", "set_forward_close", "set_reply_no_connect", "set_reply_close")
	set(coreCall{usage: "()"}, "userphone", "clear_branches")
	set(coreCall{args: []argKind{signedNumber}, usage: "(NUMBER)"}, "remove_branch")
	set(coreCall{bare: true, args: []argKind{number}, usage: "(PORT)"}, "force_tcp_alias", "add_tcp_alias")
	set(coreCall{args: []argKind{text}, least: 1, usage: `("TEXT")`},
		"rewritehost", "sethost", "seth", "rewritehostport", "sethostport", "sethp",
		"rewritehostporttrans", "sethostporttrans", "sethpt", "rewriteport", "setport", "setp",
		"rewriteuser", "setuser", "setu", "rewriteuserpass", "setuserpass", "setup",
		"rewriteuri", "seturi", "prefix", "exec", "cfg_reset")
	set(coreCall{args: []argKind{number}, least: 1, usage: "(NUMBER)"}, "strip", "strip_tail", "set_advertised_port")
	set(coreCall{args: []argKind{flag}, least: 1, usage: "(FLAG)"}, "setflag", "resetflag", "isflagset")
	set(coreCall{args: []argKind{text, avpFlag}, least: 2, usage: `("$avp(NAME)", FLAG)`}, "setavpflag", "resetavpflag", "isavpflagset")
	set(coreCall{args: []argKind{text, text}, least: 2, usage: `("TEXT", "TEXT")`}, "error")
	set(coreCall{args: []argKind{text, anyExpr}, least: 2, usage: `("GROUP", ID)`}, "cfg_select")
	set(coreCall{args: []argKind{protocolArg}, least: 1, usage: "(TCP), with UDP, TLS or SCTP too"}, "udp_mtu_try_proto")
	set(coreCall{args: []argKind{hostArg}, least: 1, usage: "(HOST)"}, "set_advertised_address")
	set(coreCall{args: []argKind{socketArg}, least: 1, usage: "(PROTO:ADDRESS:PORT)"}, "force_send_socket")
	set(coreCall{args: []argKind{forwardHost, forwardPort}, usage: "(HOST, PORT)"}, "forward")
	set(coreCall{args: []argKind{forwardHost, forwardPort}, least: 1, usage: "(HOST, PORT)"},
		"forward_udp", "forward_tcp", "forward_tls", "forward_sctp")
	set(coreCall{args: []argKind{levelOrText, text}, least: 1, usage: `("TEXT") or log(LEVEL, "TEXT")`}, "log")
	stmtNames = append(stmtNames, slices.Sorted(maps.Keys(coreCalls))...)
}

// coreCall parses a call of a core function.
func (e *pratt) coreCall(t *lexer.Token) ast.Expr {
	f := coreCalls[t.Value]
	call := &ast.Call{Name: t.Value}
	e.lx.Next()
	open := e.lx.Peek()
	if !is(open, "(") {
		if !f.bare {
			return e.fail(open, "missing-paren", describe(open)+" cannot stand behind "+quote(t.Value), "it is written "+t.Value+f.usage)
		}
		call.Bare = true
		call.Range = e.at(t)
		return call
	}
	e.lx.Next()
	e.open++
	args := f.args
	for i := 0; i < len(args); i++ {
		end := e.lx.Peek()
		if is(end, ")") && len(call.Args) >= f.least {
			break
		}
		if i > 0 {
			if !is(end, ",") {
				return e.badArg(t, end, f)
			}
			e.lx.Next()
		}
		n := e.lx.Peek()
		x, ok := args[i](e)
		if ok && is(n, "uri:port") {
			if host, isWord := call.Args[0].(*ast.Ident); !isWord || host.Name != "uri:host" {
				return e.fail(n, "bad-argument", describe(n)+" stands behind `uri:host` only", "it is written "+t.Value+"(uri:host, uri:port) or "+t.Value+f.usage)
			}
		}
		if !ok {
			return e.badArg(t, n, f)
		}
		call.Args = append(call.Args, x)
		if l, isLit := x.(*ast.Lit); t.Value == "log" && i == 0 && isLit && l.Kind == ast.LitStr {
			args = args[:1] // log("text") has no second one
		} else if t.Value == "log" && i == 0 {
			f = &coreCall{least: 2, usage: f.usage}
		}
	}
	if end := e.lx.Peek(); !is(end, ")") && !e.bad {
		return e.badArg(t, end, f)
	}
	e.close(open)
	call.Range = e.span(t, e.lx)
	return call
}

func (e *pratt) badArg(t, n *lexer.Token, f *coreCall) ast.Expr {
	if e.bad { // the argument has said what is wrong
		return &ast.BadExpr{Range: e.at(n)}
	}
	return e.fail(n, "bad-argument", describe(n)+" cannot stand in "+t.Value+"()", "it is written "+t.Value+f.usage)
}

// take makes the next token a literal.
func (e *pratt) take() (ast.Expr, bool) {
	t := e.lx.Next()
	if t.Type == lex.Word {
		return &ast.Lit{Literal: e.word(t, t.Value, e.lx)}, true
	}
	return &ast.Lit{Literal: e.lit(t)}, true
}

func number(e *pratt) (ast.Expr, bool) {
	if e.lx.Peek().Type != lex.Int {
		return nil, false
	}
	return e.take()
}

func signedNumber(e *pratt) (ast.Expr, bool) {
	if !is(e.lx.Peek(), "-") {
		return number(e)
	}
	l, ok := e.negative(e.lx)
	return &ast.Lit{Literal: l}, ok
}

func text(e *pratt) (ast.Expr, bool) {
	if e.lx.Peek().Type != lex.Str {
		return nil, false
	}
	return e.take()
}

func levelOrText(e *pratt) (ast.Expr, bool) {
	if e.lx.Peek().Type == lex.Int {
		return e.take()
	}
	return text(e)
}

func flag(e *pratt) (ast.Expr, bool) {
	t := e.lx.Peek()
	switch t.Type {
	case lex.Int, lex.Str, lex.Word:
		x, ok := e.take()
		e.knownFlag(t, e.flags.names)
		return x, ok
	}
	return nil, false
}

func avpFlag(e *pratt) (ast.Expr, bool) {
	t := e.lx.Peek()
	switch t.Type {
	case lex.Str, lex.Word:
		x, ok := e.take()
		e.knownFlag(t, e.avpFlags)
		return x, ok
	}
	return nil, false
}

func anyExpr(e *pratt) (ast.Expr, bool) {
	x := e.operators(e.unary(), pOr)
	return x, !e.bad
}

func protocolArg(e *pratt) (ast.Expr, bool) {
	t := e.lx.Peek()
	if t.Type != lex.Key || !protocols[t.Value] || len(t.Value) < 3 {
		return nil, false
	}
	return e.ident(), true
}

// special is an argument that is uri:host or uri:port, or a host.
func special(e *pratt, word string) (ast.Expr, bool) {
	if is(e.lx.Peek(), word) {
		return e.ident(), true
	}
	return nil, false
}

func forwardHost(e *pratt) (ast.Expr, bool) {
	if x, ok := special(e, "uri:host"); ok {
		return x, true
	}
	if t := e.lx.Peek(); t.Type == lex.Int { // only an address starts with a number here
		a, ok := e.address(e.lx)
		if !ok {
			e.bad = true
			return nil, false
		}
		return &ast.Lit{Literal: e.word(t, a, e.lx)}, true
	}
	return hostArg(e)
}

func forwardPort(e *pratt) (ast.Expr, bool) {
	if x, ok := special(e, "uri:port"); ok {
		return x, true
	}
	return number(e)
}

func hostArg(e *pratt) (ast.Expr, bool) {
	t := e.lx.Peek()
	if t.Type == lex.Str {
		return e.take()
	}
	if !hostPart(t) && t.Type != lex.IPv6 && !is(t, "[") {
		return nil, false
	}
	host, ok := e.hostOrAddress(e.lx)
	if !ok {
		e.bad = true
		return nil, false
	}
	return &ast.Lit{Literal: e.word(t, host, e.lx)}, true
}

func socketArg(e *pratt) (ast.Expr, bool) {
	if t := e.lx.Peek(); !hostPart(t) && t.Type != lex.IPv6 && t.Type != lex.Str && !is(t, "[") && !socketProtocol(t) {
		return nil, false
	}
	l, ok := e.socket(e.lx, false)
	if !ok {
		e.bad = true
		return nil, false
	}
	return &ast.Lit{Literal: l}, true
}
