package main

import (
	"fmt"
	"strconv"
)

const (
	numberLen = 16
	msrp      = "MSRP "
	sendLine  = " SEND\r\n"
	replyLine = " 200 OK\r\n"
	endLine   = "-------"
)

// putNumber writes a frame's number as its transaction id.
func putNumber(to []byte, n uint64) {
	for i := numberLen - 1; i >= 0; i-- {
		to[i] = "0123456789abcdef"[n&15]
		n >>= 4
	}
}

var noNumber = fmt.Sprintf("%0*d", numberLen, 0)

// sendFrame is a SEND through the relay to a session, with a body of that many
// bytes and the number 0.
func sendFrame(from, to *link, body int) []byte {
	b := []byte(msrp + noNumber + sendLine +
		"To-Path: " + to.use + " " + to.uri + "\r\nFrom-Path: " + from.uri + "\r\n" +
		"Message-ID: 12345\r\nByte-Range: 1-" + strconv.Itoa(body) + "/" + strconv.Itoa(body) + "\r\nContent-Type: text/plain\r\n\r\n")
	for range body {
		b = append(b, 'x')
	}
	return append(b, "\r\n"+endLine+noNumber+"$\r\n"...)
}

// replyFrame is the 200 that goes back the way of a sendFrame.
func replyFrame(from, to *link) []byte {
	return []byte(msrp + noNumber + replyLine +
		"To-Path: " + to.use + " " + from.uri + "\r\nFrom-Path: " + to.uri + "\r\n" +
		endLine + noNumber + "$\r\n")
}

// number puts a frame's number into it.
func number(frame []byte, n uint64) {
	putNumber(frame[len(msrp):], n)
	putNumber(frame[len(frame)-numberLen-len("$\r\n"):], n)
}

// arrivals checks a stream of frames: their numbers count from 0, each begins and
// ends as it must and is as long as it was sent, as relaying moves an address from
// one header to the other. So a frame that is lost, doubled, cut or overtaken shows.
type arrivals struct {
	size   int    // of each frame
	next   uint64 // number of the frame that is arriving
	at     int    // its bytes so far
	head   []byte // the first bytes that it has to have
	tail   []byte // the last ones
	actual []byte // room for either
}

func newArrivals(size int, line string) *arrivals {
	a := &arrivals{
		size: size,
		head: []byte(msrp + noNumber + line),
		tail: []byte(endLine + noNumber + "$\r\n"),
	}
	a.actual = make([]byte, max(len(a.head), len(a.tail)))
	return a
}

// feed takes what was read, and returns how many frames are whole by it.
func (a *arrivals) feed(b []byte) (whole int, err error) {
	for len(b) > 0 {
		body := a.size - len(a.tail)
		n := 0
		switch {
		case a.at < len(a.head):
			n = copy(a.actual[a.at:len(a.head)], b)
			if a.at+n == len(a.head) {
				putNumber(a.head[len(msrp):], a.next)
				err = differ(a.actual, a.head)
			}
		case a.at < body:
			n = min(body-a.at, len(b))
		default:
			n = copy(a.actual[a.at-body:len(a.tail)], b)
			if a.at+n == a.size {
				putNumber(a.tail[len(endLine):], a.next)
				err = differ(a.actual, a.tail)
				whole++
				a.next++
				a.at = -n
			}
		}
		if err != nil {
			return whole, err
		}
		a.at += n
		b = b[n:]
	}
	return whole, nil
}

func differ(got, want []byte) error {
	if got := got[:len(want)]; string(got) != string(want) {
		return fmt.Errorf("where %q should have arrived, there is %q", want, got)
	}
	return nil
}
