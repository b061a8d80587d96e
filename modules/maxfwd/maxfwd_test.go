package maxfwd_test

import (
	"strings"
	"testing"

	"olelo/modules/maxfwd"
	"olelo/pv"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

func request(header string) string {
	return "INFO sip:a@127.0.0.1 SIP/2.0\r\nVia: SIP/2.0/UDP 127.0.0.1:15999;branch=z9hG4bKa\r\n" +
		"From: <sip:a@b>;tag=1\r\nTo: <sip:c@d>\r\nCall-ID: x1\r\nCSeq: 1 INFO\r\n" + header + "Content-Length: 0\r\n\r\n"
}

func bench(t testing.TB, m registry.Module, header string) *registrytest.Bench {
	b := registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "maxfwd": m})
	b.Message(request(header))
	return b
}

// Seen on Kamailio 5.6.3.
func TestProcess(t *testing.T) {
	for _, c := range []struct {
		header string
		value  any
		rc     int
		sent   string
	}{
		{"Max-Forwards: 70\r\n", "10", 1, "Max-Forwards: 69\r\n"},
		{"Max-Forwards: 70\r\n", 10, 1, "Max-Forwards: 69\r\n"},
		{"Max-Forwards: 70\r\n", "$var(n)", 1, "Max-Forwards: 69\r\n"},
		{"Max-Forwards:  10 \r\n", "10", 1, "Max-Forwards:   9 \r\n"},
		{"max-forwards:1\r\n", "10", 1, "max-forwards:0\r\n"},
		{"Max-Forwards: 0\r\n", "10", -1, "Max-Forwards: 0\r\n"},
		{"Max-Forwards: 200\r\n", "10", 1, "Max-Forwards:  70\r\n"},
		{"Max-Forwards: 300\r\n", "100", 1, "Max-Forwards:  70\r\n"},
		{"Max-Forwards: abc\r\n", "10", -2, "Max-Forwards: abc\r\n"},
		{"Max-Forwards: 5x\r\n", "10", -2, "Max-Forwards: 5x\r\n"},
		{"Max-Forwards: -5\r\n", "10", -2, "Max-Forwards: -5\r\n"},
		{"Max-Forwards: 99999999999\r\n", "10", -2, "Max-Forwards: 99999999999\r\n"},
	} {
		for _, name := range []string{"mf_process_maxfwd_header", "maxfwd_process", "process_maxfwd"} {
			b := bench(t, maxfwd.New(), c.header)
			rc := b.Run(name, c.value)
			if got := string(b.C.Msg.AppendEdited(nil)); rc != c.rc || got != request(c.sent) {
				t.Errorf("%q: %s(%v) is %d\n%q, want %d %q", c.header, name, c.value, rc, got, c.rc, c.sent)
			}
		}
	}
}

// A header that is missing comes first; Kamailio adds it again at a second
// call, olelo does not.
func TestAdd(t *testing.T) {
	b := bench(t, maxfwd.New(), "")
	for range 2 {
		if rc := b.Run("mf_process_maxfwd_header", "10"); rc != 2 {
			t.Errorf("code %d", rc)
		}
	}
	want := strings.Replace(request(""), "Via", "Max-Forwards: 10\r\nVia", 1)
	if got := string(b.C.Msg.AppendEdited(nil)); got != want {
		t.Errorf("%q", got)
	}
	if rc := b.Run("is_maxfwd_lt", "11"); rc != -2 {
		t.Errorf("is_maxfwd_lt sees what was added: %d", rc)
	}
}

// What counts down is seen by what reads the header afterwards.
func TestCountsInPlace(t *testing.T) {
	b := bench(t, maxfwd.New(), "Max-Forwards: 11\r\n")
	for _, want := range []string{"10", " 9", " 8"} {
		b.Run("mf_process_maxfwd_header", "10")
		if got := b.Eval("$hdr(Max-Forwards)"); got != want {
			t.Errorf("it is %q, want %q", got, want)
		}
	}
}

func TestLess(t *testing.T) {
	for _, c := range []struct {
		header, value string
		want          int
	}{
		{"Max-Forwards: 70\r\n", "71", 1},
		{"Max-Forwards: 70\r\n", "70", -1},
		{"Max-Forwards: 10\r\n", "11", 1},
		{"Max-Forwards: 0\r\n", "1", 1},
		{"Max-Forwards: abc\r\n", "1", -3},
		{"", "1", -2},
	} {
		for _, name := range []string{"is_maxfwd_lt", "maxfwd_at_least", "mf_lowlimit"} {
			if got := bench(t, maxfwd.New(), c.header).Run(name, c.value); got != c.want {
				t.Errorf("%q: %s(%s) is %d, want %d", c.header, name, c.value, got, c.want)
			}
		}
	}
}

func TestLimit(t *testing.T) {
	m := maxfwd.New()
	p := m.Exports().Params[0]
	if err := p.Set(registry.ParamValue{Int: 32, IsInt: true}); err != nil {
		t.Fatal(err)
	}
	b := bench(t, m, "Max-Forwards: 70\r\n")
	b.Run("maxfwd_process", "10")
	if got := b.Eval("$hdr(Max-Forwards)"); got != "32" {
		t.Errorf("%q", got)
	}
	if err := p.Set(registry.ParamValue{Int: -1, IsInt: true}); err == nil {
		t.Error("max_limit=-1 is accepted")
	}
}

func TestBadValue(t *testing.T) {
	if _, err := bench(t, maxfwd.New(), "").Call("maxfwd_process", "x"); err == nil {
		t.Error(`maxfwd_process("x") is accepted`)
	}
}

func TestDoesNotAllocate(t *testing.T) {
	b := bench(t, maxfwd.New(), "Max-Forwards: 999\r\n")
	f, err := b.Call("mf_process_maxfwd_header", "10")
	if err != nil {
		t.Fatal(err)
	}
	if n := testing.AllocsPerRun(20, func() { f(b.C); b.C.Arena.Reset() }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
