package random

import "fmt"

// store is a class of variables that a script may assign.
type store struct {
	class string
	names []string
	count string // what counts its values; "" where it has one
}

var stores = []store{
	{"$var", []string{"$var(a)", "$var(b)", "$var(c)"}, ""},
	{"$vz", []string{"$vz(a)", "$vz(d)"}, ""},
	{"$vn", []string{"$vn(a)", "$vn(b)"}, ""},
	{"$shv", []string{"$shv(a)", "$shv(b)"}, ""},
	{"$avp", []string{"$avp(a)", "$avp(a)", "$(avp(a)[0])", "$(avp(a)[1])", "$(avp(a)[*])", "$avp(s:b)", "$avp(i:7)", "$(avp(i:7)[*])"}, "$cnt($avp(a))"},
	{"$xavp", []string{"$xavp(x)", "$xavp(x=>a)", "$xavp(x[0]=>a)", "$xavp(x[0]=>b)", "$xavp(x[1]=>a)", "$xavp(x[0]=>a[0])", "$xavp(y)"}, "$cnt($xavp(x))"},
	{"$xavu", []string{"$xavu(u)", "$xavu(u=>a)", "$xavu(u=>b)", "$xavu(w)"}, ""},
	{"$xavi", []string{"$xavi(q)", "$xavi(q=>a)", "$xavi(q[0]=>A)", "$xavi(Q[0]=>b)"}, ""},
	{"$sht", []string{"$sht(t=>k1)", "$sht(t=>k2)", "$sht(t=>$var(a))", "$sht(i=>k1)", "$sht(i=>$rU)"}, "$shtcn(t=>**)"},
	{"$ru", []string{"$ru"}, ""},
	{"$rU", []string{"$rU"}, ""},
	{"$rd", []string{"$rd"}, ""},
	{"$rp", []string{"$rp"}, ""},
	{"$du", []string{"$du"}, ""},
	{"flags", []string{"$mf", "$mF", "$Mf(3)", "$sf", "$sF", "$Sf(4)", "$bf", "$bF", "$Bf(5)"}, ""},
}

