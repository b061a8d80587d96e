// Package textops is Kamailio's module textops: searching and changing the
// text of a SIP message.
//
// Its functions read the message as it was received. What they change is laid
// over it and seen where the message is sent (sip.Message.Edit).
package textops

import (
	"slices"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/transformations"
)

// logAs is the module's name in log lines.
const logAs = "textops"

// Module is the module's instance.
type Module struct {
	patterns *ere.Cache // those only known while routing
}

var _ registry.Module = (*Module)(nil)

// patternCache is how many patterns from variables are kept compiled.
const patternCache = 256

// New returns the module.
func New() registry.Module { return &Module{patterns: ere.NewCache(patternCache)} }

// Exports lists the module's functions and transformations.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Searches in a message and changes to its text: headers, body, request URI.",
		Funcs: slices.Concat(
			methodFuncs(), m.presentFuncs(), m.searchFuncs(), m.stringFuncs(),
			appendFuncs(), m.removeFuncs(), m.replaceFuncs(), substFuncs(),
			bodyFuncs(), partFuncs(), toMultipartFuncs(),
		),
		Trans: transformations.Textops(),
		Differs: []registry.Difference{
			{Of: "set_body_multipart()", How: "the last boundary ends the body, and a multipart message keeps its boundary; Kamailio 5.6.3 leaves the body without an end until a part is appended, puts another boundary in it than the Content-Type tells, and ends where there is no Content-Type"},
			{Of: "get_body_part()", How: "the content of a part begins behind all its headers; Kamailio 5.6.3 takes what stands behind Content-Type for it"},
			{Of: "filter_body()", How: "the content of a part begins behind all its headers; Kamailio 5.6.3 takes what stands behind Content-Type for it"},
		},
	}
}
