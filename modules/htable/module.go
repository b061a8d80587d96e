// Package htable is Kamailio's module htable: hash tables that all workers
// share, with items that expire, as variables ($sht), functions, event routes
// and RPC commands.
//
// Tables cannot be replicated over DMQ yet: enable_dmq is a load error.
package htable

import (
	"context"
	"fmt"
	"sync"
	"time"

	"olelo/runtime/ere"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "htable"

// Module is the module's instance.
type Module struct {
	store    *Store
	interval int // seconds between two sweeps
	remarks  []string

	warned   map[string]bool // tables told to be undeclared
	patterns *ere.Cache
	perWork  sync.Map // *registry.Worker → *workerState

	host    registry.Host
	expired map[*Table]registry.Block // event_route[htable:expired:TABLE]

	db        database
	reload    sync.Mutex
	reloadCtx *registry.Ctx // of event_route[htable:reloaded:TABLE]; nil before the first

	unused int // parameters that matter only with a DMQ peer, or not at all
}

var (
	_ registry.Module      = (*Module)(nil)
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// patternsKept is how many compiled regular expressions of running functions
// are remembered.
const patternsKept = 64

// New returns an instance without tables.
func New() *Module {
	return &Module{
		store: NewStore(), interval: 20, warned: map[string]bool{},
		patterns: ere.NewCache(patternsKept), expired: map[*Table]registry.Block{},
		db: newDatabase(),
	}
}

// Store is the module's tables.
func (m *Module) Store() *Store { return m.store }

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:    "Hash tables shared by all workers, with items that expire.",
		Funcs:  m.funcs(),
		Params: m.params(),
		PVs:    m.vars(),
		RPCs:   m.rpcs(),
		Events: []string{"htable:mod-init", "htable:expired:", "htable:reloaded:"},
		Differs: []registry.Difference{
			{Of: "sht_setxi()", How: "returns 1; Kamailio's returns 0, which ends the script"},
			{Of: "modparam timer_procs", How: "the search has a worker of its own in any case", Idle: true},
			{Of: "modparam event_callback_mode", How: "event_route[htable:mod-init] runs once, before the first message", Idle: true},
			{Of: "modparam dmq_init_sync", How: "it is only used with enable_dmq=1, which olelo does not run yet", Idle: true},
			{Of: "modparam fetch_rows", How: "rows are read one by one in any case", Idle: true},
			{How: "a table is stored in its database as a whole or not at all; Kamailio deletes the old rows first"},
			{How: "a table that could not be loaded from its database is not stored in it at the end"},
		},
	}
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		registry.StrFunc("htable", m.declare, `Declares a table: "name=>size=8;autoexpire=3600;initval=0;updateexpire=1;". May be given many times.`),
		registry.Int("timer_interval", &m.interval, "Seconds between two searches for expired items; default 20."),
		registry.Int("timer_procs", &m.unused, "Workers for that search."),
		{
			Name: "event_callback", Type: registry.ParamStr, Doc: "KEMI function for events: olelo runs the native language only.",
			Set: refuseText("event_callback names a KEMI function; olelo runs event_route[htable:…] blocks instead"),
		},
		registry.Int("event_callback_mode", &m.unused, "In which worker event_route[htable:mod-init] runs."),
		m.db.source.Param("db_url", "Database that tables with dbtable= are loaded from, and stored in at the end with dbmode=1."),
		registry.Str("key_name_column", &m.db.keyName, "Column of the key; default key_name."),
		registry.Str("key_type_column", &m.db.keyType, "Column of the key's type: 1 for the keys that become a list, key[0], key[1] …; default key_type."),
		registry.Str("value_type_column", &m.db.valueType, "Column of the value's type: 0 text, 1 integer; default value_type."),
		registry.Str("key_value_column", &m.db.keyValue, "Column of the value; default key_value."),
		registry.Str("expires_column", &m.db.expires, "Column of the time at which the item expires; default expires."),
		registry.Str("array_size_suffix", &m.db.sizeSuffix, `What follows a list's key in the key of its length; default "::size".`),
		registry.Int("fetch_rows", &m.unused, "How many rows are fetched from the database at once."),
		registry.Int("db_expires", &m.db.useExpires, "1 loads and stores when items expire, of tables with autoexpire; default 0."),
		{
			Name: "enable_dmq", Type: registry.ParamInt, Doc: "Replication over DMQ: 0; 1 is not run yet.",
			Set: func(v registry.ParamValue) error {
				if v.Int != 0 {
					return registry.NotRun("enable_dmq=1 is known, but olelo does not replicate tables over DMQ yet")
				}
				return nil
			},
		},
		registry.Int("dmq_init_sync", &m.unused, "Whether the tables of other servers are asked for at the start."),
	}
}

