package debugger

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"olelo/runtime/registry"
)

// Settings are the parameters that can be changed while the server runs.
func (m *Module) Settings() []*registry.Setting {
	return []*registry.Setting{
		m.setting("mod_level_mode", "Whether modules' log levels are obeyed (0 or 1).", &m.levelMode),
		m.setting("mod_facility_mode", "Whether modules' syslog facilities are obeyed (0 or 1).", &m.faceMode),
		{
			Group: group, Name: "mod_hash_size", Doc: "Whether modules can have levels and facilities (above 0).",
			Get: func() string { return strconv.Itoa(m.hashSize) },
		},
	}
}

// group is that of the settings, not the module's name.
const group = "dbg"

func (m *Module) setting(name, doc string, on *atomic.Bool) *registry.Setting {
	return &registry.Setting{
		Group: group, Name: name, Doc: doc,
		Get: func() string {
			if on.Load() {
				return "1"
			}
			return "0"
		},
		Set: func(text string) error {
			if text != "0" && text != "1" {
				return fmt.Errorf("%q is neither 0 nor 1", text)
			}
			m.mu.Lock()
			defer m.mu.Unlock()
			on.Store(text == "1")
			m.obey()
			return nil
		},
	}
}
