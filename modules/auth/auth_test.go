package auth_test

import (
	"crypto/md5"
	"errors"
	"fmt"
	"io"
	"regexp"
	"strings"
	"testing"
	"testing/synctest"
	"time"

	"github.com/google/go-cmp/cmp"
	"github.com/icholy/digest"

	"olelo/modules/auth"
	"olelo/runtime/avp"
	"olelo/runtime/msrp"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
	"olelo/runtime/sip"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// vars are the variables that the tests use: $in to read, $out to write.
type vars struct{ in, out value.Value }

func (v *vars) Exports() registry.Exports {
	set := func(_ *registry.Ctx, x *value.Value) bool {
		v.out = *x
		v.out.S = strings.Clone(x.S)
		return true
	}
	return registry.Exports{PVs: []registry.PV{
		registry.GetPV("in", func(_ *registry.Ctx, x *value.Value) { *x = v.in }, ""),
		registry.GetSetPV("out", func(_ *registry.Ctx, x *value.Value) { *x = v.out }, set, ""),
	}}
}

// replies is module sl as this module sees it.
type replies struct {
	sent []string
	fail error
}

func (r *replies) Exports() registry.Exports { return registry.Exports{} }

func (r *replies) Reply(_ *registry.Ctx, code int, reason, headers string) error {
	if r.fail == nil {
		r.sent = append(r.sent, fmt.Sprint(code, " ", reason, "\r\n", headers))
	}
	return r.fail
}

// relay is module msrp as this module sees it.
type relay bool

func (relay) Exports() registry.Exports  { return registry.Exports{} }
func (s relay) StrictDigestMethod() bool { return bool(s) }

type host struct {
	registrytest.Host
	mods map[string]registry.Module
}

func (h host) Module(name string) (registry.Module, bool) { m, ok := h.mods[name]; return m, ok }

type bench struct {
	*registrytest.Bench
	m    *auth.Module
	vars *vars
	sl   *replies
}

// params are modparams by name: strings and ints.
type params map[string]any

func set(m registry.Module, name string, v any) error {
	for _, p := range m.Exports().Params {
		if p.Name != name {
			continue
		}
		if s, ok := v.(string); ok {
			return p.Set(registry.ParamValue{Str: s})
		}
		return p.Set(registry.ParamValue{Int: int64(v.(int)), IsInt: true})
	}
	return errors.New("no modparam " + name)
}

func open(t testing.TB, p params, more ...registry.Module) *bench {
	t.Helper()
	b := &bench{m: auth.New(), vars: &vars{}, sl: &replies{}}
	for name, v := range p {
		if err := set(b.m, name, v); err != nil {
			t.Fatal(err)
		}
	}
	mods := map[string]registry.Module{"auth": b.m, "sl": b.sl, "vars": b.vars}
	for _, m := range more {
		mods["msrp"] = m
	}
	b.Bench = registrytest.New(t, mods)
	if err := b.m.Provision(host{mods: mods}); err != nil {
		t.Fatal(err)
	}
	return b
}

// request is a SIP request with some header lines.
type request struct {
	method, ruri, from, to, cid, ftag, headers, body string
}

func (r request) String() string {
	or := func(s, without string) string {
		if s == "" {
			return without
		}
		return s
	}
	method := or(r.method, "REGISTER")
	return fmt.Sprintf("%s %s SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:9;branch=z9hG4bK1\r\nFrom: <%s>;tag=%s\r\nTo: %s\r\nCall-ID: %s\r\nCSeq: 1 %s\r\n%sContent-Length: %d\r\n\r\n%s",
		method, or(r.ruri, "sip:example.org"), or(r.from, "sip:alice@example.org"), or(r.ftag, "abc"),
		or(r.to, "<sip:alice@example.org>"), or(r.cid, "c1"), method, r.headers, len(r.body), r.body)
}

// receive makes r the message being handled; the one before is over.
func (b *bench) receive(r request) {
	b.C.EndMessage()
	b.Message(r.String())
}

// challenge asks for a challenge of the message being handled.
func (b *bench) challenge(realm string, flags int) string {
	b.T.Helper()
	if got := b.Run("auth_get_www_authenticate", realm, flags, "$out"); got != 1 {
		b.T.Fatalf("auth_get_www_authenticate returned %d: %s", got, b.Logged())
	}
	return b.vars.out.S
}

var nonceText = regexp.MustCompile(`nonce="([^"]*)"`)

func nonceOf(t testing.TB, s string) string {
	t.Helper()
	m := nonceText.FindStringSubmatch(s)
	if m == nil {
		t.Fatalf("no nonce in %q", s)
	}
	return m[1]
}

// client answers a challenge with a library that knows nothing of this module.
type client struct {
	user, password, method, uri, header, body string
	count                                     int
}

func (c client) answer(t testing.TB, challenge string) string {
	t.Helper()
	_, after, _ := strings.Cut(strings.TrimSpace(challenge), ": ")
	chal, err := digest.ParseChallenge(after)
	if err != nil {
		t.Fatalf("%v: %q", err, challenge)
	}
	o := digest.Options{Username: "alice", Password: "xyz123", Method: "REGISTER", URI: "sip:example.org", Count: 1}
	if c.user != "" {
		o.Username = c.user
	}
	if c.password != "" {
		o.Password = c.password
	}
	if c.method != "" {
		o.Method = c.method
	}
	if c.uri != "" {
		o.URI = c.uri
	}
	if c.count != 0 {
		o.Count = c.count
	}
	o.GetBody = func() (io.ReadCloser, error) { return io.NopCloser(strings.NewReader(c.body)), nil }
	cred, err := digest.Digest(chal, o)
	if err != nil {
		t.Fatal(err)
	}
	header := "Authorization"
	if c.header != "" {
		header = c.header
	}
	return header + ": " + cred.String() + "\r\n"
}

// The texts that Kamailio 5.6.3 makes; nonces replaced by N.
func TestChallengeText(t *testing.T) {
	for _, c := range []struct {
		params params
		realm  string
		flags  int
		want   string
	}{
		{nil, "myrealm", 0, `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{nil, "myrealm", 1, `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth"`},
		{nil, "myrealm", 2, `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth-int"`},
		{nil, "myrealm", 3, `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth-int"`},
		{nil, "myrealm", 4, `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{nil, "myrealm", 8, `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{nil, "myrealm", 16, `WWW-Authenticate: Digest realm="myrealm", nonce="N", stale=true`},
		{nil, "myrealm", 17, `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth", stale=true`},
		{params{"qop": "auth"}, "myrealm", 0, `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{params{"algorithm": "MD5"}, "myrealm", 17, `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth", stale=true, algorithm=MD5`},
		{params{"algorithm": "SHA-256"}, "myrealm", 0, `WWW-Authenticate: Digest realm="myrealm", nonce="N", algorithm=SHA-256`},
		{params{"algorithm": ""}, "myrealm", 0, `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{params{"realm_prefix": "my"}, "myrealm", 0, `WWW-Authenticate: Digest realm="realm", nonce="N"`},
		{params{"www_challenge_header": "X-C"}, "myrealm", 1, `X-C: Digest realm="myrealm", nonce="N", qop="auth"`},
		{nil, "$in", 0, `WWW-Authenticate: Digest realm="from a var", nonce="N"`},
		{nil, "my$in", 0, `WWW-Authenticate: Digest realm="my$in", nonce="N"`},
		// #diverges: Kamailio leaves the quote as it is, which ends the realm.
		{nil, `r"q`, 0, `WWW-Authenticate: Digest realm="r\"q", nonce="N"`},
	} {
		b := open(t, c.params)
		b.vars.in = value.OfStr("from a var")
		b.receive(request{})
		got := nonceText.ReplaceAllString(b.challenge(c.realm, c.flags), `nonce="N"`)
		if got != c.want+"\r\n" {
			t.Errorf("%v %s %d:\n got %q\nwant %q", c.params, c.realm, c.flags, got, c.want)
		}
	}
}

func TestNonceLength(t *testing.T) {
	for _, c := range []struct {
		params params
		want   int
	}{
		{nil, 32},
		{params{"nonce_count": 1, "qop": "auth"}, 40},
		{params{"one_time_nonce": 1}, 40},
		{params{"auth_checks_register": 11}, 56},
		{params{"auth_checks_register": 11, "one_time_nonce": 1}, 60},
	} {
		b := open(t, c.params)
		b.receive(request{})
		one, two := nonceOf(t, b.challenge("r", 0)), nonceOf(t, b.challenge("r", 0))
		if len(one) != c.want || one == two {
			t.Errorf("%v: %q and %q, want %d characters", c.params, one, two, c.want)
		}
	}
}

func TestSentChallenges(t *testing.T) {
	for _, c := range []struct {
		fn, method, realm, flags string
		code                     int
		want                     string // "" for none
	}{
		{"www_challenge", "REGISTER", "myrealm", "1", 1, `401 Unauthorized|WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth"|`},
		{"proxy_challenge", "INVITE", "myrealm", "1", 1, `407 Proxy Authentication Required|Proxy-Authenticate: Digest realm="myrealm", nonce="N", qop="auth"|`},
		{"auth_challenge", "REGISTER", "myrealm", "17", 1, `401 Unauthorized|WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth", stale=true|`},
		{"auth_challenge", "INVITE", "myrealm", "17", 1, `407 Proxy Authentication Required|Proxy-Authenticate: Digest realm="myrealm", nonce="N", qop="auth", stale=true|`},
		{"auth_challenge", "ACK", "myrealm", "17", 1, ""},
		{"www_challenge", "REGISTER", "$in", "0", -1, "500 Internal Server Error|"},
		{"www_challenge", "REGISTER", "$in", "4", -1, ""},
	} {
		b := open(t, nil)
		b.receive(request{method: c.method})
		got := b.Run(c.fn, c.realm, c.flags)
		sent := nonceText.ReplaceAllString(strings.ReplaceAll(strings.Join(b.sl.sent, ""), "\r\n", "|"), `nonce="N"`)
		if got != c.code || sent != c.want {
			t.Errorf("%s(%s, %s) in %s: %d, sent %q; want %d, %q", c.fn, c.realm, c.flags, c.method, got, sent, c.code, c.want)
		}
	}
	b := open(t, nil)
	b.sl.fail = errors.New("no route to host")
	b.receive(request{})
	if got := b.Run("www_challenge", "r", "0"); got != -1 || !strings.Contains(b.Logged(), "no route to host") {
		t.Errorf("a challenge that cannot be sent: %d", got)
	}
}

func TestIndependentClient(t *testing.T) {
	for _, alg := range []string{"", "MD5", "SHA-256"} {
		for _, flags := range []int{0, 1, 2} {
			b := open(t, params{"algorithm": alg})
			b.receive(request{})
			chal := strings.Clone(b.challenge("myrealm", flags))
			for _, c := range []struct {
				client client
				method string
				want   int
			}{
				{client{}, "REGISTER", 1},
				{client{password: "bad"}, "REGISTER", -2},
				{client{method: "INVITE"}, "REGISTER", -2},
				{client{uri: "sip:zzz"}, "REGISTER", 1},
				{client{user: "alice@example.org"}, "REGISTER", 1},
				{client{body: "hello"}, "REGISTER", 1},
			} {
				b.receive(request{method: c.method, headers: c.client.answer(t, chal), body: c.client.body})
				if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != c.want {
					t.Errorf("algorithm %q, flags %d, %+v: %d, want %d: %s", alg, flags, c.client, got, c.want, b.Logged())
				}
			}
		}
	}
}

// Every row was seen on Kamailio 5.6.3, but for the ones that say otherwise.
func TestReturnCodes(t *testing.T) {
	b := open(t, nil)
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 0))
	good := client{}.answer(t, chal)
	qop := client{}.answer(t, strings.TrimSpace(chal)+`, qop="auth"`)
	nonce := nonceOf(t, chal)
	edit := func(old, new string) string {
		t.Helper()
		s := strings.Replace(good, old, new, 1)
		if s == good {
			t.Fatalf("%q is not in %q", old, good)
		}
		return s
	}
	response := regexp.MustCompile(`response="([^"]*)"`).FindStringSubmatch(good)[1]
	other := client{}.answer(t, strings.Replace(chal, "myrealm", "other", 1))
	bad := client{password: "bad"}.answer(t, chal)
	flip := map[byte]string{'A': "B"}[nonce[8]]
	if flip == "" {
		flip = "A"
	}
	for _, c := range []struct {
		what, headers string
		want          int
	}{
		{"none", "", -5},
		{"good", good, 1},
		{"again", good, 1},
		{"wrong password", bad, -2},
		{"wrong realm", other, -5},
		{"realm in other case", client{}.answer(t, strings.Replace(chal, "myrealm", "MyRealm", 1)), -2},
		{"garbage nonce", edit(nonce, "abcdef"), -1},
		{"tampered nonce", edit(nonce, nonce[:8]+flip+nonce[9:]), -1},
		{"empty nonce", edit(nonce, ""), -1},
		{"long nonce", edit(nonce, nonce+strings.Repeat("x", 100)), -1},
		{"qop", qop, 1},
		{"qop quoted", strings.Replace(qop, "qop=auth", `qop="auth"`, 1), 1},
		{"qop without cnonce", regexp.MustCompile(`cnonce="[^"]*", `).ReplaceAllString(qop, ""), -1}, // ours
		{"algorithm", edit(", uri", ", algorithm=MD5, uri"), 1},
		{"algorithm quoted", edit(", uri", `, algorithm="md5", uri`), 1},
		{"SHA-256", edit(", uri", ", algorithm=SHA-256, uri"), -1},
		{"unknown algorithm", edit(", uri", ", algorithm=FOO, uri"), -1}, // Kamailio takes it for MD5
		{"no uri", edit(`, uri="sip:example.org"`, ""), -1},
		{"no username", edit(`username="alice", `, ""), -1},
		{"no response", edit(`response="`+response+`"`, `x="y"`), -1},
		{"short response", edit(response, "abcd"), -1},
		{"upper-case response", edit(response, strings.ToUpper(response)), -2},
		{"Basic", "Authorization: Basic YWxpY2U6eHl6\r\n", -5},
		{"Digest alone", "Authorization: Digest\r\n", -5},
		{"Digestive", "Authorization: Digestive x=y\r\n", -5},
		{"unclosed quote", "Authorization: Digest username=\"alice, realm=\r\n", -1},
		{"no commas", "Authorization: Digest username=alice realm=x\r\n", -5}, // realm is passed over
		{"lower-case digest", edit("Digest", "digest"), 1},
		{"trailing comma", strings.TrimSpace(good) + ",\r\n", -1},
		{"unknown parameters", strings.TrimSpace(good) + `, foo="bar", opaque="x"` + "\r\n", 1},
		{"username twice", strings.TrimSpace(good) + `, username="bob"` + "\r\n", -2}, // the last counts
		{"username not quoted", edit(`"alice"`, "alice"), 1},
		{"another realm first", other + good, 1},
		{"another realm last", good + other, 1},
		{"two, the first bad", bad + good, -2},
		{"two, the first good", good + bad, 1},
		{"folded", edit(", realm", ",\r\n realm"), 1},
		{"in the other header", strings.Replace(good, "Authorization", "Proxy-Authorization", 1), -5},
	} {
		b.receive(request{headers: c.headers})
		if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != c.want {
			t.Errorf("%s: %d, want %d: %s", c.what, got, c.want, b.Logged())
		}
		b.Logged()
	}

	ha1 := fmt.Sprintf("%x", md5.Sum([]byte("alice:myrealm:xyz123")))
	proxy := client{method: "INVITE", header: "Proxy-Authorization"}.answer(t, chal)
	for _, c := range []struct {
		what string
		req  request
		fn   string
		args []any
		want int
	}{
		{"an HA1", request{headers: good}, "pv_www_authenticate", []any{"myrealm", ha1, "1"}, 1},
		{"an HA1 in capitals", request{headers: good}, "pv_www_authenticate", []any{"myrealm", strings.ToUpper(ha1), "1"}, -2},
		{"no HA1", request{headers: good}, "pv_www_authenticate", []any{"myrealm", "xyz123", "1"}, -2},
		{"empty password", request{headers: good}, "pv_www_authenticate", []any{"myrealm", "$in", "0"}, -1},
		{"empty realm", request{headers: good}, "pv_www_authenticate", []any{"$in", "xyz123", "0"}, -1},
		{"method", request{headers: client{method: "AUTH"}.answer(t, chal)}, "pv_www_authenticate", []any{"myrealm", "xyz123", "0", "AUTH"}, 1},
		{"other method", request{headers: good}, "pv_www_authenticate", []any{"myrealm", "xyz123", "0", "AUTH"}, -2},
		{"authorize", request{headers: good}, "pv_www_authorize", []any{"myrealm", "xyz123", "0"}, 1},
		{"authorize, none", request{}, "pv_www_authorize", []any{"myrealm", "xyz123", "0"}, -5},
		{"proxy", request{method: "INVITE", headers: proxy}, "pv_proxy_authenticate", []any{"myrealm", "xyz123", "0"}, 1},
		{"ACK", request{method: "ACK"}, "pv_www_authenticate", []any{"myrealm", "xyz123", "0"}, 1},
		{"CANCEL", request{method: "CANCEL", headers: bad}, "pv_www_authenticate", []any{"myrealm", "xyz123", "0"}, 1},
		{"PRACK", request{method: "PRACK"}, "pv_www_authenticate", []any{"myrealm", "xyz123", "0"}, 1},
		{"check REGISTER", request{headers: good}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, 1},
		{"check, other user", request{headers: client{user: "bob"}.answer(t, chal)}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, -8},
		{"check, other To", request{headers: good, to: "<sip:bob@example.org>"}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, -8},
		{"check off", request{headers: good, to: "<sip:bob@example.org>"}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "0"}, 1},
		{"check, user@domain", request{headers: client{user: "alice@x"}.answer(t, chal)}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, 1},
		{"check INVITE", request{method: "INVITE", headers: proxy}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, 1},
		{"check INVITE, other From", request{method: "INVITE", headers: proxy, from: "sip:bob@x"}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, -8},
		{"check INVITE, www", request{method: "INVITE", headers: good}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "0"}, -5},
		{"check ACK", request{method: "ACK", from: "sip:bob@x"}, "pv_auth_check", []any{"myrealm", "xyz123", "0", "1"}, 1},
		{"has", request{headers: good}, "has_credentials", []any{"myrealm"}, 1},
		{"has, proxy", request{headers: proxy}, "has_credentials", []any{"myrealm"}, 1},
		{"has, other realm", request{headers: good}, "has_credentials", []any{"other"}, -1},
		{"has none", request{}, "has_credentials", []any{"myrealm"}, -1},
		{"has malformed", request{headers: "Authorization: Digest username=\"alice, realm=\r\n"}, "has_credentials", []any{"myrealm"}, -1},
		{"consume, nothing checked", request{headers: good}, "consume_credentials", nil, -1},
	} {
		b.receive(c.req)
		if got := b.Run(c.fn, c.args...); got != c.want {
			t.Errorf("%s: %d, want %d: %s", c.what, got, c.want, b.Logged())
		}
		b.Logged()
	}
}

// What was checked does not go on with the request; what was not does.
func TestConsume(t *testing.T) {
	b := open(t, nil)
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 0))
	www, other := client{}.answer(t, chal), client{}.answer(t, strings.Replace(chal, "myrealm", "other", 1))
	proxy := client{header: "Proxy-Authorization"}.answer(t, chal)
	b.receive(request{headers: other + www + proxy})
	if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != 1 {
		t.Fatal(got)
	}
	if got := b.Run("consume_credentials"); got != 1 {
		t.Errorf("consume after success: %d", got)
	}
	want := request{headers: other + proxy}.String()
	if diff := cmp.Diff(want, string(b.C.Msg.AppendEdited(nil))); diff != "" {
		t.Errorf("goes on as (-want +got)\n%s", diff)
	}
	if got := b.Run("consume_credentials"); got != 1 {
		t.Errorf("consume twice: %d", got)
	}
	b.Run("pv_proxy_authenticate", "myrealm", "xyz123", "0")
	if got := b.Run("consume_credentials"); got != 1 {
		t.Errorf("consume those of Authorization once more: %d", got)
	}
	if diff := cmp.Diff(want, string(b.C.Msg.AppendEdited(nil))); diff != "" {
		t.Errorf("goes on as (-want +got)\n%s", diff)
	}
	b.receive(request{headers: other + proxy})
	b.Run("pv_proxy_authenticate", "myrealm", "wrong", "0")
	b.Run("consume_credentials")
	want = request{headers: other}.String()
	if diff := cmp.Diff(want, string(b.C.Msg.AppendEdited(nil))); diff != "" {
		t.Errorf("goes on as (-want +got)\n%s", diff)
	}
	b.receive(request{headers: www})
	if got := b.Run("consume_credentials"); got != -1 {
		t.Errorf("consume in the next message: %d", got)
	}
}

