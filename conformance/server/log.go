package server

import (
	"bytes"
	"context"
	"fmt"
	"sync"
)

// Log keeps all that a server writes. It is an io.Writer safe for use by
// several goroutines.
type Log struct {
	mu   sync.Mutex
	text []byte
	more chan struct{} // closed and replaced at each write
}

// Write appends b.
func (l *Log) Write(b []byte) (int, error) {
	l.mu.Lock()
	defer l.mu.Unlock()
	l.text = append(l.text, b...)
	if l.more != nil {
		close(l.more)
		l.more = nil
	}
	return len(b), nil
}

// String is all that was written so far.
func (l *Log) String() string { return l.From(0) }

// From is what was written behind the mark from, of Len.
func (l *Log) From(from int) string {
	l.mu.Lock()
	defer l.mu.Unlock()
	return string(l.text[min(from, len(l.text)):])
}

// Len is the number of bytes written so far: a mark for WaitFrom.
func (l *Log) Len() int {
	l.mu.Lock()
	defer l.mu.Unlock()
	return len(l.text)
}

// Lines returns the whole lines so far, without their line ends.
func (l *Log) Lines() []string {
	l.mu.Lock()
	defer l.mu.Unlock()
	var lines []string
	for rest := l.text; ; {
		i := bytes.IndexByte(rest, '\n')
		if i < 0 {
			return lines
		}
		lines = append(lines, string(bytes.TrimSuffix(rest[:i], []byte("\r"))))
		rest = rest[i+1:]
	}
}

// WaitFrom returns once done, called with the text after the mark from, says
// true, or with an error when ctx ends first.
func (l *Log) WaitFrom(ctx context.Context, from int, done func(text string) bool) error {
	for {
		l.mu.Lock()
		text := string(l.text[min(from, len(l.text)):])
		if l.more == nil {
			l.more = make(chan struct{})
		}
		more := l.more
		l.mu.Unlock()
		if done(text) {
			return nil
		}
		select {
		case <-more:
		case <-ctx.Done():
			return fmt.Errorf("waiting for a log line: %w; the log since then:\n%s", ctx.Err(), text)
		}
	}
}
