package rpc

import "olelo/runtime/registry"

// Dispatch runs the command called name. missing is what the fault says where
// there is none. err is Run's.
func Dispatch(cmds registry.RPCs, name string, args Args, missing string) (*Reply, error) {
	cmd, ok := cmds.Lookup(name)
	if !ok {
		return Faultf(CodeServerError, "%s", missing), nil
	}
	return Run(cmd, args)
}

// notFound is what JSON-RPC clients are told of a command that is not there.
const notFound = "Method Not Found"

// Run runs the request, or answers it where bad, what ParseJSON said of it, is
// set. err is that of the function Run.
func (r *JSONRequest) Run(cmds registry.RPCs, bad error) (*Reply, error) {
	if bad != nil {
		return Faultf(CodeBadRequest, "%v", bad), nil
	}
	return Dispatch(cmds, r.Method, r.Args, notFound)
}
