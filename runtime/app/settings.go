package app

import (
	"fmt"
	"strconv"
	"sync/atomic"

	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/registry"
)

var _ registry.SettingHost = host{}

// Settings are the parameters that can be read while the server runs.
func (h host) Settings() []*registry.Setting { return h.settings }

// Setting finds one.
func (h host) Setting(group, name string) *registry.Setting {
	for _, x := range h.settings {
		if x.Group == group && x.Name == name {
			return x
		}
	}
	return nil
}

func (s *server) allSettings() []*registry.Setting {
	var all []*registry.Setting
	for _, name := range core.Readable() {
		all = append(all, &registry.Setting{
			Group: "core", Name: name, Doc: "The global parameter " + name + ".",
			Get: func() string { return strconv.Itoa(s.params.Int(name)) },
		})
		if name == "debug" {
			s.debug(all[len(all)-1])
		}
	}
	for _, x := range s.params.Custom {
		all = append(all, custom(x))
	}
	return all
}

// moduleSettings adds those of the modules.
func (s *server) moduleSettings() {
	for _, m := range s.modules {
		if src, ok := m.it.(registry.SettingSource); ok {
			s.settings = append(s.settings, src.Settings()...)
		}
	}
}

// debug makes a setting of the log's level, which others change too.
func (s *server) debug(x *registry.Setting) {
	x.Get = func() string { return strconv.Itoa(int(s.log.Level())) }
	x.Set = func(text string) error {
		n, err := number32(text)
		if err == nil {
			s.log.SetLevel(log.Level(n))
		}
		return err
	}
}

// custom is a parameter of the configuration's own.
func custom(x core.Custom) *registry.Setting {
	text := x.Str
	if x.IsInt {
		text = strconv.FormatInt(x.Int, 10)
	}
	var now atomic.Pointer[string]
	now.Store(&text)
	return &registry.Setting{
		Group: x.Group, Name: x.Name, Doc: x.Desc, Text: !x.IsInt,
		Get: func() string { return *now.Load() },
		Set: func(text string) error {
			if x.IsInt {
				n, err := number32(text)
				if err != nil {
					return err
				}
				text = strconv.FormatInt(n, 10)
			}
			now.Store(&text)
			return nil
		},
	}
}

func number32(text string) (int64, error) {
	n, err := strconv.ParseInt(text, 10, 32)
	if err != nil {
		return 0, fmt.Errorf("%q is no number of 32 bits", text)
	}
	return n, nil
}
