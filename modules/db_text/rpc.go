package db_text

import (
	"fmt"

	"olelo/runtime/log"
	"olelo/runtime/registry"
)

const faultServer = 500

func (m *Module) rpcDump(call registry.RPCCall) error {
	if err := m.write(); err != nil {
		call.Fault(faultServer, err.Error())
		return nil
	}
	call.Add("Dump OK")
	return nil
}

// rpcQuery answers with lines, as the tables' files have them; with one text where
// a statement cannot be run, too.
func (m *Module) rpcQuery(call registry.RPCCall) error {
	if m.connection.Text == "" {
		call.Add("invalid connection : " + m.connection.Text)
		return nil
	}
	text, _ := call.Text(0)
	answer, err := m.query(text)
	if err != nil {
		m.host.Log().Errorf(log.Core, "db_text.query %.200q: %v", text, err)
		answer = "error executing sql statement"
	}
	call.Add(answer)
	return nil
}

func (m *Module) query(text string) (string, error) {
	c, err := m.OpenDB(&m.connection)
	if err != nil {
		return "", err
	}
	r, err := c.Exec(text)
	switch {
	case err != nil:
		return "", err
	case r.Columns == nil:
		return fmt.Sprintf("%d affected rows", r.Affected), nil
	case len(r.Rows) == 0:
		return "statement returned 0 rows", nil
	}
	s, err := parse(text)
	if err != nil {
		return "", err
	}
	t, err := c.(*folder).table(s.table)
	if err != nil {
		return "", err
	}
	cols, err := t.pick(s.columns)
	if err != nil {
		return "", err
	}
	var b []byte
	for i, at := range cols {
		if i > 0 {
			b = append(b, ' ')
		}
		b = append(b, t.columns[at].text...)
	}
	b = append(b, "\n\n"...)
	for _, row := range r.Rows {
		b = append(m.appendRow(b, row), '\n')
	}
	return fmt.Sprintf("%s\ntotal rows %d / %d", b, len(r.Rows), len(r.Rows)), nil
}
