// Package mqueue is Kamailio's module mqueue: queues of keys and values, that
// routes and RPC clients put in and take out.
package mqueue

import (
	"errors"
	"fmt"
	"strconv"
	"strings"
	"sync"

	"olelo/runtime/db"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "mqueue"

// Module is the module's instance.
type Module struct {
	size, mode int // of the queues that mqueue_name makes
	queues     map[string]*queue
	order      []*queue
	remarks    []string
	perWorker  sync.Map // *registry.Worker → map[*queue]item

	source db.Source
	conn   db.Conn // nil without a database
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns the module.
func New() registry.Module { return &Module{queues: map[string]*queue{}} }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	q, key, val := registry.Text("queue"), registry.Text("key"), registry.Text("value")
	return registry.Exports{
		Doc: "Queues of keys and values in memory, between routes and RPC clients.",
		Funcs: []registry.Func{
			registry.Fn3("mq_add", q, key, val, registry.Any, m.add, "Puts a key and its value at the end of a queue; -1 where there is no such queue."),
			registry.Fn1("mq_fetch", q, registry.Any, m.fetch, "Takes the oldest item out, for $mqk and $mqv; -2 where the queue is empty, -1 where there is none."),
			registry.Fn1("mq_pv_free", q, registry.Any, m.free, "Forgets what was fetched. Always true."),
			registry.Fn1("mq_size", q, registry.Any, m.length, "Its code is the number of items, -1 where there is none, -2 where there is no such queue."),
		},
		Params: []registry.Param{
			registry.StrFunc("mqueue", m.declare, "Makes a queue: \"name=N;size=S;addmode=M;dbmode=D\". It holds size items, of which the oldest gives way; 0, the default, is no limit. "+
				"addmode 1 leaves out a key that is there, 2 takes the older item of the key away; 0, the default, keeps both. dbmode 1 takes the items of its table out at the start and puts those that are left in at the end, 2 does the first, 3 the second; 0, the default, neither."),
			registry.StrFunc("mqueue_name", func(v registry.ParamValue) error { return m.make(v.Str, m.size, m.mode) }, "Makes a queue with the mqueue_size and mqueue_addmode before it."),
			registry.Int("mqueue_size", &m.size, "The size of the queues that mqueue_name makes. Default 0."),
			registry.Int("mqueue_addmode", &m.mode, "The addmode of the queues that mqueue_name makes. Default 0."),
			m.source.Param("db_url", "Database of the queues with a dbmode: each is a table of the queue's name with the columns key and val."),
		},
		Differs: []registry.Difference{
			{Of: "modparam db_url", How: "may stand behind the queues' lines; without it a dbmode is an error, with which Kamailio 5.6.3 crashes"},
		},
		PVs: []registry.PV{
			m.pv("mqk", "The key of the item fetched last from a queue by this worker.", func(i *item) string { return i.key }),
			m.pv("mqv", "The value of the item fetched last from a queue by this worker.", func(i *item) string { return i.value }),
			m.sizePV(),
		},
		RPCs: []registry.RPC{
			{Name: "mqueue.get_size", Doc: "The number of items of a queue.", Run: m.rpcSize},
			{Name: "mqueue.get_sizes", Doc: "The numbers of items of all queues.", List: true, Run: m.rpcSizes},
			{Name: "mqueue.fetch", Doc: "Takes the oldest item of a queue out.", Run: m.rpcFetch},
		},
	}
}

// Provision tells what the queues' lines say that is hardly meant, and finds the
// database's driver.
func (m *Module) Provision(h registry.Host) error {
	for _, r := range m.remarks {
		h.Log().Warnf(name, "%s", r)
	}
	if m.source.IsSet() {
		return m.source.Find(h)
	}
	for _, q := range m.order {
		if q.reads() || q.writes() {
			return registry.At(q.pos, fmt.Errorf("queue %q has dbmode=%d, and there is no db_url", q.name, q.dbMode))
		}
	}
	return nil
}

// declare reads "name=N;size=S;addmode=M". Of several of a kind the first counts.
func (m *Module) declare(v registry.ParamValue) error {
	given := map[string]string{}
	for one := range strings.SplitSeq(v.Str, ";") {
		k, val, _ := strings.Cut(one, "=")
		if k, val = strings.TrimSpace(k), strings.TrimSpace(val); k == "" {
			continue
		}
		switch k {
		case "name", "size", "addmode", "dbmode":
		default:
			return fmt.Errorf("%q is no option of a queue: name, size, addmode and dbmode are", k)
		}
		if _, twice := given[k]; !twice {
			given[k] = val
		}
	}
	number := func(k string) int {
		n, err := strconv.Atoi(given[k])
		if given[k] != "" && err != nil {
			m.remarks = append(m.remarks, fmt.Sprintf("%s:%d: %s=%s of queue %q is no number and counts as 0", v.Pos.Filename, v.Pos.Line, k, given[k], given["name"]))
		}
		return n
	}
	if err := m.make(given["name"], number("size"), number("addmode")); err != nil {
		return err
	}
	q := m.queues[given["name"]]
	q.dbMode, q.pos = number("dbmode"), v.Pos
	return nil
}

func (m *Module) make(name string, size, mode int) error {
	if name == "" {
		return errors.New("a queue wants a name")
	}
	if m.queues[name] != nil {
		return fmt.Errorf("queue %q is made twice", name)
	}
	q := newQueue(name, size, mode)
	m.queues[name] = q
	m.order = append(m.order, q)
	return nil
}
