package avpops

import (
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/avp"
	"olelo/runtime/log"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

func bindIsSet(fx registry.Fixup, text string) (registry.Call, error) {
	o, rest, err := attribute(fx, text)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "esn")
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		name, ok := o.avp(c)
		if !ok {
			return -1
		}
		v, ok := c.State.AVP.Get(name, 0)
		switch {
		case !ok, has(f, 's') && number(&v), has(f, 'n') && !number(&v):
			return -1
		case has(f, 'e'):
			return registry.Truth(v.S == "" && v.I == 0)
		}
		return 1
	}, nil
}

func bindDelete(fx registry.Fixup, text string) (registry.Call, error) {
	if !strings.HasPrefix(text, "$") {
		return bindDeleteAll(text)
	}
	o, rest, err := attribute(fx, text)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "g")
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		name, ok := o.avp(c)
		if !ok || c.State.AVP.Count(name) == 0 {
			return -1
		}
		if has(f, 'g') {
			c.State.AVP.Delete(name)
		} else {
			c.State.AVP.Pop(name)
		}
		return 1
	}, nil
}

// bindDeleteAll is of all AVPs, or of those with one kind of name.
func bindDeleteAll(text string) (registry.Call, error) {
	kind, rest, _ := strings.Cut(text, "/")
	if rest != "" && rest != "g" && rest != "G" {
		return nil, fmt.Errorf("%q: the only flag is g", text)
	}
	if kind == "" {
		return nil, fmt.Errorf("%q names no AVP: $avp(name), or a, s or i", text)
	}
	if _, err := strconv.Atoi(kind[1:]); err == nil {
		return nil, registry.NotRun("script flags of AVPs (%q) are known, but olelo's AVPs have none yet", text)
	}
	var those func(avp.Name) bool
	switch strings.ToLower(kind) {
	case "a":
		those = func(avp.Name) bool { return true }
	case "s":
		those = func(n avp.Name) bool { return !n.IsNum }
	case "i":
		those = func(n avp.Name) bool { return n.IsNum }
	default:
		return nil, fmt.Errorf("%q names no AVP: $avp(name), or a, s or i", text)
	}
	return func(c *registry.Ctx) int { return registry.Truth(c.State.AVP.DeleteIf(those)) }, nil
}

func bindCopy(fx registry.Fixup, from, to string) (registry.Call, error) {
	src, _, err := attribute(fx, from) // what follows is passed over, as in Kamailio
	if err != nil {
		return nil, err
	}
	dst, rest, err := attribute(fx, to)
	if err != nil {
		return nil, err
	}
	f, err := flags(rest, "gdns")
	if err != nil {
		return nil, err
	}
	return func(c *registry.Ctx) int {
		vals, in := src.values(c)
		defer c.Return(vals)
		out, ok := dst.avp(c)
		if !ok || len(vals) == 0 {
			return -1
		}
		n := len(vals)
		if !has(f, 'g') {
			n = 1
		}
		for i := range n {
			v := &vals[i]
			switch {
			case has(f, 's') && number(v):
				v.SetStr(c.Arena.Int(v.I))
			case has(f, 'n') && !number(v):
				num, err := strconv.ParseInt(v.S, 10, 32)
				if err != nil {
					c.Log.Errorf(name, "avp_copy: %.40q is no number", v.S)
					return -1
				}
				v.SetInt(num)
			}
			c.State.AVP.Push(out, v)
			if has(f, 'd') {
				c.State.AVP.Remove(in, -(len(vals) - i))
			}
		}
		return 1
	}, nil
}

func printAll(c *registry.Ctx) int {
	if !c.Log.EnabledFor(name, log.Info) {
		return 1
	}
	c.State.AVP.Each(func(n avp.Name, v value.Value) {
		if n.IsNum {
			c.Log.Infof(name, "\t\t\tid=<%d>", n.Num)
		} else {
			c.Log.Infof(name, "\t\t\tname=<%s>", n.Text)
		}
		if number(&v) {
			c.Log.Infof(name, "\t\t\tval_int=<%d>", v.I)
		} else {
			c.Log.Infof(name, "\t\t\tval_str=<%s / %d>", v.S, len(v.S))
		}
	})
	return 1
}
