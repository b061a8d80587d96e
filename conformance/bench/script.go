package main

import (
	"bytes"
	"context"
	_ "embed"
	"errors"
	"fmt"
	"strconv"
	"strings"
	"time"
)

//go:embed configs/script.cfg
var scriptConfig string

// copies is how often a construct stands in its loop.
const copies = 10

// construct is a statement whose cost is measured.
type construct struct {
	name  string
	setup string // what goes before the loop
	body  string
	fewer int // iterations are divided by that, where it is slow; 0 is 1
}

func (k construct) iterations(o options) int { return o.iterations / max(1, k.fewer) }

// chain is an if with nine else ifs; the last one holds.
func chain(variable string, values []string) string {
	var b strings.Builder
	for i, v := range values {
		fmt.Fprintf(&b, "if (%s == %s) { $var(z) = %d; } else ", variable, v, i)
	}
	return strings.TrimSuffix(b.String(), " else ")
}

// cases is a switch of 20.
func cases(variable string, value func(i int) string) string {
	var b strings.Builder
	fmt.Fprintf(&b, "switch (%s) { ", variable)
	for i := range 20 {
		fmt.Fprintf(&b, "case %s: $var(z) = %d; break; ", value(i), i)
	}
	return b.String() + "default: $var(z) = 99; }"
}

// constructs are the rows; the empty loop is the one without a body.
var constructs = []construct{
	{name: "empty-loop"},
	{name: "var=const", body: `$var(a) = 1;`},
	{name: "var=var", setup: `$var(b) = 5;`, body: `$var(a) = $var(b);`},
	{name: "var=var+1", setup: `$var(a) = 0;`, body: `$var(a) = $var(a) + 1;`},
	{name: "var=text", body: `$var(s) = "hello";`},
	{name: "var=ru", body: `$var(s) = $ru;`},
	{name: "concat-2", body: `$var(s) = "sip:" + $rU;`},
	{name: "concat-5", body: `$var(s) = "sip:" + $rU + "@" + $rd + ";x=1";`},
	{name: "if-var==int", setup: `$var(b) = 5;`, body: `if ($var(b) == 1) { $var(z) = 1; }`},
	{name: "if-rm==text/true", body: `if ($rm == "INVITE") { $var(z) = 1; }`},
	{name: "if-rm==text/false", body: `if ($rm == "REGISTER") { $var(z) = 1; }`},
	{name: "else-if-10-rm", body: chain("$rm", []string{`"REGISTER"`, `"SUBSCRIBE"`, `"PUBLISH"`, `"NOTIFY"`, `"MESSAGE"`, `"OPTIONS"`, `"BYE"`, `"CANCEL"`, `"ACK"`, `"INVITE"`})},
	{name: "else-if-10-int", setup: `$var(b) = 9;`, body: chain("$var(b)", strings.Fields("0 1 2 3 4 5 6 7 8 9"))},
	{name: "switch-20-ints", setup: `$var(b) = 31;`, body: cases("$var(b)", func(i int) string { return strconv.Itoa(3*i + 1) })},
	{name: "switch-20-texts", setup: `$var(s) = "str10";`, body: cases("$var(s)", func(i int) string { return fmt.Sprintf("%q", "str"+strconv.Itoa(i)) })},
	{name: "is_method", body: `if (is_method("INVITE")) { $var(z) = 1; }`},
	{name: "match-static/true", body: `if ($ru =~ "^sip:[0-9]+@") { $var(z) = 1; }`},
	{name: "match-static/false", body: `if ($ru =~ "^sips:") { $var(z) = 1; }`},
	{name: "match-dynamic", setup: `$var(re) = "^sip:[0-9]+@";`, body: `if ($ru =~ $var(re)) { $var(z) = 1; }`, fewer: 10},
	{name: "route", body: `route(RETURN);`},
	{name: "sht-get-const", setup: `$sht(h=>k1) = 5;`, body: `$var(z) = $sht(h=>k1);`},
	{name: "sht-get-var", setup: `$sht(h=>k1) = 5; $var(k) = "k1";`, body: `$var(z) = $sht(h=>$var(k));`},
	{name: "sht-get-3-parts", setup: `$sht(h=>$ci::x::$fU) = "v";`, body: `$var(z) = $sht(h=>$ci::x::$fU);`},
	{name: "sht-set", setup: `$var(k) = "k1";`, body: `$sht(h=>$var(k)) = 7;`},
	{name: "sht-inc", setup: `$sht(h=>k1) = 1; $var(k) = "k1";`, body: `$var(z) = $shtinc(h=>$var(k));`},
	{name: "sht-miss", setup: `$var(k) = "nokey";`, body: `$var(z) = $sht(h=>$var(k));`},
	{name: "s.len", body: `$var(z) = $(ru{s.len});`},
	{name: "s.select", body: `$var(z) = $(ru{s.select,1,@});`},
	{name: "uri.user", body: `$var(z) = $(ru{uri.user});`},
	{name: "s.md5", body: `$var(z) = $(ru{s.md5});`},
	{name: "re.subst", body: `$var(z) = $(ru{re.subst,/^sip:([0-9]+)@.*/tel:\1/});`, fewer: 10},
	{name: "hdr/known", body: `$var(z) = $hdr(Subject);`},
	{name: "hdr/unknown-last", body: `$var(z) = $hdr(X-Last);`},
	{name: "hdr/missing", body: `$var(z) = $hdr(X-Nope);`},
	{name: "avp-read", setup: `$avp(a) = "v";`, body: `$var(z) = $avp(a);`},
	{name: "avp-push-delete", body: `$avp(t) = "v"; $avp(t) = $null;`},
	{name: "xlog-suppressed", body: `xlog("L_DBG", "ru=$ru from=$fu\n");`},
}

