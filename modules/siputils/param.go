package siputils

import (
	"strings"

	"olelo/runtime/registry"
	"olelo/runtime/sip"
	"olelo/runtime/value"
)

func paramFuncs() []registry.Func {
	name := registry.Text("name")
	const routes = registry.Request | registry.Branch | registry.Failure | registry.Event
	return []registry.Func{
		registry.Fn1("uri_param", name, routes, func(c *registry.Ctx, name string) int {
			val, ok := requestParam(c, name)
			return registry.Truth(ok && val == "")
		}, "True where the request URI has the parameter, without a value."),
		registry.Fn2("uri_param", name, registry.Text("value"), routes, func(c *registry.Ctx, name, want string) int {
			val, ok := requestParam(c, name)
			return registry.Truth(ok && val == want)
		}, "True where the request URI has the parameter with the value."),
		registry.Fn1("uri_param_any", name, routes, func(c *registry.Ctx, name string) int {
			if c.Msg == nil {
				return -1
			}
			u, err := sip.ParseURI(c.Msg.RURI())
			_, ok := u.Param(strings.ToLower(name))
			return registry.Truth(err == nil && ok)
		}, "True where the request URI has the parameter."),
		registry.Fn2("get_uri_param", name, registry.OutP("result"), registry.Request|registry.Local|registry.Event, func(c *registry.Ctx, name string, v *registry.Var) int {
			val, ok := requestParam(c, name)
			return registry.Truth(ok && assign(c, v, val))
		}, "Assigns the value of the request URI's parameter to a variable."),
		registry.Fn1("add_uri_param", registry.Word("parameter"), registry.Request|registry.Event, addParam,
			"Adds a parameter, name=value, to the request URI."),
		registry.Fn1("uri_param_rm", name, routes, removeParam,
			"Removes a parameter, whatever the case of its name, from the request URI. True also where there is none."),
	}
}

// assign sets a variable to a text.
func assign(c *registry.Ctx, v *registry.Var, s string) bool {
	vals := c.Borrow(1)
	defer c.Return(vals)
	vals[0] = value.OfStr(s)
	return v.Set(c, &vals[0])
}

// requestParam is a parameter of the request URI, with user=phone one of its
// user; case matters, and the last of several counts.
func requestParam(c *registry.Ctx, name string) (val string, ok bool) {
	if c.Msg == nil || name == "" {
		return "", false
	}
	u, err := sip.ParseURI(c.Msg.RURI())
	if err != nil {
		return "", false
	}
	for rest := u.TelParams(); rest != ""; {
		var one string
		one, rest, _ = strings.Cut(rest, ";")
		if k, v, _ := strings.Cut(one, "="); k == name {
			val, ok = v, true
		}
	}
	return val, ok
}

// splitParams is a URI in what stands before its parameters, these with a ;
// before each, and its headers with the ?.
func splitParams(uri string) (before, params, headers string, err error) {
	u, err := sip.ParseURI(uri)
	if err != nil {
		return "", "", "", err
	}
	at := len(u.Scheme) + 1
	if isSIP(&u) && u.User != "" {
		at = strings.IndexByte(uri, '@') + 1
	}
	end := len(uri)
	if i := strings.IndexByte(uri[at:], '?'); i >= 0 && isSIP(&u) {
		end = at + i
	}
	if i := strings.IndexByte(uri[at:end], ';'); i >= 0 {
		return uri[:at+i], uri[at+i : end], uri[end:], nil
	}
	return uri[:end], "", uri[end:], nil
}

// setParams rewrites the request URI's parameters.
func setParams(c *registry.Ctx, fn string, change func(params string) string) int {
	if c.Msg == nil || !c.Msg.IsRequest() {
		return -1
	}
	before, params, headers, err := splitParams(c.Msg.RURI())
	if err != nil {
		c.Log.Errorf(logAs, "%s: the request URI: %v", fn, err)
		return -1
	}
	if now := change(params); now != params {
		return registry.Truth(c.Msg.SetRURI(before + now + headers))
	}
	return 1
}

func addParam(c *registry.Ctx, param string) int {
	if param == "" {
		return 1
	}
	return setParams(c, "add_uri_param", func(params string) string { return params + ";" + strings.TrimPrefix(param, ";") })
}

func removeParam(c *registry.Ctx, name string) int {
	return setParams(c, "uri_param_rm", func(params string) string { return without(params, name) })
}

// without is ";a=1;b" without its first parameter of a name, whatever its case.
func without(params, name string) string {
	for at := 0; at < len(params); {
		end := len(params)
		if i := strings.IndexByte(params[at+1:], ';'); i >= 0 {
			end = at + 1 + i
		}
		if key, _, _ := strings.Cut(params[at+1:end], "="); strings.EqualFold(key, name) {
			return params[:at] + params[end:]
		}
		at = end
	}
	return params
}
