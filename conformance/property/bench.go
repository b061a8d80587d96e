package property

import (
	"context"
	"encoding/hex"
	"errors"
	"fmt"
	"net"
	"strconv"
	"strings"

	"olelo/conformance/feed"
	"olelo/conformance/server"
)

// bench is a server with an area's configuration, and its client.
type bench struct {
	area    *area
	program server.Program
	port    int
	client  net.PacketConn
	running *feed.Server
	sent    int // messages, which names them
}

// died stands for the values of an input that a server does not survive.
const died = "the server died"

// outcomes are the values for each input, as they are logged; one that the
// message of an input does not reach has none.
func (b *bench) outcomes(ctx context.Context, inputs []Input) ([]string, error) {
	if b.running == nil {
		s, err := feed.Start(ctx, b.program, b.area.config(b.port), b.port, b.client)
		if err != nil {
			return nil, err
		}
		b.running = s
	}
	all, err := b.play(ctx, inputs)
	if !errors.Is(err, feed.ErrDied) && !errors.Is(err, feed.ErrStuck) {
		return all, err
	}
	b.close()
	if len(inputs) == 1 {
		return []string{died}, nil
	}
	half := len(inputs) / 2
	first, err := b.outcomes(ctx, inputs[:half])
	if err != nil {
		return nil, err
	}
	second, err := b.outcomes(ctx, inputs[half:])
	return append(first, second...), err
}

// play sends the inputs and reads their values.
func (b *bench) play(ctx context.Context, inputs []Input) ([]string, error) {
	messages := b.area.messages(inputs)
	names := make([]string, 0, len(inputs))
	for _, m := range messages {
		b.sent++
		for i := range len(inputs) / len(messages) {
			names = append(names, fmt.Sprintf("%d.%d", b.sent, i))
		}
		if err := b.running.Send(ctx, m, strconv.Itoa(b.sent)); err != nil {
			return nil, err
		}
	}
	if err := b.running.Flush(ctx); err != nil {
		return nil, err
	}
	shown := b.running.Take()
	all := make([]string, len(inputs))
	for i, name := range names {
		all[i] = strings.Join(shown[name], " / ")
	}
	return all, nil
}

func (b *bench) close() {
	if b.running != nil {
		b.running.Close()
		b.running = nil
	}
}

// readable is a value with its text instead of the hexadecimal.
func readable(value string) string {
	if value == "" {
		return "(nothing)"
	}
	text, err := hex.DecodeString(value[1:])
	switch {
	case value == "n":
		return "$null"
	case value[0] == 's' && err == nil:
		return strconv.Quote(string(text))
	}
	return value
}
