// Package msrp is Kamailio's msrp module: an MSRP relay (RFC 4975, 4976) whose
// decisions are the script's, in event_route[msrp:frame-in].
package msrp

import (
	"context"
	"fmt"
	"time"

	lru "github.com/hashicorp/golang-lru/v2"

	"olelo/runtime/clock"
	"olelo/runtime/log"
	"olelo/runtime/msrp"
	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
)

// name is the prefix of the module's log lines.
const name = "msrp"

// frameIn is the event route that every frame runs.
const frameIn = "msrp:frame-in"

// Module is one configuration's msrp module.
type Module struct {
	sipmsg       int
	cmapSize     int
	interval     int
	minExpires   int
	maxExpires   int
	usePathAddr  string
	strictDigest int
	frameMax     int
	streamFrom   int

	host    registry.Host
	clock   *clock.Clock
	random  *random.Source
	net     registry.Net
	route   registry.Block
	sockets []*transport.Socket
	names   *resolver
	cmap    *cmap // nil without cmap_size

	failed   log.Throttle                      // lines about frames not sent
	answered *lru.Cache[transaction, struct{}] // relayed requests that the script had answered
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() *Module {
	answered, _ := lru.New[transaction, struct{}](keepAnswered) // fails for sizes below 1 only
	return &Module{
		answered: answered,
		sipmsg:   1, interval: 60, minExpires: 60, maxExpires: 3600,
		frameMax: msrp.DefaultFrame, streamFrom: 1 << 20,
	}
}

// Exports returns the module's tables.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:    "MSRP relay (RFC 4975, 4976): routes MSRP frames in event_route[msrp:frame-in].",
		Funcs:  m.funcs(),
		Params: m.params(),
		PVs:    []registry.PV{m.variable()},
		Trans:  []registry.Trans{uriTransformations()},
		Events: []string{frameIn},
		Differs: []registry.Difference{
			{Of: "event_route[msrp:frame-in]", How: "it runs for every frame up to frame_max_size (10 MiB), for a larger one as well where nothing reads bodies; Kamailio has no variables for frames over 11,239 bytes, so that a frame passes as if no condition held, and loses those over 14,336"},
			{Of: "event_route[msrp:frame-in]", How: "what breaks RFC 4975 closes its connection (path headers missing or folded, a bad first line, half a frame for 30 s); Kamailio drops it in silence, and a first line without a method ends the whole server"},
			{Of: "msrp_relay()", How: "a receiver that is slow holds its senders back, and they are told of a frame that is lost; Kamailio closes the receiver and loses its frames"},
			{Of: "msrp_relay()", How: "a frame of more than stream_from (1 MiB) whose body nothing reads passes while it comes in, unless another passes to its receiver, or that is the server itself: one that ends in its middle, or brings too little (less than 1 kB/s for 30 s; where other frames wait for its receiver, less than 16 kB/s for 8 s), gets the end line of an aborted one (#); its sender is answered 408 if it is still there"},
			{Of: "msrp_relay()", How: "connecting holds up no worker: the result is 1, and a frame that finds nobody is answered 408; it is -1 where the peer has just closed, where Kamailio's is 1 and the frame lost"},
			{Of: "msrp_reply()", How: "a REPORT is never answered, as RFC 4975 wants, and the answer to AUTH carries the whole From-Path, as RFC 4976 wants"},
			{Of: "msrp_reply()", How: "a code that is not three digits is not sent; Kamailio sends whatever stands there, also <null>"},
			{Of: "msrp_set_dst()", How: "a bad address leaves the one before; Kamailio loses that, too"},
			{Of: "$msrp", How: "header names are read in any letters, and a response may have no text, as RFC 4975 has it; Kamailio closes the connection of a to-path, knows no message-id, and takes a status without text for a method"},
			{Of: "event_route[msrp:frame-in]", How: "tcp_accept_no_cl is not needed, and an $avp ends with its frame; Kamailio refuses every frame without tcp_accept_no_cl=yes, and shows an $avp to the next frame of the same process"},
			{Of: "msrp_cmap_save()", How: "Expires counts; Kamailio 5.6 answers any Expires beside Authorization with 423"},
			{Of: "msrp_cmap_lookup()", How: "a session is over when it expires; Kamailio finds it until its timer runs"},
			{Of: "modparam sipmsg", How: "with 0, variables and constants work all the same; in Kamailio they fail"},
		},
		RPCs: []registry.RPC{{
			Name: "msrp.cmaplist",
			Doc:  "Lists the sessions of the connections map: number of slots (MAP_SIZE), each session's id, client URI (PEER), address, socket, expiry and connection number, and their count.",
			Run:  m.cmapList,
		}},
	}
}

