package rtimer

import (
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// run is what one worker of a timer does each time. A route has nothing of the one
// before but the worker's $var values.
func (m *Module) run(blocks []registry.Block, number int64) func(*registry.Ctx) {
	var msg registry.Fake // only this worker's
	known := false
	return func(c *registry.Ctx) {
		if !known {
			m.numbers.Store(c.Worker, number)
			known = true
		}
		for _, b := range blocks {
			c.EndMessage()
			c.Flow, c.RC = 0, 0
			if err := msg.Take(c); err != nil {
				c.Log.Log(log.Bug, name, err.Error())
				return
			}
			b.Run(c, registry.Request)
		}
	}
}

// worker is $rtimer_worker.
func (m *Module) worker(c *registry.Ctx, v *value.Value) {
	n, _ := m.numbers.Load(c.Worker)
	number, _ := n.(int64)
	v.SetInt(number)
}
