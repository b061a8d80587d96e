package app

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"olelo/lang/compile"
	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// inners are what stands in the parentheses of the variables that want it.
var inners = map[string]string{
	"_s": "$rU@$rd", "af": "id", "avp": "a", "Bf": "1", "blitval": "i", "branch": "uri", "C": "rx",
	"ccp": "core.debug", "cfg": "line", "cnt": "$avp(a)", "dbr": "r=>rows", "def": "X", "defn": "X",
	"dns": "d=>addr", "env": "PATH", "expires": "max", "hdr": "Subject", "hdrc": "Via", "hfitbody": "i",
	"hfitname": "i", "hfl": "Via", "hflc": "Via", "HN": "n", "jsonrpl": "body", "K": "UDP", "ksr": "ver",
	"lsock": "0", "ltt": "s", "Mf": "1", "mq_size": "q", "mqk": "q", "mqv": "q", "msg": "len", "msgbuf": "1",
	"msrp": "method", "naptrquery": "d=>count", "nh": "u", "pcv": "all", "rcv": "buf", "rpl": "duri",
	"sbranch": "uri", "sdp": "body", "sdpitval": "i", "sel": "ruri", "Sf": "1", "sht": "h=>k",
	"shtcn": "h=>~%k", "shtcv": "h=>~%v", "shtdec": "h=>n", "shtex": "h=>k", "shtinc": "h=>n", "shtitkey": "i",
	"shtitval": "i", "shtrecord": "key", "shv": "x", "shvinc": "x", "snd": "buf", "sndfrom": "ip",
	"sndto": "ip", "sqlrows": "r", "srvquery": "d=>count", "stat": "rcv_requests", "time": "sec", "timef": "%H",
	"TV": "s", "utime": "sec", "utimef": "%H", "uuid": "g", "var": "a", "version": "num", "via0": "host",
	"via1": "host", "viaZ": "host", "vn": "a", "vz": "a", "xavi": "a=>b", "xavp": "a=>b", "xavu": "a",
}

// parameters are those of the transformations that want them, with the comma.
var parameters = map[string]string{
	"line.at": ",0", "line.sw": ",s", "param.in": ",lr", "param.name": ",0", "param.value": ",lr", "param.valueat": ",0",
	"re.subst": ",/^sip:([^@]+)@.*/tel:\\1/", "s.after": ",:", "s.before": ",@", "s.count": ",a", "s.fmtlinet": ",4,2",
	"s.fmtlines": ",4,2", "s.ftime": ",%H", "s.rafter": ",:", "s.rbefore": ",@", "s.replace": ",a,b", "s.rm": ",a",
	"s.select": ",1,@", "s.selectsw": ",0", "s.strip": ",4", "s.striptail": ",4", "s.substr": ",2,5", "uri.param": ",lr",
	"uri.rmparam": ",lr", "json.parse": ",a",
}

// leaf is a variable, perhaps with a transformation, that reads something.
type leaf struct {
	text string
	get  registry.Getter
}

// leaves binds each variable and each transformation that there is, for an INVITE
// that has been routed.
func leaves(t testing.TB) (c *registry.Ctx, variables, transformations []leaf) {
	t.Helper()
	var load strings.Builder
	exports := []registry.Exports{core.New().Exports()}
	for _, name := range slices.Sorted(func(yield func(string) bool) {
		for name := range all.Modules {
			if !yield(name) {
				return
			}
		}
	}) {
		if x := all.Modules[name]().Exports(); len(x.PVs)+len(x.Trans) > 0 {
			fmt.Fprintf(&load, "loadmodule \"%s.so\"\n", name)
			exports = append(exports, x)
		}
	}
	file := filepath.Join(t.TempDir(), "kamailio.cfg")
	if err := os.WriteFile(file, []byte(load.String()+`loadmodule "db_text.so"
modparam("sqlops", "sqlcon", "r=>text://`+t.TempDir()+`")
modparam("htable", "htable", "h=>size=4")
modparam("mqueue", "mqueue", "name=q")
modparam("pv", "shvset", "x=i:1")
request_route {
	$avp(a) = "v";
	$xavp(a=>b) = "v";
	$sht(h=>k) = "v";
	$sht(h=>n) = 1;
}
event_route[xhttp:request] {
	exit;
}
`), 0o600); err != nil {
		t.Fatal(err)
	}
	u, err := LoadUnit(Options{
		File: file, Modules: all.Modules, Builtin: []Builtin{{Name: "core", Module: core.New()}}, Stdout: io.Discard, Stderr: os.Stderr,
	}, UnitOptions{})
	if err != nil {
		t.Fatal(err)
	}
	t.Cleanup(u.Close)
	if _, err := u.Run("request_route", []byte(request)); err != nil {
		t.Fatal(err)
	}
	bind := func(text string) leaf {
		f, err := compile.Bind(u.s.prog, u.s.env, text)
		if err != nil {
			t.Errorf("%s: %v", text, err)
			return leaf{}
		}
		get, ok := f.Single()
		if !ok {
			t.Errorf("%s is no variable", text)
		}
		return leaf{text, get}
	}
	for _, x := range exports {
		for i := range x.PVs {
			text := "$" + x.PVs[i].Name
			if inner := inners[x.PVs[i].Name]; inner != "" {
				text += "(" + inner + ")"
			}
			variables = append(variables, bind(text))
		}
		for _, class := range x.Trans {
			for i := range class.Keys {
				key := class.Class + "." + class.Keys[i].Key
				transformations = append(transformations, bind("$(ru{"+key+parameters[key]+"})"))
			}
		}
	}
	c = &u.w.ctx
	c.Vars = newVars(u.s.prog)
	return c, variables, transformations
}

// Every variable and transformation can be read, and is in the benchmarks.
func TestLeaves(t *testing.T) {
	c, variables, transformations := leaves(t)
	for _, l := range append(variables, transformations...) {
		if l.get != nil {
			c.Eval(l.get)
		}
	}
}

// BenchmarkVariable is a variable that is read again and again: what is found
// once in a message is found.
func BenchmarkVariable(b *testing.B) {
	c, variables, _ := leaves(b)
	benchmarkLeaves(b, c, variables)
}

// BenchmarkTransformation is $ru with a transformation.
func BenchmarkTransformation(b *testing.B) {
	c, _, transformations := leaves(b)
	benchmarkLeaves(b, c, transformations)
}

func benchmarkLeaves(b *testing.B, c *registry.Ctx, list []leaf) {
	for _, l := range list {
		b.Run(l.text, func(b *testing.B) {
			var v value.Value
			b.ReportAllocs()
			for b.Loop() {
				l.get(c, &v)
				c.Arena.Reset()
			}
		})
	}
}
