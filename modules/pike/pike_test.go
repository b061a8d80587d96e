package pike_test

import (
	"fmt"
	"net/netip"
	"strings"
	"sync"
	"testing"
	"time"

	"olelo/modules/pike"
	"olelo/pv"
	"olelo/runtime/clock"
	"olelo/runtime/registry"
	"olelo/runtime/registry/registrytest"
)

// host runs the timers of a module by a virtual clock.
type host struct {
	registrytest.Host
	b *registrytest.Bench
}

func (h host) Every(d time.Duration, f func(*registry.Ctx)) {
	h.Time.Every(d, func() { f(h.b.C) })
}

// flood is a bench with pike.
type flood struct {
	*registrytest.Bench
	clock *clock.Clock
}

func start(t testing.TB, params map[string]int64) *flood {
	t.Helper()
	m := pike.New()
	for _, p := range m.Exports().Params {
		if v, ok := params[p.Name]; ok {
			if err := p.Set(registry.ParamValue{Int: v, IsInt: true}); err != nil {
				t.Fatal(err)
			}
		}
	}
	f := &flood{registrytest.New(t, map[string]registry.Module{"core": pv.Core{}, "pv": pv.New(), "pike": m}), clock.NewVirtual(time.Time{})}
	if err := m.(registry.Provisioner).Provision(host{registrytest.Host{Time: f.clock}, f.Bench}); err != nil {
		t.Fatal(err)
	}
	return f
}

// hits are the codes of n requests: "1*4 -2*1 -1*3".
func (f *flood) hits(ip string, n int) string {
	var out []string
	last, count := 0, 0
	for range n {
		rc := f.Run("pike_check_ip", ip)
		if rc != last && count > 0 {
			out = append(out, fmt.Sprintf("%d*%d", last, count))
			count = 0
		}
		last, count = rc, count+1
	}
	return strings.Join(append(out, fmt.Sprintf("%d*%d", last, count)), " ")
}

// Each row was seen on Kamailio 5.6.3: what is let through of a new address, of one
// with three, two and one bytes of its in the tree.
func TestGrowth(t *testing.T) {
	for _, k := range []struct{ density, first, same3, same2, same1 int }{
		{1, 4, 1, 2, 3},
		{2, 5, 2, 3, 4},
		{4, 7, 4, 5, 6},
		{10, 13, 10, 11, 12},
		{16, 21, 16, 17, 18},
		{30, 38, 30, 31, 32},
	} {
		f := start(t, map[string]int64{"reqs_density_per_unit": int64(k.density)})
		for _, a := range []struct {
			ip      string
			allowed int
		}{
			{"193.175.132.164", k.first},
			{"193.175.132.142", k.same3},
			{"193.175.1.1", k.same2},
			{"193.1.1.1", k.same1},
			{"10.1.1.1", k.first},
		} {
			want := fmt.Sprintf("1*%d -2*1 -1*5", a.allowed)
			if got := f.hits(a.ip, a.allowed+6); got != want {
				t.Errorf("density %d, %s: %s, want %s", k.density, a.ip, got, want)
			}
		}
	}
}

// Seen on Kamailio 5.6.3: what was counted in the sample before counts for a leaf
// alone.
func TestSamples(t *testing.T) {
	f := start(t, map[string]int64{"reqs_density_per_unit": 10, "sampling_time_unit": 4})
	f.hits("30.1.1.1", 4) // its nodes
	next := func() { f.clock.Advance(4 * time.Second) }
	for _, k := range []struct {
		n    int
		want string
	}{
		{15, "1*9 -2*1 -1*5"},
		{12, "-1*12"},
		{2, "-1*2"},
		{2, "1*2"},
		{9, "1*9"},
		{12, "1*9 -2*1 -1*2"},
		{3, "-1*3"},
		{2, "1*2"},
	} {
		next()
		if got := f.hits("30.1.1.1", k.n); got != k.want {
			t.Errorf("%d hits: %s, want %s", k.n, got, k.want)
		}
	}
	if log := f.Logged(); strings.Count(log, "PIKE - BLOCKing ip 30.1.1.1") != 2 || strings.Count(log, "UNBLOCKing") != 2 {
		t.Error(log)
	}
	f = start(t, map[string]int64{"reqs_density_per_unit": 40, "sampling_time_unit": 4})
	for _, first := range []int{1, 9} { // growth takes 10 in one sample
		next := fmt.Sprintf("20.%d.1.1", first)
		f.hits(next, first)
		f.clock.Advance(4 * time.Second)
		if got := f.hits(next, 60); got != "1*51 -2*1 -1*8" {
			t.Errorf("after %d hits: %s", first, got)
		}
		f = start(t, map[string]int64{"reqs_density_per_unit": 40, "sampling_time_unit": 4})
	}
}

