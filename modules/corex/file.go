package corex

import (
	"os"

	"olelo/runtime/registry"
)

func fileFuncs() []registry.Func {
	path := registry.Text("path")
	return []registry.Func{
		registry.Fn2("file_read", path, registry.OutP("var"), registry.Any, fileRead, "Reads a file into a variable. It holds its worker up while it reads."),
		registry.Fn2("file_write", path, registry.Text("content"), registry.Any, fileWrite, "Writes a text to a file, in place of what is there. It holds its worker up while it writes."),
	}
}

func fileRead(c *registry.Ctx, path string, to *registry.Var) int {
	b, err := os.ReadFile(path)
	if err != nil {
		c.Log.Errorf(name, "file_read: %v", err)
		return -1
	}
	vals := c.Borrow(1)
	vals[0].SetStr(string(b))
	ok := to.Set(c, &vals[0])
	c.Return(vals)
	return registry.Truth(ok)
}

// fileWrite writes no empty file, as Kamailio does not.
func fileWrite(c *registry.Ctx, path, content string) int {
	if content == "" {
		c.Log.Errorf(name, "file_write: there is no content for %s", path)
		return -1
	}
	if err := os.WriteFile(path, []byte(content), 0o666); err != nil {
		c.Log.Errorf(name, "file_write: %v", err)
		return -1
	}
	return 1
}
