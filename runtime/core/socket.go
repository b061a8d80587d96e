package core

import (
	"strings"

	"olelo/lang/ast"
)

// socket reads Kamailio 6's `socket = { bind = …; advertise = …; … }`, which
// says what a listen line says. What is written as after listen is read so.
func (c *collector) socket(ln *line) {
	if !socketKey(&ln.Values[0]) {
		c.listen(ln)
		return
	}
	l := listen{at: ln.Range, workers: c.socketWorkers}
	var bind *ast.Literal
	var words []string
	for i := 0; i+1 < len(ln.Values); i += 2 {
		words = append(words, ln.Values[i].Text+"="+written(&ln.Values[i+1]))
		if ln.Values[i].Text == "bind" {
			bind = &ln.Values[i+1]
		}
	}
	l.text = "socket={" + strings.Join(words, "; ") + "}"
	if bind == nil {
		c.errorAt(ln.Range, "listen", l.text+": bind is missing", "write bind = udp:ADDRESS:PORT; into the block")
		return
	}
	if !c.readAddress(newScan([]ast.Literal{*bind}), &l) {
		return
	}
	for i := 0; i+1 < len(ln.Values); i += 2 {
		if !c.socketAttribute(&l, &ln.Values[i], &ln.Values[i+1]) {
			return
		}
	}
	c.listens, c.socketWorkers = append(c.listens, l), 0
}

// socketKey reports whether v starts a block's attributes.
func socketKey(v *ast.Literal) bool {
	switch v.Text {
	case "bind", "advertise", "name", "agname", "virtual", "vrf", "workers":
		return v.Kind == ast.LitWord
	}
	return false
}

func (c *collector) socketAttribute(l *listen, key, v *ast.Literal) bool {
	n, isInt := integer(v)
	switch key.Text {
	case "advertise":
		return c.readAdvertise(newScan([]ast.Literal{*v}), l)
	case "name":
		l.name = v.Text
		return c.attributeType(key, v, v.Kind == ast.LitStr, "a text in double quotes")
	case "virtual":
		l.virtual = n != 0
		return c.attributeType(key, v, isInt, "yes or no")
	case "workers":
		l.workers = int(n)
		return c.attributeType(key, v, isInt && n >= 0 && n <= 100000, "a number of workers")
	case "vrf":
		d := &line{Global: &ast.Global{Range: key.Range, Name: "socket.vrf"}, row: &row{why: "sockets belong to no VRF device"}}
		c.notYet(d)
	}
	return true // bind is read; agname only matters to udp_receiver_mode
}

func (c *collector) attributeType(key, v *ast.Literal, ok bool, takes string) bool {
	if !ok {
		c.errorAt(v.Range, "parameter-type", key.Text+" of a socket takes "+takes+", not "+written(v), "")
	}
	return ok
}
