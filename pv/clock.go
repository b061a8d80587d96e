package pv

import (
	"fmt"
	"time"

	"olelo/runtime/registry"
	"olelo/runtime/strftime"
	"olelo/runtime/value"
)

func (m *Module) clock() []registry.PV {
	now := func(*registry.Ctx) time.Time { return m.time.Now() }
	cached := func(c *registry.Ctx) time.Time { return c.State.Now() }
	local := func(c *registry.Ctx) time.Time { return c.State.Now().Local() }
	utc := func(c *registry.Ctx) time.Time { return c.State.Now().UTC() }
	return []registry.PV{
		registry.GetPV("Ts", unixSeconds(cached), "The time as Unix seconds, the same all through a message."),
		registry.GetPV("TS", unixSeconds(now), "The time as Unix seconds."),
		registry.GetPV("Tb", func(_ *registry.Ctx, v *value.Value) { v.SetInt(m.started) }, "When the server started, Unix seconds."),
		registry.GetPV("Tf", ctime(cached), "The time as text, the same all through a message."),
		registry.GetPV("TF", ctime(now), "The time as text."),
		keyed("TV", "Seconds and microseconds, s and u the same all through a message, sn, un and Sn (seconds.microseconds) not.", map[string]registry.Getter{
			"s":  unixSeconds(cached),
			"u":  func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(c.State.Now().Nanosecond() / 1000)) },
			"sn": unixSeconds(now),
			"un": func(_ *registry.Ctx, v *value.Value) { v.SetInt(int64(m.time.Now().Nanosecond() / 1000)) },
			"Sn": m.secondsMicros,
		}),
		keyed("time", "Parts of the local time: sec min hour mday mon (1-12) year wday (1-7, 1 Sunday) yday (1-366) isdst.", timeParts(local)),
		keyed("utime", "Parts of the time in UTC, as $time's.", timeParts(utc)),
		timeFormat("timef", "The local time by a strftime format.", local),
		timeFormat("utimef", "The time in UTC by a strftime format.", utc),
	}
}

func unixSeconds(at func(*registry.Ctx) time.Time) registry.Getter {
	return func(c *registry.Ctx, v *value.Value) { v.SetInt(at(c).Unix()) }
}

// ctime is the form of C's ctime: Sun Nov 22 22:24:40 2026.
func ctime(at func(*registry.Ctx) time.Time) registry.Getter {
	const layout = "Mon Jan _2 15:04:05 2006"
	return func(c *registry.Ctx, v *value.Value) {
		t := at(c)
		b := t.AppendFormat(c.Arena.Alloc(len(layout))[:0], layout)
		v.SetBoth(registry.View(b), t.Unix())
	}
}

func (m *Module) secondsMicros(c *registry.Ctx, v *value.Value) {
	t := m.time.Now()
	var d [32]byte
	b := fmt.Appendf(d[:0], "%d.%06d", t.Unix(), t.Nanosecond()/1000)
	v.SetStr(c.Arena.String(b))
}

func timeParts(at func(*registry.Ctx) time.Time) map[string]registry.Getter {
	part := func(f func(time.Time) int) registry.Getter {
		return func(c *registry.Ctx, v *value.Value) { v.SetInt(int64(f(at(c)))) }
	}
	return map[string]registry.Getter{
		"sec":  part(time.Time.Second),
		"min":  part(time.Time.Minute),
		"hour": part(time.Time.Hour),
		"mday": part(time.Time.Day),
		"mon":  part(func(t time.Time) int { return int(t.Month()) }),
		"year": part(time.Time.Year),
		"wday": part(func(t time.Time) int { return int(t.Weekday()) + 1 }),
		"yday": part(time.Time.YearDay),
		"isdst": part(func(t time.Time) int {
			if t.IsDST() {
				return 1
			}
			return 0
		}),
	}
}

func timeFormat(name, doc string, at func(*registry.Ctx) time.Time) registry.PV {
	return registry.PV{
		Name: name, Doc: doc,
		Bind: func(_ registry.Fixup, r registry.Ref) (registry.Var, error) {
			if err := noIndex(r); err != nil {
				return registry.Var{}, err
			}
			if err := needInner(r, "a strftime format"); err != nil {
				return registry.Var{}, err
			}
			return registry.Var{Get: func(c *registry.Ctx, v *value.Value) {
				var d [64]byte
				v.SetStr(c.Arena.String(strftime.Append(d[:0], r.Inner, at(c))))
			}}, nil
		},
	}
}
