package log

// Modules are levels and facilities of single modules' lines. It does not change
// once it is given to SetModules.
type Modules struct {
	Levels     map[string]Level // in place of the threshold
	Facilities map[string]Facility
}

// Modules whose lines do not name them.
const (
	coreModule = "core"
	xlog       = "xlog"
	debugger   = "debugger"
)

// moduleOf is the module that writes a line with that prefix.
func moduleOf(prefix string) string {
	if prefix == Core || prefix == Script {
		return coreModule
	}
	return prefix
}

// SetModules gives modules, and the core as "core", levels and facilities of their
// own, for all views; nil ends that. Such a level stands over SetLevel and
// SetOwnLevel.
func (l *Logger) SetModules(m *Modules) {
	if l == nil || l.out == nil {
		return
	}
	l.out.mu.Lock()
	defer l.out.mu.Unlock()
	l.out.modules.Store(m)
	l.out.setGate()
}

// setGate follows a change of the threshold or of a module's level; o.mu is held.
func (o *output) setGate() {
	o.gate.Store(max(o.threshold.Load(), int32(o.modules.Load().most())))
}

// most is the highest level of a module.
func (m *Modules) most() Level {
	most := Alert - 1
	if m != nil {
		for _, level := range m.Levels {
			most = max(most, level)
		}
	}
	return most
}

// EnabledFor reports whether a module's lines at level are written.
func (l *Logger) EnabledFor(module string, level Level) bool {
	if !l.Enabled(level) {
		return false
	}
	if m := l.out.modules.Load(); m != nil {
		if own, ok := m.Levels[module]; ok {
			return level <= own
		}
	}
	return level <= l.Level()
}

// facility is where a module's line goes that names none itself.
func (l *Logger) facility(module string, f Facility) Facility {
	if m := l.out.modules.Load(); f == 0 && m != nil {
		return m.Facilities[module]
	}
	return f
}

// Facility is the log's own.
func (l *Logger) Facility() Facility {
	if l != nil && l.out != nil {
		if d := l.out.dest.Load(); d != nil {
			return d.Facility
		}
	}
	return FacilityDaemon
}
