// Package all lists every module that olelo has.
package all

import (
	"olelo/modules/auth"
	"olelo/modules/auth_db"
	"olelo/modules/avpops"
	"olelo/modules/benchmark"
	"olelo/modules/cfg_rpc"
	"olelo/modules/cfgutils"
	"olelo/modules/corex"
	"olelo/modules/counters"
	"olelo/modules/crypto"
	"olelo/modules/ctl"
	"olelo/modules/db_sqlite"
	"olelo/modules/db_text"
	"olelo/modules/debugger"
	"olelo/modules/htable"
	"olelo/modules/ipops"
	"olelo/modules/jansson"
	"olelo/modules/json"
	"olelo/modules/jsonrpcs"
	"olelo/modules/kex"
	"olelo/modules/maxfwd"
	"olelo/modules/mi_fifo"
	"olelo/modules/mqueue"
	"olelo/modules/msrp"
	"olelo/modules/mtree"
	"olelo/modules/permissions"
	"olelo/modules/pike"
	"olelo/modules/regex"
	"olelo/modules/rtimer"
	"olelo/modules/sanity"
	"olelo/modules/sdpops"
	"olelo/modules/siputils"
	"olelo/modules/sl"
	"olelo/modules/sqlops"
	"olelo/modules/statistics"
	"olelo/modules/textops"
	"olelo/modules/textopsx"
	"olelo/modules/tls"
	"olelo/modules/uuid"
	"olelo/modules/xhttp"
	"olelo/modules/xlog"
	"olelo/pv"
	"olelo/runtime/registry"
)

// Modules makes the modules that a configuration may load, by name.
var Modules = map[string]func() registry.Module{
	"auth":        func() registry.Module { return auth.New() },
	"auth_db":     auth_db.New,
	"avpops":      avpops.New,
	"benchmark":   benchmark.New,
	"cfg_rpc":     cfg_rpc.New,
	"cfgutils":    cfgutils.New,
	"corex":       corex.New,
	"counters":    counters.New,
	"crypto":      crypto.New,
	"ctl":         ctl.New,
	"db_sqlite":   db_sqlite.New,
	"db_text":     db_text.New,
	"debugger":    debugger.New,
	"htable":      func() registry.Module { return htable.New() },
	"ipops":       ipops.New,
	"jansson":     jansson.New,
	"json":        json.New,
	"jsonrpcs":    jsonrpcs.New,
	"kex":         func() registry.Module { return kex.New() },
	"maxfwd":      maxfwd.New,
	"mi_fifo":     mi_fifo.New,
	"mqueue":      mqueue.New,
	"msrp":        func() registry.Module { return msrp.New() },
	"mtree":       mtree.New,
	"permissions": permissions.New,
	"pike":        pike.New,
	"pv":          func() registry.Module { return pv.New() },
	"regex":       regex.New,
	"rtimer":      rtimer.New,
	"sanity":      sanity.New,
	"sdpops":      sdpops.New,
	"siputils":    siputils.New,
	"sl":          func() registry.Module { return sl.New() },
	"sqlops":      sqlops.New,
	"statistics":  statistics.New,
	"textops":     textops.New,
	"textopsx":    textopsx.New,
	"tls":         func() registry.Module { return tls.New() },
	"uuid":        uuid.New,
	"xhttp":       xhttp.New,
	"xlog":        xlog.New,
}
