// Package property compares olelo with Kamailio over thousands of inputs: each
// goes through one configuration on both, and what it makes of them has to be
// the same. Where it is not, rapid shrinks the inputs.
package property

import (
	"encoding/hex"
	"fmt"
	"strings"

	"pgregory.net/rapid"

	"olelo/conformance/feed"
)

// Input is what a configuration is given: a text, and what parameters are made of.
type Input struct {
	Text string
	Word string // $var(w)
	N, M int    // $var(n), $var(m)
}

func (in Input) String() string {
	return fmt.Sprintf("%q, $var(w) %q, $var(n) %d, $var(m) %d", in.Text, in.Word, in.N, in.M)
}

// field is a text that any header may hold.
func field(text string) string {
	if text == "" {
		return "-"
	}
	return hex.EncodeToString([]byte(text))
}

// area is a part of the language and what is put into it.
type area struct {
	name    string
	inputs  *rapid.Generator[Input]
	looks   []look
	message func(Input) feed.Message // of which a configuration reads the text; nil where it reads $var(in)
}

// look is a value that a configuration shows for each input.
type look struct {
	what string // as it stands in a configuration
	call bool   // it is a function, whose code is the value
}

// values are looks at expressions, and calls at functions.
func values(expressions ...string) []look { return looks(false, expressions) }
func calls(functions ...string) []look    { return looks(true, functions) }

func looks(call bool, whats []string) []look {
	var all []look
	for _, what := range whats {
		all = append(all, look{what, call})
	}
	return all
}

// of are transformations of the input's text, where "-" after a key begins its
// parameters: "s.select-$var(n),x" is $(var(in){s.select,$var(n),x}).
func of(keys ...string) []look {
	var all []look
	for _, key := range keys {
		all = append(all, look{what: "$(var(in){" + key + "})"})
	}
	return all
}

// config is the area's configuration. A message has its inputs in X-In, apart
// by ";", and logs for each a line: behind the message's name and its number,
// all values, a text in hexadecimal so that no byte is lost.
func (a *area) config(port int) string {
	var b strings.Builder
	b.WriteString(feed.Globals(port, "pv", "xlog", "sl", "textops", "siputils"))
	b.WriteString("max_while_loops=1000\nmodparam(\"xlog\", \"buf_size\", 262144)\nrequest_route {\n" + feed.Barrier + `	$var(at) = $hdr(X-Program);
	$var(i) = 0;
	while($var(i) < $(hdr(X-Count){s.int})) {
		$vn(line) = $(hdr(X-In){s.select,$var(i),;});
		$var(in) = "";
		if($(vn(line){s.select,0,:}) != "-") $var(in) = $(vn(line){s.select,0,:}{s.decode.hexa});
		$var(w) = "";
		if($(vn(line){s.select,1,:}) != "-") $var(w) = $(vn(line){s.select,1,:}{s.decode.hexa});
		$var(n) = $(vn(line){s.select,2,:}{s.int});
		$var(m) = $(vn(line){s.select,3,:}{s.int});
		$var(out) = "";
`)
	for _, l := range a.looks {
		if l.call {
			fmt.Fprintf(&b, "\t\t%s;\n\t\t$vn(r) = $rc;\n\t\troute(SHOW);\n", l.what)
		} else {
			fmt.Fprintf(&b, "\t\t$vn(r) = $null;\n\t\t$vn(r) = %s;\n\t\troute(SHOW);\n", l.what)
		}
	}
	b.WriteString(`		xlog("L_ALERT", "T# $var(at).$var(i) $var(out)\n");
		$var(i) = $var(i) + 1;
	}
}
route[SHOW] {
	if(!pv_isset("$vn(r)")) $var(out) = $var(out) + "n ";
	else if(is_int("$vn(r)")) $var(out) = $var(out) + "i" + $vn(r) + " ";
	else if(strempty($vn(r))) $var(out) = $var(out) + "s ";
	else $var(out) = $var(out) + "s" + $(vn(r){s.encode.hexa}) + " ";
}
`)
	return b.String()
}

// messages are those with which a configuration gets the inputs.
func (a *area) messages(inputs []Input) []feed.Message {
	if a.message == nil {
		return []feed.Message{carrying(plain, inputs...)}
	}
	var all []feed.Message
	for _, in := range inputs {
		all = append(all, carrying(a.message(in), in))
	}
	return all
}

// carrying is m with inputs.
func carrying(m feed.Message, inputs ...Input) feed.Message {
	var lines []string
	for _, in := range inputs {
		lines = append(lines, fmt.Sprintf("%s:%s:%d:%d", field(in.Text), field(in.Word), in.N, in.M))
	}
	first, rest, _ := strings.Cut(string(m), "\r\n")
	return feed.Message(fmt.Sprintf("%s\r\nX-Count: %d\r\nX-In: %s\r\n%s", first, len(inputs), strings.Join(lines, ";"), rest))
}

var plain = request("sip:x@127.0.0.1", "From: <sip:a@b>;tag=1", "To: <sip:b@b>")

// request is a message to a URI, with headers.
func request(uri string, headers ...string) feed.Message {
	return feed.Message("MESSAGE " + uri + " SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bKp\r\n" +
		strings.Join(headers, "\r\n") + "\r\nCall-ID: p\r\nCSeq: 1 MESSAGE\r\nContent-Length: 0\r\n\r\n")
}
