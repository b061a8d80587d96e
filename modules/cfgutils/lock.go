package cfgutils

import (
	"hash/maphash"

	"olelo/runtime/registry"
)

// maxLockSet bounds lock_set_size: 2^15 locks.
const maxLockSet = 15

// lockSet is locks that keys share by their hash. A lock is a channel with
// room for one, so that giving back a free lock does no harm.
type lockSet struct {
	seed  maphash.Seed
	locks []chan struct{}
}

func newLockSet(size int) lockSet {
	s := lockSet{seed: maphash.MakeSeed()}
	if size == 0 {
		return s
	}
	s.locks = make([]chan struct{}, 1<<size)
	for i := range s.locks {
		s.locks[i] = make(chan struct{}, 1)
	}
	return s
}

// of is the lock of two keys; one alone is as if the other were empty. The keys are
// hashed apart, so that "ab" and "c" are not "a" and "bc".
func (s *lockSet) of(key, more string) chan struct{} {
	h := maphash.String(s.seed, key)
	if more != "" {
		h = h*31 + maphash.String(s.seed, more)
	}
	return s.locks[h&uint64(len(s.locks)-1)]
}

// noLocks says that the script uses locks which lock_set_size did not make.
func (m *Module) noLocks(c *registry.Ctx, fn string) bool {
	if len(m.locks.locks) > 0 {
		return false
	}
	c.Log.Errorf("cfgutils", `%s(): there are no locks; set modparam("cfgutils", "lock_set_size", 4)`, fn)
	return true
}

func (m *Module) lock1(c *registry.Ctx, key string) int { return m.lock(c, key, "") }

func (m *Module) lock(c *registry.Ctx, key, more string) int {
	if m.noLocks(c, "lock") {
		return -1
	}
	m.locks.of(key, more) <- struct{}{}
	return 1
}

func (m *Module) tryLock1(c *registry.Ctx, key string) int { return m.tryLock(c, key, "") }

func (m *Module) tryLock(c *registry.Ctx, key, more string) int {
	if m.noLocks(c, "trylock") {
		return -1
	}
	select {
	case m.locks.of(key, more) <- struct{}{}:
		return 1
	default:
		return -1
	}
}

func (m *Module) unlock1(c *registry.Ctx, key string) int { return m.unlock(c, key, "") }

func (m *Module) unlock(c *registry.Ctx, key, more string) int {
	if m.noLocks(c, "unlock") {
		return -1
	}
	select {
	case <-m.locks.of(key, more):
	default:
	}
	return 1
}