func TestExpiry(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		b := open(t, params{"nonce_expire": 2, "nonce_auth_max_drift": 3, "secret": "a secret of some length"})
		b.receive(request{})
		chal := strings.Clone(b.challenge("myrealm", 0))
		check := func(what, headers string, want int) {
			t.Helper()
			b.receive(request{headers: headers})
			if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != want {
				t.Errorf("%s: %d, want %d", what, got, want)
			}
		}
		time.Sleep(1999 * time.Millisecond)
		check("in time", client{}.answer(t, chal), 1)
		time.Sleep(time.Millisecond)
		check("expired", client{}.answer(t, chal), -4)
		check("expired, bad password", client{password: "bad"}.answer(t, chal), -4)
	})
}

// Servers with the same secret accept each other's nonces; others do not.
func TestSecret(t *testing.T) {
	synctest.Test(t, func(t *testing.T) {
		one := open(t, params{"secret": "a secret of some length"})
		two := open(t, params{"secret": "a secret of some length", "nonce_auth_max_drift": 1})
		random := open(t, nil)
		one.receive(request{})
		chal := strings.Clone(one.challenge("myrealm", 0))
		for b, want := range map[*bench]int{one: 1, two: 1, random: -1} {
			b.receive(request{headers: client{}.answer(t, chal)})
			if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != want {
				t.Errorf("%d, want %d", got, want)
			}
		}
		// A nonce from the future.
		two.receive(request{})
		two.C.State.Now() // two's clock stands still while a message is handled
		time.Sleep(2 * time.Second)
		one.receive(request{})
		future := strings.Clone(one.challenge("myrealm", 0))
		two.Message(request{headers: client{}.answer(t, future)}.String())
		if got := two.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != -4 {
			t.Errorf("from the future: %d, want -4", got)
		}
	})
}

