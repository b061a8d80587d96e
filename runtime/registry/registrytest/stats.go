package registrytest

import "olelo/runtime/registry"

// Counters is a registry.StatsHost of the counters that it is made of, in order.
type Counters []*registry.Stat

// Stats returns s.
func (s *Counters) Stats() []*registry.Stat { return *s }

// Stat finds one; the last of several.
func (s *Counters) Stat(group, name string) (found *registry.Stat) {
	for _, st := range *s {
		if st.Name == name && (group == "" || group == st.Group) {
			found = st
		}
	}
	return found
}
