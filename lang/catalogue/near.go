package catalogue

import (
	"cmp"
	"iter"
	"maps"
	"slices"
	"strings"
)

// Nearest returns the candidates that name was probably meant to be, best
// first, at most limit of them; none that differ from name in more than a
// third of its letters. Letter case counts half.
func Nearest(name string, candidates iter.Seq[string], limit int) []string {
	type near struct {
		name string
		dist int
	}
	var found []near
	most := 2 * max(1, (len(name)+1)/3) // distances count in halves
	for c := range candidates {
		if c == name || len(c) == 0 {
			continue
		}
		if d := distance(name, c, most); d <= most {
			found = append(found, near{c, d})
		}
	}
	slices.SortFunc(found, func(a, b near) int {
		return cmp.Or(cmp.Compare(a.dist, b.dist), cmp.Compare(common(name, b.name), common(name, a.name)), strings.Compare(a.name, b.name))
	})
	var names []string
	for _, n := range found {
		if len(names) == limit {
			break
		}
		if !slices.Contains(names, n.name) {
			names = append(names, n.name)
		}
	}
	return names
}

// common is how many letters a and b begin with together: a typo is seldom the
// first letter.
func common(a, b string) int {
	n := 0
	for n < len(a) && n < len(b) && lower(a[n]) == lower(b[n]) {
		n++
	}
	return n
}

// NearFunctions returns functions whose names are close to name.
func NearFunctions(name string) []string { return near(name, functions.names()) }

// NearVars returns pseudo-variable classes whose names are close to name.
func NearVars(name string) []string { return near(name, vars.names()) }

// NearTransformations returns transformation classes close to class.
func NearTransformations(class string) []string { return near(class, trans.names()) }

// NearEventRoutes returns event routes whose names are close to name.
func NearEventRoutes(name string) []string { return near(name, events.names()) }

// NearRPCs returns RPC commands whose names are close to name.
func NearRPCs(name string) []string { return near(name, rpcs.names()) }

// NearWords returns words of the core close to name.
func NearWords(name string) []string { return near(name, maps.Keys(words())) }

// NearModules returns modules whose names are close to name.
func NearModules(name string) []string { return near(name, modules) }

// NearParams returns parameters of module whose names are close to name.
func NearParams(module, name string) []string {
	return Nearest(name, func(yield func(string) bool) {
		for _, p := range ParamsOf(module) {
			if !yield(p.Name) {
				return
			}
		}
	}, nearest)
}

// nearest is how many suggestions help a reader; more are noise.
const nearest = 3

func near(name string, all iter.Seq[string]) []string { return Nearest(name, all, nearest) }

// distance is the number of single-letter insertions, deletions, changes and
// swaps of neighbours between a and b, times two; a change of letter case
// counts one. It gives up above most.
func distance(a, b string, most int) int {
	if d := 2 * (len(a) - len(b)); d > most || -d > most {
		return most + 1
	}
	before := make([]int, len(b)+1) // the row before last
	last := make([]int, len(b)+1)
	row := make([]int, len(b)+1)
	for j := range last {
		last[j] = 2 * j
	}
	for i := 1; i <= len(a); i++ {
		row[0] = 2 * i
		least := row[0]
		for j := 1; j <= len(b); j++ {
			change := last[j-1]
			switch x, y := a[i-1], b[j-1]; {
			case x == y:
			case lower(x) == lower(y):
				change++
			default:
				change += 2
			}
			row[j] = min(change, last[j]+2, row[j-1]+2)
			if i > 1 && j > 1 && a[i-1] == b[j-2] && a[i-2] == b[j-1] {
				row[j] = min(row[j], before[j-2]+2)
			}
			least = min(least, row[j])
		}
		if least > most {
			return most + 1
		}
		before, last, row = last, row, before
	}
	return last[len(b)]
}

func lower(c byte) byte {
	if 'A' <= c && c <= 'Z' {
		return c + 'a' - 'A'
	}
	return c
}
