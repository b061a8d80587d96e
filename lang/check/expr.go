package check

import (
	"strconv"
	"strings"

	"olelo/lang/ast"
	"olelo/lang/diag"
	"olelo/lang/pvar"
)

// at is a note at an expression.
func at(e ast.Expr, msg string) []diag.Note {
	pos, _, _ := e.Span()
	return []diag.Note{{Pos: pos, Msg: msg}}
}

// key is an expression as one text: the same for those that are written alike.
func key(e ast.Expr) string {
	var b strings.Builder
	writeKey(&b, e)
	return b.String()
}

func writeKey(b *strings.Builder, e ast.Expr) {
	switch e := e.(type) {
	case *ast.Lit:
		if e.Kind == ast.LitInt {
			b.WriteString(strconv.FormatInt(e.Int, 10))
			return
		}
		b.WriteString(strconv.Quote(e.Text))
	case *ast.Var:
		b.WriteString(e.Text)
	case *ast.Select:
		b.WriteString(e.Text)
	case *ast.Ident:
		b.WriteString(e.Name)
	case *ast.Call:
		b.WriteString(e.Name + "(")
		for _, a := range e.Args {
			writeKey(b, a)
			b.WriteByte(',')
		}
		b.WriteByte(')')
	case *ast.Unary:
		b.WriteString("(" + e.Op + " ")
		writeKey(b, e.X)
		b.WriteByte(')')
	case *ast.Binary:
		b.WriteByte('(')
		writeKey(b, e.X)
		b.WriteString(" " + e.Op + " ")
		writeKey(b, e.Y)
		b.WriteByte(')')
	default: // none that is equal to another
		pos, _, _ := e.Span()
		b.WriteString("?" + strconv.Itoa(pos.Offset))
	}
}

// tests are functions that change nothing: what they give hangs on the message
// alone.
var tests = map[string]bool{
	"is_method": true, "has_totag": true, "is_request": true, "is_reply": true, "isflagset": true, "isbflagset": true,
	"is_present_hf": true, "is_myself": true, "uri_param": true, "search": true, "has_body": true, "is_int": true,
	"pv_isset": true, "is_privacy": true, "is_gruu": true, "issflagset": true, "not_empty": true, "search_body": true,
	"has_credentials": true, "nat_uac_test": true,
}

// volatile are variables whose value is another one each time.
var volatile = []string{"shtinc", "shtdec", "shtrecord", "RANDOM", "T", "_s", "rc", "retcode", "cfgtest", "timef", "timeb", "utimef"}

// pure reports whether e gives the same value when it is evaluated again.
func pure(e ast.Expr) bool {
	ok := true
	each(e, func(n any) {
		switch n := n.(type) {
		case *ast.AssignExpr, *ast.BadExpr:
			ok = false
		case *ast.Call:
			ok = ok && tests[n.Name]
		case *ast.Var:
			for _, v := range volatile {
				if strings.Contains(n.Text, "$"+v) || strings.Contains(n.Text, "$("+v) {
					ok = false
				}
			}
		}
	})
	return ok
}

func isConst(e ast.Expr) bool {
	constant := true
	each(e, func(n any) {
		switch n.(type) {
		case *ast.Lit, *ast.Unary, *ast.Binary:
		default:
			constant = false
		}
	})
	return constant
}

// integer is the value of an integer constant.
func integer(e ast.Expr) (int64, bool) {
	switch x := e.(type) {
	case *ast.Lit:
		return x.Int, x.Kind == ast.LitInt
	case *ast.Unary:
		if n, ok := integer(x.X); ok && x.Op == "-" {
			return -n, true
		}
	}
	return 0, false
}

func isNull(e ast.Expr) bool {
	v, ok := e.(*ast.Var)
	return ok && (v.Text == "$null" || v.Text == "$(null)")
}

// plain is the class and inner text of a variable without index and
// transformations.
func plain(v *ast.Var) (class, inner string) {
	p, n, err := pvar.Parse(v.Text)
	if err != nil || n < len(v.Text) || p.HasIndex || len(p.Trans) > 0 {
		return "", ""
	}
	return p.Class, p.Inner
}

// neverNull reports whether v is a $var: it is 0 before anything is assigned,
// and again where $null is.
func neverNull(v *ast.Var) bool {
	class, _ := plain(v)
	return class == "var" || class == "vz"
}

// isWord reports whether v is a text that cannot be a number.
func isWord(v *ast.Var) bool {
	switch class, _ := plain(v); class {
	case "rm", "ru", "ou", "fu", "tu":
		return true
	}
	return false
}

// isText reports whether v is a text that is hardly ever a number.
func isText(v *ast.Var) bool {
	class, inner := plain(v)
	if class != "hdr" {
		return class == "ua" || class == "ct" || isWord(v)
	}
	switch strings.ToLower(inner) {
	case "content-length", "l", "max-forwards", "expires", "min-expires", "session-expires", "x", "min-se", "rseq", "retry-after":
		return false
	}
	return !strings.Contains(inner, "$")
}
