package main

import (
	"context"
	"errors"
	"fmt"
	"io"
	"io/fs"
	"os"
	"syscall"
	"time"

	"olelo/runtime/rpc"
)

// rpcSocket is where kamcmd looks for a server too.
const rpcSocket = "unix:/run/kamailio/kamailio_ctl"

const rpcUsage = `usage: olelo rpc [-s SOCKET] [-t SECONDS] COMMAND [ARGUMENT …]

Runs an RPC command on a server and prints its reply. "olelo rpc
system.listMethods" lists the commands. A number is sent as one; s: before an
argument sends it as a string: s:12. SOCKET is where module ctl listens:
unix:PATH, unixd:PATH, tcp:HOST:PORT, udp:HOST:PORT.
The exit status is 0, or 1 for a fault, or 255 where no reply came.
`

// rpcCommand is "olelo rpc".
func rpcCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("rpc", rpcUsage, stdout, stderr)
	flags.SetInterspersed(false) // -5 behind the command is an argument
	socket := flags.StringP("socket", "s", rpcSocket, "control `SOCKET` of the server")
	timeout := flags.UintP("timeout", "t", 10, "`SECONDS` to wait for the reply: 10 unless told")
	if status, done := parseFlags(flags, args, stderr); done {
		return status
	}
	if flags.NArg() == 0 {
		fmt.Fprintln(stderr, "olelo rpc: which command? olelo rpc COMMAND; olelo rpc system.listMethods lists them")
		return statusFailed
	}
	at, err := rpc.ParseEndpoint(*socket, "unixs")
	if err != nil {
		fmt.Fprintf(stderr, "olelo rpc: -s: %v\n", err)
		return statusFailed
	}
	ctx, cancel := context.WithTimeoutCause(context.Background(), time.Duration(*timeout)*time.Second,
		fmt.Errorf("no reply within %d s; -t gives it longer", *timeout))
	defer cancel()
	reply, err := rpcCall(ctx, at, flags.Args())
	if err != nil {
		fmt.Fprintf(stderr, "olelo rpc: %s: %v\n", at, err)
		return statusFailed
	}
	if reply.Fault != nil {
		_, _ = stderr.Write(rpc.AppendText(nil, reply))
		return 1
	}
	if _, err := stdout.Write(rpc.AppendText(nil, reply)); err != nil {
		fmt.Fprintf(stderr, "olelo rpc: %v\n", err)
		return statusFailed
	}
	return statusOK
}

func rpcCall(ctx context.Context, at rpc.Endpoint, words []string) (*rpc.Reply, error) {
	c, err := rpc.Dial(ctx, at)
	switch {
	case err == nil:
	case ctx.Err() != nil, errors.Is(err, os.ErrDeadlineExceeded):
		<-ctx.Done() // the two clocks may differ by a little
		return nil, context.Cause(ctx)
	case errors.Is(err, fs.ErrNotExist):
		return nil, errors.New("there is no such socket: is the server running with module ctl? -s names another socket, and a server started with -Y DIR has its own at DIR/kamailio_ctl")
	case errors.Is(err, syscall.ECONNREFUSED):
		return nil, errors.New("no server answers there: it is not running, or it ended without removing its socket")
	case errors.Is(err, fs.ErrPermission):
		return nil, errors.New("permission denied: the socket is for the server's user (modparams mode, user and group of module ctl)")
	default:
		return nil, err
	}
	defer c.Close()
	args := make([]any, len(words)-1)
	for i, w := range words[1:] {
		args[i] = rpc.ParseArg(w)
	}
	return c.Call(ctx, words[0], args...)
}
