package rpc

import (
	"errors"
	"fmt"
	"io"

	"olelo/runtime/registry"
)

// MaxRequest is the longest request packet taken, in bytes, as Kamailio's ctl.
const MaxRequest = 65535

// MaxReply is the longest reply packet that a client takes, in bytes.
const MaxReply = 64 << 20

// maxDepth is how deep structs and arrays may nest in a packet.
const maxDepth = 32

// Errors of ReadPacket and ParsePacket; io.EOF and io.ErrUnexpectedEOF are
// the others.
var (
	// ErrCorrupt says that no packet starts here. The stream is lost.
	ErrCorrupt = errors.New("not a binrpc packet of version 1")
	// ErrTooLong says that the packet is longer than the limit.
	ErrTooLong = errors.New("binrpc packet too long")
)

// Packet is one binrpc packet, its records not yet read.
type Packet struct {
	kind   byte
	cookie [4]byte
	ncook  uint8
	Body   []byte
}

// Cookie is what the reply to this packet carries too, 1 to 4 bytes; empty
// for the zero Packet.
func (p *Packet) Cookie() []byte { return p.cookie[:p.ncook] }

// IsRequest reports whether p is a request.
func (p *Packet) IsRequest() bool { return p.kind == kindRequest }

// ReadPacket reads one packet of at most limit bytes from a stream. It reads
// no byte beyond it. io.EOF tells that the stream ended before its first
// byte. After ErrTooLong, p has the cookie and no body.
func ReadPacket(r io.Reader, limit int) (p Packet, err error) {
	var h [binHeaderMax]byte
	if _, err := io.ReadFull(r, h[:1]); err != nil {
		return p, err
	}
	if h[0] != binMagic {
		return p, ErrCorrupt
	}
	if _, err := io.ReadFull(r, h[1:2]); err != nil {
		return p, unexpected(err)
	}
	n, err := headerLen(h[:2])
	if err != nil {
		return p, err
	}
	if _, err := io.ReadFull(r, h[2:n]); err != nil {
		return p, unexpected(err)
	}
	size := p.header(h[:n])
	if size > limit-n {
		return p, ErrTooLong
	}
	p.Body = make([]byte, size)
	_, err = io.ReadFull(r, p.Body)
	return p, unexpected(err)
}

// ParsePacket takes the packet that starts b, as a datagram does, and returns
// its length; bytes behind it are the caller's to judge. Body is a view of b.
// io.ErrUnexpectedEOF tells that b ends within the packet.
func ParsePacket(b []byte) (p Packet, n int, err error) {
	if len(b) == 0 {
		return p, 0, io.ErrUnexpectedEOF
	}
	if b[0] != binMagic {
		return p, 0, ErrCorrupt
	}
	if len(b) < 2 {
		return p, 0, io.ErrUnexpectedEOF
	}
	h, err := headerLen(b[:2])
	if err != nil {
		return p, 0, err
	}
	if len(b) < h {
		return p, 0, io.ErrUnexpectedEOF
	}
	size := p.header(b[:h])
	if size > len(b)-h {
		return p, 0, io.ErrUnexpectedEOF
	}
	p.Body = b[h : h+size : h+size]
	return p, h + size, nil
}

// headerLen is the length of a header, told by its first two bytes.
func headerLen(h []byte) (int, error) {
	switch h[1] >> 4 {
	case kindRequest, kindReply, kindFault:
		return 2 + int(h[1]>>2&3) + 1 + int(h[1]&3) + 1, nil
	}
	return 0, ErrCorrupt
}

// header reads a whole header and returns the length of the body.
func (p *Packet) header(h []byte) int {
	p.kind = h[1] >> 4
	lens := int(h[1]>>2&3) + 1
	size := 0
	for _, c := range h[2 : 2+lens] {
		size = size<<8 | int(c)
	}
	p.ncook = uint8(copy(p.cookie[:], h[2+lens:]))
	return size
}

func unexpected(err error) error {
	if errors.Is(err, io.EOF) {
		return io.ErrUnexpectedEOF
	}
	return err
}

// Request reads a request's method and its arguments. The errors are the texts of the faults to answer with, code 400.
func (p *Packet) Request() (method string, args Args, err error) {
	args.Form = FormBinary
	d := decoder{b: p.Body}
	v, err := d.value(0)
	if err != nil {
		return "", args, fmt.Errorf("bad request method: %w", err)
	}
	method, ok := v.(string)
	if !ok || method == "" {
		return "", args, errors.New("bad request method: " + whyType)
	}
	for len(d.b) > 0 {
		v, err := d.value(0)
		if err != nil {
			return method, args, fmt.Errorf("error at parameter %d: %w", len(args.Values), err)
		}
		switch v.(type) {
		case string, int64, float64:
			args.Values = append(args.Values, v)
		default:
			return method, args, fmt.Errorf("error at parameter %d: structures and arrays are not taken as arguments", len(args.Values))
		}
	}
	return method, args, nil
}