func TestNonceCount(t *testing.T) {
	b := open(t, params{"nonce_count": 1, "qop": "auth", "nc_array_size": 256})
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 1))
	check := func(what, headers string, want int) {
		t.Helper()
		b.receive(request{headers: headers})
		if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	for _, c := range []struct{ nc, want int }{{1, 1}, {1, -4}, {2, 1}, {1, -4}, {5, 1}, {3, -4}, {255, 1}, {256, -4}} {
		check(fmt.Sprint("nc ", c.nc), client{count: c.nc}.answer(t, chal), c.want)
	}
	first := client{}.answer(t, chal)
	check("a short nc", strings.Replace(first, "nc=00000001", "nc=1", 1), -1)
	check("a bad nc", strings.Replace(first, "nc=00000001", "nc=zz", 1), -1)
	check("no qop", client{}.answer(t, strings.Replace(chal, `, qop="auth"`, "", 1)), 1)
	check("no qop again", client{}.answer(t, strings.Replace(chal, `, qop="auth"`, "", 1)), 1)

	// As in Kamailio, a wrong password uses the number up.
	chal = strings.Clone(b.challenge("myrealm", 1))
	check("bad password", client{password: "bad"}.answer(t, chal), -2)
	check("the same number", client{}.answer(t, chal), -4)

	// The number of nonces that are remembered is limited.
	old := strings.Clone(b.challenge("myrealm", 1))
	for range 256 {
		b.challenge("myrealm", 1)
	}
	check("a forgotten nonce", client{}.answer(t, old), -4)
}

