package rpc

import (
	"bytes"
	"encoding/json"
	"errors"
	"fmt"
	"io"
	"strings"
)

// MaxFIFOCommand is the longest command that the FIFO protocol takes, in bytes.
const MaxFIFOCommand = 65535

// FIFOCommand is one command of the FIFO protocol, or, where JSON is set, of
// JSON-RPC over a FIFO.
type FIFOCommand struct {
	Name    string
	Args    []string
	Reply   string // the reply FIFO's name, "" for no reply
	JSON    bool
	Request JSONRequest // JSON: the whole request
	Err     error       // JSON: why the document is no request
}

// ErrMore says that the command goes on behind the bytes at hand.
var ErrMore = errors.New("the command is not complete")

// ParseFIFO takes the command that starts b: a line ":command:reply", a line
// for each argument, and an empty line. Before it, empty lines and lines with
// a # are skipped. Where withJSON is set, a JSON document is taken too. n is
// what was used of b, also where err, other than ErrMore, says what was wrong
// with it.
func ParseFIFO(b []byte, withJSON bool) (c FIFOCommand, n int, err error) {
	rest := skipBlank(b)
	n = len(b) - len(rest)
	switch {
	case len(rest) == 0:
		return c, 0, ErrMore
	case withJSON && rest[0] == '{':
		c, used, err := parseFIFOJSON(rest)
		if errors.Is(err, ErrMore) {
			return c, 0, more(b)
		}
		return c, n + used, err
	case rest[0] != ':':
		used, ok := junk(rest, withJSON)
		if !ok {
			return c, 0, more(b)
		}
		return c, n + used, fmt.Errorf("a command starts with a colon: %.80q", firstLine(rest))
	}
	line, rest, ok := bytes.Cut(rest, []byte("\n"))
	if !ok {
		return c, 0, more(b)
	}
	name, reply, ok := strings.Cut(strings.TrimRight(string(line[1:]), " \t\r"), ":")
	if !ok || name == "" {
		return c, len(b) - len(rest), fmt.Errorf("the line is not :command:reply_fifo: %.80q", line)
	}
	c.Name, c.Reply = name, strings.TrimSpace(reply)
	for {
		line, rest, ok = bytes.Cut(rest, []byte("\n"))
		if !ok {
			return c, 0, more(b)
		}
		line = bytes.TrimSuffix(line, []byte("\r"))
		if len(line) == 0 {
			return c, len(b) - len(rest), nil
		}
		c.Args = append(c.Args, string(line))
	}
}

// more is ErrMore, or an error where b is full already.
func more(b []byte) error {
	if len(b) >= MaxFIFOCommand {
		return fmt.Errorf("the command has no end within %d bytes", MaxFIFOCommand)
	}
	return ErrMore
}

// skipBlank skips empty and comment lines, not the beginning of one.
func skipBlank(b []byte) []byte {
	for {
		line, rest, ok := bytes.Cut(b, []byte("\n"))
		line = bytes.TrimSpace(line)
		if len(line) > 0 && line[0] != '#' {
			return b
		}
		if !ok {
			if len(line) == 0 {
				return nil
			}
			return b
		}
		b = rest
	}
}

// junk is the length of the lines that no command starts with; ok is false
// where the last of them is not complete.
func junk(b []byte, withJSON bool) (n int, ok bool) {
	rest := b
	for len(rest) > 0 && rest[0] != ':' && (!withJSON || rest[0] != '{') {
		_, after, whole := bytes.Cut(rest, []byte("\n"))
		if !whole {
			break
		}
		rest = after
	}
	n = len(b) - len(rest)
	return n, n > 0
}

func firstLine(b []byte) []byte {
	line, _, _ := bytes.Cut(b, []byte("\n"))
	return line
}

func parseFIFOJSON(b []byte) (c FIFOCommand, n int, err error) {
	var doc json.RawMessage
	dec := json.NewDecoder(bytes.NewReader(b))
	switch err := dec.Decode(&doc); {
	case errors.Is(err, io.EOF), errors.Is(err, io.ErrUnexpectedEOF):
		return c, 0, ErrMore
	case err != nil:
		// Where the document ends cannot be told: all that came with it goes.
		return c, len(b), fmt.Errorf("not JSON: %w: %.80q", err, firstLine(b))
	}
	req, err := ParseJSON(doc)
	return FIFOCommand{
		Name: req.Method, Reply: req.ReplyName, JSON: true, Request: req, Err: err,
	}, int(dec.InputOffset()), nil
}
