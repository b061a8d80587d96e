// Package sqlops is Kamailio's module sqlops: SQL statements in routes, and their
// results in variables.
package sqlops

import (
	"context"
	"errors"
	"fmt"
	"strings"
	"sync"
	"sync/atomic"

	"olelo/runtime/db"
	"olelo/runtime/registry"
	"olelo/transformations"
)

// name is the module's name, as it stands before its log lines.
const name = "sqlops"

// Module is the module's instance.
type Module struct {
	connections map[string]*connection
	order       []*connection
	results     map[string]int // by name, the place in a worker's results
	connectMode int
	mostResults int
	unused      int
	perWork     sync.Map // *registry.Worker → *work
	host        registry.Host
}

var (
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// connection is a database with the name that functions call it by.
type connection struct {
	name   string
	place  int // in a worker's affected
	source *db.Source
	open   sync.Mutex
	conn   atomic.Pointer[db.Conn] // nil where it could not be opened yet
	later  chan string
	done   chan struct{} // closed once all of later is done; nil before Start
}

// laterSize is how many statements of sql_query_async wait at most.
const laterSize = 1024

// New returns the module.
func New() registry.Module {
	return &Module{connections: map[string]*connection{}, results: map[string]int{}, mostResults: 32}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	con, query := m.connectionP(), registry.Text("query")
	const codes = " 1 with rows, 2 without, -1 where it fails."
	return registry.Exports{
		Doc: "SQL statements in routes, and their results in variables.",
		Funcs: []registry.Func{
			registry.Fn2("sql_query", con, query, registry.Any, m.query, "Runs a statement and forgets its rows: 3 with rows, 2 without, -1 where it fails."),
			registry.Fn3("sql_query", con, query, m.resultP(), registry.Any, m.queryInto, "Runs a statement and keeps its rows for $dbr."+codes),
			registry.Fn3("sql_xquery", con, query, xavpP(), registry.Any, m.queryXAVP, "Runs a statement; each row becomes a list in an XAVP, the first one the newest, with a value of each column's name."+codes),
			registry.Fn3("sql_pvquery", con, query, m.varsP(), registry.Any, m.queryVars, `Runs a statement; each row's fields are assigned to variables, "$var(a);$avp(b)", from the last row to the first. NULL leaves an AVP as it is.`+codes),
			registry.Fn1("sql_result_free", m.resultP(), registry.Any, m.free, "Forgets the rows of a result. Always true."),
			registry.Fn2("sql_query_async", con, query, registry.Any, m.queryLater, "Runs a statement later, by a worker of the connection; -1 where 1024 of them wait."),
		},
		Params: []registry.Param{
			registry.StrFunc("sqlcon", m.declare, `A database: "NAME=>ADDRESS". May be given many times.`),
			registry.StrFunc("sqlres", func(v registry.ParamValue) error {
				_, err := m.result(v.Str)
				return err
			}, "Name of a result; those that functions name need none."),
			registry.Int("connect_mode", &m.connectMode, "1 starts although a database cannot be opened: its statements try again, and are -2 without it; default 0."),
			registry.Int("results_maxsize", &m.mostResults, "How many results there may be; default 32."),
			registry.Int("tr_buf_size", &m.unused, "How long the text of a transformation may get."),
			registry.Int("log_buf_size", &m.unused, "How much of a statement is logged."),
		},
		PVs: []registry.PV{
			{Name: "dbr", Doc: "Of a result: $dbr(R=>rows), $dbr(R=>cols) the numbers of rows and columns, $dbr(R=>[row,column]) a field, $dbr(R=>colname[column]) a column's name; they count from 0. A worker sees its own results.", Bind: m.bindResult},
			{Name: "sqlrows", Doc: "How many rows this worker's last statement on a connection changed or gave.", Bind: m.bindRows},
		},
		Trans: transformations.SQLOps(),
		Differs: []registry.Difference{
			{Of: "$sqlrows", How: "has a value with sqlite:// and text:// too; Kamailio's drivers of these do not tell"},
			{Of: "sql_query_async()", How: "works with every database, and without async_workers; Kamailio's drivers of sqlite:// and text:// do not run it"},
			{Of: "$dbr", How: "a row or column below 0 is $null; Kamailio 5.6.3 crashes"},
			{How: "a database that cannot be opened keeps the server from starting; Kamailio 5.6.3 starts, and its workers end"},
			{Of: "modparam tr_buf_size", How: "texts may have any length", Idle: true},
			{Of: "modparam log_buf_size", How: "a statement that fails is logged with its first 200 characters", Idle: true},
		},
	}
}

// declare reads "name=>address".
func (m *Module) declare(v registry.ParamValue) error {
	cname, address, ok := strings.Cut(v.Str, "=>")
	if cname = strings.TrimSpace(cname); !ok || cname == "" {
		return fmt.Errorf("%q is no connection: write it as \"name=>driver://…\"", v.Str)
	}
	if m.connections[cname] != nil {
		return fmt.Errorf("connection %q is declared twice", cname)
	}
	s, err := db.NewSource(strings.TrimSpace(address), v.Pos)
	var notRun *registry.NotRunError
	if err != nil && !errors.As(err, &notRun) {
		return err
	}
	c := &connection{name: cname, place: len(m.order), source: s, later: make(chan string, laterSize)}
	m.connections[cname] = c
	m.order = append(m.order, c)
	return err // of a driver that is not run: what uses the connection is no mistake of its own
}

// result is the place of a result, which it makes where there is none.
func (m *Module) result(rname string) (int, error) {
	if rname == "" {
		return 0, errors.New("a result wants a name")
	}
	if i, ok := m.results[rname]; ok {
		return i, nil
	}
	if len(m.results) >= m.mostResults {
		return 0, fmt.Errorf("there are more than results_maxsize=%d results", m.mostResults)
	}
	i := len(m.results)
	m.results[rname] = i
	return i, nil
}

// Provision finds the databases' drivers.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	for _, c := range m.order {
		if !c.source.IsSet() {
			continue
		}
		if err := c.source.Find(h); err != nil {
			return err
		}
	}
	return nil
}

