package adapt

import (
	"context"
	"fmt"
	"os"
	"os/exec"
	"path"
	"path/filepath"
	"regexp"
	"slices"
	"strings"
	"time"

	"olelo/conformance/server"
	"olelo/lang/ast"
	"olelo/lang/catalogue"
	"olelo/lang/source"
)

// moduleName is the module that a loadmodule's argument names.
func moduleName(file string) string { return strings.TrimSuffix(path.Base(file), ".so") }

// loads makes what is loaded loadable: for Kamailio the command line says where
// modules are, which is over mpath; a module that Kamailio gave up is taken
// out, with its parameters.
func (a *adapter) loads() error {
	var folders []string
	if a.Kind == server.Kamailio {
		var err error
		if folders, err = a.moduleFolders(); err != nil {
			return err
		}
		a.Args = append(a.Args, "-L", strings.Join(folders, ":"))
	}
	for _, item := range a.items {
		l, ok := item.(*ast.Load)
		if !ok {
			continue
		}
		if l.Keyword == "mpath" || l.Keyword == "loadpath" {
			if a.Kind == server.Kamailio {
				a.notef(l.Pos, "%s: modules are taken from %s", l.Keyword, strings.Join(folders, ":"))
			}
			continue
		}
		a.ctl = a.ctl || moduleName(l.Arg.Text) == "ctl"
		if a.Kind == server.Kamailio {
			if err := a.loadable(l, folders); err != nil {
				return err
			}
		}
	}
	return nil
}

// loadable looks for a module where Kamailio will.
func (a *adapter) loadable(l *ast.Load, folders []string) error {
	arg := l.Arg.Text
	name := moduleName(arg)
	if path.IsAbs(arg) && exists(arg) {
		return nil
	}
	for _, dir := range folders {
		if arg != "" && !path.IsAbs(arg) && hasModule(dir, strings.TrimSuffix(arg, ".so")) {
			return nil
		}
	}
	for _, dir := range folders {
		if !hasModule(dir, name) {
			continue
		}
		if s, ok := a.spanOf(l.Arg.Range); ok && strings.Contains(arg, "/") {
			a.replace(s, quote(name+".so"))
			a.notef(l.Pos, "%s is loaded from %s", arg, dir)
		}
		return nil
	}
	switch {
	case retired(name):
		if a.blank(l.Range) {
			a.retired = append(a.retired, name)
			a.notef(l.Pos, "%s is taken out: no Kamailio since 5.0 has that module", arg)
		}
	case catalogue.HasModule(name):
		err := fmt.Errorf("%s:%d: the module %s is not installed: it is not in %s", l.Pos.Filename, l.Pos.Line, name, strings.Join(folders, ":"))
		if p := debianPackage(name); p != "" {
			err = fmt.Errorf("%w; Debian has it in the package %s", err, p)
		}
		return err
	}
	return nil // a name that nobody knows is for Kamailio to refuse
}

// retired reports whether a module is one of the management interface that
// Kamailio 5.0 took out.
func retired(module string) bool {
	switch module {
	case "mi_datagram", "mi_fifo", "mi_http", "mi_rpc", "mi_xmlrpc", "pi_http":
		return true
	}
	return false
}

func hasModule(dir, name string) bool {
	return exists(filepath.Join(dir, name+".so")) || exists(filepath.Join(dir, name, name+".so"))
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

var modulePaths = regexp.MustCompile(`(?m)^ *Default paths to modules: (.+?) *$`)

// moduleFolders are the folders that have Kamailio's modules.
func (a *adapter) moduleFolders() ([]string, error) {
	path := a.ModulePath
	if path == "" {
		ctx, cancel := context.WithTimeout(context.Background(), 10*time.Second)
		defer cancel()
		out, err := exec.CommandContext(ctx, a.Program, "-I").Output()
		if err != nil {
			return nil, fmt.Errorf("%s -I, which says where its modules are: %w", a.Program, err)
		}
		if m := modulePaths.FindSubmatch(out); m != nil {
			path = string(m[1])
		}
	}
	tried := filepath.SplitList(path)
	if a.ModulePath == "" {
		prefix := filepath.Dir(filepath.Dir(a.Program))
		for _, pattern := range []string{"lib64/kamailio/modules", "lib/kamailio/modules", "lib/*/kamailio/modules"} {
			found, err := filepath.Glob(filepath.Join(prefix, pattern))
			if err != nil {
				return nil, err
			}
			tried = append(tried, found...)
		}
	}
	var folders []string
	for _, dir := range tried {
		if exists(dir) {
			folders = append(folders, dir)
		}
	}
	if len(folders) == 0 {
		return nil, fmt.Errorf("the modules of %s are not found: looked in %s", a.Program, strings.Join(tried, ", "))
	}
	return folders, nil
}

// control makes sure of ctl: a configuration that does not load it gets it from
// the command line.
func (a *adapter) control() error {
	if a.ctl || slices.ContainsFunc(a.items, func(item ast.Item) bool {
		m, ok := item.(*ast.ModParam)
		return ok && m.Module.Text == "ctl" // a mistake, which must stay one
	}) {
		return nil
	}
	// The parameter must stand behind what loads its module.
	a.Args = append(a.Args, "--loadmodule=ctl.so", "--modparam=ctl:binrpc:s:unix:"+a.RPC)
	a.notef(source.Pos{}, "the command line loads ctl, for the test's own RPC commands")
	return nil
}
