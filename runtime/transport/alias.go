package transport

// Alias lets the connection, which has received something, also be found by
// another port of its peer (RFC 5923 section 4 by its own word): what is sent
// there goes over it, as long as it is open. It reports whether that is so; not
// where another open connection has that port already, or after 12 of them.
func (c *Conn) Alias(port uint16) bool {
	if port == 0 || port == c.peer.Port() {
		return port != 0
	}
	return c.t.table.addAlias(c, port)
}
