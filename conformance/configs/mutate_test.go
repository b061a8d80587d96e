package configs

import (
	"math/rand/v2"
	"regexp"
	"strings"
)

// mutant is a configuration with one mistake.
type mutant struct {
	what string // the mistake, for messages
	main string // the text of the main file
	part string // of part.cfg, which main includes; "" where it does not
}

// word are the pieces of a configuration: comments, directives, texts,
// variables, words and numbers, and the rest one by one.
var word = regexp.MustCompile(`(?m)^#!.*$|#.*$|//.*$|/\*(?s:.*?)\*/|"(?:[^"\\]|\\.)*"|'[^']*'|\$[\w.]+(?:\([^()]*\))?|\$\([^()]*(?:\([^()]*\)[^()]*)*\)|\w+|[=!<>]=|=~|&&|\|\||\S`)

// pieces are the offsets of the tokens of a text: no comments, no directives.
func pieces(text string) [][]int {
	var list [][]int
	for _, at := range word.FindAllStringIndex(text, -1) {
		if p := text[at[0]:at[1]]; p[0] != '#' && !strings.HasPrefix(p, "//") && !strings.HasPrefix(p, "/*") {
			list = append(list, at)
		}
	}
	return list
}

var identifier = regexp.MustCompile(`^\$?[A-Za-z_]\w{2,}`)

// mutate makes one mistake in a configuration.
func mutate(r *rand.Rand, text string, tokens [][]int) mutant {
	for {
		i := 1 + r.IntN(len(tokens)-2)
		at, next := tokens[i], tokens[i+1]
		tok, follower := text[at[0]:at[1]], text[next[0]:next[1]]
		m := mutant{}
		replace := func(what, with string, end int) mutant {
			m.what, m.main = what+" "+tok, text[:at[0]]+with+text[end:]
			return m
		}
		switch kind := r.IntN(10); kind {
		case 0, 1:
			return replace("dropped", "", at[1])
		case 2:
			return replace("doubled", tok+" "+tok, at[1])
		case 3:
			return replace("swapped with "+follower, follower+text[at[1]:next[0]]+tok, next[1])
		case 4, 5: // a letter of a name is wrong
			if name := identifier.FindString(tok); name != "" {
				k := 1 + r.IntN(len(name)-1)
				switch r.IntN(3) {
				case 0:
					return replace("misspelt", tok[:k]+tok[k+1:], at[1])
				case 1:
					return replace("misspelt", tok[:k]+tok[k:k+1]+tok[k:], at[1])
				}
				return replace("misspelt", tok[:k]+"x"+tok[k+1:], at[1])
			}
		case 6, 7: // what closes and separates
			if strings.Contains(`{}();,"`, tok) {
				return replace("dropped", "", at[1])
			}
		case 8: // a quote of a text
			if len(tok) > 2 && (tok[0] == '"' || tok[0] == '\'') {
				if r.IntN(2) == 0 {
					return replace("no opening quote", tok[1:], at[1])
				}
				return replace("no closing quote", tok[:len(tok)-1], at[1])
			}
		case 9: // an include that is cut off
			if r.IntN(3) > 0 {
				break
			}
			start := strings.LastIndexByte(text[:at[0]], '\n') + 1
			size := 200 + r.IntN(4000)
			if end := start + size; end < len(text) {
				rest := end + strings.IndexByte(text[end:]+"\n", '\n')
				m.what = "include cut off behind " + text[max(end-20, start):end]
				m.main, m.part = text[:start]+"include_file \"part.cfg\"\n"+text[min(rest+1, len(text)):], text[start:end]
				// A directive that is cut hides all that follows.
				cut := m.part[strings.LastIndexByte(m.part, '\n')+1:]
				if !strings.HasPrefix(cut, "#") && strings.Count(m.part, "#!if") == strings.Count(m.part, "#!endif") && strings.Count(m.part, `"`)%2 == 0 {
					return m
				}
			}
		}
	}
}