func refuseText(msg string) func(registry.ParamValue) error {
	return func(v registry.ParamValue) error {
		if v.Str == "" {
			return nil
		}
		return registry.NotRun("%s", msg)
	}
}

// declare reads one modparam("htable", "htable", …).
func (m *Module) declare(v registry.ParamValue) error {
	o, rest, err := parseOptions(v.Str)
	if err != nil {
		return err
	}
	if _, ok := m.store.Declare(o); !ok {
		return fmt.Errorf("table %q is declared twice", o.Name)
	}
	remark := func(format string, args ...any) {
		m.remarks = append(m.remarks, fmt.Sprintf("%s:%d: table %q: ", v.Pos.Filename, v.Pos.Line, o.Name)+fmt.Sprintf(format, args...))
	}
	if rest != "" {
		remark("%q is ignored, as Kamailio does: options are separated by semicolons", rest)
	}
	if o.Replicate {
		remark("dmqreplicate=1 does nothing without enable_dmq")
	}
	return nil
}

// Provision checks the parameters and starts the search for expired items.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.store.SetClock(h.Clock())
	for _, r := range m.remarks {
		h.Log().Warnf(name, "%s", r)
	}
	if m.interval <= 0 {
		return fmt.Errorf("timer_interval is %d: a number of seconds above 0 is wanted", m.interval)
	}
	if m.db.source.IsSet() {
		if err := m.db.source.Find(h); err != nil {
			return err
		}
	}
	for _, t := range m.store.Tables() {
		if t.DBTable != "" && !m.db.source.IsSet() {
			h.Log().Warnf(name, "table %q: dbtable=%s does nothing without db_url", t.Name, t.DBTable)
		}
	}
	for _, t := range m.store.Tables() {
		if t.AutoExpire > 0 {
			h.Every(time.Duration(m.interval)*time.Second, m.sweep)
			break
		}
	}
	return nil
}

// Start loads tables from the database, finds the event routes and runs
// event_route[htable:mod-init].
func (m *Module) Start(context.Context) error {
	if err := m.openDB(); err != nil {
		return err
	}
	for _, t := range m.store.Tables() {
		if b := m.host.EventRoute("htable:expired:" + t.Name); b != nil {
			m.expired[t] = b
		}
	}
	if b := m.host.EventRoute("htable:mod-init"); b != nil {
		c := m.host.NewCtx()
		c.Lock()
		defer c.Unlock()
		b.Run(c, registry.Event)
	}
	return nil
}

// sweep removes expired items and runs event_route[htable:expired:TABLE] for
// each.
func (m *Module) sweep(c *registry.Ctx) {
	for _, t := range m.store.Tables() {
		b := m.expired[t]
		for _, it := range t.sweep(b != nil) {
			ws := m.worker(c)
			ws.record = &it
			b.Run(c, registry.Event)
			ws.record = nil
			c.EndMessage()
		}
	}
}

// workerState is what a worker keeps from message to message.
type workerState struct {
	iterators [maxIterators]iterator
	record    *Item // $shtrecord: the expired item being told of
}

func (m *Module) worker(c *registry.Ctx) *workerState {
	if ws, ok := m.perWork.Load(c.Worker); ok {
		return ws.(*workerState)
	}
	ws := &workerState{}
	m.perWork.Store(c.Worker, ws)
	return ws
}
