// Package mtree is Kamailio's module mtree: values by prefix, in trees that are
// loaded from a database's tables.
package mtree

import (
	"context"
	"errors"
	"fmt"
	"sync"

	"olelo/lang/source"
	"olelo/runtime/db"
	"olelo/runtime/registry"
)

// name is the module's name, as it stands before its log lines.
const name = "mtree"

// Module is the module's instance.
type Module struct {
	source              db.Source
	table               string // of many trees; "" with definitions
	tname, tprefix      string // columns
	tvalue              string
	charList            string
	kind                int // of the trees in table
	ignoreDup, allowDup int
	fetchRows           int // of no use
	definitions         []*definition
	value, values       output
	dstid, weight       output
	count               output

	host   registry.Host
	conn   db.Conn
	chars  *alphabet
	slots  sync.Map   // name → *slot
	reload sync.Mutex // one at a time
}

// output is a variable that a match sets.
type output struct {
	text string
	pos  source.Pos
	v    registry.Var
}

var (
	_ registry.Provisioner = (*Module)(nil)
	_ registry.Starter     = (*Module)(nil)
	_ registry.Cleaner     = (*Module)(nil)
)

// New returns an instance with Kamailio's defaults.
func New() registry.Module {
	return &Module{
		tname: "tname", tprefix: "tprefix", tvalue: "tvalue", charList: "0123456789", fetchRows: 1000,
		value: output{text: "$avp(s:tvalue)"}, values: output{text: "$avp(s:tvalues)"},
		dstid: output{text: "$avp(s:tdstid)"}, weight: output{text: "$avp(s:tweight)"}, count: output{text: "$avp(s:tcount)"},
	}
}

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc: "Values by prefix, in trees that are loaded from a database.",
		Funcs: []registry.Func{m.bound(registry.Fn3("mt_match", m.treeP(), registry.Text("text"), registry.IntP("mode"),
			registry.Request|registry.Failure|registry.Branch|registry.Reply, m.match,
			"Looks for the prefixes of a text in a tree: the value of the longest one goes into pv_value, with mode 2 the values of all into pv_values, that of the longest as the newest. "+
				"In a tree of type 1 it is pv_dstid, pv_weight and pv_count that are set: each destination of the prefixes once, that of the longest one, the least weight as the newest. "+
				"-1 where no prefix is in the tree, there is no such tree, or a character is met that is not in char_list."))},
		Params: m.params(),
		RPCs:   m.rpcs(),
		Differs: []registry.Difference{
			{Of: "modparam db_url", How: "has no default; Kamailio's is a database of mysql://"},
			{Of: "modparam fetch_rows", How: "rows come one by one", Idle: true},
			{Of: "modparam mt_tree_type", How: "another type than 0, 1 and 2 is a load error; Kamailio 5.6.3 takes it, and the tree never matches"},
			{Of: "mt_match()", How: "pv_value of a tree of numbers is the number, and pv_count the count; Kamailio 5.6.3 sets both to an empty text"},
			{How: "columns of numbers are read as their digits; Kamailio 5.6.3 refuses the table, or crashes with db_table"},
			{How: "a prefix that a tree of numbers has twice stops the start; Kamailio 5.6.3 hangs"},
			{How: "`mtree.match` answers for trees of type 1, too; Kamailio 5.6.3 crashes"},
		},
	}
}

func (m *Module) params() []registry.Param {
	return []registry.Param{
		m.source.Param("db_url", "The database of the trees."),
		registry.StrFunc("mtree", m.define, `A tree: "name=NAME;dbtable=TABLE", and type= 0 texts (the default), 1 destinations "D=WEIGHT;D=WEIGHT", 2 numbers; `+
			"multi=1 where the table has other trees, too; cols='PREFIX,VALUE,…' columns, of which several values become one text with commas. May be given many times."),
		registry.Str("db_table", &m.table, "A table with many trees, each row with its tree's name; without mtree only."),
		registry.Str("tname_column", &m.tname, "Column of a tree's name; default tname."),
		registry.Str("tprefix_column", &m.tprefix, "Column of the prefix; default tprefix."),
		registry.Str("tvalue_column", &m.tvalue, "Column of the value; default tvalue."),
		registry.Int("fetch_rows", &m.fetchRows, "How many rows are fetched at once."),
		registry.StrFunc("char_list", func(v registry.ParamValue) error {
			if v.Str == "" {
				return errors.New("char_list is empty: it wants the characters of prefixes")
			}
			m.charList = v.Str
			return nil
		}, "The characters that a prefix may have; default 0123456789."),
		{
			Name: "mt_tree_type", Type: registry.ParamInt, Doc: "The type of the trees in db_table, as type= of mtree; default 0.",
			Set: func(v registry.ParamValue) error {
				m.kind = int(v.Int)
				return checkKind(m.kind)
			},
		},
		registry.Int("mt_ignore_duplicates", &m.ignoreDup, "1 keeps the first of several values of a prefix; default 0, which is an error."),
		registry.Int("mt_allow_duplicates", &m.allowDup, "1 keeps all values of a prefix, the last one as the first; default 0."),
		m.value.param("pv_value", false, "Variable of the value; default $avp(s:tvalue)."),
		m.values.param("pv_values", true, "AVP of all values with mode 2; default $avp(s:tvalues)."),
		m.dstid.param("pv_dstid", true, "AVP of the destinations; default $avp(s:tdstid)."),
		m.weight.param("pv_weight", true, "AVP of their weights; default $avp(s:tweight)."),
		m.count.param("pv_count", false, "Variable of the number of destinations; default $avp(s:tcount)."),
	}
}

// Provision finds the database.
func (m *Module) Provision(h registry.Host) error {
	m.host = h
	m.chars = newAlphabet(m.charList)
	switch {
	case !m.source.IsSet():
		return errors.New("mtree has no database: set its db_url")
	case len(m.definitions) == 0 && m.table == "":
		return m.source.At(errors.New(`mtree has no tree: set mtree to "name=NAME;dbtable=TABLE", or db_table`))
	}
	for _, d := range m.definitions {
		for _, word := range d.unknown {
			h.Log().Warnf(name, "%v", registry.At(d.pos, fmt.Errorf("%q is no option of a tree and has no effect: name, dbtable, type, multi and cols are", word)))
		}
	}
	return m.source.Find(h)
}

// Start opens the database and loads the trees.
func (m *Module) Start(context.Context) (err error) {
	if m.conn, err = m.source.Open(); err != nil {
		return err
	}
	if len(m.definitions) == 0 {
		if err := m.loadAll(); err != nil {
			return m.source.At(err)
		}
	}
	for _, d := range m.definitions {
		if err := m.load(d); err != nil {
			return registry.At(d.pos, err)
		}
	}
	return nil
}

// Cleanup closes the database.
func (m *Module) Cleanup() error {
	if m.conn == nil {
		return nil
	}
	return m.conn.Close()
}
