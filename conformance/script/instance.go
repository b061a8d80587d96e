package script

import (
	"bytes"
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"slices"
	"strconv"
	"strings"
	"time"

	"olelo/conformance/adapt"
	"olelo/conformance/server"
	"olelo/lang/coverage"
	"olelo/runtime/rpc"
)

// instance is a server that a script started.
type instance struct {
	*server.Instance
	ctx      context.Context // of the run
	name     string
	adapted  *adapt.Server
	virtual  bool // its clock stands until it is moved
	profile  string
	fallible bool     // it may end by itself: the script expected it to
	observes bool     // its script sees messages that cannot be parsed, too
	barriers []string // the senders of the barriers, as the log has them
	settles  int      // how often it was asked to tell that all is done
	seen     int      // how far log steps have read its log
	ran      coverage.Profile
}

// serverOptions are the words of a server step.
type serverOptions struct {
	name, file string
	virtual    bool
	seed       string
	status     string // that it ends with, where it is expected to end
	line       string // of its first mistake then
	env        []string
	replace    []string // pairs of an old and a new text
	args       []string
}

func (p *play) serverOptions(args []string) (o serverOptions, err error) {
	const use = "[NAME=]FILE [clock=virtual] [seed=N] [env=NAME=VALUE…] [replace=OLD->NEW…] [-ARGUMENT…], with ! also [status=N] [line=N]"
	o.name, o.file = "server", "kamailio.cfg"
	if args, err = p.words(args); err != nil {
		return o, err
	}
	for i, a := range args {
		key, value, _ := strings.Cut(a, "=")
		switch {
		case strings.HasPrefix(a, "-"):
			o.args = args[i:]
			return o, nil
		case a == "clock=virtual":
			o.virtual = true
		case key == "seed" && value != "":
			o.seed = value
		case key == "status" && value != "":
			o.status = value
		case key == "line" && value != "":
			o.line = value
		case key == "env" && strings.Contains(value, "="):
			o.env = append(o.env, value)
		case key == "replace":
			from, to, ok := strings.Cut(value, "->")
			if !ok || from == "" || strings.ContainsAny(to, "\r\n") {
				return o, usagef("%q: replace=OLD->NEW", a)
			}
			o.replace = append(o.replace, from, to)
		case i == 0 && value != "" && valueName.MatchString(key):
			o.name, o.file = key, value
		case i == 0:
			o.file = a
		default:
			return o, usagef("%q: usage: %s", a, use)
		}
	}
	return o, nil
}

// server is "server [NAME=]FILE …": starts a server and waits until its sockets
// are open; with ! until it has ended by itself.
func (p *play) server(neg bool, args []string) error {
	o, err := p.serverOptions(args)
	if err != nil {
		return err
	}
	if p.servers[o.name] != nil || p.actors[o.name] != nil {
		return usagef("there is a %s already: server NAME=FILE gives another name", o.name)
	}
	in, opt, err := p.prepare(o)
	if err != nil {
		return err
	}
	if in.virtual = o.virtual && p.o.Program.Kind == server.Olelo; in.virtual {
		opt.Args = append(opt.Args, "--virtual-clock")
	}
	if o.seed != "" && p.o.Program.Kind == server.Olelo {
		opt.Args = append(opt.Args, "--seed="+o.seed)
	}
	if p.o.Program.Kind == server.Olelo && !neg {
		in.profile = filepath.Join(opt.Dir, "coverage.profile")
		opt.Args = append(opt.Args, "--coverage="+in.profile)
	}
	ctx, cancel := context.WithTimeout(p.ctx, startTimeout)
	defer cancel()
	if neg {
		opt.Ready = nil
	}
	in.Instance, err = server.Start(ctx, p.o.Program, opt)
	if in.Instance == nil {
		return err
	}
	p.servers[o.name] = in
	p.order = append(p.order, in)
	if p.main == nil {
		p.main = in
	}
	if neg {
		return p.refused(ctx, in, o)
	}
	switch {
	case errors.Is(err, server.ErrExited):
		in.fallible = true
		status, err := in.Wait(ctx)
		return errors.Join(err, fmt.Errorf("the server does not start, it ends with status %d; its log, below, says why", status))
	case err != nil:
		return fmt.Errorf("the server does not start: %w", err)
	}
	p.publishServer(in)
	return nil
}

