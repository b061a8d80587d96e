package random

import (
	"context"

	"olelo/conformance/feed"
	"olelo/conformance/server"
)

// play runs the programs on a server. Where it did not end well, done are the
// programs that it ran until then, and the values are theirs, perhaps with some
// of later ones.
func (b *bench) play(ctx context.Context, p server.Program, programs []*Program) (v feed.Values, done int, err error) {
	s, err := feed.Start(ctx, p, batch(b.port, programs), b.port, b.client)
	if err != nil {
		return nil, 0, err
	}
	defer s.Close()
	for i, program := range programs {
		for m, message := range program.Messages {
			if err = s.Send(ctx, message, program.at(m)); err != nil {
				return s.Take(), done, err
			}
		}
		if s.Handled() {
			done = i + 1
		}
	}
	err = s.Flush(ctx)
	return s.Take(), done, err
}
