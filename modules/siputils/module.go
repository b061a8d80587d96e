// Package siputils is Kamailio's module siputils: tests and changes of URIs,
// Contacts and other parts of SIP messages.
package siputils

import (
	"fmt"
	"net/netip"
	"slices"
	"strings"

	"olelo/runtime/random"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// logAs is the module's name in log lines.
const logAs = "siputils"

// Module is the module's instance.
type Module struct {
	accept, acceptEncoding, acceptLanguage, support string

	rpidAVP, rpidPrefix, rpidSuffix string

	separator byte // between the parts of an encoded Contact

	random  *random.Source
	auth    authorizer
	sockets []netip.AddrPort // the server's own
	names   []string         // alias=
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
)

// New returns the module with Kamailio's defaults.
func New() registry.Module {
	return &Module{
		accept: "*/*", acceptLanguage: "en",
		rpidAVP: "$avp(s:rpid)", rpidSuffix: ";party=calling;id-type=subscriber;screen=yes",
		separator: '*',
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Tests and changes of URIs, Contacts and other parts of SIP messages.",
		Funcs: slices.Concat(
			m.messageFuncs(), m.optionsFuncs(), numberFuncs(), paramFuncs(), uriFuncs(), compareFuncs(),
			m.contactFuncs(), m.rpidFuncs(), m.chargingFuncs(), m.userFuncs(),
		),
		PVs: chargingVars(),
		Differs: []registry.Difference{
			{Of: "contact_param_decode()", How: "a parameter that holds no URI leaves the Contact, and is -1; Kamailio 5.6.3 puts what it holds into the message"},
			{Of: "contact_param_decode_ruri()", How: "a parameter that holds no URI leaves the request URI, and is -1; Kamailio 5.6.3 makes it what the parameter holds"},
			{Of: "is_user()", How: "credentials that a check found not good have no user; in Kamailio those of the realm are the user's, whatever the result"},
			{Of: "is_first_hop()", How: "mode 1 takes names of the server; Kamailio 5.6.3 is false for them"},
			{Of: "sip_p_charging_vector()", How: "headers are removed and replaced; Kamailio 5.6.3 removes none, and writes over the message where it makes one"},
		},
		Params: []registry.Param{
			registry.Str("options_accept", &m.accept, "Accept of the replies to OPTIONS; default */*."),
			registry.Str("options_accept_encoding", &m.acceptEncoding, "Accept-Encoding of the replies to OPTIONS; default empty."),
			registry.Str("options_accept_language", &m.acceptLanguage, "Accept-Language of the replies to OPTIONS; default en."),
			registry.Str("options_support", &m.support, "Supported of the replies to OPTIONS; default empty."),
			registry.StrFunc("rpid_avp", func(v registry.ParamValue) error {
				if !strings.HasPrefix(v.Str, "$avp(") || !strings.HasSuffix(v.Str, ")") {
					return fmt.Errorf("rpid_avp %q is not an AVP: write it as $avp(name)", v.Str)
				}
				m.rpidAVP = v.Str
				return nil
			}, "The AVP with the caller's identity; default $avp(s:rpid)."),
			registry.Str("rpid_prefix", &m.rpidPrefix, "What stands before the identity in Remote-Party-ID; default empty."),
			registry.Str("rpid_suffix", &m.rpidSuffix, "What stands behind the identity in Remote-Party-ID; default ;party=calling;id-type=subscriber;screen=yes."),
			registry.StrFunc("contact_flds_separator", func(v registry.ParamValue) error {
				if v.Str == "" {
					return fmt.Errorf("contact_flds_separator is empty: one character is wanted")
				}
				m.separator = v.Str[0]
				return nil
			}, "The character between the parts of an encoded Contact; default *."),
		},
	}
}

// Provision learns which addresses are the server's own.
func (m *Module) Provision(h registry.Host) error {
	m.random = h.Random()
	if a, ok := h.Module("auth"); ok {
		m.auth, _ = a.(authorizer)
	}
	m.sockets, m.names = nil, nil
	for _, s := range h.Sockets() {
		m.sockets = append(m.sockets, s.Addr)
	}
	if a, ok := h.(registry.AliasHost); ok {
		for _, alias := range a.Aliases() {
			m.names = append(m.names, alias.Host)
		}
	}
	return nil
}

// myself reports whether a URI is of the server's own host, whatever the port
// of a name; ip tells that it is one of its addresses, of which the port counts
// where the URI has one.
func (m *Module) myself(u *sip.URI) (own, ip bool) {
	if a, err := netip.ParseAddr(strings.Trim(u.Host, "[]")); err == nil {
		return slices.ContainsFunc(m.sockets, func(s netip.AddrPort) bool {
			return s.Addr().Unmap() == a.Unmap() && (u.Port == "" || u.PortNum() == int(s.Port()))
		}), true
	}
	return slices.ContainsFunc(m.names, func(n string) bool { return strings.EqualFold(n, u.Host) }), false
}