// refused waits for the end of a server that cannot start.
func (p *play) refused(ctx context.Context, in *instance, o serverOptions) error {
	in.fallible = true
	ctx, cancel := context.WithTimeout(ctx, p.patience)
	defer cancel()
	status, err := in.Wait(ctx)
	if err != nil {
		return fmt.Errorf("the server starts, or takes more than %s not to", p.patience)
	}
	return p.verdict(in, o, status, true)
}

// verdict holds what a server ended with against what was expected. What it said
// is what stderr sees next.
func (p *play) verdict(in *instance, o serverOptions, status int, refuse bool) error {
	said := in.said()
	fmt.Fprint(p.ts.Stderr(), said)
	got := strconv.Itoa(status)
	switch {
	case status < 0:
		return fmt.Errorf("the server crashes over %s: a signal ended it", o.file)
	case refuse && status == 0: // --update does not turn a step around
		return fmt.Errorf("%s is accepted, expected it to be refused", o.file)
	case o.status != "" && o.status != got && !p.corrected("status="+o.status, "status="+got):
		return fmt.Errorf("%s ends with status %s, expected %s", o.file, got, o.status)
	case o.status == "" && !refuse && status != 0:
		return fmt.Errorf("%s is refused, status %s", o.file, got)
	}
	if first := firstMistake(said); o.line != "" && first != o.line && !p.corrected("line="+o.line, "line="+first) {
		return fmt.Errorf("the first mistake is told for line %q, expected %s", first, o.line)
	}
	return nil
}

// said is the server's log, with the names of the user's files.
func (in *instance) said() string {
	return strings.ReplaceAll(strings.ReplaceAll(in.Log.String(), in.adapted.WorkDir+"/", ""), in.Dir+"/", "")
}

// prepare makes a folder with the configuration as a test server needs it.
func (p *play) prepare(o serverOptions) (*instance, server.Options, error) {
	file, err := p.find(o.file)
	if err != nil {
		return nil, server.Options{}, err
	}
	dir, err := os.MkdirTemp("", "olelo-server-")
	if err != nil {
		return nil, server.Options{}, err
	}
	defines, rest := split(append(slices.Clone(p.o.Args), o.args...))
	if p.o.Program.Kind == server.Kamailio {
		rest = slices.DeleteFunc(rest, func(arg string) bool { return arg == "--lenient" }) // of olelo's alone
	}
	adapted, err := adapt.Prepare(file, adapt.Options{
		Dir: dir, Kind: p.o.Program.Kind, Program: p.o.Program.Path, ModulePath: p.o.ModulePath,
		Defines: defines, Dialect6: p.compat() == "6", Take: p.o.Ports.Take,
		Replace: o.replace, Keep: func(port int) bool { return slices.Contains(p.ports, port) },
	})
	if err != nil {
		os.RemoveAll(dir)
		return nil, server.Options{}, usage{err}
	}
	if err := p.beside(adapted.WorkDir); err != nil {
		os.RemoveAll(dir)
		return nil, server.Options{}, err
	}
	opt := server.Options{
		Dir: dir, WorkDir: adapted.WorkDir, Bare: true, Args: append(adapted.Args, rest...), Env: o.env,
	}
	if compat := p.compat(); compat != "" && p.o.Program.Kind == server.Olelo {
		opt.Args = append(opt.Args, "--compat="+compat)
	}
	for _, s := range adapted.Sockets {
		opt.Ready = append(opt.Ready, s.Endpoint())
	}
	observes := slices.ContainsFunc(adapted.Routes, func(title string) bool { return strings.HasPrefix(title, "event_route[core:") })
	return &instance{ctx: p.ctx, name: o.name, adapted: adapted, observes: observes}, opt, nil
}

// beside links the case's files into the folder of a server whose configuration
// is elsewhere.
func (p *play) beside(dir string) error {
	entries, err := os.ReadDir(p.work)
	if err != nil {
		return err
	}
	for _, e := range entries {
		err := os.Symlink(filepath.Join(p.work, e.Name()), filepath.Join(dir, e.Name()))
		if err != nil && !errors.Is(err, fs.ErrExist) {
			return err
		}
	}
	return nil
}

