package sip

// OtherMethod is Kamailio's number of a method that it does not know.
const OtherMethod int64 = 1 << 19

// MethodID is Kamailio's number of a method, a bit of its own for each that it
// knows, whatever the case of its letters, and OtherMethod for all others.
func MethodID(name string) int64 {
	if id := upperMethodID(name); id != OtherMethod {
		return id
	}
	var upper [len("SUBSCRIBE")]byte
	if len(name) > len(upper) {
		return OtherMethod
	}
	for i := range len(name) {
		c := name[i]
		if 'a' <= c && c <= 'z' {
			c -= 'a' - 'A'
		}
		upper[i] = c
	}
	return upperMethodID(string(upper[:len(name)]))
}

func upperMethodID(name string) int64 {
	switch name {
	case "INVITE":
		return 1
	case "CANCEL":
		return 1 << 1
	case "ACK":
		return 1 << 2
	case "BYE":
		return 1 << 3
	case "INFO":
		return 1 << 4
	case "REGISTER":
		return 1 << 5
	case "SUBSCRIBE":
		return 1 << 6
	case "NOTIFY":
		return 1 << 7
	case "MESSAGE":
		return 1 << 8
	case "OPTIONS":
		return 1 << 9
	case "PRACK":
		return 1 << 10
	case "UPDATE":
		return 1 << 11
	case "REFER":
		return 1 << 12
	case "PUBLISH":
		return 1 << 13
	case "KDMQ":
		return 1 << 14
	case "GET":
		return 1 << 15
	case "POST":
		return 1 << 16
	case "PUT":
		return 1 << 17
	case "DELETE":
		return 1 << 18
	}
	return OtherMethod
}

// method is a method with its number; 0 is not looked for yet.
type method struct {
	name string
	id   int64
}

// RoutedMethod is the method that routes go by, a request's own and that of a
// reply's CSeq ($rm), and its number; the name is "" where there is none.
func (m *Message) RoutedMethod() (name string, id int64) {
	if m.routed.id == 0 {
		name := m.Method()
		if !m.IsRequest() {
			_, name, _ = m.CSeq()
		}
		m.routed = method{name, MethodID(name)}
	}
	return m.routed.name, m.routed.id
}
