package random

import (
	"fmt"
	"strings"

	"olelo/conformance/feed"
)

// modules are loaded in this order: siputils asks for sl.
var modules = []string{"pv", "xlog", "sl", "textops", "siputils", "kex", "cfgutils", "corex", "htable"}

// globals is how a configuration begins.
func globals(port int) string {
	var b strings.Builder
	b.WriteString(feed.Globals(port, modules...))
	for _, table := range []string{"t=>size=4;", "o=>size=2;", "i=>size=4;initval=0;"} {
		fmt.Fprintf(&b, "modparam(\"htable\", \"htable\", %q)\n", table)
	}
	return b.String()
}

// showRoute logs a statement's number, its $rc and the type and value of $vn(r),
// a text in hexadecimal so that no byte is lost.
const showRoute = `route[SHOW] {
	$vn(rc) = $rc;
	if(!pv_isset("$vn(r)")) xlog("L_ALERT", "T# $vn(at)$var(id) $vn(rc) null\n");
	else if(is_int("$vn(r)")) xlog("L_ALERT", "T# $vn(at)$var(id) $vn(rc) int $vn(r)\n");
	else xlog("L_ALERT", "T# $vn(at)$var(id) $vn(rc) str $(vn(r){s.encode.hexa})\n");
}
`

// reset brings what outlives a message to its start.
func reset() string {
	var b strings.Builder
	for _, v := range []string{"a", "b", "c", "d"} {
		fmt.Fprintf(&b, "\t$var(%s) = 0;\n", v)
	}
	b.WriteString("\t$var(w) = \"a\"; $var(n) = 2; $var(u) = \"sip:u@u.example;x=y\";\n" +
		"\t$vn(a) = $null; $vn(b) = $null; $vn(r) = $null; $shv(a) = 0; $shv(b) = 0;\n\t$xavu(u) = $null; $xavu(w) = $null;\n")
	for f := range 10 {
		fmt.Fprintf(&b, "\treset_gflag(%d);\n", f)
	}
	b.WriteString("\tsht_reset(\"t\"); sht_reset(\"i\"); $sht(t=>k1) = 1; $sht(t=>k2) = \"abc\";\n")
	return b.String()
}

// batch is a configuration with many programs, of which each message names one
// in X-Program, behind it its own mark.
func batch(port int, programs []*Program) string {
	var b strings.Builder
	b.WriteString(globals(port) + "request_route {\n" + feed.Barrier +
		"\t$vn(at) = $hdr(X-Program) + \" \";\n" + reset() +
		"\troute_if_exists(\"$(hdr(X-Program){s.select,0,.})\");\n}\n" + showRoute)
	for _, p := range programs {
		b.WriteString(p.Source())
	}
	return b.String()
}