// Seen on Kamailio 5.6.3: a leaf goes after the latency, then the node above it
// after as long again, and so on.
func TestForgetting(t *testing.T) {
	for _, k := range []struct {
		seconds time.Duration
		allowed int // 7 of a new address, one less for each byte that is there
	}{{3, 4}, {4, 4}, {8, 5}, {12, 6}, {16, 7}, {30, 7}} {
		f := start(t, map[string]int64{"reqs_density_per_unit": 4, "remove_latency": 4, "sampling_time_unit": 1000})
		f.hits("1.2.3.4", 4)
		f.clock.Advance(k.seconds * time.Second)
		want := fmt.Sprintf("1*%d -2*1", k.allowed)
		if k.seconds < 4 {
			want = "1*3 -2*1"
		}
		if got := f.hits("1.2.3.4", k.allowed+1); !strings.HasPrefix(got, want) {
			t.Errorf("after %d s: %s, want %s", k.seconds, got, want)
		}
	}
}

func TestIPv6(t *testing.T) {
	f := start(t, map[string]int64{"reqs_density_per_unit": 4})
	for _, k := range []struct {
		ip      string
		allowed int
	}{
		{"[2001:db8::1]", 19},
		{"2001:db8::2", 4},
		{"32.1.13.184", 3}, // the bytes of 2001:db8, which are there
		{"::ffff:32.1.13.184", 0},
	} {
		want := fmt.Sprintf("1*%d -2*1", k.allowed)
		if k.allowed == 0 {
			want = "-1*1"
		}
		if got := f.hits(k.ip, k.allowed+1); got != want {
			t.Errorf("%s: %s, want %s", k.ip, got, want)
		}
	}
	for _, bad := range []string{"", "localhost", "1.2.3", "1.2.3.256", "1.2.3.4 x", "[1.2.3.4"} {
		if rc := f.Run("pike_check_ip", bad); rc != -1 || !strings.Contains(f.Logged(), "is no IP address") {
			t.Errorf("%q: %d", bad, rc)
		}
	}
}

// The memory is bounded: what is new is let through, and told once.
func TestFull(t *testing.T) {
	if testing.Short() {
		t.Skip("a million nodes take minutes with the race detector")
	}
	f := start(t, map[string]int64{"reqs_density_per_unit": 4, "remove_latency": 3, "sampling_time_unit": 1})
	f.Message("INFO sip:a@b SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:15999\n\n")
	call, err := f.Call("pike_check_req")
	if err != nil {
		t.Fatal(err)
	}
	for i := range 5 << 20 {
		if f.Out.Len() > 0 && i&1023 == 0 {
			break
		}
		n := i / 4 // as many hits grow an address with four bytes of its own
		f.C.Recv.Src = netip.AddrPortFrom(netip.AddrFrom4([4]byte{byte(n >> 22), byte(n >> 14), byte(n >> 6), byte(n << 2)}), 5060)
		if rc := call(f.C); rc != 1 {
			t.Fatal(f.C.Recv.Src, rc)
		}
	}
	if n := strings.Count(f.Logged(), "nodes are in memory"); n != 1 {
		t.Errorf("told %d times", n)
	}
	f.clock.Advance(20 * time.Second)
	if got := f.hits("250.1.1.1", 9); got != "1*7 -2*1 -1*1" {
		t.Error(got)
	}
}

func TestHitsAllocateNothing(t *testing.T) {
	f := start(t, nil)
	f.Message("INFO sip:a@b SIP/2.0\nVia: SIP/2.0/UDP 127.0.0.1:15999\n\n")
	call, err := f.Call("pike_check_req")
	if err != nil {
		t.Fatal(err)
	}
	for range 100 {
		call(f.C)
	}
	if n := testing.AllocsPerRun(100, func() { call(f.C) }); n != 0 {
		t.Errorf("%v allocations", n)
	}
}

// Workers count beside each other, while samples end and nodes go.
func TestWorkers(t *testing.T) {
	f := start(t, map[string]int64{"reqs_density_per_unit": 3, "remove_latency": 1, "sampling_time_unit": 1})
	var wg sync.WaitGroup
	for w := range 4 {
		wg.Go(func() {
			c := &registry.Ctx{Worker: &registry.Worker{Rank: w, Log: f.C.Log}}
			for i := range 2000 {
				call, err := f.Call("pike_check_ip", fmt.Sprintf("%d.%d.1.%d", i%3, i%7, i%5))
				if err != nil {
					t.Error(err)
					return
				}
				call(c)
			}
		})
	}
	for range 20 {
		f.clock.Advance(time.Second)
	}
	wg.Wait()
}
