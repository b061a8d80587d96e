package random

import (
	"encoding/hex"
	"strconv"
	"strings"
)

// readable is a line with its text instead of the hexadecimal.
func readable(line string) string {
	before, digits, ok := strings.Cut(line, " str ")
	if !ok {
		return line
	}
	text, err := hex.DecodeString(digits)
	if err != nil {
		return line
	}
	return before + " str " + strconv.Quote(string(text))
}
