package core

import (
	"slices"
	"strconv"
)

// coreSettings are the parameters that $sel(cfg_get.core.NAME) reads in
// Kamailio 5.6 too and that have an effect here.
var coreSettings = []string{"corelog", "debug", "force_rport", "max_while_loops", "memlog", "udp_mtu"}

// Setting is the value of group.name: a parameter of the configuration's own,
// or one of the core's, as text.
func (p *Params) Setting(group, name string) (string, bool) {
	for _, x := range p.Custom {
		if x.Group == group && x.Name == name {
			if x.IsInt {
				return strconv.FormatInt(x.Int, 10), true
			}
			return x.Str, true
		}
	}
	if group == "core" && slices.Contains(coreSettings, name) {
		return strconv.Itoa(p.Int(name)), true
	}
	return "", false
}
