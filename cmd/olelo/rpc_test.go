package main

import (
	"bytes"
	"io"
	"net"
	"os"
	"path/filepath"
	"strings"
	"testing"

	"olelo/runtime/registry"
	"olelo/runtime/rpc"
)

// rpcServer answers binrpc on a socket with the commands of table.
func rpcServer(t *testing.T, table *rpc.Table) string {
	t.Helper()
	dir, err := os.MkdirTemp("", "rpc")
	if err != nil {
		t.Fatal(err)
	}
	path := filepath.Join(dir, "s")
	ln, err := net.Listen("unix", path)
	if err != nil {
		t.Fatal(err)
	}
	done := make(chan struct{})
	t.Cleanup(func() {
		_ = ln.Close()
		<-done
		_ = os.RemoveAll(dir)
	})
	go func() {
		defer close(done)
		for {
			c, err := ln.Accept()
			if err != nil {
				return
			}
			rpcAnswer(c, table)
			_ = c.Close()
		}
	}()
	return "unix:" + path
}

func rpcAnswer(c io.ReadWriter, table *rpc.Table) {
	p, err := rpc.ReadPacket(c, rpc.MaxRequest)
	if err != nil {
		return
	}
	method, args, err := p.Request()
	if err != nil || method == "test.silent" {
		return
	}
	if method == "test.slow" {
		_, _ = c.Read(make([]byte, 1)) // until the client goes
		return
	}
	r := rpc.Faultf(500, "command %s not found", method)
	if cmd, ok := table.Lookup(method); ok {
		r, _ = rpc.Run(cmd, args)
	}
	_, _ = c.Write(rpc.AppendReply(nil, p.Cookie(), r))
}

func TestRPCCommand(t *testing.T) {
	table := rpc.NewTable()
	if err := rpc.RegisterCore(table, rpc.Server{Version: "kamailio 5.6.3 (x86_64/linux)"}); err != nil {
		t.Fatal(err)
	}
	err := table.Register("test", registry.RPC{Name: "test.tree", Run: func(c registry.RPCCall) error {
		c.Add((&registry.RPCStruct{}).Set("a", 1).Set("b", (&registry.RPCStruct{}).Set("c", 1.5)))
		return nil
	}})
	if err != nil {
		t.Fatal(err)
	}
	at := rpcServer(t, table)
	dead := filepath.Join(t.TempDir(), "dead")
	ln, err := net.ListenUnix("unix", &net.UnixAddr{Name: dead, Net: "unix"})
	if err != nil {
		t.Fatal(err)
	}
	ln.SetUnlinkOnClose(false)
	_ = ln.Close()
	for _, tt := range []struct {
		args           []string
		status         int
		stdout, stderr string // stderr is a part of it
	}{
		{[]string{"-s", at, "core.version"}, 0, "kamailio 5.6.3 (x86_64/linux)\n", ""},
		{[]string{"-s", at, "core.echo", "a b", "s:12", "-5", "-t"}, 0, "a b\n12\n-5\n-t\n", ""},
		{[]string{"-s", at, "core.printi", "12", "-5"}, 0, "12\n-5\n", ""},
		{[]string{"-s", at, "test.tree"}, 0, "{\n\ta: 1\n\tb: {\n\t\tc: 1.500000\n\t}\n}\n", ""},
		{[]string{"-s", at, "nope"}, 1, "", "error: 500 - command nope not found\n"},
		{[]string{"-s", at, "test.silent"}, 255, "", "closed the connection without a reply"},
		{[]string{"-s", at, "-t", "0", "test.slow"}, 255, "", "no reply within 0 s"},
		{[]string{"-s", at}, 255, "", "which command?"},
		{[]string{"--nope"}, 255, "", "unknown flag"},
		{[]string{"-s", "sctp:x:1", "core.version"}, 255, "", "no address"},
		{[]string{"-s", dead, "core.version"}, 255, "", "no server answers there"},
		{[]string{"-s", dead + ".not", "core.version"}, 255, "", "there is no such socket: is the server running"},
	} {
		var stdout, stderr bytes.Buffer
		status := rpcCommand(tt.args, &stdout, &stderr)
		if status != tt.status || stdout.String() != tt.stdout || !strings.Contains(stderr.String(), tt.stderr) {
			t.Errorf("%q: status %d, stdout %q, stderr %q; want %d, %q, %q",
				tt.args, status, &stdout, &stderr, tt.status, tt.stdout, tt.stderr)
		}
		if tt.stderr == "" && stderr.Len() > 0 {
			t.Errorf("%q: stderr %q", tt.args, &stderr)
		}
	}
}