func TestOneTimeNonce(t *testing.T) {
	b := open(t, params{"one_time_nonce": 1})
	check := func(b *bench, what, headers string, want int) {
		t.Helper()
		b.receive(request{headers: headers})
		if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 1))
	check(b, "first", client{}.answer(t, chal), 1)
	check(b, "second", client{count: 2}.answer(t, chal), -6)

	both := open(t, params{"one_time_nonce": 1, "nonce_count": 1, "qop": "auth", "nid_pool_no": 3})
	both.receive(request{})
	chal = strings.Clone(both.challenge("myrealm", 1))
	plain := client{}.answer(t, strings.Replace(chal, `, qop="auth"`, "", 1))
	check(both, "nc 1", client{}.answer(t, chal), 1)
	check(both, "nc 2", client{count: 2}.answer(t, chal), 1)
	check(both, "no qop", plain, 1)
	check(both, "no qop again", plain, -6)
	check(both, "nc 3", client{count: 3}.answer(t, chal), 1)
}

func TestMessageChecks(t *testing.T) {
	b := open(t, params{"auth_checks_register": 11, "auth_checks_no_dlg": 15, "auth_checks_in_dlg": 15})
	base := request{cid: "A"}
	b.receive(base)
	chal := strings.Clone(b.challenge("myrealm", 1))
	check := func(what string, change func(*request), want int) {
		t.Helper()
		r := base
		change(&r)
		c := client{method: r.method}
		r.headers = c.answer(t, chal)
		b.receive(r)
		if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != want {
			t.Errorf("%s: %d, want %d", what, got, want)
		}
	}
	check("the same", func(*request) {}, 1)
	check("another Call-ID", func(r *request) { r.cid = "B" }, -4)
	check("another request URI", func(r *request) { r.ruri = "sip:zz.org" }, -4)
	check("another From tag", func(r *request) { r.ftag = "ff" }, 1)
	check("another method", func(r *request) { r.method = "INVITE" }, -4)
	check("in a dialog", func(r *request) { r.method, r.to = "BYE", "<sip:alice@example.org>;tag=1" }, -4)
	base.method = "INVITE"
	b.receive(base)
	chal = strings.Clone(b.challenge("myrealm", 1))
	check("INVITE", func(*request) {}, 1)
	check("INVITE with another From tag", func(r *request) { r.ftag = "ff" }, -4)

	// A nonce made without the checks is none where they are wanted.
	plain := open(t, params{"secret": "a secret of some length"})
	plain.receive(base)
	chal = strings.Clone(plain.challenge("myrealm", 1))
	b = open(t, params{"secret": "a secret of some length", "auth_checks_no_dlg": 8})
	check("without the checks", func(*request) {}, -1)
}