// reads are the variables that a script cannot assign, by class.
var reads = map[string][]string{
	"$hdr":     {"$hdr(Subject)", "$hdr(X-A)", "$(hdr(X-A)[1])", "$(hdr(X-A)[-1])", "$(hdr(X-A)[*])", "$hdr(Max-Forwards)", "$hdr(From)", "$hdr(f)", "$hdr(Contact)", "$(hdr(Via)[-1])", "$hdr(Nope)", "$(hdr(X-A)[9])"},
	"$hdrc":    {"$hdrc(X-A)", "$hdrc(Via)", "$hdrc(Nope)", "$hflc(Contact)"},
	"$hfl":     {"$hfl(Contact)", "$(hfl(Contact)[1])", "$(hfl(Via)[-1])", "$(hfl(Route)[*])", "$hfl(Nope)"},
	"$ru-part": {"$rP", "$rz", "$rUl", "$ou", "$oU", "$od", "$op", "$oP", "$oUl"},
	"$du-part": {"$dd", "$dp", "$dP", "$nh(u)", "$nh(U)", "$nh(d)", "$nh(p)", "$nh(P)"},
	"$fu":      {"$fu", "$fU", "$fd", "$fn", "$ft", "$fUl", "$from"},
	"$tu":      {"$tu", "$tU", "$td", "$tn", "$tt", "$tUl", "$to"},
	"message":  {"$rm", "$rmid", "$mt", "$mts", "$rv", "$rsi", "$rb", "$bs", "$ml", "$ci", "$cs", "$csb", "$ct", "$cT", "$ua", "$cl", "$pr", "$proto"},
	"identity": {"$ai", "$pu", "$pU", "$pd", "$pn", "$re", "$di", "$dir", "$dip", "$dic", "$rt", "$AU", "$Au"},
	"auth":     {"$au", "$ad", "$aU", "$ar", "$aa", "$adn", "$adc", "$ado", "$adr", "$adu"},
	"$msg":     {"$msg(len)", "$msg(fpart)", "$msg(body)", "$expires(min)", "$expires(max)"},
	"$via":     {"$via0(host)", "$via0(port)", "$via0(proto)", "$via0(branch)", "$via1(host)", "$via1(branch)", "$viaZ(host)", "$viaZ(proto)"},
	"source":   {"$si", "$siz", "$sp", "$su", "$sut", "$sas", "$prid", "$Ri", "$Rp", "$RAi"},
	"$null":    {"$null"},
	"constant": {"$true", "$K(IPv4)", "$K(UDP)", "$version(num)"},
	"$rc":      {"$rc", "$retcode"},
	"$_s":      {"$_s(x$var(a)y)", "$_s($vn(a))", "$_s($rU@$rd)"},
	"$cnt":     {"$cnt($avp(a))", "$cnt($xavp(x))", "$cnt($avp(none))"},
	"$shtcn":   {"$shtcn(t=>**)", "$shtcn(t=>k.)", "$shtcn(t=>~~^k)", "$shtcn(t=>==k1)", "$shtcn(t=>~%1)", "$shtcn(t=>~%k)", "$shtcv(t=>**)", "$shtcv(t=>eq1)", "$shtcv(t=>a.)"},
	"$shtinc":  {"$shtinc(t=>k1)", "$shtdec(t=>k1)", "$shtinc(i=>k3)", "$shtdec(i=>k3)"},
	"$branch":  {"$branch(count)", "$branch(uri)", "$(branch(uri)[0])", "$br", "$bR", "$sbranch(uri)", "$fs", "$fsn", "$fsp"},
	"long":     {"$ruri", "$(ruri.user)", "$(ruri.domain)", "$(from.user)", "$(from.domain)", "$(to.user)", "$(to.domain)", "$ouri", "$duri"},
}

var readClasses = sorted(reads)

// variable is a variable of some class, without transformations.
func (g *Generator) variable() string {
	if g.oneIn(2) {
		return g.stored()
	}
	class := pick(g, readClasses)
	g.use("variable", class)
	return pick(g, reads[class])
}

// stored is a variable that may be assigned.
func (g *Generator) stored() string {
	i := g.n(len(stores))
	if g.oneIn(2) {
		i = g.n(5)
	}
	g.use("variable", stores[i].class)
	return pick(g, stores[i].names)
}

// value is an operand whose type is known when it runs: a variable, perhaps
// with transformations.
func (g *Generator) value() *Node {
	v := g.variable()
	if !g.oneIn(3) {
		return leaf(Dynamic, v)
	}
	return g.transformed(v)
}

// transformed is v with transformations.
func (g *Generator) transformed(v string) *Node {
	if g.oneIn(30) {
		return leaf(Dynamic, pick(g, []string{"$(fn{s.unquote})", "$(tn{s.unquote})", "$(hdr(X-A){s.unbracket})", "$(ru{s.urlencode.param}{s.urldecode.param})", "$(hdr(From){tobody.user})", "$(hdr(From){tobody.display})", "$(hdr(Contact){nameaddr.uri})", "$(hdr(f){nameaddr.name})", "$(hdr(f){tobody.tag})"}))
	}
	name := v[1:]
	if v[1] == '(' {
		name = v[2 : len(v)-1]
	}
	chain := sequence(Chain)
	if g.oneIn(8) {
		code := pick(g, codes)
		g.use("transformation", "s.encode."+code)
		g.use("transformation", "s.decode."+code)
		chain = sequence(Chain, leaf(Other, "{s.encode."+code+"}{s.decode."+code+"}"))
	}
	for range 1 + g.n(3)*g.n(2) {
		chain = sequence(Chain, append(chain.Kids, leaf(Other, g.transformation()))...)
	}
	return node(Dynamic, fmt.Sprintf("$(%s§)", name), chain)
}
