package sdpops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sdp"
)

func mediaFuncs() []registry.Func {
	// with is a function that is true where one of the streams is as wanted.
	with := func(fn, param, doc string, is func(s *sdp.Stream, want string) bool) registry.Func {
		return registry.Fn1(fn, registry.Text(param), registry.Any, func(c *registry.Ctx, want string) int {
			d, _ := read(c, fn)
			for s := range d.Streams() {
				if want != "" && is(&s, want) {
					return 1
				}
			}
			return -1
		}, doc)
	}
	// remove is one that takes such streams away.
	remove := func(fn, param, doc string, is func(s *sdp.Stream, want string) bool) registry.Func {
		return registry.Fn1(fn, registry.Text(param), registry.Any, func(c *registry.Ctx, want string) int {
			d, _ := read(c, fn)
			rc := -1
			for s := range d.Streams() {
				if want != "" && is(&s, want) {
					c.Msg.Edit(s.At, len(s.Text), "")
					rc = 1
				}
			}
			return rc
		}, doc)
	}
	return []registry.Func{
		with("sdp_with_media", "type", "True where the SDP has a media stream of a type, such as audio.", isMedia),
		with("sdp_with_active_media", "type", "True where such a stream has a port other than 0 and is not inactive by a line of its own.",
			func(s *sdp.Stream, want string) bool {
				return isMedia(s, want) && s.Port != "0" && !s.Has("a=inactive")
			}),
		with("sdp_with_transport", "transport", "True where a media stream has a transport, such as RTP/AVP.", isTransport),
		with("sdp_with_transport_like", "part", "True where a media stream's transport contains a text; upper and lower case differ.",
			func(s *sdp.Stream, want string) bool { return strings.Contains(s.Transport, want) }),
		registry.Fn1("sdp_transport", avpP("avp"), registry.Any, transport,
			"Assigns to an AVP the transport that all media streams have. -2 where they differ; without streams nothing is assigned."),
		remove("sdp_remove_media", "type", "Removes the media streams of a type; false where there is none.", isMedia),
		remove("sdp_remove_transport", "transport", "Removes the media streams that have a transport; false where there is none.", isTransport),
	}
}

func isMedia(s *sdp.Stream, want string) bool     { return strings.EqualFold(s.Media, want) }
func isTransport(s *sdp.Stream, want string) bool { return strings.EqualFold(s.Transport, want) }

func transport(c *registry.Ctx, v *registry.Var) int {
	d, ok := read(c, "sdp_transport")
	if !ok {
		return registry.Truth(noBody(c))
	}
	common := ""
	for s := range d.Streams() {
		switch {
		case common == "":
			common = s.Transport
		case !strings.EqualFold(common, s.Transport):
			return -2
		}
	}
	if common == "" {
		return 1
	}
	return assign(c, v, common)
}
