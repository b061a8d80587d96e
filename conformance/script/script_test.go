package script_test

import (
	"context"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/conformance/script"
	"olelo/conformance/server"
	"olelo/lang/coverage"
)

var (
	ports server.Ports
	olelo = sync.OnceValues(func() (server.Program, error) {
		return server.FindOlelo(context.Background(), folder)
	})
	folder string
)

func TestMain(m *testing.M) {
	os.Exit(func() int {
		dir, err := os.MkdirTemp("", "olelo-script-")
		if err != nil {
			panic(err)
		}
		defer os.RemoveAll(dir)
		defer ports.Close()
		folder = dir
		return m.Run()
	}())
}

// config answers OPTIONS with the words of its From, forwards MESSAGE, and is
// silent for the rest.
const config = `-- kamailio.cfg --
#!KAMAILIO
debug=2
children=1
listen=udp:10.9.8.7:5060
listen=tcp:10.9.8.7:5060
loadmodule "pv.so"
loadmodule "sl.so"
loadmodule "xlog.so"
loadmodule "textops.so"
loadmodule "htable.so"
modparam("htable", "htable", "t=>size=4;")
request_route {
	xlog("L_INFO", "T# got $rm to $rU\n");
	if ($rm == "MESSAGE") {
		forward();
		exit;
	}
	if ($rm == "INFO") exit;
	$sht(t=>last) = $rU;
	$shv(n) = 7;
	append_to_reply("X-User: $fU\r\nX-Two: 2\r\n");
	sl_send_reply("200", "OK $rU");
}
`

// start is how most scripts here begin.
const start = "server kamailio.cfg\nclient alice udp\n"

// run runs one case of a text.
func run(t *testing.T, text string, o script.Options) (script.Result, string) {
	t.Helper()
	path := filepath.Join(t.TempDir(), "a.txtar")
	if err := os.WriteFile(path, []byte(text), 0o600); err != nil {
		t.Fatal(err)
	}
	cases, err := script.Find([]string{path})
	if err != nil {
		return script.Result{Outcome: script.Failed, Why: err.Error()}, path
	}
	if o.Program, err = olelo(); err != nil {
		t.Fatal(err)
	}
	o.Ports = &ports
	ctx, cancel := context.WithTimeout(context.Background(), 2*time.Minute)
	defer cancel()
	return script.Run(ctx, cases[0], o), path
}

