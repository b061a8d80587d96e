package property

import (
	"slices"

	"olelo/conformance/feed"
)

// areas are what is compared. Not asked is what the rules of package random say of
// any text: {uri.duri}, {uri.saor}, {uri.suri}, {s.rafter}, {s.rbefore},
// {s.decode.7bit} and {s.fmtline…}, where Kamailio shows bytes that are not the
// text's, or dies.
var areas = []*area{
	{
		name: "uri", inputs: inputs(anyURI(), "x", "lr", "transport", "TTL", "a", ""),
		looks: slices.Concat(of("uri.user", "uri.passwd", "uri.host", "uri.domain", "uri.port", "uri.params", "uri.headers", "uri.scheme", "uri.transport",
			"uri.ttl", "uri.uparam", "uri.maddr", "uri.method", "uri.lr", "uri.r2", "uri.param,$var(w)", "uri.param,x", "uri.tosocket"),
			calls(`is_uri("$var(in)")`, `cmp_uri("$var(in)", "$var(in)")`, `cmp_uri("$var(in)", "$(var(in){s.before,;})")`, `cmp_uri("$var(in)", "sip:bob@example.com")`, `cmp_aor("$var(in)", "sip:bob@example.com")`)),
	},
	{
		name: "request URI", inputs: inputs(anyURI(), ""),
		looks: values("$ru", "$rU", "$rd", "$rp", "$rP", "$rz", "$rUl", "$ou", "$oU", "$od", "$op", "$oP", "$rm", "$nh(u)", "$nh(d)", "$nh(p)", "$nh(P)", "$(ru{uri.params})", "$rsi", "$ml"),
		message: func(in Input) feed.Message {
			return request(in.Text, "From: <sip:a@b>;tag=1", "To: <sip:b@b>")
		},
	},
	{
		name: "param", inputs: inputs(anyList(), params...),
		looks: of("param.value,$var(w)", "param.value,x", "param.value,a,&", "param.in,$var(w)", "param.in,lr", "param.in,x,&", "param.valueat,$var(n)", "param.valueat,0", "param.valueat,1,&",
			"param.name,$var(n)", "param.name,0", "param.name,1,&", "param.count", "param.count,&"),
	},
	{
		name: "name-addr", inputs: inputs(headerValue(anyAddress()), ""),
		looks: of("nameaddr.name", "nameaddr.uri", "nameaddr.len", "tobody.uri", "tobody.display", "tobody.tag", "tobody.params", "tobody.user", "tobody.host"),
	},
	{
		name: "From", inputs: inputs(headerValue(anyAddress()), ""),
		looks: values("$fu", "$fU", "$fd", "$fn", "$ft", "$fUl", "$from", "$hdr(From)", "$(hdr(f){tobody.params})"),
		message: func(in Input) feed.Message {
			return request("sip:x@127.0.0.1", "To: <sip:b@b>", "From: "+in.Text)
		},
	},
	{
		name: "To", inputs: inputs(headerValue(anyAddress()), ""),
		looks: append(values("$tu", "$tU", "$td", "$tn", "$tt", "$tUl", "$to", "$hdr(To)"), calls("has_totag()")...),
		message: func(in Input) feed.Message {
			return request("sip:x@127.0.0.1", "From: <sip:b@b>;tag=1", "To: "+in.Text)
		},
	},
	{
		name: "Contact", inputs: inputs(wellFormed(), ""),
		looks: append(values("$ct", "$hdr(Contact)", "$hdrc(Contact)", "$hflc(Contact)", "$hfl(Contact)", "$(hfl(Contact)[1])", "$expires(min)", "$expires(max)", "$(ct{nameaddr.uri})"), calls(`is_present_hf("Contact")`)...),
		message: func(in Input) feed.Message {
			return request("sip:x@127.0.0.1", "From: <sip:b@b>;tag=1", "To: <sip:b@b>", "Contact: "+in.Text+", <sip:second@c.example>;expires=5")
		},
	},
	{
		name: "identity", inputs: inputs(headerValue(anyIdentity()), ""),
		looks: values("$ai", "$pu", "$pU", "$pd", "$pn", "$re", "$rt", "$di", "$dir", "$dip", "$dic"),
		message: func(in Input) feed.Message {
			return request("sip:x@127.0.0.1", "From: <sip:b@b>;tag=1", "To: <sip:b@b>", "P-Asserted-Identity: "+in.Text, "P-Preferred-Identity: "+in.Text,
				"Remote-Party-ID: "+in.Text, "Refer-To: "+in.Text, "Diversion: "+in.Text)
		},
	},
	{
		name: "text", inputs: inputs(anyText(), ""),
		looks: of("s.len", "s.int", "s.tolower", "s.toupper", "s.trim", "s.rtrim", "s.ltrim", "s.rmws", "s.numeric", "s.unquote", "s.unbracket",
			"s.md5", "s.sha256", "s.sha384", "s.sha512", "s.corehash", "s.corehash,16", "s.escape.common", "s.unescape.common", "s.escape.user", "s.unescape.user",
			"s.escape.param", "s.unescape.param", "s.escape.csv", "s.urlencode.param", "s.urldecode.param", "line.count"),
	},
	{
		name: "text with parameters", inputs: inputs(anyText(), "a", "abc", "ABC", "0", "10", "b", "two", "sip:", "o", ",", ";", "=", ""),
		looks: of("s.substr,$var(n),$var(m)", "s.substr,$var(n),0", "s.substr,-2,1", "s.select,$var(n),;", "s.select,$var(n),a", "s.select,-1,:", "s.strip,$var(n)", "s.striptail,$var(n)", "s.prefixes,4", "s.prefixes.quoted,3",
			"s.replace,a,xy", "s.replace,$var(w),Z", "s.rm,$var(w)", "s.rm,b", "s.count,a", "s.count,;", "s.after,:", "s.before,:",
			"line.at,$var(n)", "line.sw,$var(w)", "line.sw,two"),
	},
	{
		name: "code", inputs: inputs(anyText(), ""),
		looks: of("s.encode.hexa", "s.decode.hexa", "s.encode.7bit", "s.encode.base58", "s.decode.base58", "s.encode.base64", "s.decode.base64", "s.encode.base64t", "s.decode.base64t",
			"s.encode.base64url", "s.decode.base64url", "s.encode.base64urlt", "s.decode.base64urlt", "urialias.encode", "urialias.decode"),
	},
	{
		name: "substitution", inputs: inputs(anyText(), ""),
		looks: of("re.subst,/a/X/", "re.subst,/a/X/g", "re.subst,/A/x/gi", "re.subst,/(a)(b)/\\2\\1/", "re.subst,/[0-9]+/N/g", "re.subst,/^./_/", "re.subst,/b*$/E/", "re.subst,/x*/-/g", "re.subst,/sip:([^@]+)@(.*)/\\2 \\1/", "re.subst,/a.b/Q/s"),
	},
}
