package check

import (
	"path/filepath"
	"slices"
	"strings"

	"olelo/lang/source"
)

// maxSkipped is how many files are read that other builds include.
const maxSkipped = 100

// skippedText is the text of the #!ifdef branches that were not read, and of
// the files that they include.
func skippedText(set *source.Set, read func(name string) ([]byte, error)) string {
	texts := slices.Clone(set.Skipped())
	seen := map[string]bool{}
	var dirs []string
	for _, f := range set.Files() {
		seen[filepath.Clean(f)] = true
		if d := filepath.Dir(f); !slices.Contains(dirs, d) {
			dirs = append(dirs, d)
		}
	}
	files := 0
	for i := 0; i < len(texts) && read != nil; i++ { // texts grows
		for _, name := range included(texts[i]) {
			for _, file := range places(name, dirs) {
				if seen[file] || files == maxSkipped {
					continue
				}
				seen[file] = true
				if text, err := read(file); err == nil {
					texts = append(texts, string(text))
					files++
					break
				}
			}
		}
	}
	return strings.Join(texts, "\n")
}

// places are where a file is looked for: in the working directory, and where
// the files are that may include it.
func places(name string, dirs []string) []string {
	list := []string{filepath.Clean(name)}
	if !filepath.IsAbs(name) {
		for _, d := range dirs {
			list = append(list, filepath.Join(d, name))
		}
	}
	return list
}

// included are the names of the files that text includes.
func included(text string) []string {
	var names []string
	for line := range strings.Lines(text) {
		line = strings.TrimPrefix(strings.TrimSpace(line), "#!")
		line = strings.TrimPrefix(line, "!!")
		for _, word := range []string{"include_file", "import_file"} {
			rest, ok := strings.CutPrefix(line, word)
			if !ok {
				continue
			}
			if name, ok := strings.CutPrefix(strings.TrimSpace(rest), `"`); ok {
				if name, _, ok = strings.Cut(name, `"`); ok && name != "" {
					names = append(names, name)
				}
			}
		}
	}
	return names
}
