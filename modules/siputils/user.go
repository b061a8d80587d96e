package siputils

import "olelo/runtime/registry"

// authorizer is module auth.
type authorizer interface {
	// Authorized is the user whose credentials were found good.
	Authorized(c *registry.Ctx) (user string, ok bool)
}

func (m *Module) userFuncs() []registry.Func {
	return []registry.Func{
		registry.Fn1("is_user", registry.Text("user"), registry.Request|registry.Local|registry.Event, m.isUser,
			"True where the request's credentials were found good by module auth, and have that user."),
	}
}

func (m *Module) isUser(c *registry.Ctx, user string) int {
	if m.auth == nil {
		return -1
	}
	have, ok := m.auth.Authorized(c)
	return registry.Truth(ok && have == user)
}
