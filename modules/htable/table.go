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
// A lapsed item is as good as gone, whether the sweep has met it or not.
type Table struct {
	Options
	store  *Store
	shards [nShards]shard
}

// nShards is how many locks a table has: enough that workers seldom meet on
// one by chance. Items are found by the shards' maps, so that a table's size
// (its slots) does not decide how fast it is.
const nShards = 64

type item struct {
	key   string
	val   value.Value // Int or Str; a Str's text is the table's own
	until time.Duration
	hash  uint64
}

// forever is the until of an item that does not expire.
const forever time.Duration = 0

func (it *item) lapsed(now time.Duration) bool { return it.until != forever && it.until <= now }

func (t *Table) shard(hash uint64) *shard { return &t.shards[hash>>32%nShards] }

// find returns the live item with key; the shard is locked.
func (t *Table) find(s *shard, key string) *item {
	it := s.items[key]
	if it == nil || it.until != forever && it.lapsed(t.store.now()) {
		return nil
	}
	return it
}

// Get puts the item's value into *v: the table's initval where there is none,
// $null where the table has no initval. The text stays valid for good.
func (t *Table) Get(w *registry.Worker, key string, hash uint64, v *value.Value) error {
	ok, err := t.Lookup(w, key, hash, v)
	if !ok && t.HasInitVal && err == nil {
		v.SetInt(t.InitVal)
	}
	return err
}

// Lookup is Get without the initval: ok tells whether there is such an item.
func (t *Table) Lookup(w *registry.Worker, key string, hash uint64, v *value.Value) (ok bool, err error) {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		v.SetNull()
		return false, err
	}
	it := t.find(s, key)
	if it != nil {
		*v = it.val
	} else {
		v.SetNull()
	}
	s.mu.Unlock()
	return it != nil, nil
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
	it, fresh := t.make(s, key, hash)
	it.assign(v)
	t.touch(it, fresh)
	s.mu.Unlock()
	return nil
}

// SetFor is Set with a life of its own; 0 or less is the table's autoexpire.
func (t *Table) SetFor(w *registry.Worker, key string, hash uint64, v *value.Value, life time.Duration) error {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	it, _ := t.make(s, key, hash)
	it.assign(v)
	if life <= 0 {
		life = t.AutoExpire
	}
	t.live(it, life)
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
	it := t.find(s, key)
	fresh := it == nil
	if fresh {
		if !t.HasInitVal {
			return nil
		}
		it, _ = t.make(s, key, hash)
		it.val.SetInt(t.InitVal)
	}
	if !it.val.IsInt() {
		return nil
	}
	it.val.I += delta
	if wrap {
		it.val.I = int64(int32(it.val.I))
	}
	t.touch(it, fresh)
	v.SetInt(it.val.I)
	return nil
}

// Delete removes the item; had tells whether there was one.
func (t *Table) Delete(w *registry.Worker, key string, hash uint64) (had bool, err error) {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return false, err
	}
	had = t.find(s, key) != nil
	delete(s.items, key)
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
	it := t.find(s, key)
	if it == nil {
		return 0, false, nil
	}
	return t.left(it, t.store.now()), true, nil
}

func (t *Table) left(it *item, now time.Duration) time.Duration {
	if it.until == forever {
		return Forever
	}
	return it.until - now
}

// Expire sets how long the item has still to live; 0 or less is for ever. It
// does nothing where there is no such item.
func (t *Table) Expire(w *registry.Worker, key string, hash uint64, life time.Duration) error {
	s := t.shard(hash)
	if err := s.lock(w); err != nil {
		return err
	}
	if it := t.find(s, key); it != nil {
		t.live(it, life)
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
		s.items = nil
		s.mu.Unlock()
	}
	return nil
}

// RemoveIf removes the items that f picks; f must not use the table.
func (t *Table) RemoveIf(w *registry.Worker, f func(key string, v *value.Value) bool) error {
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return err
		}
		for key, it := range s.items {
			if f(key, &it.val) {
				delete(s.items, key)
			}
		}
		s.mu.Unlock()
	}
	return nil
}

// Each calls f with each item until it returns false; f must not use the table.
func (t *Table) Each(w *registry.Worker, f func(key string, v *value.Value) bool) error {
	now := t.store.now()
	for i := range t.shards {
		s := &t.shards[i]
		if err := s.lock(w); err != nil {
			return err
		}
		for key, it := range s.items {
			if !it.lapsed(now) && !f(key, &it.val) {
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
	hash  uint64
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
		for _, it := range s.items {
			if !it.lapsed(now) {
				items = append(items, Item{it.key, it.val, t.left(it, now), t.slot(it), it.hash})
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(items, bySlot)
	return items, nil
}

// bySlot is the order in which items are told.
func bySlot(a, b Item) int {
	return cmp.Or(cmp.Compare(a.Slot, b.Slot), cmp.Compare(a.hash, b.hash), strings.Compare(a.Key, b.Key))
}

func (t *Table) slot(it *item) int { return int(it.hash & uint64(t.Slots-1)) }

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
			for key, it := range s.items {
				if it.lapsed(now) {
					delete(s.items, key)
					if wanted {
						gone = append(gone, Item{Key: it.key, Value: it.val, Slot: t.slot(it), hash: it.hash})
					}
				}
			}
		}
		s.mu.Unlock()
	}
	slices.SortFunc(gone, bySlot)
	return gone
}

// make finds or makes the item; the shard is locked.
func (t *Table) make(s *shard, key string, hash uint64) (it *item, fresh bool) {
	if it := t.find(s, key); it != nil {
		return it, false
	}
	if it := s.items[key]; it != nil { // lapsed: a new life for its storage
		return it, true
	}
	if s.items == nil {
		s.items = map[string]*item{}
	}
	it = &item{key: strings.Clone(key), hash: hash}
	s.items[it.key] = it
	return it, true
}

// assign takes v over. Readers share the texts: they are replaced, never
// changed.
func (it *item) assign(v *value.Value) {
	switch {
	case v.K&value.Str == 0:
		it.val.SetInt(v.I)
	case it.val.K == value.Str && it.val.S == v.S:
	default:
		it.val.SetStr(strings.Clone(v.S))
	}
}

// touch starts the item's life where it is new or was updated.
func (t *Table) touch(it *item, fresh bool) {
	if fresh || !t.KeepExpire {
		t.live(it, t.AutoExpire)
	}
}

// live gives the item a life from now on; 0 or less is for ever. Items of a
// table without autoexpire never lapse, as in Kamailio.
func (t *Table) live(it *item, life time.Duration) {
	switch {
	case t.AutoExpire == 0 || life <= 0:
		it.until = forever
	default:
		it.until = t.store.now() + life
	}
}
