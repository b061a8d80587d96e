package app

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/lang/compile"
)

// Mock takes the place of a function, also of one that olelo does not run.
type Mock struct {
	Name string // "sl_send_reply", or with 2 parameters only "sl_send_reply/2"
	Code int    // what it returns: > 0 true, < 0 false, 0 ends the script
}

// ParseMock reads "sl_send_reply=1", "sl_send_reply/2=-1".
func ParseMock(text string) (Mock, error) {
	name, code, ok := strings.Cut(text, "=")
	n, err := strconv.Atoi(strings.TrimSpace(code))
	m := Mock{Name: strings.TrimSpace(name), Code: n}
	if !ok || err != nil || m.Name == "" {
		return m, fmt.Errorf("%q is no mock: it is written NAME=CODE or NAME/PARAMETERS=CODE, as in sl_send_reply=1", text)
	}
	_, err = m.compiled()
	return m, err
}

func (m Mock) compiled() (compile.Mock, error) {
	name, arity, ok := strings.Cut(m.Name, "/")
	c := compile.Mock{Name: name, Arity: -1, Code: m.Code}
	if !ok {
		return c, nil
	}
	n, err := strconv.Atoi(arity)
	if err != nil || n < 0 {
		return c, fmt.Errorf("mock %q: %q is no number of parameters", m.Name, arity)
	}
	c.Arity = n
	return c, nil
}