func TestBoundToConnection(t *testing.T) {
	b := open(t, params{"nonce_bind_connection": 2})
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 0))
	b.receive(request{headers: client{}.answer(t, chal)})
	if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != 1 {
		t.Errorf("from the same address: %d", got)
	}
	b.C.Recv.Proto, b.C.Recv.Conn = transport.TCP, new(transport.Conn)
	if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", "0"); got != -4 {
		t.Errorf("on another connection: %d, want -4", got)
	}
}

// The challenge that pv_www_authenticate leaves in $avp(digest_challenge).
func TestChallengeAVP(t *testing.T) {
	for _, c := range []struct {
		flags string
		want  string
	}{
		{"1", ""},
		{"2", `WWW-Authenticate: Digest realm="myrealm", nonce="N"`},
		{"4", `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth"`},
		{"8", `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth-int"`},
		{"16", ""},
		{"20", `WWW-Authenticate: Digest realm="myrealm", nonce="N", qop="auth"`},
	} {
		b := open(t, nil)
		b.receive(request{})
		if got := b.Run("pv_www_authenticate", "myrealm", "xyz123", c.flags); got != -5 {
			t.Errorf("%s: %d", c.flags, got)
		}
		v, _ := b.C.State.AVP.Get(avp.Name{Text: "digest_challenge"}, 0)
		got := strings.TrimSuffix(nonceText.ReplaceAllString(v.S, `nonce="N"`), "\r\n")
		if got != c.want {
			t.Errorf("%s: %q, want %q", c.flags, got, c.want)
		}
	}
	b := open(t, params{"challenge_attr": "$avp(s:mine)"})
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 0))
	b.receive(request{headers: client{}.answer(t, chal)})
	b.Run("pv_www_authenticate", "myrealm", "xyz123", "2")
	if n := b.C.State.AVP.Count(avp.Name{Text: "mine"}); n != 0 {
		t.Errorf("%d challenges after a success", n)
	}
	b.receive(request{})
	b.Run("pv_www_authenticate", "myrealm", "xyz123", "2")
	if n := b.C.State.AVP.Count(avp.Name{Text: "mine"}); n != 1 {
		t.Errorf("%d challenges after a failure", n)
	}
}

