package sdpops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sdp"
)

func removeFuncs() []registry.Func {
	prefix := registry.Text("prefix")
	return []registry.Func{
		registry.Fn1("sdp_remove_line_by_prefix", prefix, registry.Any, func(c *registry.Ctx, prefix string) int { return removeLines(c, prefix, "") },
			"Removes the lines of the SDP that begin with a text; true also where there is none."),
		registry.Fn2("sdp_remove_line_by_prefix", prefix, registry.Text("media"), registry.Any, removeLines,
			"The same in the streams of one media type."),
	}
}

func removeLines(c *registry.Ctx, prefix, media string) int {
	d, ok := read(c, "sdp_remove_line_by_prefix")
	switch {
	case !ok || d.Text == "":
		return -1
	case prefix == "":
		return 1
	case media == "":
		removeLinesOf(c, d, prefix)
		return 1
	}
	for s := range d.Streams() {
		if isMedia(&s, media) {
			removeLinesOf(c, s.Description, prefix)
		}
	}
	return 1
}

func removeLinesOf(c *registry.Ctx, d sdp.Description, prefix string) {
	for l := range d.Lines() {
		if strings.HasPrefix(l.Text, prefix) {
			c.Msg.Edit(l.At, len(l.Text), "")
		}
	}
}
