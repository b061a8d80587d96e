package db_text

import "olelo/runtime/db"

// transaction is a folder that whoever has it has locked.
type transaction struct{ f *folder }

var _ db.Conn = transaction{}

// Close does nothing: the folder stays.
func (x transaction) Close() error { return nil }

func (x transaction) with(name string, do func(*table) error) error {
	t, err := x.f.load(name)
	if err != nil {
		return err
	}
	return do(t)
}

func (x transaction) Select(q db.Query, each func([]db.Value) error) error {
	return x.with(q.Table, func(t *table) error { return t.query(q, byColumn(q.OrderBy), x.f.maxRows, each) })
}

func (x transaction) Insert(name string, row []db.Field) error {
	return x.with(name, func(t *table) error { return t.insert(row) })
}

func (x transaction) Update(name string, set []db.Field, where []db.Match) error {
	return x.with(name, func(t *table) error {
		_, err := t.update(set, where)
		return err
	})
}

func (x transaction) Delete(name string, where []db.Match) error {
	return x.with(name, func(t *table) error {
		_, err := t.remove(where)
		return err
	})
}

func (x transaction) Exec(text string) (*db.Result, error) {
	s, err := parse(text)
	if err != nil {
		return nil, err
	}
	return x.run(s)
}

func (x transaction) run(s *statement) (r *db.Result, err error) {
	err = x.with(s.table, func(t *table) error {
		r, err = s.run(t, x.f.maxRows)
		return err
	})
	return r, err
}

// Transact is part of the transaction that there is.
func (x transaction) Transact(do func(db.Conn) error) error { return do(x) }
