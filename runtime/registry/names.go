package registry

import "strings"

var maskNames = []struct {
	m    Mask
	name string
}{
	{Request, "request_route"},
	{Failure, "failure_route"},
	{Reply, "reply_route"},
	{Branch, "branch_route"},
	{OnSend, "onsend_route"},
	{Event, "event_route"},
}

// String names the kinds of route block in m: "any", or "request_route, reply_route".
func (m Mask) String() string {
	if m == Any {
		return "any"
	}
	var names []string
	for _, k := range maskNames {
		if m&k.m != 0 {
			names = append(names, k.name)
		}
	}
	return strings.Join(names, ", ")
}

// String is "integer", "text", or "integer or text".
func (t ParamType) String() string {
	switch t {
	case ParamInt:
		return "integer"
	case ParamStr:
		return "text"
	}
	return "integer or text"
}