func TestAuthenticationInfo(t *testing.T) {
	b := open(t, params{"add_authinfo_hdr": 1})
	b.receive(request{})
	chal := strings.Clone(b.challenge("myrealm", 1))
	cred := client{}.answer(t, chal)
	b.receive(request{headers: cred})
	b.Run("pv_www_authenticate", "myrealm", "xyz123", "0")
	hash := func(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }
	part := func(name string) string {
		return regexp.MustCompile(name + `="?([^",\s]*)`).FindStringSubmatch(cred)[1]
	}
	n, cnonce := nonceOf(t, chal), part("cnonce")
	proof := hash(hash("alice:myrealm:xyz123") + ":" + n + ":00000001:" + cnonce + ":auth:" + hash(":sip:example.org"))
	want := fmt.Sprintf("Authentication-Info: nextnonce=\"%s\", qop=auth, rspauth=\"%s\", cnonce=\"%s\", nc=00000001\r\n", n, proof, cnonce)
	if diff := cmp.Diff(want, string(b.C.State.ReplyHeaders)); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	b.receive(request{headers: client{password: "bad"}.answer(t, chal)})
	b.Run("pv_www_authenticate", "myrealm", "xyz123", "0")
	if got := b.C.State.ReplyHeaders; len(got) != 0 {
		t.Errorf("after a wrong password: %s", got)
	}
	once := open(t, params{"add_authinfo_hdr": 1, "one_time_nonce": 1})
	once.receive(request{})
	chal = strings.Clone(once.challenge("myrealm", 0))
	once.receive(request{headers: client{}.answer(t, chal)})
	once.Run("pv_www_authenticate", "myrealm", "xyz123", "0")
	got := string(once.C.State.ReplyHeaders)
	if next := nonceOf(t, got); next == nonceOf(t, chal) || strings.Contains(got, "qop") {
		t.Errorf("with one_time_nonce: %s", got)
	}
}

