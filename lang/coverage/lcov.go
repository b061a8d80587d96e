package coverage

import (
	"bufio"
	"fmt"
	"io"
	"maps"
	"slices"
	"strconv"
)

// LCOV writes the profile as a tracefile of lcov, for genhtml and the tools that
// take its place: DA for each line, BRDA for each branch. A condition is a block
// with the branches 0, true, and 1, false; a way of a switch is a block with one. A line with
// branches and without a statement, such as a case, counts as a line here, which
// genhtml asks for.
func (p *Profile) LCOV(w io.Writer) error {
	b := bufio.NewWriter(w)
	for _, f := range p.files() {
		fmt.Fprintf(b, "TN:\nSF:%s\n", f.name)
		lines := maps.Clone(f.lines)
		for n, d := range decisions(f.points) {
			if _, counted := f.lines[d.Line]; !counted {
				lines[d.Line] = max(lines[d.Line], d.yes+d.no)
			}
			switch {
			case !d.isCondition():
				branch(b, d.Line, n, 0, d.yes, true)
			default:
				branch(b, d.Line, n, 0, d.yes, d.yes+d.no > 0)
				branch(b, d.Line, n, 1, d.no, d.yes+d.no > 0)
			}
		}
		fmt.Fprintf(b, "BRF:%d\nBRH:%d\n", f.Branches.All, f.Branches.Ran)
		var share Share
		for _, n := range slices.Sorted(maps.Keys(lines)) {
			fmt.Fprintf(b, "DA:%d,%d\n", n, lines[n])
			share.count(lines[n] > 0)
		}
		fmt.Fprintf(b, "LF:%d\nLH:%d\nend_of_record\n", share.All, share.Ran)
	}
	return b.Flush()
}

// branch writes one BRDA; "-" tells that its condition was never evaluated.
func branch(w io.Writer, line, block, n int, taken uint64, evaluated bool) {
	count := "-"
	if evaluated {
		count = strconv.FormatUint(taken, 10)
	}
	fmt.Fprintf(w, "BRDA:%d,%d,%d,%s\n", line, block, n, count)
}
