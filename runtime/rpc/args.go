package rpc

import (
	"fmt"
	"strconv"

	"olelo/runtime/registry"
)

// errType is what a fault says of an argument of another type.
const errType = "record doesn't match type"

// Need is a command's i-th argument; where there is none the client gets
// Kamailio's fault, and the command is to return.
func Need(c registry.RPCCall, i int) (string, bool) {
	s, ok := c.Arg(i)
	if !ok {
		badArg(c, i, "string", errEnd.Error())
	}
	return s, ok
}

// NeedInt is Need of an integer.
func NeedInt(c registry.RPCCall, i int) (int64, bool) {
	s, ok := c.Arg(i)
	if !ok {
		badArg(c, i, "integer", errEnd.Error())
		return 0, false
	}
	n, err := strconv.ParseInt(s, 10, 64)
	if err != nil {
		badArg(c, i, "integer", errType)
	}
	return n, err == nil
}

func badArg(c registry.RPCCall, i int, want, why string) {
	c.Fault(CodeBadRequest, fmt.Sprintf("error at parameter %d: expected %s type but %s", i, want, why))
}
