package sdpops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sdp"
)

func codecFuncs() []registry.Func {
	ids, names, media := registry.Text("ids"), registry.Text("names"), registry.Text("media")
	// byID and byName are a function with and without its media parameter.
	byID := func(fn, doc string, keep bool) []registry.Func {
		return []registry.Func{
			registry.Fn1(fn, ids, registry.Any, func(c *registry.Ctx, ids string) int { return filter(c, fn, ids, "", keep) }, doc),
			registry.Fn2(fn, ids, media, registry.Any, func(c *registry.Ctx, ids, media string) int {
				return filter(c, fn, ids, media, keep)
			}, "The same in the streams of one media type."),
		}
	}
	byName := func(fn, doc string, keep bool) []registry.Func {
		run := func(c *registry.Ctx, names, media string) int {
			d, ok := read(c, fn)
			if !ok {
				return -1
			}
			ids := idsOf(c, d, names)
			if ids == "" {
				return -1
			}
			return filterIn(c, d, ids, media, keep)
		}
		return []registry.Func{
			registry.Fn1(fn, names, registry.Any, func(c *registry.Ctx, names string) int { return run(c, names, "") }, doc),
			registry.Fn2(fn, names, media, registry.Any, run, "The same in the streams of one media type."),
		}
	}
	const stay = " Nothing is left of a removed one in m=, a=rtpmap, a=fmtp and a=rtcp-fb."
	funcs := byID("sdp_remove_codecs_by_id", "Removes the payload types of a list (\"0,8\") from the media streams."+stay, false)
	funcs = append(funcs, byName("sdp_remove_codecs_by_name", "Removes the codecs of a list of names; false where the SDP has none of them."+stay, false)...)
	funcs = append(funcs, byID("sdp_keep_codecs_by_id", "Removes all payload types but those of a list.", true)...)
	funcs = append(funcs, byName("sdp_keep_codecs_by_name", "Removes all codecs but those of a list of names; false, and nothing is removed, where the SDP has none of them.", true)...)
	return append(
		funcs,
		registry.Fn1("sdp_with_codecs_by_id", ids, registry.Any, func(c *registry.Ctx, ids string) int {
			d, ok := read(c, "sdp_with_codecs_by_id")
			if !ok {
				return -2
			}
			return present(d, ids)
		}, "1 where every media stream has all payload types of a list, 2 where one stream has one of them, -1 else; -2 without an SDP."),
		registry.Fn1("sdp_with_codecs_by_name", names, registry.Any, func(c *registry.Ctx, names string) int {
			d, ok := read(c, "sdp_with_codecs_by_name")
			if !ok {
				return -1
			}
			return present(d, idsOf(c, d, names))
		}, "The same for a list of names, of which those count that the SDP has; -1 without an SDP."),
	)
}

// next is the first item of a list, and the rest. Blanks count nothing before an
// item, and belong to it behind it; an empty one ends the list.
func next(list string) (item, rest string) {
	list = strings.TrimLeft(list, " ")
	list = strings.TrimPrefix(list, ",")
	list = strings.TrimLeft(list, " ")
	if i := strings.IndexByte(list, ','); i >= 0 {
		return list[:i], list[i:]
	}
	return list, ""
}

func inList(list, want string) bool {
	for item, rest := next(list); item != ""; item, rest = next(rest) {
		if item == want {
			return true
		}
	}
	return false
}

// static are the names of payload types that need no a=rtpmap (RFC 3551
// section 6), as far as Kamailio knows them.
var static = [...]struct{ name, ids string }{
	{"PCMU", "0"},
	{"GSM", "3"},
	{"G723", "4"},
	{"DVI4", "5,6,16,17"},
	{"LPC", "7"},
	{"PCMA", "8"},
	{"G722", "9"},
	{"L16", "10,11"},
	{"QCELP", "12"},
	{"CN", "13"},
	{"MPA", "14"},
	{"G728", "15"},
	{"G729", "18"},
}

// idsOf are the payload types of a list of names, as a list in the arena.
func idsOf(c *registry.Ctx, d sdp.Description, names string) string {
	ids := ""
	add := func(id string) {
		if ids != "" {
			ids = c.Arena.Concat(ids, ",")
		}
		ids = c.Arena.Concat(ids, id)
	}
names:
	for item, rest := next(names); item != ""; item, rest = next(rest) {
		for _, s := range static {
			if strings.EqualFold(s.name, item) {
				add(s.ids)
				continue names
			}
		}
		for s := range d.Streams() {
			for _, f := range s.FormatList() {
				if strings.EqualFold(s.Encoding(f), item) {
					add(f)
				}
			}
		}
	}
	return ids
}

func filter(c *registry.Ctx, fn, ids, media string, keep bool) int {
	d, ok := read(c, fn)
	if !ok {
		return -1
	}
	return filterIn(c, d, ids, media, keep)
}

// filterIn removes the payload types that are in the list, or where it is what to
// keep, those that are not. Of one that a stream has twice the first goes.
func filterIn(c *registry.Ctx, d sdp.Description, ids, media string, keep bool) int {
	for s := range d.Streams() {
		if media != "" && !isMedia(&s, media) {
			continue
		}
		for at, f := range s.FormatList() {
			if inList(ids, f) != keep && !earlier(&s, at, f) {
				c.Msg.Edit(at-len(" "), len(" ")+len(f), "")
				removeAttributes(c, &s, f)
			}
		}
	}
	return 1
}

// earlier reports whether the stream has the payload type before at.
func earlier(s *sdp.Stream, at int, format string) bool {
	for first, f := range s.FormatList() {
		if f == format {
			return first < at
		}
	}
	return false
}

// removeAttributes removes what a stream says about a payload type.
func removeAttributes(c *registry.Ctx, s *sdp.Stream, format string) {
	for l := range s.Lines() {
		for _, a := range [...]string{"a=rtpmap:", "a=fmtp:", "a=rtcp-fb:"} {
			if len(l.Text) < len(a) || !strings.EqualFold(l.Text[:len(a)], a) {
				continue
			}
			if behind, ok := strings.CutPrefix(l.Text[len(a):], format); ok && strings.HasPrefix(behind, " ") {
				c.Msg.Edit(l.At, len(l.Text), "")
			}
		}
	}
}

// present tells how much of a list the streams have.
func present(d sdp.Description, ids string) int {
	found, missing := false, false
	for s := range d.Streams() {
		for item, rest := next(ids); item != ""; item, rest = next(rest) {
			has := false
			for _, f := range s.FormatList() {
				has = has || f == item
			}
			found, missing = found || has, missing || !has
		}
	}
	switch {
	case !found:
		return -1
	case missing:
		return 2
	}
	return 1
}
