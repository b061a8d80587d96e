package registry

import (
	"fmt"
	"strconv"
	"sync/atomic"
)

// SettingHost is a Host that has the parameters which can be read while the
// server runs, by their groups: core.debug, and those that a configuration makes
// for itself.
type SettingHost interface {
	// Settings are all: the core's, then the configuration's own in its order.
	Settings() []*Setting
	// Setting finds one; nil where there is none.
	Setting(group, name string) *Setting
}

// SettingSource is a module with such parameters. They are asked for once, when
// all modparams are set.
type SettingSource interface{ Settings() []*Setting }

// Setting is a parameter that can be read while the server runs. Its functions
// are safe for concurrent use.
type Setting struct {
	Group, Name string
	Doc         string
	Text        bool // its value is a text, else a number
	// Get is the value now, a number in decimal digits.
	Get func() string
	// Set changes it for what is routed from now on; nil where the server would
	// have to be started again. A number is refused where text is none of 32 bits.
	Set func(text string) error
}

// IntSetting is the setting of a number that routing reads from v; what is not
// from least to most is refused.
func IntSetting(group, name, doc string, v *atomic.Int64, least, most int64) *Setting {
	return &Setting{
		Group: group, Name: name, Doc: doc,
		Get: func() string { return strconv.FormatInt(v.Load(), 10) },
		Set: func(text string) error {
			n, err := strconv.ParseInt(text, 10, 32)
			if err != nil {
				return fmt.Errorf("%q is no number of 32 bits", text)
			}
			if n < least || n > most {
				return fmt.Errorf("%d is not from %d to %d", n, least, most)
			}
			v.Store(n)
			return nil
		},
	}
}
