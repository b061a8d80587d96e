package random

import (
	"fmt"
	"strings"
)

// Case is d as a case of the suites, in txtar form: the program alone, its
// message and what Kamailio logs.
func (d *Difference) Case(seed uint64) string {
	p := d.Program
	var b strings.Builder
	fmt.Fprintf(&b, "# kamailio: %s\n# olelo:    %s\n# found by oracle-fuzz, seed %d\n", readable(d.Kamailio), readable(d.Olelo), seed)
	b.WriteString("server kamailio.cfg\nclient alice udp\nalice send m1.sip\nlog lines 'T# ' want.txt\n")
	fmt.Fprintf(&b, "-- kamailio.cfg --\n%srequest_route {\n%s\troute(%s);\n}\n%s%s", globals(5060), reset(), p.Name, strings.ReplaceAll(showRoute, "$vn(at)", ""), p.Source())
	fmt.Fprintf(&b, "-- m1.sip --\n%s", p.Messages[0])
	if !strings.HasSuffix(string(p.Messages[0]), "\n") {
		b.WriteString("\n")
	}
	fmt.Fprintf(&b, "-- want.txt --\n%s\n", strings.Join(d.Want, "\n"))
	return b.String()
}
