// Package database holds files of databases that Kamailio and olelo use by turns.
package database

import (
	"context"
	"fmt"
	"net/netip"
	"os"
	"path/filepath"
	"regexp"
	"strings"
	"testing"
	"time"

	"olelo/conformance/peer"
	"olelo/conformance/server"
)

const head = `#!KAMAILIO
debug=2
log_stderror=yes
children=1
listen=udp:127.0.0.1:5060
loadmodule "pv.so"
loadmodule "textops.so"
loadmodule "sl.so"
loadmodule "db_sqlite.so"
`

// makes makes the tables that uses needs.
const makes = head + `loadmodule "sqlops.so"
modparam("sqlops", "sqlcon", "ca=>sqlite:///DBFILE")
request_route {
	sql_query("ca", "create table version (table_name varchar(32), table_version integer)");
	sql_query("ca", "insert into version values ('subscriber', 7), ('htable', 2)");
	sql_query("ca", "create table subscriber (username varchar(64), domain varchar(64), password varchar(64))");
	sql_query("ca", "insert into subscriber values ('alice', 'example.com', 'secret')");
	sql_query("ca", "create table htable (key_name varchar(64), key_type integer default 0, value_type integer default 0, key_value varchar(128), expires integer default 0)");
	sql_query("ca", "insert into htable values ('calls', 0, 1, '1', 0)");
	append_to_reply("X-Seen: 0\r\n");
	sl_send_reply("200", "OK");
}
`

// uses authenticates by the file's subscribers, and counts in its hash table.
const uses = head + `loadmodule "htable.so"
loadmodule "auth.so"
loadmodule "auth_db.so"
modparam("htable|auth_db", "db_url", "sqlite:///DBFILE")
modparam("htable", "htable", "h=>size=4;dbtable=htable;dbmode=1")
modparam("auth_db", "calculate_ha1", 1)
modparam("auth_db", "password_column", "password")
request_route {
	if (!www_authenticate("example.com", "subscriber")) {
		www_challenge("example.com", "0");
		exit;
	}
	append_to_reply("X-Seen: $sht(h=>calls)\r\n");
	$sht(h=>calls) = $sht(h=>calls) + 1;
	sl_send_reply("200", "OK");
}
`

// patience is how long a step may take.
const patience = 30 * time.Second

// TestFile passes one file from Kamailio to olelo and back: each finds what the one
// before it wrote.
func TestFile(t *testing.T) {
	kamailio, ok := server.FindKamailio()
	if !ok {
		t.Skip("there is no Kamailio")
	}
	ctx, cancel := context.WithTimeout(t.Context(), 4*patience)
	defer cancel()
	olelo, err := server.FindOlelo(ctx, t.TempDir())
	if err != nil {
		t.Fatal(err)
	}
	file := pass(ctx, t, kamailio, olelo)
	for tries := 1; file == "" && tries < 3; tries++ {
		file = pass(ctx, t, kamailio, olelo)
	}
	if file == "" {
		t.Fatal("a server never ended")
	}
	for _, left := range []string{file + "-journal", file + "-wal"} {
		if _, err := os.Stat(left); err == nil {
			t.Errorf("%s is left", left)
		}
	}
}

// pass lets the servers use one file by turns, and returns its path; "" where one
// of them did not end, as a Kamailio now and then does not: it has not written then
// what the next one is to see.
func pass(ctx context.Context, t *testing.T, kamailio, olelo server.Program) string {
	t.Helper()
	file := filepath.Join(t.TempDir(), "x.db")
	for seen, p := range []server.Program{kamailio, olelo, kamailio, olelo, kamailio} {
		config := uses
		if seen == 0 {
			config = makes
		}
		got, ended := ask(ctx, t, p, strings.ReplaceAll(config, "DBFILE", file))
		if want := fmt.Sprint(seen); got != want {
			t.Fatalf("%s, the server number %d, saw %s calls, want %s", p.Kind, seen, got, want)
		}
		if !ended {
			return ""
		}
	}
	return file
}

var seenLine = regexp.MustCompile(`X-Seen: (\d+)`)

// ask starts a server, registers with it and ends it. It returns what the server
// says that it has seen, and whether it ended.
func ask(ctx context.Context, t *testing.T, p server.Program, config string) (seen string, ended bool) {
	t.Helper()
	var ports server.Ports
	defer ports.Close()
	port, err := ports.Take()
	if err != nil {
		t.Fatal(err)
	}
	config, err = server.Relisten(config, func(string) string { return fmt.Sprint(port) })
	if err != nil {
		t.Fatal(err)
	}
	addr := fmt.Sprintf("127.0.0.1:%d", port)
	srv, err := server.Start(ctx, p, server.Options{Config: config, Ready: []server.Endpoint{endpoint(t, addr)}})
	if srv != nil {
		defer srv.Close()
	}
	if err != nil {
		t.Fatalf("%s: %v; its log:\n%s", p.Kind, err, srv.Log)
	}
	c, err := peer.DialUDP(addr, patience)
	if err != nil {
		t.Fatal(err)
	}
	defer c.Close()
	reply := register(t, c, 1, "")
	if strings.HasPrefix(reply, "SIP/2.0 401") {
		_, challenge, _ := strings.Cut(reply, "WWW-Authenticate: ")
		challenge, _, _ = strings.Cut(challenge, "\r\n")
		value, err := peer.Credentials{User: "alice", Password: "secret", Method: "REGISTER", URI: "sip:example.com"}.Authorization(challenge)
		if err != nil {
			t.Fatal(err)
		}
		reply = register(t, c, 2, "Authorization: "+value+"\r\n")
	}
	m := seenLine.FindStringSubmatch(reply)
	if m == nil {
		t.Fatalf("%s answers %q; its log:\n%s", p.Kind, reply, srv.Log)
	}
	stopping, cancel := context.WithTimeout(ctx, patience/3)
	defer cancel()
	if _, err := srv.Stop(stopping); err != nil {
		t.Logf("%s does not end: %v", p.Kind, err)
		return m[1], false
	}
	return m[1], true
}

func endpoint(t *testing.T, addr string) server.Endpoint {
	t.Helper()
	a, err := netip.ParseAddrPort(addr)
	if err != nil {
		t.Fatal(err)
	}
	return server.Endpoint{Network: "udp", Addr: a}
}

// register sends a REGISTER and returns the reply.
func register(t *testing.T, c *peer.Datagram, seq int, header string) string {
	t.Helper()
	me := c.Conn.LocalAddr()
	err := c.Send(fmt.Appendf(nil, "REGISTER sip:example.com SIP/2.0\r\nVia: SIP/2.0/UDP %s;branch=z9hG4bK%d\r\n"+
		"From: <sip:alice@example.com>;tag=1\r\nTo: <sip:alice@example.com>\r\nCall-ID: c1\r\nCSeq: %d REGISTER\r\n%sContent-Length: 0\r\n\r\n",
		me, seq, seq, header))
	if err != nil {
		t.Fatal(err)
	}
	reply, err := c.Next()
	if err != nil {
		t.Fatal(err)
	}
	return string(reply)
}