const authFrame = "MSRP 6aef AUTH\r\n" +
	"To-Path: msrp://127.0.0.1:5060;tcp\r\n" +
	"From-Path: msrp://127.0.0.1:40000/alice;tcp\r\n" +
	"%s-------6aef$\r\n"

// frame makes an AUTH the frame being handled, with the SIP request that stands
// for it (sipmsg=1) or without.
func (b *bench) frame(sipmsg bool, headers string) {
	b.T.Helper()
	b.C.EndMessage()
	f := new(msrp.Frame)
	if err := f.Parse([]byte(fmt.Sprintf(authFrame, headers))); err != nil {
		b.T.Fatal(err)
	}
	b.C.Frame, b.C.Msg = f, nil
	if sipmsg {
		b.C.Msg = new(sip.Message)
		b.C.Msg.SetSource(f)
	}
}

// A frame's digest may be made with AUTH, as RFC 4976 has it, and with MSRP, as
// Kamailio has it; with strict_digest_method=1 only the latter.
func TestMSRP(t *testing.T) {
	for _, c := range []struct {
		strict, withMSRP bool
		method           string
		four             string // the fourth parameter
		want             int
	}{
		{false, true, "AUTH", "", 1},
		{false, true, "MSRP", "", 1},
		{false, true, "SEND", "", -2},
		{true, true, "AUTH", "", -2},
		{true, true, "MSRP", "", 1},
		{false, false, "AUTH", "", 1},
		{true, true, "AUTH", "AUTH", 1},
		{false, true, "MSRP", "AUTH", -2},
	} {
		for _, sipmsg := range []bool{true, false} {
			var more []registry.Module
			if c.withMSRP {
				more = append(more, relay(c.strict))
			}
			b := open(t, nil, more...)
			b.frame(sipmsg, "")
			args := []any{"myrealm", "xyz123", "0"}
			if c.four != "" {
				args = append(args, c.four)
			}
			if got := b.Run("pv_www_authenticate", args...); got != -5 {
				t.Errorf("%+v: without credentials %d", c, got)
			}
			chal := strings.Clone(b.challenge("myrealm", 0))
			b.frame(sipmsg, client{method: c.method, uri: "msrp://127.0.0.1:5060;tcp"}.answer(t, chal))
			if got := b.Run("pv_www_authenticate", args...); got != c.want {
				t.Errorf("%+v, sipmsg %v: %d", c, sipmsg, got)
			}
			b.frame(sipmsg, client{method: c.method, password: "bad"}.answer(t, chal))
			if got := b.Run("pv_www_authenticate", args...); got != -2 {
				t.Errorf("%+v, sipmsg %v: wrong password %d", c, sipmsg, got)
			}
		}
	}
	b := open(t, nil)
	b.frame(true, "")
	if got := b.Run("www_challenge", "myrealm", "0"); got != -1 || !strings.Contains(b.Logged(), "msrp_reply") {
		t.Errorf("www_challenge for a frame: %d", got)
	}
}

