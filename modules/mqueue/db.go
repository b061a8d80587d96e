package mqueue

import (
	"context"
	"errors"
	"fmt"

	"olelo/runtime/db"
)

// The columns of a queue's table.
const (
	columnKey = "key"
	columnVal = "val"
)

// reads and writes tell when a queue with that dbmode is in its database, as Kamailio
// 5.6.3 does it; its manual has 2 and 3 the other way round.
func (q *queue) reads() bool  { return q.dbMode == 1 || q.dbMode == 2 }
func (q *queue) writes() bool { return q.dbMode == 1 || q.dbMode == 3 }

// Start takes the items of the queues' tables out of the database.
func (m *Module) Start(context.Context) error {
	if !m.source.Found() {
		return nil
	}
	var err error
	if m.conn, err = m.source.Open(); err != nil {
		return err
	}
	for _, q := range m.order {
		if !q.reads() {
			continue
		}
		err := m.conn.Transact(func(c db.Conn) error {
			query := db.Query{Table: q.name, Columns: []string{columnKey, columnVal}}
			err := c.Select(query, func(row []db.Value) error {
				q.add(row[0].String(), row[1].String())
				return nil
			})
			if err != nil {
				return err
			}
			return c.Delete(q.name, nil)
		})
		if err != nil {
			return m.source.At(fmt.Errorf("queue %q cannot be read: %w", q.name, err))
		}
		q.read = true
	}
	return nil
}

// Cleanup adds the items that are left to the queues' tables.
func (m *Module) Cleanup() error {
	if m.conn == nil {
		return nil
	}
	var errs []error
	for _, q := range m.order {
		if q.writes() && (q.read || !q.reads()) {
			errs = append(errs, m.save(q))
		}
	}
	return errors.Join(append(errs, m.conn.Close())...)
}

func (m *Module) save(q *queue) error {
	err := m.conn.Transact(func(c db.Conn) error {
		for {
			i, ok := q.fetch()
			if !ok {
				return nil
			}
			err := c.Insert(q.name, []db.Field{
				{Column: columnKey, Value: db.OfText(i.key)}, {Column: columnVal, Value: db.OfText(i.value)},
			})
			if err != nil {
				return err
			}
		}
	})
	if err != nil {
		return fmt.Errorf("queue %q is lost: %w", q.name, err)
	}
	return nil
}
