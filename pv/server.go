package pv

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/transport"
	"olelo/runtime/value"
)

// serverVars are those of the server itself, and of where a message came in.
func (m *Module) serverVars() []registry.PV {
	return []registry.PV{
		registry.GetPV("sid", func(_ *registry.Ctx, v *value.Value) { v.SetInt(m.serverID) }, "The server_id of the configuration."),
		keyed("ksr", "The release whose behaviour this is: ver, verval (a number).", map[string]registry.Getter{
			"ver":    func(_ *registry.Ctx, v *value.Value) { v.SetStr(Version) },
			"verval": func(_ *registry.Ctx, v *value.Value) { v.SetInt(versionNumber(Version)) },
		}),
		keyed("af", "The address family that the message came in over: name (IPv4, IPv6), id.", map[string]registry.Getter{
			"name": ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) {
				if r.Src.Addr().Is4() {
					v.SetStr("IPv4")
				} else {
					v.SetStr("IPv6")
				}
			}),
			"id": ofRecv(func(r *transport.Recv, _ *registry.Ctx, v *value.Value) { v.SetInt(family(r.Src.Addr())) }),
		}),
		{
			Name: "ccp", Access: registry.ReadWrite,
			Doc:  "A parameter that can be read while the server runs, of the core or of the configuration's own: $ccp(group.name).",
			Bind: m.bindSetting,
		},
	}
}

// versionNumber is a release as one number: 5.6.3 is 5006003.
func versionNumber(release string) (n int64) {
	for _, part := range strings.Split(release, ".") {
		d, _ := strconv.ParseInt(part, 10, 64)
		n = n*1000 + d
	}
	return n
}

func (m *Module) bindSetting(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
	if err := noIndex(r); err != nil {
		return registry.Var{}, err
	}
	group, name, ok := strings.Cut(r.Inner, ".")
	if !ok || group == "" || name == "" {
		return registry.Var{}, fmt.Errorf("$%s needs group.name in parentheses", r.Class)
	}
	var s *registry.Setting
	if m.settings != nil {
		s = m.settings.Setting(group, name)
	}
	return registry.Var{
		Get: func(c *registry.Ctx, v *value.Value) { getSetting(c, s, r.Inner, v) },
		Set: func(c *registry.Ctx, v *value.Value) bool { return setSetting(c, s, r.Inner, v) },
	}, nil
}

func getSetting(c *registry.Ctx, s *registry.Setting, name string, v *value.Value) {
	v.SetNull()
	if s == nil {
		c.Log.Errorf(logAs, "$ccp(%s): there is no such parameter", name)
		return
	}
	text := s.Get()
	if n, err := strconv.ParseInt(text, 10, 64); !s.Text && err == nil {
		v.SetInt(n)
		return
	}
	v.SetStr(text)
}

// setSetting takes $null for nothing, and no error.
func setSetting(c *registry.Ctx, s *registry.Setting, name string, v *value.Value) bool {
	text := ""
	switch {
	case v.IsNull():
		warnf(c, "$ccp(%s) cannot be $null: it stays", name)
		return true
	case s == nil:
		c.Log.Errorf(logAs, "$ccp(%s): there is no such parameter", name)
		return false
	case s.Set == nil:
		c.Log.Errorf(logAs, "$ccp(%s) cannot be changed while the server runs", name)
		return false
	case v.IsStr():
		text = strings.Clone(v.S)
	default:
		text = strconv.FormatInt(v.I, 10)
	}
	if err := s.Set(text); err != nil {
		c.Log.Errorf(logAs, "$ccp(%s): %v", name, err)
		return false
	}
	return true
}
