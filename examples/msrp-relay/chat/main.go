// Command chat is one end of an MSRP conversation over a relay, for a
// terminal: it authenticates (RFC 4976, section 5.1), prints every frame that
// it sends and receives, and sends each line typed as a SEND.
package main

import (
	"bufio"
	"crypto/md5"
	"crypto/rand"
	"flag"
	"fmt"
	"io"
	"net"
	"os"
	"regexp"
	"strconv"
	"strings"
	"sync"
)

func main() {
	relay := flag.String("relay", "127.0.0.1:5060", "`ADDRESS` of the relay")
	password := flag.String("password", "xyz123", "the password, as $var(passwd) in the configuration has it")
	method := flag.String("method", "AUTH", "the method that the digest covers; a real Kamailio wants MSRP")
	flag.Usage = func() {
		fmt.Fprintln(os.Stderr, "usage: chat [-relay ADDRESS] NAME [PATH OF THE OTHER END]")
		flag.PrintDefaults()
	}
	flag.Parse()
	if flag.NArg() < 1 {
		flag.Usage()
		os.Exit(2)
	}
	c, err := net.Dial("tcp", *relay)
	if err != nil {
		fmt.Fprintln(os.Stderr, "chat:", err)
		os.Exit(1)
	}
	e := &end{
		c: c, r: bufio.NewReader(c), out: os.Stdout, name: flag.Arg(0), peer: strings.Join(flag.Args()[1:], " "),
		relay: "msrp://" + *relay + ";tcp",
		own:   fmt.Sprintf("msrp://%s/%s;tcp", c.LocalAddr(), flag.Arg(0)),
	}
	fmt.Fprintln(os.Stderr, "chat:", e.talk(os.Stdin, *password, *method))
	os.Exit(1)
}

// end is one end of a conversation.
type end struct {
	c   net.Conn
	r   *bufio.Reader
	mu  sync.Mutex // one frame at a time, to c and to out
	out io.Writer

	name, own, relay, peer string
}

// talk goes on until the connection ends, and returns why.
func (e *end) talk(in io.Reader, password, method string) error {
	path, err := e.authenticate(password, method)
	if err != nil {
		return err
	}
	fmt.Fprintf(e.out, "\n%s is reached at:  %s %s\n\n", e.name, path, e.own)
	go func() {
		for lines := bufio.NewScanner(in); lines.Scan(); {
			if e.peer == "" {
				fmt.Fprintln(e.out, "no path to the other end was given: this end only listens")
				continue
			}
			e.message(lines.Text())
		}
	}()
	for {
		f, err := e.read()
		if err == io.EOF {
			return fmt.Errorf("the relay has closed the connection")
		}
		if err != nil {
			return err
		}
		if f.method == "SEND" {
			e.answer(f)
		}
	}
}

// authenticate asks the relay for a path, with the digest of RFC 2617 once it
// has sent its challenge.
func (e *end) authenticate(password, method string) (usePath string, err error) {
	auth := func(extra string) (*frame, error) {
		e.send("AUTH", "To-Path: "+e.relay+"\r\nFrom-Path: "+e.own+"\r\n"+extra, "")
		return e.read()
	}
	f, err := auth("")
	if err != nil {
		return "", err
	}
	if f.method == "401" {
		realm, nonce := f.field("WWW-Authenticate", `realm="([^"]*)"`), f.field("WWW-Authenticate", `nonce="([^"]*)"`)
		a1, a2 := hash(e.name+":"+realm+":"+password), hash(method+":"+e.relay)
		f, err = auth(fmt.Sprintf("Authorization: Digest username=%q, realm=%q, nonce=%q, uri=%q, response=%q\r\n",
			e.name, realm, nonce, e.relay, hash(a1+":"+nonce+":"+a2)))
		if err != nil {
			return "", err
		}
	}
	if f.method != "200" {
		return "", fmt.Errorf("the relay refused: %s", f.method)
	}
	return f.field("Use-Path", `(\S+)`), nil
}

func hash(s string) string { return fmt.Sprintf("%x", md5.Sum([]byte(s))) }

func (e *end) message(text string) {
	headers := fmt.Sprintf("To-Path: %s\r\nFrom-Path: %s\r\nMessage-ID: %s\r\nByte-Range: 1-%d/%d\r\nContent-Type: text/plain\r\n",
		e.peer, e.own, strings.ToLower(rand.Text()[:12]), len(text), len(text))
	e.send("SEND", headers, text)
}

// answer acknowledges a SEND: back along the path that it came.
func (e *end) answer(f *frame) {
	e.write(fmt.Sprintf("MSRP %s 200 OK\r\nTo-Path: %s\r\nFrom-Path: %s\r\n-------%s$\r\n",
		f.tid, f.field("From-Path", `(.+)`), f.field("To-Path", `(.+)`), f.tid))
}

func (e *end) send(method, headers, body string) {
	tid := strings.ToLower(rand.Text()[:10])
	if body != "" {
		body = "\r\n" + body + "\r\n"
	}
	e.write("MSRP " + tid + " " + method + "\r\n" + headers + body + "-------" + tid + "$\r\n")
}

func (e *end) write(frame string) {
	e.mu.Lock()
	defer e.mu.Unlock()
	e.show("> ", frame)
	// A lost connection shows when it is read next.
	_, _ = io.WriteString(e.c, frame)
}

func (e *end) show(mark, frame string) {
	for line := range strings.Lines(frame) {
		fmt.Fprintln(e.out, mark+strconv.Quote(line))
	}
	fmt.Fprintln(e.out)
}

// frame is a received frame, as far as this program needs it.
type frame struct {
	tid, method string // method is the code of a response
	text        string
}

// read reads up to the end line and prints what it read.
func (e *end) read() (*frame, error) {
	var text strings.Builder
	f := &frame{}
	for {
		line, err := e.r.ReadString('\n')
		if err != nil {
			return nil, err
		}
		text.WriteString(line)
		if f.tid == "" {
			words := strings.Fields(line)
			if len(words) < 3 || words[0] != "MSRP" {
				return nil, fmt.Errorf("not an MSRP frame: %q", line)
			}
			f.tid, f.method = words[1], words[2]
		} else if rest, ok := strings.CutPrefix(line, "-------"+f.tid); ok && (rest == "$\r\n" || rest == "+\r\n" || rest == "#\r\n") {
			break
		}
	}
	f.text = text.String()
	e.mu.Lock()
	defer e.mu.Unlock()
	e.show("< ", f.text)
	return f, nil
}

// field is what the group of re matches first in a header's value.
func (f *frame) field(header, re string) string {
	m := regexp.MustCompile(`(?m)^` + header + `: .*?` + re).FindStringSubmatch(strings.ReplaceAll(f.text, "\r\n", "\n"))
	if m == nil {
		return ""
	}
	return m[1]
}
