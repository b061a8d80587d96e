package catalogue_test

import (
	"slices"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/lang/catalogue"
)

func TestFunctions(t *testing.T) {
	for _, c := range []struct {
		name    string
		arities []int
		modules []string
	}{
		{"sl_send_reply", []int{2}, []string{"sl"}},
		{"pv_www_authenticate", []int{3, 4}, []string{"auth"}},
		{"sl_forward_reply", []int{0, 1, 2}, []string{"sl"}},
		{"sl_send_replies", nil, nil},
	} {
		rows := catalogue.Functions(c.name)
		var arities []int
		for _, r := range rows {
			arities = append(arities, r.Params)
		}
		if diff := cmp.Diff(c.arities, arities); diff != "" {
			t.Errorf("%s: arities (-want +got)\n%s", c.name, diff)
		}
		for _, m := range c.modules {
			if !slices.Contains(catalogue.Modules(rows), m) {
				t.Errorf("%s: modules %v lack %s", c.name, catalogue.Modules(rows), m)
			}
		}
	}
	if n := len(catalogue.FunctionsWith("pv_www_authenticate", 4)); n != 1 {
		t.Errorf("pv_www_authenticate with 4 parameters: %d rows, want 1", n)
	}
	if n := len(catalogue.FunctionsWith("pv_www_authenticate", 7)); n != 0 {
		t.Errorf("pv_www_authenticate with 7 parameters: %d rows, want none", n)
	}
	f := catalogue.FunctionsWith("sht_has_name", 3)[0]
	if diff := cmp.Diff([]string{"text", "text", "text"}, f.Kinds); diff != "" {
		t.Errorf("sht_has_name kinds (-want +got)\n%s", diff)
	}
	if got := catalogue.FunctionsWith("sht_inc", 2)[0].Versions.String(); got != "6.1" {
		t.Errorf("sht_inc is in %q, want 6.1", got)
	}
}

func TestNames(t *testing.T) {
	if p, ok := catalogue.ParamOf("htable", "htable"); !ok || p.Type != "string|func" {
		t.Errorf("htable.htable = %+v, %v", p, ok)
	}
	if _, ok := catalogue.ParamOf("htable", "nosuch"); ok {
		t.Error("htable.nosuch is known")
	}
	if v := catalogue.Vars("sht"); len(v) != 1 || !v[0].Writable || v[0].Module != "htable" {
		t.Errorf("$sht = %+v", v)
	}
	if v := catalogue.Transformations("msrpuri"); len(v) != 1 || v[0].Module != "msrp" {
		t.Errorf("{msrpuri.…} = %+v", v)
	}
	for _, e := range []string{"htable:mod-init", "htable:expired:mytable", "htable:expired:ipban"} {
		if v := catalogue.EventRoutes(e); len(v) == 0 || v[0].Module != "htable" {
			t.Errorf("event route %s = %+v", e, v)
		}
	}
	if v := catalogue.EventRoutes("htable:nosuch:ipban"); v != nil {
		t.Errorf("event route htable:nosuch:ipban = %+v, want none", v)
	}
	if v := catalogue.RPCs("htable.listTables"); len(v) != 1 {
		t.Errorf("RPC htable.listTables = %+v", v)
	}
	for _, w := range []string{"children", "tcp_connection_lifetime", "dns_tls_pref", "force_rport", "udp_mtu_try_proto", "sip_warning"} {
		if len(catalogue.Words(w)) == 0 {
			t.Errorf("the core word %s is not known", w)
		}
	}
	if !catalogue.HasModule("htable") || catalogue.HasModule("htables") {
		t.Error("HasModule cannot tell htable from htables")
	}
}

func TestNear(t *testing.T) {
	for _, c := range []struct {
		what string
		got  []string
		want string // the first
	}{
		{"function", catalogue.NearFunctions("sl_send_repyl"), "sl_send_reply"},
		{"function", catalogue.NearFunctions("SL_Send_Reply"), "sl_send_reply"},
		{"variable", catalogue.NearVars("shtt"), "sht"},
		{"variable", catalogue.NearVars("vr"), "var"},
		{"parameter", catalogue.NearParams("htable", "timerinterval"), "timer_interval"},
		{"module", catalogue.NearModules("htables"), "htable"},
		{"event route", catalogue.NearEventRoutes("htable:modinit"), "htable:mod-init"},
		{"RPC", catalogue.NearRPCs("htable.listtables"), "htable.listTables"},
		{"word", catalogue.NearWords("tcp_conection_lifetime"), "tcp_connection_lifetime"},
		{"transformation", catalogue.NearTransformations("msrpurl"), "msrpuri"},
	} {
		if len(c.got) == 0 || c.got[0] != c.want || len(c.got) > 3 {
			t.Errorf("%s: got %v, want %s first", c.what, c.got, c.want)
		}
	}
	if got := catalogue.NearFunctions("qqqqqqqqq"); got != nil {
		t.Errorf("nothing is near qqqqqqqqq, got %v", got)
	}
}

func TestNearestIsBounded(t *testing.T) {
	cands := []string{"abcd", "abce", "abcf", "abdc", "zzzz", "abcd"}
	got := catalogue.Nearest("abcx", slices.Values(cands), 2)
	if diff := cmp.Diff([]string{"abcd", "abce"}, got); diff != "" {
		t.Errorf("(-want +got)\n%s", diff)
	}
	if got := catalogue.Nearest(strings.Repeat("x", 10), slices.Values(cands), 2); got != nil {
		t.Errorf("got %v, want none", got)
	}
}

func TestNewer(t *testing.T) {
	for name, want := range map[string]bool{"Ec": true, "ru": false, "nosuch": false, "shvinc": true} {
		if got := catalogue.Newer(name, catalogue.Vars); got != want {
			t.Errorf("$%s newer is %v", name, got)
		}
	}
	if catalogue.Newer("Ec", catalogue.Functions) {
		t.Error("a function is newer because a variable is")
	}
	for n, want := range map[int]bool{1: false, 2: true} {
		if got := catalogue.Newer("lock", func(name string) []catalogue.Function { return catalogue.FunctionsWith(name, n) }); got != want {
			t.Errorf("lock() with %d parameters newer is %v", n, got)
		}
	}
}