// split takes the defines out of a server's arguments.
func split(args []string) (defines, rest []string) {
	for i := 0; i < len(args); i++ {
		switch value, ok := strings.CutPrefix(args[i], "-A"); {
		case ok && value != "":
			defines = append(defines, value)
		case ok && i+1 < len(args):
			i++
			defines = append(defines, args[i])
		default:
			rest = append(rest, args[i])
		}
	}
	return defines, rest
}

// publishServer sets ${server}, the first socket, ${server.port}, ${server.uri},
// ${server.msrp}, ${server.udp}, ${server.tcp}, ${server.tls}, and ${server.1} …,
// the sockets in their order.
func (p *play) publishServer(in *instance) {
	v := p.values
	for i, s := range in.adapted.Sockets {
		addr := s.Addr.String()
		set := func(name string) {
			if _, ok := v[in.name+name]; !ok {
				v[in.name+name] = addr
			}
		}
		if i == 0 {
			v[in.name+".port"] = strconv.Itoa(int(s.Addr.Port()))
			v[in.name+".uri"] = "sip:" + addr
			v[in.name+".msrp"] = "msrp://" + addr + ";tcp"
		}
		set("")
		set("." + s.Protocol)
		set("." + strconv.Itoa(i+1))
	}
	v[in.name+".dir"] = in.Dir
}

// address is the first socket for a transport.
func (in *instance) address(network string) (string, bool) {
	for _, s := range in.adapted.Sockets {
		if s.Protocol == network {
			return s.Addr.String(), true
		}
	}
	return "", false
}

func (in *instance) sockets() string {
	var all []string
	for _, s := range in.adapted.Sockets {
		all = append(all, s.Protocol+":"+s.Addr.String())
	}
	return strings.Join(all, ", ")
}

// named is the server of that name, "" the first one.
func (p *play) named(name string) (*instance, error) {
	if name == "" && p.main != nil {
		return p.main, nil
	}
	if in := p.servers[name]; in != nil {
		return in, nil
	}
	if name == "" {
		return nil, usagef("start a server first")
	}
	return nil, usagef("there is no server %s", name)
}

// addressed takes server=NAME off a step's words: the server that it is about.
func (p *play) addressed(args []string) (*instance, []string, error) {
	name := ""
	if len(args) > 0 && strings.HasPrefix(args[0], "server=") {
		var err error
		if name, err = p.values.text(args[0][len("server="):]); err != nil {
			return nil, nil, err
		}
		args = args[1:]
	}
	in, err := p.named(name)
	return in, args, err
}

// halt is "halt [NAME]": ends a server as an operator does; with ! it has to end by
// itself, and not well.
func (p *play) halt(neg bool, args []string) error {
	args, err := p.words(args)
	if err != nil {
		return err
	}
	if len(args) > 1 {
		return usagef("usage: halt [NAME], ! halt [NAME]")
	}
	name := ""
	if len(args) == 1 {
		name = args[0]
	}
	in, err := p.named(name)
	if err != nil {
		return err
	}
	in.fallible = true
	if neg {
		return in.crashed(p)
	}
	if in.Program.Kind == server.Kamailio { // what it keeps in databases it writes now, where it does end
		ctx, cancel := context.WithTimeout(context.WithoutCancel(p.ctx), haltPatience)
		defer cancel()
		if _, err := in.Stop(ctx); err == nil {
			return nil
		}
	}
	return in.stop(p)
}

// crashed waits until the server has ended; such a one leaves no profile.
func (in *instance) crashed(p *play) error {
	in.profile = ""
	ctx, cancel := context.WithTimeout(in.ctx, p.patience)
	defer cancel()
	status, err := in.Wait(ctx)
	if err == nil && status == 0 {
		err = errors.New("it ended with status 0, as when it is told to")
	}
	if err != nil {
		return fmt.Errorf("server %s: %w", in.name, err)
	}
	return nil
}

// haltPatience is how long a Kamailio may take to end before it is killed.
const haltPatience = 5 * time.Second

// stop ends the server as an operator does.
func (in *instance) stop(p *play) error {
	if err := in.End(context.WithoutCancel(p.ctx)); err != nil {
		return fmt.Errorf("server %s: %w", in.name, err)
	}
	return nil
}

// end is called when the script has ended. It keeps the profile and the log.
func (in *instance) end(p *play) error {
	var err error
	if !in.fallible {
		err = in.stop(p)
	}
	in.Kill()
	if in.profile != "" {
		err = errors.Join(err, in.readProfile(p))
	}
	in.Close()
	return err
}

