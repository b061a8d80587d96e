package rpc_test

import (
	"errors"
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"sync"
	"syscall"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/rpc"
)

func TestParseFIFO(t *testing.T) {
	tests := []struct {
		name, in string
		json     bool
		want     rpc.FIFOCommand
		rest     string
		err      string
	}{
		{"no arguments", ":a.b:rep\n\n", false, rpc.FIFOCommand{Name: "a.b", Reply: "rep"}, "", ""},
		{"arguments", ":a.b:rep\nx\ny z\r\n\n:c:", false, rpc.FIFOCommand{Name: "a.b", Reply: "rep", Args: []string{"x", "y z"}}, ":c:", ""},
		{"no reply", "\n# a comment\n:a.b:\n\n", false, rpc.FIFOCommand{Name: "a.b"}, "", ""},
		{"nothing yet", "\n\n", false, rpc.FIFOCommand{}, "", "more"},
		{"half a line", ":a.b:re", false, rpc.FIFOCommand{}, "", "more"},
		{"half a command", ":a.b:rep\nx\n", false, rpc.FIFOCommand{}, "", "more"},
		{"half a comment", "# com", false, rpc.FIFOCommand{}, "", "more"},
		{"no second colon", ":a.b\n:c:r\n\n", false, rpc.FIFOCommand{}, ":c:r\n\n", "not :command:reply_fifo"},
		{"no command", "::r\n\n", false, rpc.FIFOCommand{}, "\n", "not :command:reply_fifo"},
		{"junk", "x\ny\n:c:r\n\n", false, rpc.FIFOCommand{}, ":c:r\n\n", "starts with a colon"},
		{"no JSON here", "{}\n", false, rpc.FIFOCommand{}, "", "starts with a colon"},
		{"JSON", `{"jsonrpc":"2.0","method":"a.b","params":[1],"reply_name":"r","id":7}` + "\n", true, rpc.FIFOCommand{Name: "a.b", Reply: "r", JSON: true, Request: rpc.JSONRequest{Method: "a.b", Args: rpc.Args{Form: rpc.FormJSON, Values: []any{int64(1)}}, ID: []byte("7"), ReplyName: "r"}}, "\n", ""},
		{"half JSON", `{"jsonrpc":"2.0",`, true, rpc.FIFOCommand{}, "", "more"},
		{"bad JSON", `{bad}` + "\n:c:r\n\n", true, rpc.FIFOCommand{}, "", "not JSON"},
		{"too long", ":a.b:r\n" + strings.Repeat("x", rpc.MaxFIFOCommand), false, rpc.FIFOCommand{}, "", "no end within"},
	}
	for _, tt := range tests {
		t.Run(tt.name, func(t *testing.T) {
			c, n, err := rpc.ParseFIFO([]byte(tt.in), tt.json)
			switch {
			case tt.err == "more":
				if !errors.Is(err, rpc.ErrMore) {
					t.Errorf("error %v, want ErrMore", err)
				}
				return
			case tt.err != "":
				if err == nil || !strings.Contains(err.Error(), tt.err) {
					t.Errorf("error %v, want %q", err, tt.err)
				}
				if n == 0 {
					return
				}
			case err != nil:
				t.Fatal(err)
			default:
				if d := cmp.Diff(tt.want, c); d != "" {
					t.Errorf("(-want +got):\n%s", d)
				}
			}
			if rest := tt.in[n:]; rest != tt.rest {
				t.Errorf("rest %q, want %q", rest, tt.rest)
			}
		})
	}
}

// warnings collects what a FIFO complains of.
type warnings struct {
	mu   sync.Mutex
	got  []string
	wake chan struct{}
}

func newWarnings() *warnings { return &warnings{wake: make(chan struct{}, 100)} }

func (w *warnings) warn(format string, args ...any) {
	w.mu.Lock()
	defer w.mu.Unlock()
	s := format
	for _, a := range args {
		if e, ok := a.(error); ok {
			s += " " + e.Error()
		}
	}
	w.got = append(w.got, s)
	w.wake <- struct{}{}
}

// next waits for a warning and returns it.
func (w *warnings) next() string {
	<-w.wake
	w.mu.Lock()
	defer w.mu.Unlock()
	s := w.got[0]
	w.got = w.got[1:]
	return s
}

func openFIFO(t *testing.T, w *warnings) *rpc.FIFO {
	t.Helper()
	dir := t.TempDir()
	f := &rpc.FIFO{
		Path: filepath.Join(dir, "cmd"), ReplyDir: filepath.Join(dir, "rep"),
		Owner: rpc.Owner{UID: -1, GID: -1, Mode: 0o620}, JSON: true,
		Answer: func(c rpc.FIFOCommand) []byte {
			return []byte(c.Name + " " + strings.Join(c.Args, ",") + strings.Trim(fmt.Sprint(c.Request.Args.Values), "[]") + "\n")
		},
		Warn: w.warn,
	}
	if err := os.Mkdir(f.ReplyDir, 0o700); err != nil {
		t.Fatal(err)
	}
	if err := f.Open(); err != nil {
		t.Fatal(err)
	}
	t.Cleanup(func() {
		if err := f.Close(); err != nil {
			t.Errorf("Close: %v", err)
		}
		if _, err := os.Lstat(f.Path); !os.IsNotExist(err) {
			t.Errorf("after Close: %v, want no file", err)
		}
	})
	f.Serve()
	return f
}

// write is what a shell's echo does: open, write, close.
func write(t *testing.T, path, text string) {
	t.Helper()
	f, err := os.OpenFile(path, os.O_WRONLY, 0)
	if err != nil {
		t.Fatal(err)
	}
	if _, err := io.WriteString(f, text); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
}

