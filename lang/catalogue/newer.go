package catalogue

import (
	"strings"
	"sync"
)

// news are the names that some row has for Kamailio 6 alone, of whatever kind:
// a look here spares most configurations the tables.
var news = sync.OnceValue(func() map[string]struct{} {
	m := map[string]struct{}{}
	for _, text := range []string{functionsTSV, paramsTSV, pvsTSV, transTSV, eventsTSV, coreTSV} {
		for line := range strings.Lines(text) {
			if line, ok := strings.CutSuffix(line, "\t6.1\n"); ok {
				_, rest, _ := strings.Cut(line, "\t")
				name, _, _ := strings.Cut(rest, "\t")
				m[name] = struct{}{}
			}
		}
	}
	return m
})

// Newer reports whether Kamailio 6 has a name and 5.6 does not; rows gives what
// is known of it. What no row knows is not newer.
func Newer[R interface{ Has56() bool }](name string, rows func(string) []R) bool {
	if _, ok := news()[name]; !ok {
		return false
	}
	known := rows(name)
	for _, r := range known {
		if r.Has56() {
			return false
		}
	}
	return len(known) > 0
}

// Has56 is In56, for Newer.
func (v Versions) Has56() bool { return v.In56 }
