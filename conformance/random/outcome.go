package random

import (
	"context"
	"errors"
	"fmt"
	"net"

	"olelo/conformance/server"
)

// bench is where programs run: a port and a client, the same for both servers,
// so that the variables about them tell the same.
type bench struct {
	kamailio, olelo server.Program
	port            int
	client          net.PacketConn
}

// outcome is what became of a program on a server.
type outcome struct {
	fate   string     // "" where it ran; else how it failed
	values [][]string // for each message the values shown
}

// outcomes runs programs on a server. Where a batch is refused, or the server
// does not survive it, its halves tell which of them it is.
func (b *bench) outcomes(ctx context.Context, p server.Program, programs []*Program) ([]outcome, error) {
	v, err := play(ctx, p, b.port, b.client, programs)
	if err == nil {
		all := make([]outcome, len(programs))
		for i, program := range programs {
			for m := range program.Messages {
				all[i].values = append(all[i].values, v[program.at(m)])
			}
		}
		return all, nil
	}
	var fate string
	switch {
	case errors.Is(err, server.ErrExited):
		fate = "refused"
	case errors.Is(err, errDied):
		fate = "dies"
	case errors.Is(err, errStuck):
		fate = "answers no more"
	default:
		return nil, err
	}
	if len(programs) == 1 {
		return []outcome{{fate: fate}}, nil
	}
	half := len(programs) / 2
	first, err := b.outcomes(ctx, p, programs[:half])
	if err != nil {
		return nil, err
	}
	second, err := b.outcomes(ctx, p, programs[half:])
	return append(first, second...), err
}

// at is the mark of the values of a message.
func (p *Program) at(message int) string { return fmt.Sprintf("%s.%d", p.Name, message) }
