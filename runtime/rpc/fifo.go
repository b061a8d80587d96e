package rpc

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"time"
)

const (
	// fifoPause is how long a writer may pause within a command; what it wrote
	// is dropped then, so that the next writer's command is not taken for its
	// arguments.
	fifoPause = 5 * time.Second
	// fifoPatience is how long a reply waits for its FIFO's reader to open it,
	// and then for the reader to take it.
	fifoPatience = 5 * time.Second
	// fifoPending is how many replies may wait so.
	fifoPending = 32
)

// Owner is who a control file belongs to, and who may use it.
type Owner struct {
	UID, GID int // -1: as the server
	Mode     fs.FileMode
}

// FIFO is a command FIFO in the file system. Its fields are set before Open.
type FIFO struct {
	Path     string
	Owner    Owner
	ReplyDir string // where reply FIFOs are
	JSON     bool   // JSON-RPC documents are taken too
	// Answer runs a command and returns the text for the reply FIFO. It is
	// called for one command at a time.
	Answer func(FIFOCommand) []byte
	// Warn is told what went wrong with a command or its reply.
	Warn func(format string, args ...any)

	f       *os.File
	info    fs.FileInfo
	stop    chan struct{}
	wg      sync.WaitGroup
	pending chan struct{}
}

// Open makes the FIFO. A FIFO that is there already, of a server that was
// killed, is replaced; any other file is an error.
func (s *FIFO) Open() error {
	if err := s.create(); err != nil {
		return fmt.Errorf("FIFO %s: %w", s.Path, err)
	}
	s.stop = make(chan struct{})
	s.pending = make(chan struct{}, fifoPending)
	return nil
}

// Serve answers commands, in a goroutine of its own, until Close.
func (s *FIFO) Serve() { s.wg.Go(s.serve) }

func (s *FIFO) create() (err error) {
	if old, err := os.Lstat(s.Path); err == nil {
		if old.Mode()&fs.ModeNamedPipe == 0 {
			return errors.New("the path exists and is no FIFO: remove it, or choose another path")
		}
		// Somebody reads it: another server, or this one's old configuration.
		if w, err := os.OpenFile(s.Path, os.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0); err == nil {
			_ = w.Close()
			return errors.New("another server reads it: choose another path, or stop that server")
		}
		if err := os.Remove(s.Path); err != nil {
			return fmt.Errorf("an old FIFO is in the way: %w", err)
		}
	}
	if err := syscall.Mkfifo(s.Path, uint32(s.Owner.Mode.Perm())); err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = os.Remove(s.Path)
		}
	}()
	// Open for writing too: there is no end of file when a writer leaves.
	s.f, err = os.OpenFile(s.Path, os.O_RDWR|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
	if err != nil {
		return err
	}
	defer func() {
		if err != nil {
			_ = s.f.Close()
			s.f = nil
		}
	}()
	if s.info, err = s.f.Stat(); err != nil {
		return err
	}
	if s.info.Mode()&fs.ModeNamedPipe == 0 {
		return errors.New("the path was replaced while the FIFO was made")
	}
	if s.Owner.UID >= 0 || s.Owner.GID >= 0 {
		if err := s.f.Chown(s.Owner.UID, s.Owner.GID); err != nil {
			return err
		}
	}
	return s.f.Chmod(s.Owner.Mode.Perm())
}

// Close ends the service, waits for the replies under way to be given up, and
// removes the FIFO unless another server replaced it. Without a successful
// Open before it does nothing.
func (s *FIFO) Close() error {
	if s.f == nil {
		return nil
	}
	close(s.stop)
	err := s.f.Close()
	s.wg.Wait()
	s.f = nil
	return errors.Join(err, removeSame(s.Path, s.info))
}

// removeSame removes path if it is still the file that info is of.
func removeSame(path string, info fs.FileInfo) error {
	now, err := os.Lstat(path)
	if errors.Is(err, fs.ErrNotExist) || err == nil && !os.SameFile(now, info) {
		return nil
	}
	if err == nil {
		err = os.Remove(path)
	}
	return err
}

func (s *FIFO) serve() {
	var b []byte
	chunk := make([]byte, 4096)
	for {
		var deadline time.Time
		if len(b) > 0 {
			deadline = time.Now().Add(fifoPause)
		}
		if err := s.f.SetReadDeadline(deadline); err != nil {
			return // closed
		}
		n, err := s.f.Read(chunk)
		b = append(b, chunk[:n]...)
		switch {
		case errors.Is(err, os.ErrDeadlineExceeded):
			s.Warn("FIFO %s: a command without its closing empty line was dropped after %s: %.80q", s.Path, fifoPause, firstLine(b))
			b = b[:0]
			continue
		case err != nil && !errors.Is(err, os.ErrClosed):
			s.Warn("FIFO %s: reading ended: %v", s.Path, err)
			return
		case err != nil:
			return
		}
		b = s.commands(b)
	}
}

