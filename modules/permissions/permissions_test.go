package permissions

import (
	"strings"
	"testing"
)

func TestReadAddresses(t *testing.T) {
	for text, want := range map[string]string{
		"x 1.1.1.1":                      `"x" is no group`,
		"-1 1.1.1.1":                     `"-1" is no group`,
		"\n1":                            "line 2: an address is wanted",
		"1 1.1.1.1 33":                   "a mask of 33 bits",
		"1 2001:db8::1 129":              "a mask of 129 bits",
		"1 1.1.1.1 99999999999999999999": "too large",
	} {
		if _, err := readAddresses(strings.NewReader(text)); err == nil || !strings.Contains(err.Error(), want) {
			t.Errorf("%q: %v", text, err)
		}
	}
	list, err := readAddresses(strings.NewReader("1 1.1.1.1 32 0 #c\n1\t1.1.1.2\t24\t5060\ttag#c\r\n1 1.1.1.3 tag more\n"))
	if err != nil || len(list) != 3 || list[1].tag != "tag" || list[1].port != 5060 || list[2].tag != "tag" || list[2].bits != 32 {
		t.Error(list, err)
	}
}

func FuzzReadAddresses(f *testing.F) {
	f.Add("1 127.0.0.1 32 0 tag\n")
	f.Fuzz(func(t *testing.T, text string) {
		list, err := readAddresses(strings.NewReader(text))
		if err != nil {
			return
		}
		a := newAddresses(list, 8)
		for _, x := range list {
			if x.isExact() && a.find(x.group, x.ip.String(), x.port) == nil && x.port != 0 {
				t.Errorf("%q: %v is not found", text, x)
			}
		}
	})
}

// Each row was seen on Kamailio 5.6.3.
func TestRules(t *testing.T) {
	const alice = "sip:alice@x"
	for _, k := range []struct {
		rule, right string
		want        bool
	}{
		{"ALL:ALL", "sip:a@b", true},
		{`ALL : "^SIP:A@B$"`, "sip:a@b", true},
		{"sip:a : carol", "sip:carol@b", true},
		{`ALL EXCEPT ALL : ALL`, "sip:a@b", true},
		{`ALL EXCEPT "alice" : ALL`, "sip:a@b", false},
		{`"a:b", "alice@" : ALL`, "sip:a@b", true},
		{"ALL :: ALL", "sip:a@b", false},
		{"ALL : 'carol'", "sip:carol@b", false},
		{"ALL : ALL extra", "sip:a@b", false},
		{`ALL : "carol`, "sip:carol@b", true},
	} {
		r, bad := readRules(strings.NewReader(k.rule))
		if got := r.match(alice, k.right); got != k.want || len(bad) > 0 {
			t.Errorf("%s with %s: %v %v", k.rule, k.right, got, bad)
		}
	}
	if r, bad := readRules(strings.NewReader("ALL\n\n\"(\" : ALL\n: ALL\nALL : ALL\n")); len(r) != 1 || len(bad) != 3 || !strings.Contains(bad[1].Error(), "line 3") {
		t.Error(r, bad)
	}
}

func TestMatchingAllocatesNothing(t *testing.T) {
	list, err := readAddresses(strings.NewReader("1 10.0.0.1\n2 10.0.0.0 8\n3 example.com\n"))
	if err != nil {
		t.Fatal(err)
	}
	a := newAddresses(list, 8)
	if n := testing.AllocsPerRun(100, func() {
		if a.find(1, "10.0.0.1", 5060) == nil || a.find(2, "10.0.0.1", 5060) == nil || a.find(3, "example.com", 1) == nil || a.find(4, "1.1.1.1", 1) != nil {
			t.Fatal("not found")
		}
	}); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
