package diag

import (
	"slices"

	"olelo/lang/catalogue"
)

// Nearest is the candidate that word was probably meant to be, "" where none
// is near enough.
func Nearest(word string, candidates []string) string {
	if near := catalogue.Nearest(word, slices.Values(candidates), 1); len(near) > 0 {
		return near[0]
	}
	return ""
}