func TestParams(t *testing.T) {
	m := auth.New()
	for _, c := range []struct {
		name string
		v    any
		want string
	}{
		{"qop", "auth", ""},
		{"qop", "auth-int", ""},
		{"qop", "foo", `qop "foo"`},
		{"qop", "auth,auth-int", "qop"},
		{"algorithm", "md5", `algorithm "md5"`},
		{"algorithm", "SHA-256", ""},
		{"nonce_expire", 0, "nonce_expire=0"},
		{"nc_array_size", 1000, ""},
		{"nc_array_order", 40, "from 0 to 30"},
		{"nid_pool_no", 100, ""},
		{"challenge_attr", "xx", "not an AVP"},
		{"challenge_attr", "$avp(x)", ""},
		{"challenge_attr", "$x", ""},
		{"challenge_attr", "$avp($x)", "not an AVP"},
		{"protect_contacts", 1, "protect_contacts"},
		{"protect_contacts", 0, ""},
		{"proxy_challenge_header", "P C", "not a header's name"},
		{"proxy_challenge_header", "P", ""},
		{"www_challenge_header", "", "is empty"},
		{"auth_checks_register", 99, "auth_checks_register=99"},
		{"nonce_auth_max_drift", -1, ""},
		{"use_domain", 1, ""},
		{"force_stateless_reply", 1, ""},
		{"otn_in_flight_no", 0, "otn_in_flight_no=0"},
		{"otn_in_flight_order", 19, ""},
	} {
		err := set(m, c.name, c.v)
		if (c.want == "") != (err == nil) || err != nil && !strings.Contains(err.Error(), c.want) {
			t.Errorf("%s=%v: %v, want %q", c.name, c.v, err, c.want)
		}
	}
	if err := auth.New().Provision(host{}); err == nil || !strings.Contains(err.Error(), "sl.so") {
		t.Errorf("without module sl: %v", err)
	}
}

// A text with a variable and more is not expanded, as in Kamailio; that is told.
func TestNotExpanded(t *testing.T) {
	b := open(t, nil)
	if _, err := b.Call("www_challenge", "my$in", "0"); err != nil || len(b.Warned) != 1 || !strings.Contains(b.Warned[0], "auth-not-expanded") {
		t.Errorf("%v, warnings %q", err, b.Warned)
	}
	if _, err := b.Call("www_challenge", "$nosuch", "0"); err == nil {
		t.Error("an unknown variable binds")
	}
}

func TestAllocations(t *testing.T) {
	b := open(t, nil, relay(false))
	b.frame(false, "")
	chal := strings.Clone(b.challenge("myrealm", 0))
	b.frame(false, client{method: "AUTH"}.answer(t, chal))
	call, err := b.Call("pv_www_authenticate", "myrealm", "xyz123", "0")
	if err != nil {
		t.Fatal(err)
	}
	if call(b.C) != 1 {
		t.Fatal("the credentials are not good")
	}
	if n := testing.AllocsPerRun(100, func() { call(b.C) }); n != 0 {
		t.Errorf("%v allocations a check", n)
	}
}

func BenchmarkCheck(b *testing.B) {
	for _, alg := range []string{"MD5", "SHA-256"} {
		b.Run(alg, func(b *testing.B) {
			h := open(b, params{"algorithm": alg})
			h.receive(request{})
			chal := strings.Clone(h.challenge("myrealm", 1))
			h.receive(request{headers: client{}.answer(b, chal)})
			call, err := h.Call("pv_www_authenticate", "myrealm", "xyz123", "0")
			if err != nil || call(h.C) != 1 {
				b.Fatal("the credentials are not good", err)
			}
			b.ReportAllocs()
			for b.Loop() {
				call(h.C)
			}
		})
	}
}
