package registry

// Fn0 to Fn4 make a Func from a Go function and its typed parameters.

// Truth is what a function returns that is true or false: 1 or -1.
func Truth(ok bool) int {
	if ok {
		return 1
	}
	return -1
}

// Fn0 is a function without parameters.
func Fn0(name string, routes Mask, f func(*Ctx) int, doc string) Func {
	return Func{
		Name: name, Routes: routes, Doc: doc,
		Bind: func(Fixup, []Arg) (Call, error) { return f, nil },
	}
}

// Fn1 is a function of one parameter.
func Fn1[A any](name string, a P[A], routes Mask, f func(*Ctx, A) int, doc string) Func {
	return Func{
		Name: name, Routes: routes, Doc: doc, Params: []ParamInfo{a.ParamInfo},
		Bind: func(fx Fixup, args []Arg) (Call, error) {
			ga, err := a.Bind(fx, args[0])
			if err != nil {
				return nil, paramError(name, a.ParamInfo, err)
			}
			return func(c *Ctx) int {
				va, ok := ga(c)
				if !ok {
					return c.noValue(name, a.Name)
				}
				return f(c, va)
			}, nil
		},
	}
}

// Fn2 is a function of two parameters.
func Fn2[A, B any](name string, a P[A], b P[B], routes Mask, f func(*Ctx, A, B) int, doc string) Func {
	return Func{
		Name: name, Routes: routes, Doc: doc, Params: []ParamInfo{a.ParamInfo, b.ParamInfo},
		Bind: func(fx Fixup, args []Arg) (Call, error) {
			ga, err := a.Bind(fx, args[0])
			if err != nil {
				return nil, paramError(name, a.ParamInfo, err)
			}
			gb, err := b.Bind(fx, args[1])
			if err != nil {
				return nil, paramError(name, b.ParamInfo, err)
			}
			return func(c *Ctx) int {
				va, ok := ga(c)
				if !ok {
					return c.noValue(name, a.Name)
				}
				vb, ok := gb(c)
				if !ok {
					return c.noValue(name, b.Name)
				}
				return f(c, va, vb)
			}, nil
		},
	}
}

// Fn3 is a function of three parameters.
func Fn3[A, B, C any](name string, a P[A], b P[B], p3 P[C], routes Mask, f func(*Ctx, A, B, C) int, doc string) Func {
	return Func{
		Name: name, Routes: routes, Doc: doc, Params: []ParamInfo{a.ParamInfo, b.ParamInfo, p3.ParamInfo},
		Bind: func(fx Fixup, args []Arg) (Call, error) {
			ga, err := a.Bind(fx, args[0])
			if err != nil {
				return nil, paramError(name, a.ParamInfo, err)
			}
			gb, err := b.Bind(fx, args[1])
			if err != nil {
				return nil, paramError(name, b.ParamInfo, err)
			}
			gc, err := p3.Bind(fx, args[2])
			if err != nil {
				return nil, paramError(name, p3.ParamInfo, err)
			}
			return func(c *Ctx) int {
				va, ok := ga(c)
				if !ok {
					return c.noValue(name, a.Name)
				}
				vb, ok := gb(c)
				if !ok {
					return c.noValue(name, b.Name)
				}
				vc, ok := gc(c)
				if !ok {
					return c.noValue(name, p3.Name)
				}
				return f(c, va, vb, vc)
			}, nil
		},
	}
}

// Fn4 is a function of four parameters.
func Fn4[A, B, C, D any](name string, a P[A], b P[B], p3 P[C], p4 P[D], routes Mask, f func(*Ctx, A, B, C, D) int, doc string) Func {
	return Func{
		Name: name, Routes: routes, Doc: doc, Params: []ParamInfo{a.ParamInfo, b.ParamInfo, p3.ParamInfo, p4.ParamInfo},
		Bind: func(fx Fixup, args []Arg) (Call, error) {
			ga, err := a.Bind(fx, args[0])
			if err != nil {
				return nil, paramError(name, a.ParamInfo, err)
			}
			gb, err := b.Bind(fx, args[1])
			if err != nil {
				return nil, paramError(name, b.ParamInfo, err)
			}
			gc, err := p3.Bind(fx, args[2])
			if err != nil {
				return nil, paramError(name, p3.ParamInfo, err)
			}
			gd, err := p4.Bind(fx, args[3])
			if err != nil {
				return nil, paramError(name, p4.ParamInfo, err)
			}
			return func(c *Ctx) int {
				va, ok := ga(c)
				if !ok {
					return c.noValue(name, a.Name)
				}
				vb, ok := gb(c)
				if !ok {
					return c.noValue(name, b.Name)
				}
				vc, ok := gc(c)
				if !ok {
					return c.noValue(name, p3.Name)
				}
				vd, ok := gd(c)
				if !ok {
					return c.noValue(name, p4.Name)
				}
				return f(c, va, vb, vc, vd)
			}, nil
		},
	}
}
