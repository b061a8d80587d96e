package rpc_test

import (
	"bytes"
	"encoding/json"
	"errors"
	"io"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"olelo/runtime/rpc"
)

// FuzzPacket: both readers agree, nothing panics, and what a packet says
// survives being sent again.
func FuzzPacket(f *testing.F) {
	files, _ := filepath.Glob("testdata/kamailio-5.6.3/*.txtar")
	for _, name := range files {
		b, err := os.ReadFile(name)
		if err != nil {
			f.Fatal(err)
		}
		for _, part := range strings.Split(string(b), "\n-- ")[1:3] {
			_, h, _ := strings.Cut(part, " --\n")
			var raw []byte
			for i := 0; i+1 < len(h); i++ {
				if h[i] != '\n' {
					raw = append(raw, nibble(h[i])<<4|nibble(h[i+1]))
					i++
				}
			}
			f.Add(raw)
		}
	}
	f.Add([]byte("\xa1\x0f\x7f\xff\xff\xff1234"))
	f.Add([]byte("\xa1\x130123403030303030303"))
	f.Fuzz(func(t *testing.T, b []byte) {
		p, n, err := rpc.ParsePacket(b)
		q, qerr := rpc.ReadPacket(bytes.NewReader(b), 1<<20)
		if err != nil {
			if qerr == nil {
				t.Fatalf("ParsePacket: %v, ReadPacket: fine", err)
			}
			return
		}
		if len(b) <= 1<<20 && (qerr != nil || !bytes.Equal(p.Body, q.Body) || !bytes.Equal(p.Cookie(), q.Cookie())) {
			t.Fatalf("ParsePacket took %d bytes, ReadPacket: %v", n, qerr)
		}
		if p.IsRequest() {
			method, args, err := p.Request()
			if err != nil {
				return
			}
			// A number that kamcmd's 32 bits do not hold is sent as a text.
			once := rpc.AppendRequest(nil, p.Cookie(), method, args.Values)
			again, _, err := rpc.ParsePacket(once)
			if err != nil {
				t.Fatal(err)
			}
			m2, a2, err := again.Request()
			if twice := rpc.AppendRequest(nil, p.Cookie(), m2, a2.Values); err != nil || !bytes.Equal(once, twice) {
				t.Fatalf("%q %v came back as %q %v, %v", method, args.Values, m2, a2.Values, err)
			}
			return
		}
		r, err := p.Reply()
		if err != nil {
			return
		}
		rpc.AppendText(nil, r)
		rpc.AppendFIFO(nil, r)
		rpc.AppendMI(nil, r, "\t")
		if doc := rpc.AppendJSON(nil, json.RawMessage("1"), r); !json.Valid(doc) {
			t.Fatalf("no JSON: %s", doc)
		}
		once := rpc.AppendReply(nil, p.Cookie(), r)
		again, _, err := rpc.ParsePacket(once)
		if err != nil {
			t.Fatal(err)
		}
		r2, err := again.Reply()
		if err != nil {
			t.Fatal(err)
		}
		if twice := rpc.AppendReply(nil, p.Cookie(), r2); !bytes.Equal(once, twice) {
			t.Fatalf("%x was sent again as %x", once, twice)
		}
	})
}

func nibble(c byte) byte {
	if c >= 'a' {
		return c - 'a' + 10
	}
	return c - '0'
}

// FuzzFIFO: every byte is used once, and a command does not depend on how the
// bytes before its end came in.
func FuzzFIFO(f *testing.F) {
	for _, s := range []string{
		":core.version:rep\n\n", ":a:b\nx\ny z\n\n:c:\n\n", "junk\n:a:b\n\n", "#c\n\n:a:b\n\n",
		`{"jsonrpc":"2.0","method":"a.b","params":["x",1.5,{"y":2}],"reply_name":"r","id":1}`, "{bad", "{}\n:a:b\n\n",
	} {
		f.Add([]byte(s), true)
		f.Add([]byte(s), false)
	}
	f.Fuzz(func(t *testing.T, b []byte, withJSON bool) {
		for len(b) > 0 {
			c, n, err := rpc.ParseFIFO(b, withJSON)
			if n < 0 || n > len(b) {
				t.Fatalf("used %d of %d bytes", n, len(b))
			}
			if errors.Is(err, rpc.ErrMore) || n == 0 {
				if err == nil {
					t.Fatal("a command of no bytes")
				}
				return
			}
			if err == nil && !c.JSON {
				if _, _, err := rpc.ParseFIFO(b[:n-1], withJSON); !errors.Is(err, rpc.ErrMore) {
					t.Fatalf("%q without its last byte: %v", b[:n], err)
				}
			}
			if err == nil && c.JSON && c.Err == nil && c.Name == "" {
				t.Fatalf("%q is a request without a method", b[:n])
			}
			b = b[n:]
		}
	})
}

// FuzzAnswerFIFO: a stream of commands is answered the same however it is cut.
func FuzzAnswerFIFO(f *testing.F) {
	f.Add([]byte(":a:b\nx\n\n:c:\n\n"), 3)
	f.Add([]byte("junk\n"), 1)
	f.Fuzz(func(t *testing.T, b []byte, cut int) {
		if cut < 0 || cut > len(b) {
			return
		}
		answers := func(r io.Reader) string {
			var out bytes.Buffer
			_ = rpc.AnswerFIFO(struct {
				io.Reader
				io.Writer
			}{r, &out}, func(c rpc.FIFOCommand) []byte { return []byte(c.Name + strings.Join(c.Args, ",") + "\n") }, func() bool { return false })
			return out.String()
		}
		whole := answers(bytes.NewReader(b))
		parts := answers(io.MultiReader(bytes.NewReader(b[:cut]), bytes.NewReader(b[cut:])))
		if whole != parts {
			t.Fatalf("whole: %q, cut at %d: %q", whole, cut, parts)
		}
	})
}
