package corex

import (
	"strconv"
	"strings"

	"olelo/runtime/msgstate"
	"olelo/runtime/registry"
)

func branchFuncs() []registry.Func {
	const doc = "Appends a branch with the socket and flags that the request has now: to the URI, or where that is empty to the request's with its destination URI"
	uri := registry.Text("uri")
	const routes = registry.Request | registry.Failure
	return []registry.Func{
		registry.Fn0("append_branch", routes, func(c *registry.Ctx) int { return appendBranch(c, "", "") }, doc+"."),
		registry.Fn1("append_branch", uri, routes, func(c *registry.Ctx, uri string) int { return appendBranch(c, uri, "") }, doc+"."),
		registry.Fn2("append_branch", uri, registry.Text("q"), routes, appendBranch, doc+"; q is its priority, 0 to 1 with up to three digits behind the point."),
	}
}

func appendBranch(c *registry.Ctx, uri, q string) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		c.Log.Errorf(name, "append_branch: only a request has branches")
		return -1
	}
	b := msgstate.Branch{URI: uri, SendSocket: c.State.SendSocket, Flags: c.State.BranchFlags}
	if uri == "" {
		b.URI, b.DstURI = c.Msg.RURI(), c.Msg.DstURI()
	}
	if q != "" {
		if b.Q, b.HasQ = thousandths(q); !b.HasQ {
			c.Log.Errorf(name, "append_branch: %.40q is no q value: 0 to 1 is, as in 0.5", q)
			return -1
		}
	}
	if !c.State.Branches.Add(b) {
		c.Log.Errorf(name, "append_branch: a request has at most %d branches", msgstate.MaxBranches)
		return -1
	}
	if uri == "" { // the branch took over what was the request URI's
		c.State.BranchFlags = 0
		c.Msg.SetDstURI("")
	}
	return 1
}

// thousandths reads a qvalue (RFC 3261 section 25.1); what follows its third
// digit is cut off.
func thousandths(q string) (int, bool) {
	whole, frac, point := strings.Cut(q, ".")
	if whole != "" && whole != "0" && whole != "1" || point == (frac == "") {
		return 0, false
	}
	n, err := strconv.ParseUint((frac + "000")[:3], 10, 16)
	if err != nil || whole == "1" && n > 0 {
		return 0, false
	}
	if whole == "1" {
		n = 1000
	}
	return int(n), true
}
