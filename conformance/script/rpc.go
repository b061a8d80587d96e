package script

import (
	"errors"
	"fmt"
	"strings"
	"time"

	"olelo/conformance/server"
	"olelo/runtime/rpc"
)

// rpc is "rpc [server=NAME] COMMAND [ARGUMENT…]": runs an RPC command; its reply,
// as kamcmd prints it, is what stdout and "cmp stdout FILE" see next. With ! it
// must be a fault, which stderr sees.
func (p *play) rpc(neg bool, args []string) error {
	in, args, err := p.addressed(args)
	switch {
	case err != nil:
		return err
	case len(args) == 0:
		return usagef("usage: rpc COMMAND [ARGUMENT…]")
	}
	words, err := p.words(args)
	if err != nil {
		return err
	}
	params := make([]any, len(words)-1)
	for i, w := range words[1:] {
		params[i] = rpc.ParseArg(w)
	}
	reply, err := in.call(p.patience, words[0], params...)
	var f fault
	switch {
	case errors.As(err, &f) && neg:
		fmt.Fprintln(p.ts.Stderr(), f.text)
		return nil
	case err != nil:
		return fmt.Errorf("rpc %s: %w", strings.Join(words, " "), err)
	case neg:
		return fmt.Errorf("rpc %s succeeds, expected a fault:\n%s", strings.Join(words, " "), rpc.AppendText(nil, reply))
	}
	_, err = p.ts.Stdout().Write(rpc.AppendText(nil, reply))
	return err
}

// htable is "htable TABLE KEY = VALUE" or "htable TABLE KEY absent".
func (p *play) htable(neg bool, args []string) error {
	in, args, err := p.about(args)
	if err != nil {
		return err
	}
	words, err := p.words(args)
	if err != nil {
		return err
	}
	if neg || len(words) < 3 || !(len(words) == 3 && words[2] == "absent" || len(words) == 4 && words[2] == "=") {
		return usagef("usage: htable TABLE KEY = VALUE | htable TABLE KEY absent")
	}
	got, found, err := p.item(in, words[0], words[1])
	switch {
	case err != nil:
		return err
	case words[2] == "absent":
		if found {
			return fmt.Errorf("$sht(%s=>%s) is %q, expected it to be absent", words[0], words[1], got)
		}
		return nil
	case !found:
		return fmt.Errorf("$sht(%s=>%s) is absent, expected %q", words[0], words[1], words[3])
	}
	if ok, err := p.values.match(args[3], got); ok || err != nil {
		return err
	}
	if p.corrected(args[3], got) {
		return nil
	}
	return fmt.Errorf("$sht(%s=>%s) is %q, expected %q", words[0], words[1], got, words[3])
}

// about is addressed, for steps that may be about the unit: then the server is nil.
func (p *play) about(args []string) (*instance, []string, error) {
	if p.unit != nil && (len(args) == 0 || !strings.HasPrefix(args[0], "server=")) {
		return nil, args, nil
	}
	return p.addressed(args)
}

// item asks a server, or the unit where that is nil, for an item of a hash table.
func (p *play) item(in *instance, table, key string) (value string, found bool, err error) {
	if in == nil {
		return p.unit.Eval("$sht(" + table + "=>" + key + ")")
	}
	reply, err := in.call(p.patience, "htable.get", table, key)
	if f := (fault{}); errors.As(err, &f) && strings.Contains(f.text, "Key name doesn't exist") {
		return "", false, nil
	}
	return member(reply, err)
}

// member is the value in the reply of a command that reads one.
func member(reply *rpc.Reply, err error) (string, bool, error) {
	if err != nil {
		return "", false, err
	}
	v, ok := reply.Member("value")
	if !ok {
		return "", false, fmt.Errorf("the reply has no value:\n%s", rpc.AppendText(nil, reply))
	}
	return fmt.Sprint(v), true, nil
}

// variable is "var '$name' = VALUE" or "var '$name' absent": of a shared variable
// of the running server, or behind a route step any variable.
func (p *play) variable(neg bool, args []string) error {
	in, args, err := p.about(args)
	if err != nil {
		return err
	}
	if neg || len(args) < 2 || !(len(args) == 2 && args[1] == "absent" || len(args) == 3 && (args[1] == "=" || args[1] == "~")) {
		return usagef("usage: var '$name' = VALUE | var '$name' ~ REGEX | var '$name' absent")
	}
	name, err := p.values.text(args[0])
	if err != nil {
		return err
	}
	got, found, err := p.evaluate(in, name)
	switch {
	case err != nil:
		return err
	case args[1] == "absent":
		if found {
			return fmt.Errorf("%s is %q, expected it to be $null", args[0], got)
		}
		return nil
	case !found:
		return fmt.Errorf("%s is $null, expected %q", args[0], args[2])
	case args[1] == "~":
		ok, err := p.values.search(args[2], got)
		if err == nil && !ok {
			err = fmt.Errorf("%s is %q, which does not match %s", args[0], got, args[2])
		}
		return err
	}
	if ok, err := p.values.match(args[2], got); ok || err != nil {
		return err
	}
	if p.corrected(args[2], got) {
		return nil
	}
	return fmt.Errorf("%s is %q, expected %q", args[0], got, args[2])
}

func (p *play) evaluate(in *instance, name string) (string, bool, error) {
	if in == nil {
		return p.unit.Eval(name)
	}
	shared, ok := strings.CutPrefix(name, "$shv(")
	if !ok {
		return "", false, usagef("%s: a running server is asked for $shv(name) only; behind a route step, for any variable", name)
	}
	reply, err := in.call(p.patience, "pv.shvGet", strings.TrimSuffix(shared, ")"))
	if f := (fault{}); errors.As(err, &f) && strings.Contains(f.text, "Variable not found") {
		return "", false, nil
	}
	return member(reply, err)
}

// clock is "clock advance DURATION": the time goes on. A server that was started
// with clock=virtual is moved, for others the time passes.
func (p *play) clock(neg bool, args []string) error {
	in, args, err := p.about(args)
	if err != nil {
		return err
	}
	if neg || len(args) != 2 || args[0] != "advance" {
		return usagef("usage: clock advance DURATION")
	}
	d, err := p.duration(args[1])
	switch {
	case err != nil:
		return err
	case in == nil:
		_, err := fmt.Fprint(p.ts.Stdout(), p.unit.Advance(d))
		return err
	case in.virtual:
		return in.advance(d)
	case in.Program.Kind == server.Olelo:
		return usagef("start the server with clock=virtual to move its clock")
	}
	select {
	case <-time.After(d):
		return nil
	case <-p.ctx.Done():
		return p.ctx.Err()
	}
}
