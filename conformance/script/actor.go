package script

import (
	"crypto/tls"
	"crypto/x509"
	"errors"
	"fmt"
	"net"
	"os"
	"slices"
	"strings"
	"time"

	"olelo/conformance/peer"
)

// actor is a named SIP or MSRP client, or a peer that the server connects to.
type actor struct {
	p    *play
	name string
	msrp bool
	net  string // udp, tcp, tls
	via  *instance

	dgram  net.PacketConn
	stream *peer.Stream
	listen net.Listener

	to       string // host:port that messages go to
	from     string // where the last message came from
	sent     *message
	got      *message
	request  *message        // the last request that it got
	ignore   []string        // kinds that expect passes over
	answered map[string]bool // the SIP requests sent, by Call-ID and CSeq: whether their final reply came
	loose    bool            // it has sent raw bytes, whose requests are not known
	prepared map[string]string
}

// transports are the words that say how an actor talks.
var transports = map[string]struct {
	net  string
	msrp bool
}{
	"udp": {"udp", false}, "tcp": {"tcp", false}, "tls": {"tls", false},
	"msrp": {"tcp", true}, "msrps": {"tls", true},
}

// verbs are what an actor does.
var verbs map[string]func(a *actor, args []string) error

func init() {
	verbs = map[string]func(a *actor, args []string) error{
		"send":         (*actor).send,
		"raw":          (*actor).raw,
		"request":      (*actor).makeRequest,
		"again":        (*actor).again,
		"resend":       (*actor).resend,
		"reply":        (*actor).reply,
		"authenticate": (*actor).authenticate,
		"expect":       (*actor).expect,
		"check":        (*actor).checks,
		"ignore":       (*actor).setIgnore,
		"nothing":      (*actor).nothing,
		"closed":       (*actor).closed,
		"close":        (*actor).hangUp,
		"reset":        (*actor).reset,
		"shutdown":     (*actor).shutdown,
		"connect":      (*actor).connect,
		"accept":       (*actor).accept,
	}
}

// client is "client NAME TRANSPORT [OPTION…]": an actor that talks to the server.
func (p *play) client(neg bool, args []string) error {
	a, options, err := p.actor(neg, args, "client NAME udp|tcp|tls|msrp|msrps [to=ADDRESS] [server=NAME] [ca=FILE] [cert=FILE key=FILE] [sni=NAME]")
	if err != nil {
		return err
	}
	a.prepared = options
	return a.connect(nil)
}

// peer is "peer NAME TRANSPORT": an actor that waits for the server.
func (p *play) peer(neg bool, args []string) error {
	a, options, err := p.actor(neg, args, "peer NAME udp|tcp|tls|msrp|msrps [cert=FILE key=FILE]")
	if err != nil {
		return err
	}
	a.prepared = options
	if a.net == "udp" {
		return a.connect(nil)
	}
	l, err := net.Listen("tcp", "127.0.0.1:0")
	if err != nil {
		return err
	}
	if a.net == "tls" {
		cert, err := a.certificate()
		if err != nil {
			l.Close()
			return err
		}
		l = tls.NewListener(l, &tls.Config{Certificates: []tls.Certificate{cert}})
	}
	a.listen = l
	p.sockets.add(l)
	a.publish(l.Addr().String())
	return nil
}

func (p *play) actor(neg bool, args []string, use string) (*actor, map[string]string, error) {
	if neg || len(args) < 2 {
		return nil, nil, usagef("usage: %s", use)
	}
	args, err := p.words(args)
	if err != nil {
		return nil, nil, err
	}
	t, ok := transports[args[1]]
	if !ok {
		return nil, nil, usagef("%q is no transport: udp, tcp, tls, msrp (over TCP) or msrps (over TLS)", args[1])
	}
	if !valueName.MatchString(args[0]) {
		return nil, nil, usagef("%q is no name: letters, digits, _ and -", args[0])
	}
	if p.actors[args[0]] != nil || p.servers[args[0]] != nil {
		return nil, nil, usagef("there is a %s already", args[0])
	}
	options := map[string]string{}
	for _, o := range args[2:] {
		name, value, ok := strings.Cut(o, "=")
		if !ok || !strings.Contains(use, "["+name+"=") && !strings.Contains(use, " "+name+"=") {
			return nil, nil, usagef("%q: usage: %s", o, use)
		}
		options[name] = value
	}
	a := &actor{p: p, name: args[0], net: t.net, msrp: t.msrp, via: p.main}
	if name := options["server"]; name != "" {
		if a.via = p.servers[name]; a.via == nil {
			return nil, nil, usagef("there is no server %s", name)
		}
	}
	if err := p.register(a); err != nil {
		return nil, nil, err
	}
	return a, options, nil
}

