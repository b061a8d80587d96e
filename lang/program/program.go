// Package program is a compiled configuration: bytecode, and the leaves that
// it calls, all bound.
package program

import (
	"math"
	"sort"

	"olelo/lang/source"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Instr is one instruction: 8 bytes.
type Instr struct {
	Op      Op
	A, B, C uint8
	D       int32
}

// K is the number of a constant, a slot or a leaf in the operations that take it in
// B and C.
func (i Instr) K() int { return int(i.B)<<8 | int(i.C) }

// MaxK is the largest number that B and C can hold, MaxA the largest in A.
const (
	MaxK = 1<<16 - 1
	MaxA = 1<<8 - 1
)

// Program is read-only once compiled and shared by all workers.
type Program struct {
	Code     []Instr
	Consts   []value.Value
	Gets     []Leaf[registry.Getter]
	Sets     []Leaf[registry.Setter]
	Calls    []Leaf[registry.Call]
	Regexes  []Leaf[Matcher]
	Tests    []Leaf[Test]
	Probes   []Leaf[Probe]
	Switches []*Switch
	Routes   []Route

	// Slots are the $var (and $vz) and $vn of the configuration, by slot.
	Slots []Slot

	// Wrap32 makes integers wrap at 32 bits, as Kamailio 5.6 does.
	Wrap32 bool
	// MaxLoops bounds the iterations of a while (max_while_loops); 0 is no bound.
	MaxLoops int
	// MaxLevel bounds how deep routes and blocks nest (max_recursive_level).
	MaxLevel int

	// MatchText matches a pattern that is only known while routing.
	MatchText func(text, pattern string) (bool, error)

	// LogPrefix is log_prefix, nil where there is none.
	LogPrefix *registry.Format

	// Whole is the first that reads the body of MSRP frames, wherever it stands;
	// nil where nothing does.
	Whole *Use

	// The cold tables.
	Pos   []source.Pos // of each instruction
	fails []failure    // sorted by start, inner ones after outer ones

	byName map[routeKey]int
}

// Leaf is a bound function and how the configuration writes it.
type Leaf[F any] struct {
	Text string
	Do   F
}

// Matcher is a regular expression. Its error is that it took too long.
type Matcher func(text string) (bool, error)

// Test is an old-style test such as src_ip==10.0.0.0/8 of the message; y is its
// right side where that is not a constant.
type Test func(c *registry.Ctx, y *value.Value) bool

// Probe watches that a place is reached; it changes nothing that a route can see.
type Probe func(c *registry.Ctx)

// Use is a name and a place where the configuration uses it, which may be none.
type Use struct {
	Text string
	Pos  source.Pos
}

// Slot names the owner of a worker's variable slot.
type Slot struct {
	Name string
	Null bool // a $vn: starts $null
}

// Route is one route block.
type Route struct {
	Kind  string // request_route, route, event_route …
	Name  string
	Mask  registry.Mask
	Entry int32
	Regs  int32 // registers that it uses
	Pos   source.Pos
}

// Title is the block as a configuration writes it: route[AUTH].
func (r *Route) Title() string {
	if r.Name == "" {
		return r.Kind
	}
	return r.Kind + "[" + r.Name + "]"
}

// Switch is the jump table of a switch statement: one of Ints, Strs and Tests
// is set. Tests, for switches with regular expressions, is tried in order.
type Switch struct {
	Ints    map[int64]int32
	Strs    map[string]int32
	Tests   []SwitchTest
	Default int32

	// Near has the targets for the integers from First on where those of Ints lie
	// close to each other.
	Near  []int32
	First int64
}

// spread is how far apart, on the average, integers may lie that are close.
const spread = 8

// Seal makes Near; the compiler calls it when all targets are set.
func (s *Switch) Seal() {
	if len(s.Ints) == 0 {
		return
	}
	first, last := int64(math.MaxInt64), int64(math.MinInt64)
	for n := range s.Ints {
		first, last = min(first, n), max(last, n)
	}
	if d := uint64(last) - uint64(first); d >= uint64(spread*len(s.Ints)) {
		return
	}
	s.First, s.Near = first, make([]int32, last-first+1)
	for i := range s.Near {
		s.Near[i] = s.Default
	}
	for n, pc := range s.Ints {
		s.Near[n-first] = pc
	}
}

// SwitchTest is one case of a switch with regular expressions.
type SwitchTest struct {
	Text   string
	Match  Matcher // nil: Text is compared whole
	Target int32
}

type failure struct{ start, end, target int32 }

type routeKey struct{ kind, name string }

// AddRoute appends r and makes it findable; it returns its number.
func (p *Program) AddRoute(r Route) int {
	if p.byName == nil {
		p.byName = map[routeKey]int{}
	}
	p.Routes = append(p.Routes, r)
	n := len(p.Routes) - 1
	p.byName[routeKey{r.Kind, r.Name}] = n
	return n
}

// FindRoute returns the number of a route block.
func (p *Program) FindRoute(kind, name string) (n int, ok bool) {
	n, ok = p.byName[routeKey{kind, name}]
	return n, ok
}

// OnFailure makes target the place where a failure between start and end
// (exclusive) goes on. Inner ranges are added before outer ones.
func (p *Program) OnFailure(start, end, target int) {
	p.fails = append(p.fails, failure{int32(start), int32(end), int32(target)})
}

// FailureTarget returns where the statement that failed at pc goes on.
func (p *Program) FailureTarget(pc int32) (int32, bool) {
	// The innermost range that holds pc is the last one that starts at or
	// before it and ends after it.
	i := sort.Search(len(p.fails), func(i int) bool { return p.fails[i].start > pc })
	for i--; i >= 0; i-- {
		if p.fails[i].end > pc {
			return p.fails[i].target, true
		}
	}
	return 0, false
}

// Seal sorts the failure ranges; the compiler calls it once, at the end.
func (p *Program) Seal() {
	sort.SliceStable(p.fails, func(i, j int) bool {
		a, b := p.fails[i], p.fails[j]
		if a.start != b.start {
			return a.start < b.start
		}
		return a.end > b.end
	})
}