func (m *Module) funcs() []registry.Func {
	return []registry.Func{
		registry.Fn0("msrp_relay", registry.Any, m.relay,
			"Sends the frame to the next hop: the second To-Path URI, or where msrp_set_dst or msrp_cmap_lookup said. The first To-Path URI moves to the front of From-Path; no other byte changes. -1 if To-Path has no second URI, or the frame cannot be sent: no connection, no address, the peer has just closed, its queue is full."),
		registry.Fn2("msrp_reply", registry.Text("code"), registry.Text("text"), registry.Any, m.reply2,
			"Answers the request with a response of this code (three digits) and text. Responses and REPORTs are never answered: nothing is sent then, and the result is 1. -1 if the answer cannot be sent."),
		registry.Fn3("msrp_reply", registry.Text("code"), registry.Text("text"), registry.Text("hdrs"), registry.Any, m.reply,
			"Answers the request with a response of this code (three digits) and text, and these header lines, each with its CRLF."),
		registry.Fn0("msrp_is_request", registry.Any, m.isRequest,
			"True if the frame is a request (SEND, REPORT, AUTH …)."),
		registry.Fn0("msrp_is_reply", registry.Any, m.isReply,
			"True if the frame is a response."),
		registry.Fn2("msrp_set_dst", registry.Text("addr"), registry.Text("sock"), registry.Any, m.setDst,
			"Sets where msrp_relay sends the frame: an MSRP URI, of which scheme, host and port count (no port: 5060), and the local socket to send from (proto:ip:port; one that is not this server's is ignored). -1 if the address cannot be used; the one before stays."),
		registry.Fn1("msrp_relay_flags", registry.IntP("flags"), registry.Any, m.relayFlags,
			"Adds to the flags of msrp_relay for this frame: 1 only over a connection that is open, 2 close the connection after sending."),
		registry.Fn1("msrp_reply_flags", registry.IntP("flags"), registry.Any, m.replyFlags,
			"Adds to the flags of msrp_reply for this frame: 1 only over the connection that is open, 2 close it after sending."),
		registry.Fn0("msrp_cmap_save", registry.Any, m.cmapSave,
			"Answers an AUTH with 200 and a Use-Path of a new session, and keeps the connection for it until Expires. 1; -1 without cmap_size or if the answer cannot be sent; -2 if the frame is no AUTH; -3 if Expires is out of bounds (answered 423 with Min-Expires or Max-Expires)."),
		registry.Fn0("msrp_cmap_lookup", registry.Any, m.cmapLookup,
			"Makes the connection of the session in the first To-Path URI the target of msrp_relay. 1; -1 without cmap_size; -3 if the URI has no session; -4 if the session is unknown or over."),
		registry.Fn0("msrp_forward", registry.Any, m.forward,
			"Sends the frame as it came, without relaying's change of the paths, to where msrp_set_dst or msrp_cmap_lookup said. -1 if they were not called. (Kamailio 6.1)"),
		registry.Fn1("msrp_forward", registry.Text("to"), registry.Any, m.forwardTo,
			"Sends the frame with the URIs to as its To-Path and the old To-Path as its From-Path, to where msrp_set_dst said, otherwise to the first of the URIs. (Kamailio 6.1)"),
		registry.Fn2("msrp_forward", registry.Text("to"), registry.Text("from"), registry.Any, m.forwardToFrom,
			"Sends the frame with the URIs to and from as its To-Path and From-Path. (Kamailio 6.1)"),
	}
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.Int("sipmsg", &m.sipmsg,
			"1 shows the frame's headers to the script as a SIP request ($rm is MSRP, $hdr(To-Path), $si …). 0 leaves the SIP variables $null. Default 1."),
		registry.Int("cmap_size", &m.cmapSize,
			"Size of the connections map: 2^n slots, n up to 16. Default 0: no map, msrp_cmap_save and msrp_cmap_lookup return -1."),
		registry.Int("timer_interval", &m.interval,
			"Seconds between removals of sessions that are over from the connections map. Default 60."),
		registry.Int("auth_min_expires", &m.minExpires,
			"Least Expires in seconds that msrp_cmap_save accepts. Default 60."),
		registry.Int("auth_max_expires", &m.maxExpires,
			"Largest Expires in seconds that msrp_cmap_save accepts, and the one of an AUTH without Expires. Default 3600."),
		registry.Str("use_path_addr", &m.usePathAddr,
			"host:port of the Use-Path that msrp_cmap_save gives. Default: the socket that the AUTH came in on."),
		registry.StrFunc("event_callback", func(v registry.ParamValue) error {
			if v.Str == "" {
				return nil
			}
			return registry.NotRun("event_callback=%q: olelo runs kamailio.cfg only, no KEMI scripts: write event_route[%s]", v.Str, frameIn)
		}, "Name of a KEMI function to run instead of the event route. olelo has no KEMI: anything but \"\" is refused."),
		registry.Int("strict_digest_method", &m.strictDigest,
			"olelo's own. 0: pv_www_authenticate without a method accepts, for an MSRP frame, a digest over AUTH (RFC 4976) and over MSRP (what Kamailio hashes). 1: over MSRP only, as Kamailio. Default 0."),
		{
			Name: "frame_max_size", Type: registry.ParamInt,
			Doc: "olelo's own. Largest MSRP frame in bytes that is held until it is whole, from 1024 to 1073741824; a larger one closes its connection. Senders split messages in chunks. Where nothing in the configuration reads bodies ($msrp(body), $msrp(bodylen), $msrp(buf), $msrp(buflen)), a frame of more than stream_from is not held. Default 10485760 (10 MiB).",
			Set: func(v registry.ParamValue) error {
				if v.Int < 1<<10 || v.Int > 1<<30 {
					return fmt.Errorf("frame_max_size=%d: from 1024 to 1073741824 bytes are possible", v.Int)
				}
				m.frameMax = int(v.Int)
				return nil
			},
		},
		{
			Name: "stream_from", Type: registry.ParamInt,
			Doc: "olelo's own. Where nothing in the configuration reads bodies ($msrp(body), $msrp(bodylen), $msrp(buf), $msrp(buflen); the start and olelo check tell), an MSRP frame is routed when so many bytes of it are in, and what it brings then passes as it comes, whatever its size: from 65536 to 1073741824. Less starts earlier and takes less memory; but what others send to the same receiver waits until the frame has passed, at the pace of its sender. Those for whose receiver another frame passes, that go to a second receiver, or to the server itself, are held up to frame_max_size all the same. 0, or more than frame_max_size: every frame is held until it is whole. Default 1048576 (1 MiB).",
			Set: func(v registry.ParamValue) error {
				if v.Int != 0 && (v.Int < 64<<10 || v.Int > 1<<30) {
					return fmt.Errorf("stream_from=%d: from 65536 to 1073741824 bytes are possible, and 0 for never", v.Int)
				}
				m.streamFrom = int(v.Int)
				return nil
			},
		},
	}
}