func replyFIFO(t *testing.T, f *rpc.FIFO, name string) string {
	t.Helper()
	path := filepath.Join(f.ReplyDir, name)
	if err := syscall.Mkfifo(path, 0o600); err != nil {
		t.Fatal(err)
	}
	return path
}

func TestFIFO(t *testing.T) {
	w := newWarnings()
	f := openFIFO(t, w)
	if fi, err := os.Stat(f.Path); err != nil || fi.Mode() != os.ModeNamedPipe|0o620 {
		t.Fatalf("mode %v, %v", fi.Mode(), err)
	}
	rep := replyFIFO(t, f, "r1")
	for send, want := range map[string]string{
		":a.b:r1\nx\ny z\n\n": "a.b x,y z\n",
		`{"jsonrpc":"2.0","method":"c.d","params":[1],"reply_name":"r1","id":7}`: "c.d 1\n",
	} {
		write(t, f.Path, send)
		// The reader comes after the command: the reply waits for it.
		got, err := os.ReadFile(rep)
		if err != nil {
			t.Fatal(err)
		}
		if string(got) != want {
			t.Errorf("%q: reply %q, want %q", send, got, want)
		}
	}
}

// TestFIFOReplyRefused: replies go to FIFOs in the reply folder only, and the
// next command is answered all the same.
func TestFIFOReplyRefused(t *testing.T) {
	w := newWarnings()
	f := openFIFO(t, w)
	rep := replyFIFO(t, f, "r1")
	outside := filepath.Join(filepath.Dir(f.Path), "outside")
	file := filepath.Join(f.ReplyDir, "file")
	for _, p := range []string{outside, file} {
		if err := os.WriteFile(p, []byte("data"), 0o600); err != nil {
			t.Fatal(err)
		}
	}
	if err := os.Symlink(outside, filepath.Join(f.ReplyDir, "link")); err != nil {
		t.Fatal(err)
	}
	for name, want := range map[string]string{
		"../outside": "has a folder in it",
		outside:      "has a folder in it",
		"..":         "has a folder in it",
		"link":       "too many levels of symbolic links",
		"file":       "is no FIFO",
		"nothing":    "no such file",
		"":           "has no reply FIFO",
	} {
		write(t, f.Path, ":a.b:"+name+"\n\n")
		if got := w.next(); !strings.Contains(got, want) {
			t.Errorf("%q: warned %q, want %q", name, got, want)
		}
	}
	for _, p := range []string{outside, file} {
		if b, err := os.ReadFile(p); string(b) != "data" {
			t.Errorf("%s is now %q, %v", p, b, err)
		}
	}
	write(t, f.Path, ":a.b:r1\n\n")
	if got, err := os.ReadFile(rep); string(got) != "a.b \n" {
		t.Errorf("reply %q, %v", got, err)
	}
}

// TestFIFONobodyReads: replies that nobody takes hold neither the next command
// nor Close.
func TestFIFONobodyReads(t *testing.T) {
	w := newWarnings()
	f := openFIFO(t, w)
	replyFIFO(t, f, "unread")
	for range 32 {
		write(t, f.Path, ":a.b:unread\n\n")
	}
	write(t, f.Path, ":a.b:unread\n\n")
	if got := w.next(); !strings.Contains(got, "replies wait for a reader already") {
		t.Errorf("warned %q", got)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.next(); !strings.Contains(got, "the server stopped") {
		t.Errorf("warned %q", got)
	}
}

// TestFIFOHalfRead: a reader that opens and does not read does not hold Close.
func TestFIFOHalfRead(t *testing.T) {
	w := newWarnings()
	f := openFIFO(t, w)
	f.Answer = func(rpc.FIFOCommand) []byte { return make([]byte, 1<<20) }
	rep := replyFIFO(t, f, "r1")
	write(t, f.Path, ":a.b:r1\n\n")
	r, err := os.Open(rep)
	if err != nil {
		t.Fatal(err)
	}
	defer r.Close()
	if _, err := io.ReadFull(r, make([]byte, 1)); err != nil {
		t.Fatal(err)
	}
	if err := f.Close(); err != nil {
		t.Fatal(err)
	}
	if got := w.next(); !strings.Contains(got, "is lost") {
		t.Errorf("warned %q", got)
	}
}

func TestFIFOReplaced(t *testing.T) {
	w := newWarnings()
	old := openFIFO(t, w)
	other := &rpc.FIFO{Path: old.Path, ReplyDir: old.ReplyDir, Owner: old.Owner, Answer: old.Answer, Warn: w.warn}
	if err := other.Open(); err == nil || !strings.Contains(err.Error(), "another server reads it") {
		t.Fatalf("a FIFO that is in use was taken: %v", err)
	}
	if err := os.Remove(old.Path); err != nil { // by hand
		t.Fatal(err)
	}
	next := &rpc.FIFO{Path: old.Path, ReplyDir: old.ReplyDir, Owner: old.Owner, Answer: old.Answer, Warn: w.warn}
	if err := next.Open(); err != nil {
		t.Fatal(err)
	}
	next.Serve()
	if err := old.Close(); err != nil {
		t.Fatal(err)
	}
	rep := replyFIFO(t, next, "r1")
	write(t, next.Path, ":a.b:r1\n\n")
	if got, err := os.ReadFile(rep); string(got) != "a.b \n" {
		t.Errorf("reply %q, %v", got, err)
	}
	if err := next.Close(); err != nil {
		t.Fatal(err)
	}
}
