package main

import (
	"context"
	"fmt"
	"io"
	"os"
	"os/signal"
	"sync/atomic"
	"syscall"
	"time"

	"olelo/runtime/core"
	"olelo/runtime/log"
	"olelo/runtime/memory"
)

// signals handles the process's signals as kamailio does: SIGTERM and SIGINT
// end the server, SIGUSR1 logs what memory is in use, SIGHUP has no effect.
type signals struct {
	ch     chan os.Signal
	done   chan struct{}
	talker atomic.Pointer[talker]
}

// talker is who a signal is answered through once there is a log.
type talker struct {
	log    *log.Logger
	memlog log.Level
}

// sameSignal is how close together signals count as one: a terminal or timeout
// sends them to the process and to its group.
const sameSignal = 200 * time.Millisecond

// watchSignals starts to handle signals; end is called at the first that ends
// the server. A second one ends the process without waiting.
func watchSignals(end context.CancelFunc, stderr io.Writer) *signals {
	s := &signals{ch: make(chan os.Signal, 8), done: make(chan struct{})}
	// SIGPIPE is only taken so that a closed standard error does not kill the
	// server; the write fails all the same.
	signal.Notify(s.ch, syscall.SIGTERM, syscall.SIGINT, syscall.SIGHUP, syscall.SIGUSR1, syscall.SIGUSR2, syscall.SIGPIPE)
	go func() {
		ending, since := false, time.Time{}
		for {
			select {
			case <-s.done:
				return
			case sig := <-s.ch:
				if sig != syscall.SIGTERM && sig != syscall.SIGINT {
					s.answer(sig)
					continue
				}
				if ending && time.Since(since) < sameSignal {
					continue
				}
				if ending {
					fmt.Fprintln(stderr, "olelo: second signal: stopped without sending what is queued")
					os.Exit(statusFailed)
				}
				ending, since = true, time.Now()
				end()
			}
		}
	}()
	return s
}

func (s *signals) stop() {
	signal.Stop(s.ch)
	close(s.done)
}

// speak gives the log that signals are answered through.
func (s *signals) speak(p *core.Params, l *log.Logger) {
	s.talker.Store(&talker{log: l, memlog: log.Level(p.MemLog)})
}

func (s *signals) answer(sig os.Signal) {
	t := s.talker.Load()
	if t == nil {
		return
	}
	switch sig {
	case syscall.SIGHUP:
		t.log.Debugf(log.Core, "SIGHUP received, ignoring it")
	case syscall.SIGUSR1:
		memory.Log(t.log, t.memlog)
	case syscall.SIGUSR2:
		t.log.Log(log.Warn, log.Core, "SIGUSR2 received, ignoring it")
	}
}