func TestSteps(t *testing.T) {
	for _, c := range []struct {
		name, text string
		why        string // in the failure's reason; "" passes
	}{
		{"a reply", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'first = SIP/2.0 200 OK bob' 'X-User: alice' 'X-Two ~ ^[0-9]$' '!Via-Not' 'body ='\n", ""},
		{"a value", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'X-User: ${who:[a-z]+}'\nvalues again=${who}\nalice request OPTIONS 'sip:${again}@x'\nalice expect 200 'first ~ OK ${who}$'\n", ""},
		{"a named group", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'To ~ tag=(?<tag>.+)'\nalice check 'To ~ tag=${tag}$'\n", ""},
		{"a wrong status", start + "alice request OPTIONS sip:bob@x\nalice expect 404\n", ":4: alice expects 404 and gets 200"},
		{"a wrong header", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'X-User: bob'\n", `header X-User is ["alice"], expected "bob"`},
		{"a missing header", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'X-None: 1'\n", "there is no header X-None"},
		{"a header too many", start + "alice request OPTIONS sip:bob@x\nalice expect 200 '!X-User'\n", "there is a header X-User: alice"},
		{"no match", start + "alice request OPTIONS sip:bob@x\nalice expect 200 'X-User ~ ^b'\n", "does not match ^b"},
		{"no answer", start + "timeout 300ms\nalice request INFO\nalice expect 200\n", "nothing came before the deadline"},
		{"nothing", start + "alice request INFO\nalice nothing 100ms\n", ""},
		{"not nothing", start + "alice request OPTIONS\nalice nothing 5s\n", "alice expects nothing and gets"},
		{"a whole message", start + "alice request OPTIONS sip:bob@x 'Call-ID: c1'\nalice expect 200 want.sip\n-- want.sip --\nSIP/2.0 200 OK bob\nVia: SIP/2.0/UDP ${alice};branch=${branch:.+}\nFrom: <sip:alice@127.0.0.1>;tag=${ft:.+}\nTo: <sip:bob@x>;tag=${tt:.+}\nCall-ID: c1\nCSeq: 1 OPTIONS\nX-User: alice\nX-Two: 2\nServer: ${server-name:.+}\nContent-Length: 0\n\n", ""},
		{"another whole message", start + "alice request OPTIONS sip:bob@x\nalice expect 200 want.sip\n-- want.sip --\nSIP/2.0 200 OK carl\n", "first difference: line 1"},
		{"a file", start + "alice send m.sip\nalice expect 200 'Call-ID: ${alice.callid}'\n-- m.sip --\nOPTIONS sip:bob@x SIP/2.0\nVia: SIP/2.0/${transport} ${me};branch=${branch}\nFrom: <sip:a@x>;tag=1\nTo: <sip:b@x>\nCall-ID: ${callid}\nCSeq: 1 OPTIONS\nContent-Length: ${len}\n\nhello\n", ""},
		{"no such value", start + "alice request OPTIONS 'sip:${bob}@x'\n", "there is no value ${bob}; there are: alice,"},
		{"over TCP, in pieces", "server kamailio.cfg\nclient tom tcp\ntom raw 'OPTIONS sip:bob@x SIP/2.0\\r\\nVia: SIP/2.0/TCP ${tom}\\r\\nFrom: <sip:a@x>;tag=1\\r\\nTo: <sip:b@x>\\r\\nCall-ID: 1\\r\\nCSeq: 1 OPTIONS\\r\\nContent-Length: 0\\r\\n\\r\\n' 1\ntom expect 200\n", ""},
		{"no more sent", "server kamailio.cfg\nclient tom tcp\ntom request OPTIONS sip:bob@x\ntom shutdown\ntom expect 200\ntom closed\n", ""},
		{"no more sent, of no connection", start + "alice shutdown\n", "usage: alice shutdown"},
		{"a repeated text", start + "repeat name ab 30\nalice request OPTIONS sip:${name}@x\nalice expect 200 'first ~ (ab){30}$'\n", ""},
		{"repeated too often", "repeat x y 99999999\n", "not from 1 to"},
		{"closed", "server kamailio.cfg\nclient tom tcp\ntom raw 'OPTIONS x SIP/2.0\\r\\nContent-Length: 0\\r\\n\\r\\n'\ntom closed\n", ""},
		{"not closed", "server kamailio.cfg\nclient tom tcp\ntimeout 300ms\ntom closed\n", "the connection was to be closed"},
		{"a peer", start + "peer uas udp\nalice request MESSAGE 'sip:x@${uas}' body=hi\nuas expect MESSAGE 'body = hi' 'Content-Length: 2'\nuas reply 202 Fine 'X: y' body=abc\nalice expect 202 'first = SIP/2.0 202 Fine' 'body = abc' 'X: y'\n", ""},
		{"a dialog", start + "peer uas udp\nalice request MESSAGE 'sip:x@${uas}'\nuas expect MESSAGE 'CSeq: 1 MESSAGE' 'To ~ (?<to>.*)'\nuas reply 200\nalice expect 200\nalice again\nuas expect MESSAGE 'CSeq: 2 MESSAGE' 'To: ${to};tag=uas'\n", ""},
		{"the log", start + "alice request OPTIONS sip:bob@x\nlog expect 'got OPTIONS' bob\nlog match 'T# got (?<m>[A-Z]+) to bob'\n", "no line that matches"},
		{"the log, matched", start + "alice request OPTIONS sip:bob@x\nlog match 'T# got (?<m>[A-Z]+) to bob'\nlog count 1 'got ${m}'\nlog absent 'got FOO'\n", ""},
		{"not in the log", start + "timeout 200ms\nlog expect 'got FOO'\n", "no line with [\"got FOO\"] was logged within 200ms"},
		{"the tester's own line", start + "log absent nothing\ntimeout 300ms\nlog expect olelo.quiet\n", "no line with"},
		{"in the log", start + "alice request OPTIONS sip:bob@x\nalice expect 200\nlog absent 'got OPTIONS'\n", "a line with [\"got OPTIONS\"] was logged"},
		{"marked lines", start + "alice request OPTIONS sip:bob@x\nalice request INFO sip:carl@x\nlog lines 'T# ' want.txt\n-- want.txt --\ngot OPTIONS to bob\ngot INFO to carl\n", ""},
		{"other marked lines", start + "timeout 300ms\nalice request INFO sip:carl@x\nlog lines 'T# ' want.txt\n-- want.txt --\ngot OPTIONS to bob\n", "- got OPTIONS to bob\n+ got INFO to carl"},
		{"a table", start + "each t\nalice request ${method} sip:${user}@x\nalice expect 200 'first ~ ${user}$'\nend\n-- t --\nmethod user\nOPTIONS bob\nREGISTER carl\n", ""},
		{"a table's row", start + "each t\nalice request OPTIONS sip:${user}@x\nalice expect ${status}\nend\n-- t --\nuser status\nbob 200\ncarl 404\n", ":5 (row 2 of t): alice expects 404"},
		{"nested tables", start + "each a\neach b\nalice request OPTIONS sip:${x}${y}@x\nalice expect 200 'first ~ ${x}${y}'\nend\nend\nlog count 4 'T# got'\n-- a --\nx\n1\n2\n-- b --\ny\n1\n2\n", ""},
		{"each without end", "each t\n-- t --\na\n1\n", "each without an end"},
		{"end without each", "end\n", "end without each"},
		{"a ragged table", "each t\nend\n-- t --\na b\n1\n", "1 columns, the first row has 2"},
		{"an RPC", start + "alice request OPTIONS sip:bob@x\nalice expect 200\nhtable t last = bob\nhtable t other absent\nvar '$shv(n)' = 7\nvar '$shv(m)' absent\nrpc htable.get t last\nstdout 'value: bob'\n! rpc htable.get t none\nstderr 'error'\n", ""},
		{"another item", start + "alice request OPTIONS sip:bob@x\nalice expect 200\nhtable t last = carl\n", `$sht(t=>last) is "bob", expected "carl"`},
		{"a virtual clock", "server kamailio.cfg clock=virtual seed=1 replace=size=4;->size=4;autoexpire=5;\nclient alice udp\nrpc htable.sets t k v\nclock advance 4s\nhtable t k = v\nalice request INFO\nalice nothing 24h\nhtable t k absent\n", ""},
		{"a clock that is not moved", start + "clock advance 4s\n", "start the server with clock=virtual"},
		{"a text in place of another", "port p\nserver kamailio.cfg replace=\"INFO\"->\"PUBLISH\" 'replace=listen=tcp:10.9.8.7:5060->listen=udp:127.0.0.1:${p}'\nclient alice udp to=127.0.0.1:${p}\nalice request PUBLISH\nalice nothing 100ms\nalice request INFO sip:bob@x\nalice expect 200\n", ""},
		{"itself", "server self.cfg\nclient alice udp\nalice request OPTIONS\nalice expect 200 'first = SIP/2.0 200 ${server}'\n-- self.cfg --\n#!KAMAILIO\nlisten=udp:10.1.1.1:5060\nloadmodule \"sl.so\"\nrequest_route { sl_send_reply(\"200\", \"10.1.1.1:5060\"); }\n", ""},
		{"nobody to ask", start + "timeout 300ms\nask fifo:none.fifo x\n", "none.fifo: no such file"},
		{"asked over TCP", start + "ask tcp:127.0.0.1:1 x\n", "ask speaks to fifo:PATH"},
		{"no fault", start + "! rpc core.version\n", "succeeds, expected a fault"},
		{"a fault", start + "rpc no.such\n", "rpc no.such: error: 500"},
		{"a bad configuration", "! check bad.cfg line=2\nstderr 'syntax error|unexpected'\n! server bad.cfg line=2 status=255\n-- bad.cfg --\nrequest_route {\n\tif (\n}\n", "line \"3\", expected 2"},
		{"a good configuration", "! check kamailio.cfg\n", "is accepted, expected it to be refused"},
		{"a refused one", "check bad.cfg\n-- bad.cfg --\nrequest_route {\n", "bad.cfg is refused, status 255"},
		{"a server that does not start", "server bad.cfg\n-- bad.cfg --\nrequest_route {\n", "the server does not start, it ends with status 255"},
		{"a server that starts", "timeout 500ms\n! server kamailio.cfg status=255\n", "the server starts"},
		{"two servers", "server kamailio.cfg\nserver second=kamailio.cfg\nclient alice udp server=second\nalice request OPTIONS sip:bob@x\nalice expect 200\nlog server=second expect 'got OPTIONS'\nlog absent 'got OPTIONS'\nhalt second\n", ""},
		{"a server that does not end by itself", "timeout 300ms\nserver kamailio.cfg\n! halt\n", "has not ended"},
		{"a server that ends by itself", "server kamailio.cfg\nrpc core.kill\n! halt\n", "it ended with status 0"},
		{"a define", "server defined.cfg -A USER=dora\nclient alice udp\nalice request OPTIONS\nalice expect 200 'first ~ dora'\n-- defined.cfg --\n#!KAMAILIO\nlisten=udp:127.0.0.1:5060\nloadmodule \"sl.so\"\nrequest_route { sl_send_reply(\"200\", \"USER\"); }\n", "first is"},
		{"no such step", "serve kamailio.cfg\n", `unknown command "serve"`},
		{"no such verb", start + "alice sends m.sip\n", `alice cannot "sends"`},
		{"no client", "bob expect 200\n", `unknown command "bob"`},
		{"a command's name", start + "client log udp\n", "log is a command"},
		{"a name twice", start + "client alice tcp\n", "there is a alice already"},
		{"no server", "client alice tcp\n", "start a server first"},
		{"no such file", start + "alice send no.sip\n", "there is no file no.sip"},
		{"no such check", start + "alice request OPTIONS\nalice expect 200 X-User=bob\n", "is neither a check"},
		{"no such transport", start + "client bob sctp\n", `"sctp" is no transport`},
		{"no such socket", start + "client bob tls\n", "the server has no tls socket; it has: udp:"},
		{"no reason", "#diverges:\n", "needs a reason"},
		{"no such dialect", "#compat: 7\n", "#compat: is 5.6 or 6"},
		{"on olelo", "[olelo] stop\nserver no.cfg\n", ""},
	} {
		t.Run(c.name, func(t *testing.T) {
			t.Parallel()
			files := config
			if i := strings.Index(c.text, "\n-- "); i >= 0 {
				files, c.text = c.text[i+1:]+config, c.text[:i+1]
			}
			r, _ := run(t, c.text+files, script.Options{})
			switch {
			case c.why == "" && r.Outcome != script.Passed:
				t.Errorf("%s: %s\n%s", r.Outcome, r.Why, r.Story)
			case c.why != "" && (r.Outcome != script.Failed || !strings.Contains(r.Why, c.why)):
				t.Errorf("%s, %s\nwant a failure with %q", r.Outcome, r.Why, c.why)
			}
		})
	}
}

func TestUpdateWritesWhatWasObserved(t *testing.T) {
	before := "# a comment\n" + start + `alice request OPTIONS sip:bob@x
alice expect 404 'X-User: nobody' 'X-Two ~ ^2$'
alice request OPTIONS sip:bob@x 'Call-ID: c1'
alice expect 200 want.sip
log lines 'T# ' want.txt
htable t last = x
-- want.sip --
SIP/2.0 500 Bad
Via: ${via:.*}
From: ${from:.*}
-- want.txt --
got INVITE to bob
` + config
	r, path := run(t, before, script.Options{Update: true})
	if r.Outcome != script.Passed || !r.Updated {
		t.Fatalf("%s, updated %v: %s\n%s", r.Outcome, r.Updated, r.Why, r.Story)
	}
	got, err := os.ReadFile(path)
	if err != nil {
		t.Fatal(err)
	}
	text, _, _ := strings.Cut(string(got), "-- kamailio.cfg --")
	for _, want := range []string{
		"# a comment\n", "alice expect 200 'X-User: alice' 'X-Two ~ ^2$'\n", "htable t last = bob\n",
		"-- want.sip --\nSIP/2.0 200 OK bob\nVia: ${via:.*}\nFrom: ${from:.*}\nTo: ",
		"-- want.txt --\ngot OPTIONS to bob\ngot OPTIONS to bob\n",
	} {
		if !strings.Contains(text, want) {
			t.Errorf("no %q in\n%s", want, text)
		}
	}
	if !strings.HasSuffix(string(got), config) {
		t.Error("the configuration was changed")
	}
	// The transaction's own marks differ the next time; all else holds.
	again := strings.NewReplacer("Via: ${via:.*}", "${rest:.*}").Replace(text[:strings.Index(text, "alice request OPTIONS sip:bob@x 'Call-ID")])
	if r, _ := run(t, again+config, script.Options{}); r.Outcome != script.Passed {
		t.Errorf("what was written fails: %s", r.Why)
	}
}

func TestStory(t *testing.T) {
	r, _ := run(t, start+"alice request OPTIONS sip:bob@x\nalice expect 404\n"+config, script.Options{})
	for _, want := range []string{
		"line 3: alice sends to", "OPTIONS sip:bob@x SIP/2.0", "line 4: alice gets", "SIP/2.0 200 OK bob",
		"the log of server:", "T# got OPTIONS to bob", "the lines that ran on server:", "kamailio.cfg:22  sl_send_reply(",
	} {
		if !strings.Contains(r.Story, want) {
			t.Errorf("no %q in the story:\n%s", want, r.Story)
		}
	}
}

func TestCoveredNamesTheCase(t *testing.T) {
	var mu sync.Mutex
	var sum coverage.Profile
	_, path := run(t, start+"alice request OPTIONS sip:bob@x\nalice expect 200\n"+config, script.Options{Covered: func(p *coverage.Profile) {
		mu.Lock()
		defer mu.Unlock()
		sum.Merge(p, nil)
	}})
	ran := map[string]bool{}
	for _, x := range sum.Points() {
		ran[x.File] = ran[x.File] || x.Count > 0
	}
	if d := cmp.Diff(map[string]bool{path + "/kamailio.cfg": true}, ran); d != "" {
		t.Error(d)
	}
	text, err := script.Source(path + "/kamailio.cfg")
	if err != nil || !strings.HasPrefix(string(text), "#!KAMAILIO") {
		t.Errorf("source %q, %v", text, err)
	}
}

func TestDialectsAndDivergence(t *testing.T) {
	six := "#compat: 6\n" + start + "log absent FOO\n" + config
	if r, _ := run(t, six, script.Options{Compat: "5.6"}); r.Outcome != script.Skipped {
		t.Errorf("a case of 6 in 5.6: %s", r.Outcome)
	}
	if r, _ := run(t, six, script.Options{}); r.Outcome != script.Passed {
		t.Errorf("a case of 6: %s %s", r.Outcome, r.Why)
	}
}

func TestRunAllKeepsTheOrderAndStops(t *testing.T) {
	dir := t.TempDir()
	for _, name := range []string{"a", "b", "c"} {
		if err := os.WriteFile(filepath.Join(dir, name+".txtar"), []byte("stop\n"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	cases, err := script.Find([]string{dir})
	if err != nil {
		t.Fatal(err)
	}
	ctx, cancel := context.WithCancel(context.Background())
	var names []string
	script.RunAll(ctx, cases, script.Options{}, 2, func(r script.Result) (enough bool) {
		names = append(names, filepath.Base(r.Case.Name)+" "+string(r.Outcome))
		return false
	})
	if d := cmp.Diff([]string{"a pass", "b pass", "c pass"}, names); d != "" {
		t.Error(d)
	}
	cancel()
	script.RunAll(ctx, cases, script.Options{}, 2, func(r script.Result) (enough bool) {
		if r.Outcome != script.Skipped {
			t.Errorf("%s %s after the end", r.Case.Name, r.Outcome)
		}
		return false
	})
}

func TestCoverageOfADefine(t *testing.T) {
	var sum coverage.Profile
	run(t, `server kamailio.cfg
client alice udp
alice request OPTIONS
alice expect 200
-- kamailio.cfg --
#!KAMAILIO
loadmodule "sl.so"
loadmodule "pv.so"
#!define BOTH ($rm == "OPTIONS" && $rU == "x")
request_route {
	if (BOTH) {
		exit;
	}
	sl_send_reply("200", "OK");
}
`, script.Options{Covered: func(p *coverage.Profile) { sum.Merge(p, nil) }})
	if got, want := sum.Shares().Branches, (coverage.Share{Ran: 2, All: 4}); got != want {
		t.Errorf("%v of the branches ran, want %v: both operands stand at one place", got, want)
	}
}
