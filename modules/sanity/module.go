// Package sanity is Kamailio's module sanity: whether a request is what RFC
// 3261 makes it, beyond what the server itself asks of a message.
package sanity

import (
	"errors"
	"sync"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// name is the module's name, as it stands before its log lines.
const name = "sanity"

// replier is module sl, which sends the replies.
type replier interface {
	Reply(c *registry.Ctx, code int, reason, headers string) error
}

// Module is the module's instance.
type Module struct {
	checks, uris      int
	noReply, autoDrop int
	proxyRequire      string

	sl        replier
	extension []string // of proxyRequire
	perWorker sync.Map // *registry.Worker → *found

	expires, proxyRequired, contentLength sip.Key
	credentials                           [2]sip.Key
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	return &Module{
		checks: version | scheme | headers | cseqMethod | cseqNumber | length | expiry | extensions | credentials,
		uris:   requestURI | fromURI | toURI, autoDrop: 1,
		expires: sip.HeaderKey("Expires"), proxyRequired: sip.HeaderKey("Proxy-Require"),
		contentLength: sip.HeaderKey("Content-Length"),
		credentials:   [2]sip.Key{sip.HeaderKey("Authorization"), sip.HeaderKey("Proxy-Authorization")},
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	const routes = registry.Request | registry.Reply
	checks, uris := registry.IntP("checks"), registry.IntP("uris")
	const which = "1 version, 2 request URI, 4 headers, 8 and 16 nothing, 32 CSeq's method, 64 its number, 128 Content-Length, 256 Expires, " +
		"512 Proxy-Require, 1024 URIs, 2048 credentials, 4096 one tag, 8192 credentials of Digest, 16384 nothing"
	const whichURIs = "1 request URI, 2 From, 4 To, 8 Contact"
	return registry.Exports{
		Doc: "Whether a request is what RFC 3261 makes it; what is wrong with it is replied.",
		Funcs: []registry.Func{
			registry.Fn0("sanity_check", routes, func(c *registry.Ctx) int { return m.check(c, m.checks, m.uris) },
				"Makes the checks of default_checks. True where nothing is wrong; otherwise it replies and ends the script, or is false with autodrop=0."),
			registry.Fn1("sanity_check", checks, routes, func(c *registry.Ctx, checks int) int { return m.check(c, checks, m.uris) },
				"The same with a sum of checks, 1 to 32767: "+which+"."),
			registry.Fn2("sanity_check", checks, uris, routes, m.check,
				"The same with a sum of URIs for the check 1024, 1 to 15: "+whichURIs+"."),
			registry.Fn0("sanity_reply", routes, m.reply, "With noreply=1, replies what the last check found wrong with this message. Always true."),
		},
		Params: []registry.Param{
			registry.Int("default_checks", &m.checks, "The checks of sanity_check without parameters, a sum: "+which+". Default 3047."),
			registry.Int("uri_checks", &m.uris, "The URIs that the check 1024 reads, a sum: "+whichURIs+". Default 7."),
			registry.Str("proxy_require", &m.proxyRequire, "The extensions that a Proxy-Require may name, separated by commas. Default: none."),
			registry.Int("autodrop", &m.autoDrop, "0 goes on with the script where a check fails; otherwise that ends it. Default 1."),
			registry.Int("noreply", &m.noReply, "1 leaves the reply to sanity_reply. Default 0."),
		},
	}
}

// Provision finds the module that sends the replies.
func (m *Module) Provision(h registry.Host) error {
	sl, _ := h.Module("sl")
	var ok bool
	if m.sl, ok = sl.(replier); !ok {
		return errors.New("module sanity sends its replies through module sl: add loadmodule \"sl.so\"")
	}
	m.extension = list(m.proxyRequire)
	return nil
}
