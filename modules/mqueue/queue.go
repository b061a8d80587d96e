package mqueue

import (
	"container/list"
	"strings"
	"sync"

	"olelo/lang/source"
)

// item is a key and its value; they belong to the queue.
type item struct{ key, value string }

// What becomes of a key that is in the queue already.
const (
	keepBoth = iota
	keepOld
	keepNew
)

// queue is first in, first out. It is safe for concurrent use.
type queue struct {
	name string
	size int // 0 or less: without limit
	mode int

	dbMode int
	pos    source.Pos // of its line
	read   bool       // what its table had is in it

	mu    sync.Mutex
	items list.List                // of item
	byKey map[string]*list.Element // nil where a key may come twice
}

func newQueue(name string, size, mode int) *queue {
	q := &queue{name: name, size: size, mode: mode}
	if mode == keepOld || mode == keepNew {
		q.byKey = map[string]*list.Element{}
	}
	return q
}

// add copies key and value.
func (q *queue) add(key, value string) {
	q.mu.Lock()
	defer q.mu.Unlock()
	if old := q.byKey[key]; old != nil {
		if q.mode == keepOld {
			return
		}
		q.remove(old)
	}
	i := item{strings.Clone(key), strings.Clone(value)}
	e := q.items.PushBack(i)
	if q.byKey != nil {
		q.byKey[i.key] = e
	}
	if q.size > 0 && q.items.Len() > q.size {
		q.remove(q.items.Front())
	}
}

func (q *queue) remove(e *list.Element) item {
	i, _ := q.items.Remove(e).(item)
	delete(q.byKey, i.key)
	return i
}

func (q *queue) fetch() (i item, ok bool) {
	q.mu.Lock()
	defer q.mu.Unlock()
	e := q.items.Front()
	if e == nil {
		return i, false
	}
	return q.remove(e), true
}

func (q *queue) len() int {
	q.mu.Lock()
	defer q.mu.Unlock()
	return q.items.Len()
}