// commands runs the commands in b and returns what is left of it.
func (s *FIFO) commands(b []byte) []byte {
	for {
		c, n, err := ParseFIFO(b, s.JSON)
		if errors.Is(err, ErrMore) {
			if len(skipBlank(b)) == 0 {
				b = b[:0]
			}
			return b
		}
		if n == 0 {
			n = len(b) // too long
		}
		b = b[n:]
		if err != nil {
			s.Warn("FIFO %s: %v", s.Path, err)
			continue
		}
		text := s.Answer(c)
		if c.Reply == "" {
			s.Warn("FIFO %s: command %q has no reply FIFO: it ran, its reply is lost", s.Path, c.Name)
			continue
		}
		s.reply(c, text)
	}
}

// reply sends text in a goroutine of its own: its reader may never come.
func (s *FIFO) reply(c FIFOCommand, text []byte) {
	path, err := replyPath(s.ReplyDir, c.Reply)
	if err != nil {
		s.Warn("FIFO %s: the reply to %q is lost: %v", s.Path, c.Name, err)
		return
	}
	select {
	case s.pending <- struct{}{}:
	default:
		s.Warn("FIFO %s: the reply to %q is lost: %d replies wait for a reader already", s.Path, c.Name, fifoPending)
		return
	}
	s.wg.Go(func() {
		defer func() { <-s.pending }()
		if err := s.send(path, text); err != nil {
			s.Warn("FIFO %s: the reply to %q is lost: %v", s.Path, c.Name, err)
		}
	})
}

// replyPath is where the reply FIFO called name is: in dir and nowhere else.
func replyPath(dir, name string) (string, error) {
	if name == "." || name == ".." || strings.ContainsAny(name, "/\x00") {
		return "", fmt.Errorf("the reply FIFO's name %q has a folder in it: it is a plain name, and the FIFO is in %s", name, dir)
	}
	return filepath.Join(dir, name), nil
}

func (s *FIFO) send(path string, text []byte) error {
	f, err := s.openReply(path)
	if err != nil {
		return err
	}
	defer f.Close()
	if info, err := f.Stat(); err != nil {
		return err
	} else if info.Mode()&fs.ModeNamedPipe == 0 {
		return fmt.Errorf("%s is no FIFO", path)
	}
	if err := f.SetWriteDeadline(time.Now().Add(fifoPatience)); err != nil {
		return err
	}
	done := make(chan struct{})
	defer close(done)
	s.wg.Go(func() {
		select {
		case <-s.stop:
			_ = f.SetWriteDeadline(time.Unix(1, 0))
		case <-done:
		}
	})
	_, err = f.Write(text)
	return err
}

// openReply waits until the reply FIFO has a reader.
func (s *FIFO) openReply(path string) (*os.File, error) {
	limit := time.NewTimer(fifoPatience)
	defer limit.Stop()
	again := time.NewTicker(20 * time.Millisecond)
	defer again.Stop()
	for {
		f, err := os.OpenFile(path, os.O_WRONLY|syscall.O_NONBLOCK|syscall.O_NOFOLLOW, 0)
		if !errors.Is(err, syscall.ENXIO) {
			return f, err
		}
		select {
		case <-again.C:
		case <-limit.C:
			return nil, fmt.Errorf("nobody opened %s for reading within %s", path, fifoPatience)
		case <-s.stop:
			return nil, fmt.Errorf("the server stopped before anybody opened %s for reading", path)
		}
	}
}

// AnswerFIFO reads commands of the FIFO protocol from a stream and writes each
// one's reply to it, until the stream ends or its client is gone, or ended says
// behind a reply that no more is to be taken.
func AnswerFIFO(conn io.ReadWriter, answer func(FIFOCommand) []byte, ended func() bool) error {
	var b []byte
	chunk := make([]byte, 4096)
	for {
		n, err := conn.Read(chunk)
		b = append(b, chunk[:n]...)
		for {
			c, used, perr := ParseFIFO(b, false)
			if errors.Is(perr, ErrMore) {
				break
			}
			if perr != nil {
				return perr
			}
			b = b[used:]
			if _, err := conn.Write(answer(c)); err != nil || ended() {
				return err
			}
		}
		if errors.Is(err, io.EOF) {
			return nil
		}
		if err != nil {
			return err
		}
	}
}
