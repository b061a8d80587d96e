package core

import (
	"olelo/runtime/log"
	"olelo/runtime/registry"
)

// plainLevel is the level of log("text"), one past L_DBG.
const plainLevel = log.Debug + 1

func logFuncs() []registry.Func {
	text := registry.Word("text")
	return []registry.Func{
		registry.Fn1("log", text, registry.Any, func(c *registry.Ctx, text string) int {
			c.Log.Log(plainLevel, log.Script, text)
			return 1
		}, "Writes a text, without variables, at level 4: it shows with debug=4. For others there is xlog."),
		registry.Fn2("log", registry.IntP("level"), text, registry.Any, func(c *registry.Ctx, level int, text string) int {
			c.Log.Log(log.Level(level), log.Script, text)
			return 1
		}, "Writes a text, without variables, at a level from -5 (L_ALERT) to 3 (L_DBG)."),
		registry.Fn2("error", registry.Word("code"), registry.Word("reason"), notOnSend, func(c *registry.Ctx, code, reason string) int {
			c.Log.Noticef(log.Core, "error(%q, %q) does nothing, as in Kamailio; sl_send_reply sends a reply", code, reason)
			return 1
		}, "Does nothing but log that it does nothing, as in Kamailio."),
	}
}
