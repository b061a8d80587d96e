// Package pv is the variables of the language: those of the core and those of
// Kamailio's module pv, with that module's functions.
package pv

import (
	"olelo/runtime/clock"
	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/transformations"
)

// Module is Kamailio's module pv. Its shared variables live in it.
type Module struct {
	shared   shared
	aliases  map[string]avpName
	preset   []preset       // varset
	vars     []scriptVar    // in the order that the configuration names them
	slots    map[string]int // of vars, by name: place+1
	time     *clock.Clock
	started  int64 // $Tb, Unix seconds
	sockets  []*transport.Socket
	serverID int64
	settings registry.SettingHost // nil: there are no parameters to read
	stats    registry.StatsHost   // nil: there are no counters
}

// New returns the module.
func New() *Module { return &Module{aliases: map[string]avpName{}, slots: map[string]int{}} }

var (
	_ registry.Module       = (*Module)(nil)
	_ registry.Provisioner  = (*Module)(nil)
	_ registry.WorkerIniter = (*Module)(nil)
)

// Exports lists the module's variables, functions, transformations,
// parameters and RPC commands.
func (m *Module) Exports() registry.Exports {
	pvs := []registry.PV{m.statVar()}
	for _, list := range [][]registry.PV{
		m.scriptVars(), m.avps(), m.xavps(),
		requestURIs(), addresses(), identities(), messageVars(), headers(), credentials(),
		m.received(), m.clock(), flagVars(), m.branchVars(), m.texts(), escapes(), sending(),
		m.serverVars(), bufferVars(), incoming(), unset(), newer(),
	} {
		pvs = append(pvs, list...)
	}
	return registry.Exports{
		Doc:    "The variables of SIP messages, scripts and time.",
		PVs:    pvs,
		Trans:  transformations.PV(),
		Funcs:  append(append(m.valueFuncs(), m.xavpFuncs()...), m.branchFuncs()...),
		Params: m.params(),
		RPCs:   m.rpcs(),
		Differs: []registry.Difference{
			{Of: "xavu_params_implode()", How: "it writes what xavu_params_explode made; Kamailio 5.6.3 finds no XAVU there"},
			{Of: "$msgbuf", How: "it is one byte; Kamailio 5.6.3 puts a byte that is 0 behind it"},
			{Of: "$ccp", How: "what is assigned is read at once; in Kamailio 5.6.3 a message goes on with the value that it began with"},
			{Of: "$stat", How: "a negative number has its sign also in a text, where Kamailio writes it without one, in 32 bits"},
			{Of: "{s.rafter}", How: "it is what follows the last such byte; Kamailio 5.6.3 gives nothing"},
			{Of: "{s.rbefore}", How: "it is what stands before the last such byte; Kamailio 5.6.3 gives bytes from behind the text's end"},
			{Of: "{s.fmtlines}", How: "it breaks every n bytes; Kamailio 5.6.3 breaks behind each of the first n-1 bytes"},
			{Of: "{s.fmtlinet}", How: "it breaks every n bytes; Kamailio 5.6.3 breaks behind each of the first n-1 bytes"},
			{Of: "{s.encode.7bit}", How: "the eighth bit of a byte is dropped; Kamailio 5.6.3 lets it run into the bytes beside"},
			{Of: "{s.decode.7bit}", How: "a text with other characters than hexadecimal digits is nothing, an odd last digit is ignored; Kamailio 5.6.3 makes something of both"},
			{Of: "{s.decode.base58}", How: "Kamailio 5.6.3 puts bytes that are 0 behind it"},
			{Of: "{s.decode.base64}", How: "a text that is no base 64 is nothing; Kamailio 5.6.3 makes something of it"},
			{Of: "{s.decode.base64t}", How: "a text that is no base 64 is nothing; Kamailio 5.6.3 makes something of it"},
			{Of: "{s.urldecode.param}", How: "a % that no two hexadecimal digits follow stays; Kamailio 5.6.3 loses it, or makes a byte of it"},
			{Of: "{s.int}", How: "of a number with + or zeros in front it prints the number; Kamailio prints the text as it is, and counts with the number"},
			{Of: "{uri.duri}", How: "Kamailio 5.6.3 puts bytes that are 0 into it"},
			{Of: "{uri.saor}", How: "Kamailio 5.6.3 puts bytes that are 0 into it"},
			{Of: "{uri.suri}", How: "Kamailio 5.6.3 puts bytes that are 0 into it"},
			{Of: "{urialias.decode}", How: "of what is no alias it is empty; Kamailio 5.6.3 gives 64 KiB of memory"},
		},
	}
}

// Core is the variables that Kamailio has without any module.
type Core struct{}

var _ registry.Module = Core{}

// Exports lists $null, $rc, $retcode, $def, $defn, $env.
func (Core) Exports() registry.Exports {
	return registry.Exports{
		Doc: "The variables of the core.", PVs: coreVars(),
		Differs: []registry.Difference{{Of: "$defn", How: "inside a text it is its number; Kamailio prints the definition as it is written"}},
	}
}
