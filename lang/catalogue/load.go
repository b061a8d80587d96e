package catalogue

import (
	_ "embed"
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
)

// index finds the rows of a name.
type index[R any] map[string][]R

func (ix index[R]) of(name string) []R { return ix[name] }

type all struct {
	funcs      index[Function]
	params     index[Param]
	vars       index[Var]
	trans      index[Name]
	events     index[Name]
	openEvents index[Name] // events whose last part the configuration chooses, without it
	rpcs       index[Name]
	words      index[Word]
	modules    map[string]struct{}
}

// tables parses the embedded text, once, when first asked.
var tables = sync.OnceValue(func() *all {
	t := &all{
		funcs: index[Function]{}, params: index[Param]{}, vars: index[Var]{},
		trans: index[Name]{}, events: index[Name]{}, openEvents: index[Name]{},
		rpcs: index[Name]{}, words: index[Word]{}, modules: map[string]struct{}{},
	}
	exprs := map[string]bool{}
	rows(expressionsTSV, 4, func(f []string) { exprs[f[0]+" "+f[1]+" "+f[2]] = f[3] == "yes" })
	rows(modulesTSV, 2, func(f []string) { t.modules[f[0]] = struct{}{} })
	rows(functionsTSV, 6, func(f []string) {
		n, err := strconv.Atoi(f[2])
		if err != nil {
			n = Any
		}
		var kinds []string
		if f[3] != "" {
			kinds = strings.Split(f[3], ",")
		}
		t.modules[f[0]] = struct{}{}
		expr, listed := exprs[f[0]+" "+f[1]+" "+f[2]]
		if !listed {
			expr = !slices.Contains(kinds, "special")
		}
		t.funcs[f[1]] = append(t.funcs[f[1]], Function{f[0], f[1], n, kinds, expr, f[4], versions(f[5])})
	})
	rows(paramsTSV, 4, func(f []string) {
		t.modules[f[0]] = struct{}{}
		t.params[f[1]] = append(t.params[f[1]], Param{f[0], f[1], f[2], versions(f[3])})
	})
	rows(pvsTSV, 4, func(f []string) {
		t.modules[f[0]] = struct{}{}
		t.vars[f[1]] = append(t.vars[f[1]], Var{f[0], f[1], f[2] == "rw", versions(f[3])})
	})
	names := func(tsv string, ix index[Name]) {
		rows(tsv, 3, func(f []string) {
			t.modules[f[0]] = struct{}{}
			ix[f[1]] = append(ix[f[1]], Name{f[0], f[1], versions(f[2])})
		})
	}
	names(transTSV, t.trans)
	names(eventsTSV, t.events)
	names(rpcTSV, t.rpcs)
	for name, rows := range t.events {
		// "htable:expired:mytable": three parts, the last stands for any.
		if i := strings.LastIndexByte(name, ':'); i > strings.IndexByte(name, ':') {
			t.openEvents[name[:i]] = append(t.openEvents[name[:i]], rows...)
		}
	}
	rows(coreTSV, 3, func(f []string) {
		for name := range strings.SplitSeq(f[1], ",") {
			name = strings.TrimSpace(name)
			if i := strings.IndexAny(name, "( "); i > 0 { // "force_rport()", "sip_warning (noisy feedback)"
				name = name[:i]
			}
			t.words[name] = append(t.words[name], Word{f[0], name, versions(f[2])})
		}
	})
	return t
})

// rows calls f with the fields of each line after the heading.
func rows(tsv string, fields int, f func([]string)) {
	_, tsv, _ = strings.Cut(tsv, "\n")
	for line := range strings.Lines(tsv) {
		if cols := strings.Split(strings.TrimRight(line, "\r\n"), "\t"); len(cols) == fields {
			f(cols)
		}
	}
}

func versions(s string) Versions {
	return Versions{In56: strings.Contains(s, "5.6"), In61: strings.Contains(s, "6.1")}
}
