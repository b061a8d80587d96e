package core

import (
	"fmt"
	"slices"
	"strings"

	"olelo/lang/diag"
)

// tellIdle says in one line which parameters of the configuration have no
// effect here, and why that is safe.
func (c *collector) tellIdle() {
	var reasons []string
	names := map[string][]string{}
	n := 0
	for _, l := range c.idle {
		if c.told(l.Pos) {
			continue // its value is wrong
		}
		if names[l.row.why] == nil {
			reasons = append(reasons, l.row.why)
		}
		name := l.Name
		if l.Group != "" {
			name = l.Group + "." + l.Name
		}
		if !slices.Contains(names[l.row.why], name) {
			names[l.row.why] = append(names[l.row.why], name)
			n++
		}
	}
	if n == 0 {
		return
	}
	groups := make([]string, len(reasons))
	for i, why := range reasons {
		groups[i] = strings.Join(names[why], ", ") + ": " + why
	}
	msg := fmt.Sprintf("%d parameters have no effect here, which is safe (%s)", n, strings.Join(groups, "; "))
	if n == 1 {
		msg = "1 parameter has no effect here, which is safe (" + groups[0] + ")"
	}
	first := c.idle[0]
	c.diags.Add(diag.Diagnostic{
		Severity: diag.Info, Code: "parameter-without-effect", Pos: first.Pos, EndLine: first.EndLine, EndCol: first.EndCol,
		Msg: msg, Hint: "the lines may stay",
	})
}
