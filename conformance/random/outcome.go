package random

import (
	"context"
	"errors"
	"fmt"
	"net"

	"olelo/conformance/feed"
	"olelo/conformance/server"
)

// bench is where programs run: a port and a client, the same for both servers,
// so that the variables about them tell the same.
type bench struct {
	kamailio, olelo server.Program
	port            int
	client          net.PacketConn
	accepts         func(*Program) (bool, error) // whether olelo would start with it
}

// dies is the fate of a program that the server does not survive.
const dies = "dies"

// outcome is what became of a program on a server.
type outcome struct {
	fate   string     // "" where it ran; else how it failed
	values [][]string // for each message the values shown
}

// outcomes runs programs on a server. Where one is refused, or the server does
// not survive it, the others run without it.
func (b *bench) outcomes(ctx context.Context, p server.Program, programs []*Program) ([]outcome, error) {
	if len(programs) == 0 {
		return nil, nil
	}
	v, done, err := b.play(ctx, p, programs)
	fate, suspects := "", len(programs)
	switch {
	case err == nil:
		done, suspects = len(programs), 0
	case errors.Is(err, server.ErrExited):
		fate = "refused"
	case errors.Is(err, feed.ErrDied):
		fate = dies
	case errors.Is(err, feed.ErrStuck):
		fate = "answers no more"
	default:
		return nil, err
	}
	if fate != "" && len(programs) == 1 {
		return []outcome{{fate: fate}}, nil
	}
	all := make([]outcome, done)
	for i, program := range programs[:done] {
		for m := range program.Messages {
			all[i].values = append(all[i].values, v[program.at(m)])
		}
	}
	// The one that failed is among the next, as many as a window holds; of a
	// batch that is refused it may be any.
	rest := programs[done:]
	if fate != "" && fate != "refused" {
		suspects = min(feed.Window, len(rest))
	}
	if half := suspects / 2; suspects == len(programs) {
		suspects = max(half, 1)
	}
	for _, part := range [][]*Program{rest[:min(suspects, len(rest))], rest[min(suspects, len(rest)):]} {
		more, err := b.outcomes(ctx, p, part)
		if err != nil {
			return nil, err
		}
		all = append(all, more...)
	}
	return all, nil
}

// at is the mark of the values of a message.
func (p *Program) at(message int) string { return fmt.Sprintf("%s.%d", p.Name, message) }