// script is the cost of single constructs of the language.
func script(o options) group {
	var routes, calls strings.Builder
	g := group{name: "script", title: "Script, the empty loop's own time taken off", network: "udp"}
	add := func(i int, setup, body string, n int) {
		fmt.Fprintf(&calls, "\tcase \"%d\":\n\t\troute(B%[1]d);\n\t\tbreak;\n", i)
		fmt.Fprintf(&routes, "route[B%d] {\n\t%s\n\t$var(i) = 0;\n\twhile ($var(i) < %d) {\n%s\t\t$var(i) = $var(i) + 1;\n\t}\n\treturn;\n}\n\n",
			i, setup, n, strings.Repeat("\t\t"+body+"\n", copies))
	}
	for i, k := range constructs {
		n := k.iterations(o)
		if k.body == "" {
			n *= copies
		}
		add(2*i, k.setup, k.body, n)
		add(2*i+1, "", "", n) // the same loop without it, right before
		g.rows = append(g.rows, row{name: k.name, who: []string{olelo, kamailio}, run: func(_ context.Context, t *target) (sample, error) {
			var spent [2]time.Duration
			for half, route := range []int{2*i + 1, 2 * i} {
				c, err := t.during(func() error { return trigger(t, route) })
				if err != nil {
					return sample{}, err
				}
				spent[half] = c.cpu
			}
			ops := n
			if k.body != "" {
				ops *= copies
				spent[1] -= spent[0]
			}
			// What costs next to nothing is not less than nothing.
			return sample{uint64(ops), []metric{{"cpu-ns/op", max(0.1, float64(spent[1])/float64(ops))}}}, nil
		}})
	}
	g.config = strings.NewReplacer("{routes}", routes.String(), "{cases}", calls.String()).Replace(scriptConfig)
	return g
}

// trigger sends the request for a route, and waits for its end.
func trigger(t *target, route int) error {
	c, err := t.udp()
	if err != nil {
		return err
	}
	defer c.Close()
	body := "v=0\r\no=- 20518 0 IN IP4 192.0.2.4\r\ns=-\r\nc=IN IP4 192.0.2.4\r\nt=0 0\r\nm=audio 54400 RTP/AVP 0 8\r\na=sendrecv\r\n"
	me := c.LocalAddr().String()
	_, err = fmt.Fprintf(c, "INVITE sip:%d@example.com:5090;transport=udp SIP/2.0\r\n"+
		"Via: SIP/2.0/UDP %s;rport;branch=z9hG4bK-%[1]d\r\n"+
		"Via: SIP/2.0/UDP 192.0.2.4:5060;branch=z9hG4bK-zz;received=10.0.0.4\r\n"+
		"Via: SIP/2.0/TCP 192.0.2.5:5062;branch=z9hG4bK-yy\r\n"+
		"Max-Forwards: 70\r\nFrom: \"Alice\" <sip:alice@example.org>;tag=1928301774\r\nTo: Bob <sip:bob@example.com>\r\n"+
		"Call-ID: a84b4c76e66710@pc33.example.org\r\nCSeq: 314159 INVITE\r\nContact: <sip:alice@192.0.2.4:5060;transport=udp>\r\n"+
		"User-Agent: bench\r\nSubject: hello world\r\nSupported: 100rel, timer\r\n"+
		"Allow: INVITE, ACK, CANCEL, OPTIONS, BYE, REFER, NOTIFY, MESSAGE\r\nContent-Type: application/sdp\r\n"+
		"X-Last: the last one\r\nContent-Length: %[3]d\r\n\r\n%[4]s", route, me, len(body), body)
	if err != nil {
		return err
	}
	if err := c.SetReadDeadline(time.Now().Add(patience)); err != nil {
		return err
	}
	buf := make([]byte, 64<<10)
	n, err := c.Read(buf)
	if err != nil {
		return fmt.Errorf("route B%d: %w", route, err)
	}
	if !bytes.HasPrefix(buf[:n], []byte("SIP/2.0 200 ")) {
		return errors.New("a request was answered with " + strconv.Quote(string(buf[:n])))
	}
	return nil
}
