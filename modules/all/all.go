// Package all lists every module that olelo has.
package all

import (
	"olelo/modules/auth"
	"olelo/modules/cfg_rpc"
	"olelo/modules/cfgutils"
	"olelo/modules/corex"
	"olelo/modules/counters"
	"olelo/modules/ctl"
	"olelo/modules/htable"
	"olelo/modules/jsonrpcs"
	"olelo/modules/kex"
	"olelo/modules/maxfwd"
	"olelo/modules/mi_fifo"
	"olelo/modules/msrp"
	"olelo/modules/siputils"
	"olelo/modules/sl"
	"olelo/modules/statistics"
	"olelo/modules/textops"
	"olelo/modules/tls"
	"olelo/modules/xlog"
	"olelo/pv"
	"olelo/runtime/registry"
)

// Modules makes the modules that a configuration may load, by name.
var Modules = map[string]func() registry.Module{
	"auth":       func() registry.Module { return auth.New() },
	"cfg_rpc":    cfg_rpc.New,
	"cfgutils":   cfgutils.New,
	"corex":      corex.New,
	"counters":   counters.New,
	"ctl":        ctl.New,
	"htable":     func() registry.Module { return htable.New() },
	"jsonrpcs":   jsonrpcs.New,
	"kex":        func() registry.Module { return kex.New() },
	"maxfwd":     maxfwd.New,
	"mi_fifo":    mi_fifo.New,
	"msrp":       func() registry.Module { return msrp.New() },
	"pv":         func() registry.Module { return pv.New() },
	"sl":         func() registry.Module { return sl.New() },
	"statistics": statistics.New,
	"siputils":   siputils.New,
	"textops":    textops.New,
	"tls":        func() registry.Module { return tls.New() },
	"xlog":       xlog.New,
}
