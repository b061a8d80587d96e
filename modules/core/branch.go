package core

import "olelo/runtime/registry"

func branchFuncs() []registry.Func {
	remove := registry.Func{
		Name: "remove_branch", Params: []registry.ParamInfo{{Name: "branch", Kind: "int"}}, Routes: notOnSend,
		Doc: "Removes a branch, 0 the first, which is also what it removes without a number. True also where there is no such branch.",
		Bind: func(_ registry.Fixup, args []registry.Arg) (registry.Call, error) {
			n := 0
			if len(args) > 0 {
				n = int(args[0].Int)
			}
			return func(c *registry.Ctx) int {
				if n >= 0 { // Drop counts from the end otherwise
					c.State.Branches.Drop(n)
				}
				return 1
			}, nil
		},
	}
	first := remove
	first.Params = nil
	return []registry.Func{
		registry.Fn0("clear_branches", notOnSend, func(c *registry.Ctx) int {
			c.State.Branches.Reset()
			return 1
		}, "Removes all branches."),
		first, remove,
	}
}
