package htable

import (
	"cmp"
	"slices"
	"strings"
	"time"

	"olelo/lang/source"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// Table is one hash table. Every method may be called from any worker; w is
// the worker that asks, which passes the locks it holds by sht_lock, and nil
// for a timer or an RPC command. The only error is a lock that another worker
// did not give back in time.
//
// A lapsed item is as good as gone, whether the sweep has met it or not. What is
// called hash is the key's.
type Table struct {
	Options
	store  *Store
	loaded bool // from the database
	shards [nShards]shard
}

// nShards is how many locks a table has: enough that workers seldom meet on
// one by chance. Items are found by the shards' indexes, so that a table's size
// (its slots) does not decide how fast it is.
const nShards = 64

func (t *Table) shard(hash uint64) *shard { return &t.shards[hash>>32%nShards] }

func (t *Table) hash(key string) uint64 { return t.store.hash(key) }

// find returns the live item with key; the shard is locked.
func (t *Table) find(s *shard, key string, hash uint64) *row {
	x := s.rows.find(key, uint32(hash))
	if x == nil || t.lapsed(x) {
		return nil
	}
	return x
}

// Get puts the item's value into *v: the table's initval where there is none,
// $null where the table has no initval. A text is copied into the arena.
func (t *Table) Get(w *registry.Worker, a *registry.Arena, key string, hash uint64, v *value.Value) error {
	ok, err := t.Lookup(w, a, key, hash, v)
	if !ok && t.HasInitVal && err == nil {
		v.SetInt(t.InitVal)
	}
	return err
}

// Lookup is Get without the initval: ok tells whether there is such an item. With
// a nil arena the text is valid for good.
func (t *Table) Lookup(w *registry.Worker, a *registry.Arena, key string, hash uint64, v *value.Value) (ok bool, err error) {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		v.SetNull()
		return false, err
	}
	x := t.find(s, key, hash)
	switch {
	case x == nil:
		v.SetNull()
	case x.kind == value.Str && a != nil:
		v.SetStr(a.Concat(s.rows.text(x), ""))
	case x.kind == value.Str:
		v.SetStr(strings.Clone(s.rows.text(x)))
	default:
		v.SetInt(x.num)
	}
	s.mu.Unlock()
	return x != nil, nil
}

// Set assigns *v to the item, creating it; $null deletes it. The text is
// copied. Life is the table's autoexpire, which an update starts anew unless
// the table has updateexpire=0.
func (t *Table) Set(w *registry.Worker, key string, hash uint64, v *value.Value) error {
	if v.IsNull() {
		_, err := t.Delete(w, key, hash)
		return err
	}
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	x, fresh := t.make(s, key, hash)
	s.assign(x, v)
	t.touch(x, fresh)
	s.mu.Unlock()
	return nil
}

// SetFor is Set with a life of its own; 0 or less is the table's autoexpire.
func (t *Table) SetFor(w *registry.Worker, key string, hash uint64, v *value.Value, life time.Duration) error {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	x, _ := t.make(s, key, hash)
	s.assign(x, v)
	if life <= 0 {
		life = t.AutoExpire
	}
	t.live(x, life)
	s.mu.Unlock()
	return nil
}

// Add adds delta to an integer item and puts the sum into *v. A missing item
// counts from the table's initval; without one, or where the item is a string,
// *v is $null and nothing changes. wrap makes the sum 32 bits wide.
func (t *Table) Add(w *registry.Worker, key string, hash uint64, delta int64, wrap bool, v *value.Value) error {
	v.SetNull()
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	defer s.mu.Unlock()
	x := t.find(s, key, hash)
	fresh := x == nil
	if fresh {
		if !t.HasInitVal {
			return nil
		}
		x, _ = t.make(s, key, hash)
		s.rows.setInt(x, t.InitVal)
	}
	if x.kind != value.Int {
		return nil
	}
	x.num += delta
	if wrap {
		x.num = int64(int32(x.num))
	}
	t.touch(x, fresh)
	v.SetInt(x.num)
	return nil
}

// Delete removes the item; had tells whether there was one.
func (t *Table) Delete(w *registry.Worker, key string, hash uint64) (had bool, err error) {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return false, err
	}
	if x := s.rows.find(key, uint32(hash)); x != nil {
		had = !t.lapsed(x)
		s.rows.remove(x)
	}
	s.mu.Unlock()
	return had, nil
}

// Left returns how long the item has to live; Forever where it does not
// expire; ok is false where there is no such item.
func (t *Table) Left(w *registry.Worker, key string, hash uint64) (left time.Duration, ok bool, err error) {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return 0, false, err
	}
	defer s.mu.Unlock()
	x := t.find(s, key, hash)
	if x == nil {
		return 0, false, nil
	}
	return x.left(t.store.now()), true, nil
}

func (x *row) left(now time.Duration) time.Duration {
	if x.until == forever {
		return Forever
	}
	return x.until - now
}

// Expire sets how long the item has still to live; 0 or less is for ever. It
// does nothing where there is no such item.
func (t *Table) Expire(w *registry.Worker, key string, hash uint64, life time.Duration) error {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	if x := t.find(s, key, hash); x != nil {
		t.live(x, life)
	}
	s.mu.Unlock()
	return nil
}

