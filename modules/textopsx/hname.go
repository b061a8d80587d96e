package textopsx

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

var (
	errKeepNothing = errors.New("keep_hf wants a pattern, in Kamailio too: without one the server does not start")
	errAll         = errors.New("[*] cannot stand here: one value is meant")
	errNoParam     = errors.New("a parameter cannot stand here: only a value is meant")
	errOnlyName    = errors.New("neither [index] nor .parameter can stand here")
)

// hname is which value of a header, and which parameter of it, a function
// means: NAME[INDEX].PARAM.
type hname struct {
	name    string
	key     sip.Key
	indexed bool
	index   int // from 1 on, or from the end where negative
	all     bool
	param   string // "" for the value itself
}

// hnameP is a constant NAME[INDEX].PARAM, where index and parameter may be
// missing. check refuses what a function does not take.
func hnameP(check func(*hname) error) registry.P[*hname] {
	return registry.P[*hname]{
		ParamInfo: registry.ParamInfo{Name: "header", Kind: "name[index].parameter"},
		Bind: func(_ registry.Fixup, a registry.Arg) (func(*registry.Ctx) (*hname, bool), error) {
			h, err := parseHname(a.Text)
			if err == nil && check != nil {
				err = check(h)
			}
			return func(*registry.Ctx) (*hname, bool) { return h, true }, err
		},
	}
}

// The checks of hnameP.
func oneValue(h *hname) error {
	switch {
	case h.all:
		return errAll
	case h.param != "":
		return errNoParam
	}
	return nil
}

func oneOrParams(h *hname) error {
	if h.all && h.param == "" {
		return errAll
	}
	return nil
}

func onlyName(h *hname) error {
	if h.indexed || h.all || h.param != "" {
		return errOnlyName
	}
	return nil
}

func parseHname(text string) (*hname, error) {
	wrong := func(at string) error {
		return fmt.Errorf("%q cannot be read from %q on: NAME, NAME[INDEX] or NAME[INDEX].PARAMETER is wanted", text, at)
	}
	h := &hname{}
	rest := strings.TrimLeft(text, " \t")
	h.name, rest = token(rest)
	if h.name == "" {
		return nil, wrong(rest)
	}
	h.key = sip.HeaderKey(h.name)
	rest = strings.TrimLeft(rest, " \t")
	if strings.HasPrefix(rest, "[") {
		index, behind, ok := strings.Cut(rest[1:], "]")
		index = strings.Trim(index, " \t")
		n, err := strconv.Atoi(index)
		switch h.all = index == "*"; {
		case !ok || !h.all && err != nil:
			return nil, wrong(rest[1:])
		case !h.all:
			h.indexed, h.index = true, n
		}
		rest = behind
	}
	if strings.HasPrefix(rest, ".") {
		if h.param, rest = token(rest[1:]); h.param == "" {
			return nil, wrong(rest)
		}
	}
	if rest != "" {
		return nil, wrong(rest)
	}
	return h, nil
}

// token takes a header or parameter name off s; a dot ends it.
func token(s string) (tok, rest string) {
	for i := range len(s) {
		c := s[i]
		if (c < 'a' || c > 'z') && (c < 'A' || c > 'Z') && (c < '0' || c > '9') && strings.IndexByte("-!%*_+`'~", c) < 0 {
			return s[:i], s[i:]
		}
	}
	return s, ""
}
