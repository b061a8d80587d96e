package script

import (
	"context"
	"regexp"

	"olelo/conformance/server"
)

// check is "check FILE [-ARGUMENT…]": the server's -c accepts a configuration.
// "! check FILE [line=N] [status=N]": it refuses it, its first error in that line.
// What it says is what stderr sees next.
func (p *play) check(neg bool, args []string) error {
	o, err := p.serverOptions(args)
	if err != nil {
		return err
	}
	in, opt, err := p.prepare(o)
	if err != nil {
		return err
	}
	opt.Args = append([]string{"-c"}, opt.Args...)
	opt.Ready = nil
	ctx, cancel := context.WithTimeout(p.ctx, startTimeout)
	defer cancel()
	if in.Instance, err = server.Start(ctx, p.o.Program, opt); err != nil {
		return err
	}
	defer in.Close()
	status, err := in.Wait(ctx)
	if err != nil {
		return err
	}
	return p.verdict(in, o, status, neg)
}

var (
	lineNumber = regexp.MustCompile(`line (\d+)`)
	complaint  = regexp.MustCompile(`(?m)^(?: *\d+\(\d+\) )?(?:ERROR|CRITICAL|BUG|ALERT|error|invalid).*$`)
)

// firstMistake is the line that the first error names, "" where none does.
func firstMistake(log string) string {
	for _, complaint := range complaint.FindAllString(log, -1) {
		if m := lineNumber.FindStringSubmatch(complaint); m != nil {
			return m[1]
		}
	}
	return ""
}