// Reply reads a reply or a fault.
func (p *Packet) Reply() (*Reply, error) {
	d := decoder{b: p.Body}
	r := &Reply{}
	for len(d.b) > 0 {
		v, err := d.value(0)
		if err != nil {
			return nil, err
		}
		r.Values = append(r.Values, v)
	}
	switch p.kind {
	case kindReply:
		return r, nil
	case kindFault:
		f := &Fault{}
		for _, v := range r.Values {
			switch v := v.(type) {
			case int64:
				f.Code = int(v)
			case string:
				f.Text = v
			}
		}
		return &Reply{Fault: f}, nil
	}
	return nil, ErrCorrupt
}

// Errors in a packet's records, in the words of Kamailio's faults.
var (
	errEnd    = errors.New("end of packet encountered")
	errRecord = errors.New("bad record")
)

// decoder reads records; b is what is left.
type decoder struct{ b []byte }

// record takes a record's head and, of a record that has any, its data. An
// end mark is a struct or array with end set.
func (d *decoder) record() (typ byte, data []byte, end bool, err error) {
	if len(d.b) == 0 {
		return 0, nil, false, errEnd
	}
	h := d.b[0]
	d.b = d.b[1:]
	typ = h & 0x0F
	n := int(h >> 4 & 7)
	long := h&0x80 != 0
	if typ == recStruct || typ == recArray {
		if n != 0 {
			return 0, nil, false, errRecord
		}
		return typ, nil, long, nil
	}
	if long {
		if n > len(d.b) {
			return 0, nil, false, errEnd
		}
		if n > 4 {
			return 0, nil, false, errRecord
		}
		size := 0
		for _, c := range d.b[:n] {
			size = size<<8 | int(c)
		}
		d.b, n = d.b[n:], size
	}
	if n > len(d.b) {
		return 0, nil, false, errEnd
	}
	data, d.b = d.b[:n], d.b[n:]
	return typ, data, false, nil
}

// value takes one value; depth counts the structs and arrays around it.
func (d *decoder) value(depth int) (any, error) {
	typ, data, end, err := d.record()
	if err != nil {
		return nil, err
	}
	if end {
		return nil, errRecord
	}
	return d.rest(typ, data, depth)
}

// rest makes the value of a record's head and data.
func (d *decoder) rest(typ byte, data []byte, depth int) (any, error) {
	switch typ {
	case recInt:
		return bigInt(data)
	case recDouble:
		th, err := bigInt(data)
		return float64(th) / 1000, err
	case recStr:
		return text(data), nil
	case recBytes:
		return string(data), nil
	case recStruct:
		return d.members(depth)
	case recArray:
		return d.elements(depth)
	}
	return nil, errRecord
}

// members takes a struct up to its end. A value without a name before it is a
// member named "".
func (d *decoder) members(depth int) (*registry.RPCStruct, error) {
	if depth >= maxDepth {
		return nil, errRecord
	}
	s := &registry.RPCStruct{}
	for {
		typ, data, end, err := d.record()
		if err != nil {
			return nil, err
		}
		if end {
			if typ != recStruct {
				return nil, errRecord
			}
			return s, nil
		}
		name := ""
		if typ == recName {
			name = text(data)
			if typ, data, end, err = d.record(); err != nil {
				return nil, err
			} else if end {
				return nil, errRecord
			}
		}
		v, err := d.rest(typ, data, depth+1)
		if err != nil {
			return nil, err
		}
		s.Set(name, v)
	}
}

func (d *decoder) elements(depth int) ([]any, error) {
	if depth >= maxDepth {
		return nil, errRecord
	}
	list := []any{}
	for {
		typ, data, end, err := d.record()
		if err != nil {
			return nil, err
		}
		if end {
			if typ != recArray {
				return nil, errRecord
			}
			return list, nil
		}
		v, err := d.rest(typ, data, depth+1)
		if err != nil {
			return nil, err
		}
		list = append(list, v)
	}
}

// bigInt reads an integer: signed where it fills 32 or 64 bits.
func bigInt(data []byte) (int64, error) {
	if len(data) > 8 {
		return 0, errRecord
	}
	var u uint64
	for _, c := range data {
		u = u<<8 | uint64(c)
	}
	if len(data) == 4 {
		return int64(int32(u)), nil
	}
	return int64(u), nil
}

// text is a string's data without its closing NUL.
func text(data []byte) string {
	if n := len(data); n > 0 && data[n-1] == 0 {
		data = data[:n-1]
	}
	return string(data)
}
