package catalogue

import (
	_ "embed"
	"iter"
	"maps"
	"slices"
	"strconv"
	"strings"
	"sync"
)

// The tables as they are kept: one row a line, fields between tabs, a heading.
// Rows that Kamailio 5.6.3 was seen to contradict were corrected; the tests
// under conformance/configs try them all on it. expressions.tsv lists the
// functions that take computed parameters though the kinds of those are not
// known, and those that do not though they are; modules.tsv the modules that
// are in no other table.
var (
	//go:embed data/functions.tsv
	functionsTSV string
	//go:embed data/expressions.tsv
	expressionsTSV string
	//go:embed data/modules.tsv
	modulesTSV string
	//go:embed data/params.tsv
	paramsTSV string
	//go:embed data/pvs.tsv
	pvsTSV string
	//go:embed data/transformations.tsv
	transTSV string
	//go:embed data/event_routes.tsv
	eventsTSV string
	//go:embed data/rpc.tsv
	rpcTSV string
	//go:embed data/core.tsv
	coreTSV string
	//go:embed data/core_rpc.tsv
	coreRPCTSV string // its module is called core, which no configuration may load
	//go:embed data/transformation_keys.tsv
	transKeysTSV string
)

// table finds the rows of a name. It is indexed when it is first asked, and of
// a row only what is asked for is read: a check of a configuration asks for a
// hundred names of thousands.
type table[R any] struct {
	index func() *index
	read  func(cols []string) R
}

// index is the lines of a table by their second field.
type index struct {
	lines []string
	next  []int32 // by line: the next one of its name, -1 none
	first map[string]int32
}

func newTable[R any](tsv *string, read func(cols []string) R) table[R] {
	return table[R]{sync.OnceValue(func() *index { return newIndex(*tsv) }), read}
}

func newIndex(tsv string) *index {
	_, tsv, _ = strings.Cut(tsv, "\n")
	n := strings.Count(tsv, "\n")
	ix := &index{lines: make([]string, 0, n), next: make([]int32, n), first: make(map[string]int32, n)}
	for line := range strings.Lines(tsv) {
		ix.lines = append(ix.lines, strings.TrimRight(line, "\r\n"))
	}
	for i := len(ix.lines) - 1; i >= 0; i-- {
		_, rest, _ := strings.Cut(ix.lines[i], "\t")
		name, _, _ := strings.Cut(rest, "\t")
		ix.next[i] = -1
		if n, ok := ix.first[name]; ok {
			ix.next[i] = n
		}
		ix.first[name] = int32(i)
	}
	return ix
}

func (t table[R]) of(name string) []R {
	ix := t.index()
	i, ok := ix.first[name]
	if !ok {
		return nil
	}
	var list []R
	for ; i >= 0; i = ix.next[i] {
		list = append(list, t.read(strings.Split(ix.lines[i], "\t")))
	}
	return list
}

// names are all names of the table.
func (t table[R]) names() iter.Seq[string] { return maps.Keys(t.index().first) }

// ofModule are module's rows, by name.
func (t table[R]) ofModule(module string) []R {
	var list []R
	for _, line := range t.index().lines {
		if m, _, _ := strings.Cut(line, "\t"); m == module {
			list = append(list, t.read(strings.Split(line, "\t")))
		}
	}
	return list
}

var (
	functions = newTable(&functionsTSV, func(f []string) Function {
		n, err := strconv.Atoi(f[2])
		if err != nil {
			n = Any
		}
		var kinds []string
		if f[3] != "" {
			kinds = strings.Split(f[3], ",")
		}
		row := "\n" + f[0] + "\t" + f[1] + "\t" + f[2] + "\t"
		expr := !slices.Contains(kinds, "special") && !strings.Contains(expressionsTSV, row+"no") ||
			strings.Contains(expressionsTSV, row+"yes")
		return Function{f[0], f[1], n, kinds, expr, f[4], versions(f[5])}
	})
	params = newTable(&paramsTSV, func(f []string) Param { return Param{f[0], f[1], f[2], versions(f[3])} })
	vars   = newTable(&pvsTSV, func(f []string) Var { return Var{f[0], f[1], f[2] == "rw", versions(f[3])} })
	trans  = newTable(&transTSV, readName)
	events = newTable(&eventsTSV, readName)
	rpcs   = newTable(&rpcTSV, readName)

	coreRPCs  = newTable(&coreRPCTSV, readName)
	transKeys = newTable(&transKeysTSV, readName)
)

func readName(f []string) Name { return Name{f[0], f[1], versions(f[2])} }

// openEvents are the event routes whose last part the configuration chooses,
// by what is before it: "htable:expired" of "htable:expired:mytable".
var openEvents = sync.OnceValue(func() map[string][]Name {
	open := map[string][]Name{}
	for name := range events.names() {
		if i := strings.LastIndexByte(name, ':'); i > strings.IndexByte(name, ':') {
			open[name[:i]] = append(open[name[:i]], events.of(name)...)
		}
	}
	return open
})

// words are the core's words by name.
var words = sync.OnceValue(func() map[string][]Word {
	all := map[string][]Word{}
	_, tsv, _ := strings.Cut(coreTSV, "\n")
	for line := range strings.Lines(tsv) {
		f := strings.Split(strings.TrimRight(line, "\r\n"), "\t")
		for name := range strings.SplitSeq(f[1], ",") {
			name = strings.TrimSpace(name)
			if i := strings.IndexAny(name, "( "); i > 0 { // "force_rport()", "sip_warning (noisy feedback)"
				name = name[:i]
			}
			all[name] = append(all[name], Word{f[0], name, versions(f[2])})
		}
	}
	return all
})

// withModules are the tables whose rows begin with a module's name.
func withModules() []string {
	return []string{functionsTSV, paramsTSV, pvsTSV, transTSV, eventsTSV, rpcTSV, modulesTSV}
}

func hasModule(name string) bool {
	for _, tsv := range withModules() {
		if strings.Contains(tsv, "\n"+name+"\t") {
			return true
		}
	}
	return false
}

// modules are the names of all modules, some of them twice.
func modules(yield func(string) bool) {
	for _, tsv := range withModules() {
		_, tsv, _ = strings.Cut(tsv, "\n")
		last := ""
		for line := range strings.Lines(tsv) {
			m, _, _ := strings.Cut(line, "\t")
			if m != last && !yield(m) {
				return
			}
			last = m
		}
	}
}

func versions(s string) Versions {
	return Versions{In56: strings.Contains(s, "5.6"), In61: strings.Contains(s, "6.1")}
}
