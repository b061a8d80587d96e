package adapt

import (
	"net/netip"
	"path/filepath"
	"slices"
	"strconv"
	"strings"

	"olelo/lang/ast"
)

// redirect is what becomes of a parameter that says where a module is
// controlled or who owns that.
type redirect uint8

const (
	toUnix   redirect = iota // a Unix socket in the run-time folder
	toFIFO                   // the same for a FIFO
	toFile                   // an absolute path becomes a file there; others are relative to it, empty ones are off
	toFolder                 // the folder itself
	toPort                   // a free port of 127.0.0.1
	noOwner                  // taken out: what the server opens belongs to its user
)

// redirects are the parameters that say where a module is controlled.
var redirects = map[string]redirect{
	"ctl.binrpc": toUnix, "ctl.fifo": toFIFO, "ctl.user": noOwner, "ctl.group": noOwner,
	"jsonrpcs.fifo_name": toFile, "jsonrpcs.fifo_reply_dir": toFolder, "jsonrpcs.dgram_socket": toFile,
	"jsonrpcs.fifo_user": noOwner, "jsonrpcs.fifo_group": noOwner, "jsonrpcs.dgram_user": noOwner, "jsonrpcs.dgram_group": noOwner,
	"evapi.bind_addr":   toPort,
	"mi_fifo.fifo_name": toFile, "mi_fifo.reply_dir": toFolder, "mi_fifo.fifo_user": noOwner, "mi_fifo.fifo_group": noOwner,
}

// modParams redirects control sockets, takes out the parameters of modules that
// are taken out, and moves the server's own addresses in the others.
func (a *adapter) modParams() error {
	for _, item := range a.items {
		m, ok := item.(*ast.ModParam)
		if !ok || m.Module.Kind != ast.LitStr {
			continue
		}
		modules := strings.Split(m.Module.Text, "|")
		left := slices.DeleteFunc(slices.Clone(modules), func(n string) bool { return slices.Contains(a.retired, n) })
		switch {
		case len(left) == 0:
			if a.blank(m.Range) {
				a.notef(m.Pos, "%s of %s is taken out with its module", m.Name.Text, m.Module.Text)
			}
			continue
		case len(left) < len(modules):
			if s, ok := a.spanOf(m.Module.Range); ok {
				a.replace(s, quote(strings.Join(left, "|")))
				a.notef(m.Pos, "%s is for %s alone", m.Name.Text, strings.Join(left, "|"))
			}
		}
		to, is := redirects[modules[0]+"."+m.Name.Text]
		switch {
		case is && len(modules) == 1 && to == noOwner:
			if a.blank(m.Range) {
				a.notef(m.Pos, "%s of %s is taken out: it belongs to the user of the server", m.Name.Text, m.Module.Text)
			}
		case is && len(modules) == 1 && m.Value.Kind == ast.LitStr:
			if err := a.redirect(m, to); err != nil {
				return err
			}
		case m.Value.Kind == ast.LitStr:
			if m.Name.Text == "db_url" || m.Name.Text == "rtpproxy_sock" || m.Name.Text == "rtpengine_sock" {
				a.notef(m.Pos, "%s of %s stays: the test talks to what it names", m.Name.Text, m.Module.Text)
			}
		}
	}
	return nil
}

// redirect moves what a parameter names into the run-time folder.
func (a *adapter) redirect(m *ast.ModParam, to redirect) error {
	old, name := m.Value.Text, m.Name.Text
	if name == "fifo" && !a.binrpc() && a.again(m) == "" {
		// With a fifo alone Kamailio opens no socket for binrpc.
		s, ok := a.spanOf(m.Name.Range)
		if !ok {
			return nil
		}
		a.replace(s, quote("binrpc"))
		to, name = toUnix, "binrpc"
	}
	var value string
	switch to {
	case toUnix:
		value = "unix:" + a.RPC + a.again(m)
	case toFIFO:
		value = filepath.Join(a.RunDir, "kamailio_fifo") + a.again(m)
	case toFolder:
		value = a.RunDir + "/" // Kamailio only puts the name behind it
	case toPort:
		n, err := a.port(old)
		if err != nil {
			return err
		}
		value = netip.AddrPortFrom(loopback, uint16(n)).String()
	default:
		if !filepath.IsAbs(old) {
			return nil
		}
		value = filepath.Join(a.RunDir, filepath.Base(old))
	}
	s, ok := a.spanOf(m.Value.Range)
	if ok {
		a.replace(s, quote(value))
		a.notef(m.Pos, "%s of %s is now %s, not %s", name, m.Module.Text, value, old)
	}
	return nil
}

// binrpc reports whether the configuration says where ctl speaks binrpc.
func (a *adapter) binrpc() bool {
	return slices.ContainsFunc(a.items, func(item ast.Item) bool {
		m, ok := item.(*ast.ModParam)
		return ok && m.Module.Text == "ctl" && m.Name.Text == "binrpc"
	})
}

// again sets the second and further values of a parameter apart.
func (a *adapter) again(m *ast.ModParam) string {
	n := 0
	for _, item := range a.items {
		o, ok := item.(*ast.ModParam)
		if o == m {
			break
		}
		if ok && o.Module.Text == m.Module.Text && o.Name.Text == m.Name.Text {
			n++
		}
	}
	if n == 0 {
		return ""
	}
	return "_" + strconv.Itoa(n+1)
}
