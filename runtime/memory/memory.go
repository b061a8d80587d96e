// Package memory tells what memory the Go runtime has in use: one heap, which all
// workers share, in place of Kamailio's pools.
package memory

import (
	"fmt"
	"runtime"

	"olelo/runtime/log"
)

// Heap is the heap in bytes: Total = Free + InUse. It has no fixed size; Total is
// the largest that it has been.
type Heap struct {
	Total, Free uint64
	Used        uint64 // by objects
	InUse       uint64 // Used, and what the pages of objects have beside
	Objects     uint64 // their number
}

// Now is the heap as it is. All goroutines stand still for some microseconds.
func Now() Heap {
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	return Heap{Total: m.HeapSys, Free: m.HeapIdle, Used: m.HeapAlloc, InUse: m.HeapInuse, Objects: m.HeapObjects}
}

// Log writes what is in use to the log, where the level passes.
func Log(l *log.Logger, level log.Level) {
	if !l.Enabled(level) {
		return
	}
	var m runtime.MemStats
	runtime.ReadMemStats(&m)
	for _, line := range []string{
		"Memory status:",
		fmt.Sprintf("heap in use= %d, live objects= %d (%d bytes)", m.HeapInuse, m.HeapObjects, m.HeapAlloc),
		fmt.Sprintf("from the system= %d, given back= %d", m.Sys, m.HeapReleased),
		fmt.Sprintf("goroutines= %d, their stacks= %d", runtime.NumGoroutine(), m.StackInuse),
		fmt.Sprintf("collections= %d, pauses= %d ns", m.NumGC, m.PauseTotalNs),
	} {
		l.Log(level, log.Core, line)
	}
}