// register makes the actor's name a command of the script.
func (p *play) register(a *actor) error {
	if _, taken := table()[a.name]; taken || slices.Contains(builtins, a.name) {
		return usagef("%s is a command: take another name", a.name)
	}
	p.actors[a.name] = a
	p.ts.SetCmd(a.name, p.wrap(func(_ *play, neg bool, args []string) error {
		if len(args) == 0 {
			return usagef("%s what? %s", a.name, strings.Join(verbNames(), ", "))
		}
		do := verbs[args[0]]
		if do == nil {
			return usagef("%s cannot %q; it can: %s", a.name, args[0], strings.Join(verbNames(), ", "))
		}
		if neg {
			return usagef("! has no meaning before %s %s", a.name, args[0])
		}
		return do(a, args[1:])
	}))
	return nil
}

// builtins are testscript's commands, whose names no actor can have.
var builtins = []string{
	"cd", "chmod", "cmp", "cmpenv", "cp", "env", "exec", "exists", "grep", "kill", "mkdir", "mv", "rm", "skip",
	"stderr", "stdin", "stdout", "stop", "symlink", "ttyin", "ttyout", "unquote", "unix2dos", "wait",
}

func verbNames() []string {
	names := make([]string, 0, len(verbs))
	for n := range verbs {
		names = append(names, n)
	}
	slices.Sort(names)
	return names
}

// connect opens the actor's socket. A client that has one closes it first.
func (a *actor) connect(args []string) error {
	if len(args) > 0 {
		return usagef("usage: %s connect", a.name)
	}
	if a.listen != nil {
		return usagef("%s is a peer: it waits for the server with accept", a.name)
	}
	a.close()
	if err := a.target(); err != nil {
		return err
	}
	if a.net == "udp" {
		c, err := net.ListenPacket("udp", "127.0.0.1:0")
		if err != nil {
			return err
		}
		a.dgram = c
		a.p.sockets.add(c)
		a.publish(c.LocalAddr().String())
		return nil
	}
	var err error
	if a.net == "tls" {
		var config *tls.Config
		if config, err = a.tlsConfig(); err == nil {
			a.stream, err = peer.DialTLS(a.to, config, a.p.patience)
		}
	} else {
		a.stream, err = peer.Dial(a.to, a.p.patience)
	}
	if err != nil {
		return err
	}
	a.p.sockets.add(a.stream.Conn)
	a.publish(a.stream.Local())
	return nil
}

// target finds where the actor's messages go.
func (a *actor) target() error {
	a.to = a.prepared["to"]
	if a.to != "" || a.via == nil {
		if a.to == "" && a.net != "udp" {
			return errors.New("start a server first, or say to=HOST:PORT")
		}
		return nil
	}
	addr, ok := a.via.address(a.net)
	if !ok {
		return fmt.Errorf("the server has no %s socket; it has: %s", a.net, a.via.sockets())
	}
	a.to = addr
	return nil
}

func (a *actor) tlsConfig() (*tls.Config, error) {
	config := &tls.Config{InsecureSkipVerify: true, ServerName: a.prepared["sni"]}
	if file := a.prepared["ca"]; file != "" {
		path, err := a.p.find(file)
		if err != nil {
			return nil, err
		}
		pem, err := os.ReadFile(path)
		if err != nil {
			return nil, err
		}
		config.RootCAs = x509.NewCertPool()
		if !config.RootCAs.AppendCertsFromPEM(pem) {
			return nil, fmt.Errorf("%s holds no certificate", file)
		}
		config.InsecureSkipVerify = false
	}
	if a.prepared["cert"] != "" {
		cert, err := a.certificate()
		if err != nil {
			return nil, err
		}
		// Shown whatever CAs the server names.
		config.GetClientCertificate = func(*tls.CertificateRequestInfo) (*tls.Certificate, error) { return &cert, nil }
	}
	return config, nil
}

