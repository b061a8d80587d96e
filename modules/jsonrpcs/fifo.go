package jsonrpcs

import (
	"fmt"
	"os"

	"olelo/runtime/rpc"
)

// fifo is the FIFO that takes requests; a request names the FIFO for its reply.
type fifo struct {
	path, replyDir string
	owner          rpc.Owner
	open           *rpc.FIFO
}

func (m *Module) openFIFO() error {
	if info, err := os.Stat(m.fifo.replyDir); err != nil {
		return fmt.Errorf("fifo_reply_dir: %w", err)
	} else if !info.IsDir() {
		return fmt.Errorf("fifo_reply_dir: %s is no folder", m.fifo.replyDir)
	}
	f := &rpc.FIFO{
		Path: m.fifo.path, Owner: m.fifo.owner, ReplyDir: m.fifo.replyDir, JSON: true, Answer: m.answerFIFO,
		Warn: func(format string, args ...any) { m.log.Warnf(name, format, args...) },
	}
	if err := f.Open(); err != nil {
		return err
	}
	m.fifo.open = f
	f.Serve()
	return nil
}

// answerFIFO tells who speaks the FIFO protocol of other modules what this one takes.
func (m *Module) answerFIFO(c rpc.FIFOCommand) []byte {
	if !c.JSON {
		return rpc.AppendFIFO(nil, rpc.Faultf(rpc.CodeBadRequest, "this FIFO takes JSON-RPC documents"))
	}
	_, doc := m.answer(&c.Request, c.Err)
	return doc
}

func (f *fifo) close() error {
	if f.open == nil {
		return nil
	}
	err := f.open.Close()
	f.open = nil
	return err
}