// Reset removes all items.
func (t *Table) Reset(w *registry.Worker) error {
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return err
		}
		s.rows = rows{}
		s.mu.Unlock()
	}
	return nil
}

// RemoveIf removes the items that f picks. f must not use the table, nor keep
// what it is given.
func (t *Table) RemoveIf(w *registry.Worker, f func(key string, v *value.Value) bool) error {
	var v value.Value
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return err
		}
		list := s.rows.list // which remove gives up with the last item
		for i := range list {
			x := &list[i]
			if x.kind == value.Null {
				continue
			}
			s.rows.value(x, &v)
			if f(s.rows.keyOf(x), &v) {
				s.rows.remove(x)
			}
		}
		s.mu.Unlock()
	}
	return nil
}

// Each calls f with each item until it returns false. f must not use the table,
// nor keep what it is given.
func (t *Table) Each(w *registry.Worker, f func(key string, v *value.Value) bool) error {
	now := t.store.now()
	var v value.Value
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return err
		}
		for i := range s.rows.list {
			x := &s.rows.list[i]
			if x.kind == value.Null || x.lapsed(now) {
				continue
			}
			s.rows.value(x, &v)
			if !f(s.rows.keyOf(x), &v) {
				s.mu.Unlock()
				return nil
			}
		}
		s.mu.Unlock()
	}
	return nil
}

// Item is a copy of one item.
type Item struct {
	Key   string
	Value value.Value
	Left  time.Duration // to live; Forever for an item that does not expire
	Slot  int           // of the table's 2^size
	order uint64        // within the slot
}

// Forever is the time left to an item that does not expire.
const Forever time.Duration = -1

// Items returns copies of all items, by slot. The table may change meanwhile;
// each item is what it was at one moment.
func (t *Table) Items(w *registry.Worker) ([]Item, error) {
	var items []Item
	now := t.store.now()
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return nil, err
		}
		for i := range s.rows.list {
			if x := &s.rows.list[i]; x.kind != value.Null && !x.lapsed(now) {
				items = append(items, t.item(s, x, now))
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(items, bySlot)
	return items, nil
}

// bySlot is the order in which items are told.
func bySlot(a, b Item) int {
	return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.order, b.order), strings.Compare(a.Key, b.Key))
}

// item is a copy of a row.
func (t *Table) item(s *shard, x *row, now time.Duration) Item {
	it := Item{Key: strings.Clone(s.rows.keyOf(x)), Left: x.left(now)}
	s.rows.value(x, &it.Value)
	it.Value.S = strings.Clone(it.Value.S)
	it.order = hashKey(it.Key)
	it.Slot = t.slot(it.order)
	return it
}

func (t *Table) slot(hash uint64) int { return int(hash & uint64(t.Slots-1)) }

// Hold gives w the part of the table that key is in, until as many Release.
func (t *Table) Hold(w *registry.Worker, hash uint64, at source.Pos) error {
	return t.shard(hash).hold(w, at)
}

// Release undoes one Hold; it does nothing where w does not hold.
func (t *Table) Release(w *registry.Worker, hash uint64) { t.shard(hash).release(w) }

// sweep removes the lapsed items and returns them, by slot, where wanted. Parts that a
// script holds wait for the next sweep.
func (t *Table) sweep(wanted bool) []Item {
	if t.AutoExpire == 0 {
		return nil
	}
	var gone []Item
	for i := range t.shards {
		s := &t.shards[i]
		s.mu.Lock()
		if s.holder == nil {
			now := t.store.now()
			list := s.rows.list // which remove gives up with the last item
			for i := range list {
				x := &list[i]
				if x.kind == value.Null || !x.lapsed(now) {
					continue
				}
				if wanted {
					gone = append(gone, t.item(s, x, now))
				}
				s.rows.remove(x)
			}
			s.rows.compact()
		}
		s.mu.Unlock()
	}
	slices.SortFunc(gone, bySlot)
	return gone
}

// make finds or makes the item; the shard is locked.
func (t *Table) make(s *shard, key string, hash uint64) (x *row, fresh bool) {
	x = s.rows.find(key, uint32(hash))
	if x == nil {
		return s.rows.add(key, uint32(hash)), true
	}
	return x, t.lapsed(x) // lapsed: a new life for its row
}

// lapsed tells whether the item's life has ended. The clock is read only where it
// has an end.
func (t *Table) lapsed(x *row) bool { return x.until != forever && x.lapsed(t.store.now()) }

// assign takes v over.
func (s *shard) assign(x *row, v *value.Value) {
	if v.K&value.Str == 0 {
		s.rows.setInt(x, v.I)
		return
	}
	s.rows.setText(x, v.S)
}

// touch starts the item's life where it is new or was updated.
func (t *Table) touch(x *row, fresh bool) {
	if fresh || !t.KeepExpire {
		t.live(x, t.AutoExpire)
	}
}

// live gives the item a life from now on; 0 or less is for ever. Items of a
// table without autoexpire never lapse, as in Kamailio.
func (t *Table) live(x *row, life time.Duration) {
	switch {
	case t.AutoExpire == 0 || life <= 0:
		x.until = forever
	default:
		x.until = t.store.now() + life
	}
}
