package msrp

import (
	"context"
	"net/netip"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

func resolverOf(names map[string][]netip.Addr, asked *int) func(context.Context, string, string) ([]netip.Addr, error) {
	return func(_ context.Context, _, host string) ([]netip.Addr, error) {
		*asked++
		if a, ok := names[host]; ok {
			return a, nil
		}
		return nil, errNoHost
	}
}

func auth(headers string) string {
	return "MSRP 49fh AUTH\nTo-Path: msrp://127.0.0.1:17100;tcp\nFrom-Path: msrp://127.0.0.1:7965/bar;tcp\n" + headers + "-------49fh$\n"
}

func (s *server) save(headers string) (rc int, answer string) {
	s.T.Helper()
	s.frame(auth(headers), func() { rc = s.call("msrp_cmap_save") })
	if len(s.sent) == 1 {
		answer = s.sent[0].bytes
	}
	return rc, answer
}

// The answers are Kamailio 5.6.3's, but that it reads Expires only beside
// Authorization and then refuses it whatever it is.
func TestSave(t *testing.T) {
	s := start(t, func(m *Module) { m.cmapSize = 4 })
	saved := func(id, expires string) string {
		return crlf("MSRP 49fh 200 OK\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\nFrom-Path: msrp://127.0.0.1:17100;tcp\nUse-Path: msrp://127.0.0.1:17100/" + id + ";tcp\nExpires: " + expires + "\n-------49fh$\n")
	}
	seen := map[string]bool{}
	for headers, expires := range map[string]string{
		"": "3600", "Expires: 60\n": "60", "Expires: 3600\n": "3600", "Expires: abc\n": "3600", "Expires: -5\n": "3600", "Expires:\n": "3600", "Expires: 99999999999999999999\n": "3600",
		"Expires: 300\nAuthorization: Digest a\n": "300",
	} {
		rc, answer := s.save(headers)
		id := sessionID.FindString(answer)
		if rc != 1 || answer != saved(id, expires) || seen[id] {
			t.Errorf("%q: %d %q", headers, rc, answer)
		}
		seen[id] = true
	}
	refused := func(bound string) string {
		return crlf("MSRP 49fh 423 Interval Out Of Bounds\nTo-Path: msrp://127.0.0.1:7965/bar;tcp\nFrom-Path: msrp://127.0.0.1:17100;tcp\n" + bound + "\n-------49fh$\n")
	}
	for headers, bound := range map[string]string{"Expires: 59\n": "Min-Expires: 60", "Expires: 0\n": "Min-Expires: 60", "Expires: 3601\n": "Max-Expires: 3600"} {
		if rc, answer := s.save(headers); rc != -3 || answer != refused(bound) {
			t.Errorf("%q: %d %q", headers, rc, answer)
		}
	}
	for _, method := range []string{"SEND", "200 OK", "REPORT"} {
		s.frame(send(method, me), func() {
			if rc := s.call("msrp_cmap_save"); rc != -2 {
				t.Errorf("%s: %d", method, rc)
			}
		})
		s.check()
	}
	s.m.usePathAddr = "relay.example:2855"
	s.frame(auth(""), func() {
		s.C.Recv.Proto = transport.TLS
		s.call("msrp_cmap_save")
	})
	if !strings.Contains(s.sent[0].bytes, "\r\nUse-Path: msrps://relay.example:2855/msrp-") {
		t.Errorf("%q", s.sent[0].bytes)
	}
}

func TestLookup(t *testing.T) {
	s := start(t, func(m *Module) { m.cmapSize = 4 })
	_, answer := s.save("")
	id := sessionID.FindString(answer)
	look := func(to string) (rc int) {
		s.frame(send("SEND", to+" msrp://127.0.0.1:17118/b;tcp"), func() {
			if rc = s.call("msrp_cmap_lookup"); rc == 1 {
				s.call("msrp_relay")
			}
		})
		return rc
	}
	for to, want := range map[string]int{
		"msrp://127.0.0.1:17100/nosuch;tcp": -4, "msrp://127.0.0.1:17100;tcp": -3, "msrp://127.0.0.1:17100/;tcp": -3, "foo": -3,
	} {
		if rc := look(to); rc != want {
			t.Errorf("%s: %d", to, rc)
		}
	}
	if rc := look("msrp://127.0.0.1:17100/" + id + ";tcp"); rc != 1 {
		t.Error(rc)
	}
	// To the session's connection and no other.
	s.check(sent{
		dest: transport.Dest{Proto: transport.TCP, Socket: sock, Conn: conn, NoConnect: true},
		bytes: "MSRP 6aef SEND\nTo-Path: msrp://127.0.0.1:17118/b;tcp\nFrom-Path: msrp://127.0.0.1:17100/" + id +
			";tcp msrp://127.0.0.1:7965/bar;tcp\nMessage-ID: 87652\n\nHi\n-------6aef$\n",
	})
	// A session ends with its Expires, before the timer removes it.
	now := time.Now()
	if s.m.cmap.find(id, now.Add(3590*time.Second)) == nil || s.m.cmap.find(id, now.Add(3601*time.Second)) != nil {
		t.Error("it does not end when it expires")
	}
	s.m.cmap.sweep(now.Add(3590 * time.Second))
	if rc := look("msrp://127.0.0.1:17100/" + id + ";tcp"); rc != 1 {
		t.Error("swept too early")
	}
	s.m.cmap.sweep(now.Add(3601 * time.Second))
	if rc := look("msrp://127.0.0.1:17100/" + id + ";tcp"); rc != -4 {
		t.Error("not swept")
	}
}

// A session whose connection's memory is gone is not sent to the address that
// it had: that may be somebody else's now.
func TestLookupOfDeadConnection(t *testing.T) {
	s := start(t, func(m *Module) { m.cmapSize = 4 })
	s.m.cmap.add(&session{id: "dead", src: src, proto: transport.TCP, sock: sock, expires: time.Now().Add(time.Hour)})
	s.frame(send("SEND", "msrp://127.0.0.1:17100/dead;tcp "+next), func() {
		if rc := s.call("msrp_cmap_lookup"); rc != 1 {
			t.Error(rc)
		}
		if rc := s.call("msrp_relay"); rc != -1 {
			t.Error(rc)
		}
		s.call("msrp_set_dst", next, "")
		if rc := s.call("msrp_relay"); rc != 1 {
			t.Error("msrp_set_dst does not replace it:", rc)
		}
	})
}

func TestWithoutMap(t *testing.T) {
	s := start(t, nil)
	s.frame(auth(""), func() {
		if a, b := s.call("msrp_cmap_save"), s.call("msrp_cmap_lookup"); a != -1 || b != -1 {
			t.Error(a, b)
		}
	})
	s.check()
	var call rpc
	if err := s.m.cmapList(&call); err != nil || call.code != 500 || call.text != "No Connections Map Table" {
		t.Errorf("%+v %v", call, err)
	}
	if len(s.every) != 0 {
		t.Error("a timer without a map")
	}
}

func TestMapSize(t *testing.T) {
	for size, slots := range map[int]int{1: 2, 4: 16, 16: 65536, 17: 65536, 40: 65536} {
		s := start(t, func(m *Module) { m.cmapSize, m.interval = size, 0 })
		if len(s.m.cmap.slots) != slots || s.every[0] != time.Second {
			t.Errorf("%d: %d slots, timer %v", size, len(s.m.cmap.slots), s.every)
		}
	}
	if s := start(t, func(m *Module) { m.cmapSize = -1 }); s.m.cmap != nil {
		t.Error("a map of no size")
	}
}

type rpc struct {
	registry.RPCCall // without arguments
	reply            []any
	code             int
	text             string
}

func (r *rpc) Add(v any)                   { r.reply = append(r.reply, v) }
func (r *rpc) Fault(code int, text string) { r.code, r.text = code, text }

// The structure is the one that kamcmd shows for Kamailio 5.6.3.
func TestCmapList(t *testing.T) {
	s := start(t, func(m *Module) { m.cmapSize = 4 })
	var call rpc
	if err := s.m.cmapList(&call); err != nil {
		t.Fatal(err)
	}
	empty := (&registry.RPCStruct{}).Set("MAP_SIZE", 16).Set("CONLIST", &registry.RPCStruct{}).Set("CONCOUNT", 0)
	if d := cmp.Diff([]any{empty}, call.reply); d != "" {
		t.Error(d)
	}
	until := time.Date(2026, 11, 22, 23, 29, 14, 0, time.Local)
	e := &session{id: "msrp-A", peer: "msrp://127.0.0.1:7965/bar;tcp", src: src, proto: transport.TCP, sock: sock, conid: 56, expires: until}
	s.m.cmap.add(e)
	call = rpc{}
	if err := s.m.cmapList(&call); err != nil {
		t.Fatal(err)
	}
	want := (&registry.RPCStruct{}).Set("MAP_SIZE", 16).
		Set("CONLIST", (&registry.RPCStruct{}).Set("CONDATA", (&registry.RPCStruct{}).
			Set("CITEMID", int64(e.hash)).
			Set("SESSIONID", "msrp-A").
			Set("PEER", "msrp://127.0.0.1:7965/bar;tcp").
			Set("ADDR", "msrp://127.0.0.1:41816").
			Set("SOCK", "tcp:127.0.0.1:17100").
			Set("EXPIRES", "Sun Nov 22 23:29:14 2026").
			Set("CONID", int64(56)).
			Set("FLAGS", 0))).
		Set("CONCOUNT", 1)
	if d := cmp.Diff([]any{want}, call.reply); d != "" {
		t.Error(d)
	}
}