func (a *actor) certificate() (tls.Certificate, error) {
	if a.prepared["cert"] == "" {
		return tls.Certificate{}, usagef("%s needs cert=FILE key=FILE; the command certificate makes them", a.name)
	}
	cert, err := a.p.find(a.prepared["cert"])
	if err != nil {
		return tls.Certificate{}, err
	}
	key, err := a.p.find(a.prepared["key"])
	if err != nil {
		return tls.Certificate{}, err
	}
	return tls.LoadX509KeyPair(cert, key)
}

// publish sets the actor's values: its address, port and URI.
func (a *actor) publish(addr string) {
	_, port, _ := net.SplitHostPort(addr)
	v := a.p.values
	v[a.name], v[a.name+".port"] = addr, port
	switch {
	case a.msrp && a.net == "tls":
		v[a.name+".uri"] = "msrps://" + addr + "/" + a.name + ";tcp"
	case a.msrp:
		v[a.name+".uri"] = "msrp://" + addr + "/" + a.name + ";tcp"
	case a.net == "udp":
		v[a.name+".uri"] = "sip:" + a.name + "@" + addr
	default:
		v[a.name+".uri"] = "sip:" + a.name + "@" + addr + ";transport=" + a.net
	}
}

// accept waits for the server's connection to a peer.
func (a *actor) accept(args []string) error {
	if len(args) > 0 {
		return usagef("usage: %s accept", a.name)
	}
	if a.listen == nil {
		return usagef("%s does not listen: it is no peer over TCP or TLS", a.name)
	}
	type accepted struct {
		c   net.Conn
		err error
	}
	got := make(chan accepted, 1)
	go func() {
		c, err := a.listen.Accept()
		got <- accepted{c, err}
	}()
	late := time.NewTimer(a.p.patience)
	defer late.Stop()
	select {
	case x := <-got:
		if x.err != nil {
			return x.err
		}
		a.stream = &peer.Stream{Conn: x.c, Timeout: a.p.patience}
		a.p.sockets.add(x.c)
		return nil
	case <-late.C:
		a.listen.Close()
		return fmt.Errorf("the server did not connect to %s within %s", a.name, a.p.patience)
	}
}

// line is the actor's connection, which a peer waits for where it has none.
func (a *actor) line() (*peer.Stream, error) {
	if a.stream == nil && a.listen != nil {
		if err := a.accept(nil); err != nil {
			return nil, err
		}
	}
	if a.stream == nil {
		return nil, usagef("%s is not connected", a.name)
	}
	a.stream.Timeout = a.p.patience
	return a.stream, nil
}

func (a *actor) hangUp(args []string) error {
	if len(args) > 0 {
		return usagef("usage: %s close", a.name)
	}
	a.close()
	return nil
}

func (a *actor) reset(args []string) error {
	if len(args) > 0 || a.stream == nil {
		return usagef("usage: %s reset, of a connection", a.name)
	}
	err := a.stream.Reset()
	a.stream = nil
	return err
}

// shutdown is "NAME shutdown": it sends no more, as TCP's FIN says, and still
// receives.
func (a *actor) shutdown(args []string) error {
	if len(args) > 0 || a.stream == nil {
		return usagef("usage: %s shutdown, of a connection", a.name)
	}
	a.tell("sends no more", nil)
	return a.stream.CloseWrite()
}

func (a *actor) close() {
	if a.stream != nil {
		a.stream.Close()
		a.stream = nil
	}
	if a.dgram != nil {
		a.dgram.Close()
		a.dgram = nil
	}
}

// event is one line of a run's story.
type event struct {
	at    origin
	actor string
	what  string // sends, gets …
	raw   []byte
}

func (a *actor) tell(what string, raw []byte) {
	a.p.events = append(a.p.events, event{a.p.at, a.name, what, raw})
}