// StreamFrom is from how many bytes on a frame is not held, -1: always held.
func (m *Module) StreamFrom() int {
	if m.streamFrom == 0 {
		return -1
	}
	return m.streamFrom
}

// FrameLimits is what connections may take as one frame.
func (m *Module) FrameLimits() msrp.Limits { return msrp.Limits{Frame: m.frameMax} }

// StrictDigestMethod tells the auth module that a digest of an MSRP frame is
// over the method MSRP only.
func (m *Module) StrictDigestMethod() bool { return m.strictDigest != 0 }

// Provision makes the connections map.
func (m *Module) Provision(h registry.Host) error {
	m.host, m.clock, m.random = h, h.Clock(), h.Random()
	m.names = newResolver()
	if m.cmapSize <= 0 {
		return nil
	}
	bits := m.cmapSize
	if bits > maxCmapSize {
		h.Log().Warnf(name, "cmap_size=%d: the map is made with the largest size, %d (2^%d slots)", bits, maxCmapSize, maxCmapSize)
		bits = maxCmapSize
	}
	if m.minExpires > m.maxExpires {
		h.Log().Warnf(name, "auth_min_expires=%d is more than auth_max_expires=%d: every AUTH with Expires will get 423", m.minExpires, m.maxExpires)
	}
	m.cmap = newCmap(bits)
	h.Every(max(time.Duration(m.interval), 1)*time.Second, func(*registry.Ctx) { m.cmap.sweep(m.clock.Now()) })
	return nil
}

// Start takes what the open sockets give.
func (m *Module) Start(context.Context) error {
	m.net, m.sockets = m.host.Net(), m.host.Sockets()
	m.route = m.host.EventRoute(frameIn)
	if m.route == nil {
		m.host.Log().Warnf(name, "there is no event_route[%s]: MSRP frames are read and dropped", frameIn)
	}
	return nil
}

// frame returns the frame being routed; fn is who asks.
func frame(c *registry.Ctx, fn string) *msrp.Frame {
	if c.Frame == nil {
		c.Log.Errorf(name, "%s: no MSRP frame is routed here; only event_route[%s] has one", fn, frameIn)
	}
	return c.Frame
}

func (m *Module) isRequest(c *registry.Ctx) int {
	if c.Frame != nil && c.Frame.IsRequest() {
		return 1
	}
	return -1
}

func (m *Module) isReply(c *registry.Ctx) int {
	if c.Frame != nil && c.Frame.IsReply() {
		return 1
	}
	return -1
}