// Start opens the databases.
func (m *Module) Start(context.Context) error {
	for _, c := range m.order {
		if _, err := c.db(); err != nil {
			if m.connectMode != 1 && c.source.Found() {
				return err
			}
			m.host.Log().Errorf(name, "connection %q is not there: %v", c.name, err)
		}
		c.done = make(chan struct{})
		go m.runLater(c)
	}
	return nil
}

// runLater runs what sql_query_async has left to do.
func (m *Module) runLater(c *connection) {
	defer close(c.done)
	for statement := range c.later {
		conn, err := c.db()
		if err == nil {
			_, err = conn.Exec(statement)
		}
		if err != nil {
			m.host.Log().Errorf(name, "sql_query_async(%q): %.200q: %v", c.name, statement, err)
		}
	}
}

// db is the database, which it opens where that could not be done before.
func (c *connection) db() (db.Conn, error) {
	if conn := c.conn.Load(); conn != nil {
		return *conn, nil
	}
	c.open.Lock()
	defer c.open.Unlock()
	if conn := c.conn.Load(); conn != nil {
		return *conn, nil
	}
	if !c.source.Found() {
		return nil, errors.New("its driver is not there")
	}
	conn, err := c.source.Open()
	if err != nil {
		return nil, err
	}
	c.conn.Store(&conn)
	return conn, nil
}

// Cleanup does what sql_query_async has left to do, and closes the databases.
func (m *Module) Cleanup() error {
	var errs []error
	for _, c := range m.order {
		if c.done != nil {
			close(c.later)
			<-c.done
		}
		if conn := c.conn.Load(); conn != nil {
			errs = append(errs, (*conn).Close())
		}
	}
	return errors.Join(errs...)
}

// work is what a worker keeps from message to message.
type work struct {
	results  []*db.Result
	affected []int64 // by connection
}

func (m *Module) worker(c *registry.Ctx) *work {
	if w, ok := m.perWork.Load(c.Worker); ok {
		return w.(*work)
	}
	w := &work{results: make([]*db.Result, len(m.results)), affected: make([]int64, len(m.order))}
	m.perWork.Store(c.Worker, w)
	return w
}