// advance moves the clock of a server that has a virtual one.
func (in *instance) advance(d time.Duration) error {
	_, err := in.call(d+startTimeout, "clock.advance", d.String())
	return err
}

// dial connects to the control socket, which may open behind the others.
func dial(ctx context.Context, at rpc.Endpoint) (c *rpc.Client, err error) {
	err = again(ctx, func() error {
		c, err = rpc.Dial(ctx, at)
		return err
	})
	return c, err
}

// rpcTry is how long a Kamailio has for an RPC command before it is asked again:
// under load it loses one now and then.
const rpcTry = 3 * time.Second

// call runs an RPC command.
func (in *instance) call(patience time.Duration, command string, args ...any) (*rpc.Reply, error) {
	if in.Program.Kind != server.Kamailio {
		return in.callOnce(patience, command, args...)
	}
	for end := time.Now().Add(patience); ; {
		reply, err := in.callOnce(min(patience, rpcTry), command, args...)
		if !errors.Is(err, context.DeadlineExceeded) || time.Now().After(end) {
			return reply, err
		}
	}
}

func (in *instance) callOnce(patience time.Duration, command string, args ...any) (*rpc.Reply, error) {
	ctx, cancel := context.WithTimeout(in.ctx, patience)
	defer cancel()
	at, err := rpc.ParseEndpoint(in.adapted.RPC, "unix")
	if err != nil {
		return nil, err
	}
	c, err := dial(ctx, at)
	if err != nil {
		return nil, fmt.Errorf("no RPC: %w", err)
	}
	defer c.Close()
	reply, err := c.Call(ctx, command, args...)
	if err != nil {
		return nil, err
	}
	if reply.Fault != nil {
		return nil, fault{string(bytes.TrimSpace(rpc.AppendText(nil, reply)))}
	}
	return reply, nil
}

// fault is an RPC command's error reply.
type fault struct{ text string }

func (f fault) Error() string { return f.text }

// readProfile reads which lines ran, under the names of the user's files.
func (in *instance) readProfile(p *play) error {
	f, err := os.Open(in.profile)
	if errors.Is(err, fs.ErrNotExist) {
		return nil // it was killed, or has not started
	}
	if err != nil {
		return err
	}
	defer f.Close()
	profile, err := coverage.Read(f)
	if err != nil {
		return err
	}
	in.ran.Merge(profile, func(file string) string { return p.original(in.adapted.Original(file)) })
	if p.o.Covered != nil {
		p.o.Covered(&in.ran)
	}
	return nil
}

// original is the name of a file: of one that the case holds, below the case's.
func (p *play) original(file string) string {
	if inside, ok := strings.CutPrefix(file, p.work+"/"); ok {
		return p.c.Path + "/" + inside
	}
	return file
}

// tell writes what the server logged, and which lines of its configuration ran.
func (in *instance) tell(b *strings.Builder) {
	const most = 6000
	log := in.said()
	if len(log) > most {
		log = "…" + log[len(log)-most:]
	}
	fmt.Fprintf(b, "the log of %s:\n", in.name)
	for line := range strings.Lines(log) {
		b.WriteString("  " + line)
	}
	tellLines(b, "on "+in.name, &in.ran)
}

// tellLines writes which lines of the configurations ran.
func tellLines(b *strings.Builder, where string, profile *coverage.Profile) {
	const most = 60
	type place struct {
		file string
		line int
	}
	var ran []place
	for _, x := range profile.Points() {
		at := place{x.File, x.Line}
		if x.Kind == coverage.Statement && x.Count > 0 && !slices.Contains(ran, at) {
			ran = append(ran, at)
		}
	}
	if len(ran) == 0 {
		return
	}
	fmt.Fprintf(b, "the lines that ran %s:\n", where)
	for _, at := range ran[:min(len(ran), most)] {
		text := ""
		if source, err := Source(at.file); err == nil {
			if lines := strings.Split(string(source), "\n"); at.line <= len(lines) {
				text = strings.TrimSpace(lines[at.line-1])
			}
		}
		fmt.Fprintf(b, "  %s:%d  %s\n", filepath.Base(at.file), at.line, text)
	}
	if n := len(ran) - most; n > 0 {
		fmt.Fprintf(b, "  … and %d more\n", n)
	}
}
