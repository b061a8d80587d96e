package textops

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

const sdpType = "application/sdp"

// sdpOf is the message's session description: its body, or a part of it.
func sdpOf(m *sip.Message) string {
	body := m.Body()
	if equalFold(sip.MediaType(m.ContentType()), sdpType) {
		return body
	}
	if p, ok := m.FindPart(sdpType); ok {
		return body[p.Content:p.End]
	}
	return ""
}

// The kinds of hold that is_audio_on_hold tells.
const (
	holdAddress   = 1 // RFC 2543 section B.5: the null address
	holdDirection = 2 // RFC 3264 section 8.4
)

// isAudioOnHold looks at the audio streams in turn, the session's direction
// and address standing in for those that a stream does not have.
func isAudioOnHold(c *registry.Ctx) int {
	if c.Msg == nil {
		return -1
	}
	var session, stream hold
	audio, streams := false, false
	for line := range strings.SplitSeq(sdpOf(c.Msg), "\n") {
		line = strings.TrimSuffix(line, "\r")
		if strings.HasPrefix(line, "m=") {
			if audio {
				if kind := stream.over(&session); kind > 0 {
					return kind
				}
			}
			audio, streams, stream = strings.HasPrefix(line, "m=audio"), true, hold{}
			continue
		}
		if streams {
			stream.read(line)
		} else {
			session.read(line)
		}
	}
	if audio {
		if kind := stream.over(&session); kind > 0 {
			return kind
		}
	}
	return -1
}

// hold is what a session or a stream says about hold.
type hold struct {
	direction string // the first a=
	address   string
}

func (h *hold) read(line string) {
	switch line {
	case "a=sendonly", "a=inactive", "a=sendrecv", "a=recvonly":
		if h.direction == "" {
			h.direction = line[len("a="):]
		}
	}
	if rest, ok := strings.CutPrefix(line, "c=IN IP"); ok && h.address == "" && len(rest) > len("4 ") {
		h.address = rest[len("4 "):]
	}
}

func (h hold) held() bool { return h.direction == "sendonly" || h.direction == "inactive" }

// over is the kind of hold of a stream in its session, 0 for none and for a
// stream without an address. Like Kamailio it takes a session on hold as one
// for all its streams.
func (h hold) over(session *hold) int {
	address := h.address
	if address == "" {
		address = session.address
	}
	switch {
	case address == "":
	case h.held() || session.held():
		return holdDirection
	case address == "0.0.0.0":
		return holdAddress
	}
	return 0
}
