package app

import (
	"errors"
	"fmt"
	"strings"

	"olelo/runtime/counter"
	"olelo/runtime/registry"
	"olelo/runtime/sip"
)

// The methods that are counted by themselves, of requests and, with other
// names, of replies; and those that Kamailio knows without counting them.
var (
	countedMethods = [...]string{
		"INVITE", "ACK", "BYE", "OPTIONS", "CANCEL", "REGISTER", "MESSAGE", "INFO", "PRACK", "UPDATE", "REFER", "SUBSCRIBE", "NOTIFY", "PUBLISH",
	}
	knownMethods   = [...]string{"GET", "POST", "PUT", "DELETE", "KDMQ"}
	answeredMethod = [...]struct{ method, name string }{
		{"INVITE", "invite"}, {"BYE", "bye"}, {"CANCEL", "cancel"}, {"REGISTER", "reg"}, {"MESSAGE", "message"}, {"PRACK", "prack"}, {"UPDATE", "update"}, {"REFER", "refer"},
	}
	countedStatus = [...]int{401, 404, 407, 480, 486}
)

// replyClasses are 1xx to 6xx.
const replyClasses = 6

// coreStats are Kamailio's counters of group core, but for bad_URIs_rcvd.
type coreStats struct {
	requests, unsupported        counter.Counter
	requestsOf                   [len(countedMethods)]counter.Counter
	fwdRequests, dropRequests    counter.Counter
	errRequests, errReplies      counter.Counter
	replies, ringing, badHeaders counter.Counter
	class                        [replyClasses]counter.Counter
	classOf                      [replyClasses][len(answeredMethod)]counter.Counter
	status                       [len(countedStatus)]counter.Counter
	fwdReplies, dropReplies      counter.Counter
}

// received counts a message before its route runs.
func (n *coreStats) received(worker int, m *sip.Message) {
	if m.IsRequest() {
		n.requests.Add(worker, 1)
		n.method(worker, m.Method())
		return
	}
	n.replies.Add(worker, 1)
	status := m.Status()
	class := status/100 - 1
	if class < 0 || class >= replyClasses {
		return
	}
	n.class[class].Add(worker, 1)
	if status/10 == 18 {
		n.ringing.Add(worker, 1)
	}
	for i, s := range countedStatus {
		if s == status {
			n.status[i].Add(worker, 1)
		}
	}
	_, method, _ := m.CSeq()
	for i := range answeredMethod {
		if strings.EqualFold(answeredMethod[i].method, method) {
			n.classOf[class][i].Add(worker, 1)
		}
	}
}

func (n *coreStats) method(worker int, method string) {
	for i, m := range countedMethods {
		if strings.EqualFold(m, method) {
			n.requestsOf[i].Add(worker, 1)
			return
		}
	}
	for _, m := range knownMethods {
		if strings.EqualFold(m, method) {
			return
		}
	}
	n.unsupported.Add(worker, 1)
}

// refused counts a message that cannot be routed, because of what its Check says.
func (n *coreStats) refused(worker int, m *sip.Message, err error) {
	via := errors.Is(err, sip.ErrVia)
	if via || errors.Is(err, sip.ErrHeader) {
		n.badHeaders.Add(worker, 1)
	}
	switch {
	case via:
	case m.IsRequest():
		n.errRequests.Add(worker, 1)
	default:
		n.errReplies.Add(worker, 1)
	}
}

// sentOn counts a message that was to be forwarded.
func sentOn(worker int, sent, dropped *counter.Counter, err error) {
	if err != nil {
		sent = dropped
	}
	sent.Add(worker, 1)
}

func (n *coreStats) list() []*registry.Stat {
	var all []*registry.Stat
	add := func(name string, c *counter.Counter) {
		all = append(all, &registry.Stat{Group: "core", Name: name, Count: c})
	}
	add("rcv_requests", &n.requests)
	for i, m := range countedMethods {
		add("rcv_requests_"+strings.ToLower(m), &n.requestsOf[i])
	}
	add("unsupported_methods", &n.unsupported)
	add("fwd_requests", &n.fwdRequests)
	add("drop_requests", &n.dropRequests)
	add("err_requests", &n.errRequests)
	add("err_replies", &n.errReplies)
	add("bad_msg_hdr", &n.badHeaders)
	add("rcv_replies", &n.replies)
	add("rcv_replies_18x", &n.ringing)
	for class := range replyClasses {
		name := fmt.Sprintf("rcv_replies_%dxx", class+1)
		add(name, &n.class[class])
		for i := range answeredMethod {
			add(name+"_"+answeredMethod[i].name, &n.classOf[class][i])
		}
	}
	for i, s := range countedStatus {
		add(fmt.Sprintf("rcv_replies_%d", s), &n.status[i])
	}
	add("fwd_replies", &n.fwdReplies)
	add("drop_replies", &n.dropReplies)
	return all
}
