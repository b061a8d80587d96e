package lex_test

import (
	"fmt"
	"strings"
	"testing"

	"olelo/lang/diag"
	"olelo/lang/lex"
	"olelo/lang/source"
)

// large is a configuration of n lines, a tenth of which are defines.
func large(n int) string {
	var b strings.Builder
	b.WriteString("#!KAMAILIO\n#!substdef \"!IP!10.0.0.1!g\"\n")
	for i := range n / 10 {
		fmt.Fprintf(&b, "#!define D%d (%d + 1)\n#!ifdef D%d\nroute[R%d] {\n\t$var(x) = D%d; # set\n\txlog(\"IP: $var(x)\\n\");\n"+
			"#!else\n\tnever lexed \"\n#!endif\n}\n", i, i, i, i, i)
	}
	return b.String()
}

func benchmark(b *testing.B, lines int) {
	text := large(lines)
	b.SetBytes(int64(len(text)))
	b.ReportAllocs()
	for b.Loop() {
		diags := &diag.List{}
		l, err := lex.New(lex.Options{}, source.NewSet(), diags).LexString("a.cfg", text)
		if err != nil {
			b.Fatal(err)
		}
		for tok, _ := l.Next(); !tok.EOF(); tok, _ = l.Next() {
		}
		if diags.Errors() > 0 {
			b.Fatal(diags.Items[0])
		}
	}
}

func BenchmarkLex20000(b *testing.B)  { benchmark(b, 20_000) }
func BenchmarkLex100000(b *testing.B) { benchmark(b, 100_000) }
