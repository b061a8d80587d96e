package memory

import (
	"cmp"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
)

// Place is what was allocated in one place and is still in use, as the heap profile
// estimates it from a sample for each runtime.MemProfileRate bytes.
type Place struct {
	Module         string // whose code called for it; "core" where it was none's
	Where          string // "newTable(57)": the function and its line
	Bytes, Objects int64
}

// modules is before a module's name in the names of its functions.
const modules = "olelo/modules/"

// Places are all places that the profile knows of, the largest of a module first.
// The profile is up to two garbage collections old.
func Places() []Place {
	var records []runtime.MemProfileRecord
	for n, ok := runtime.MemProfile(nil, false); !ok; {
		records = make([]runtime.MemProfileRecord, n+50) // it grows meanwhile
		n, ok = runtime.MemProfile(records, false)
		if ok {
			records = records[:n]
		}
	}
	sums := map[Place]*Place{}
	for i := range records {
		r := &records[i]
		p := placeOf(r.Stack())
		sum := sums[p]
		if sum == nil {
			sum = &Place{Module: p.Module, Where: p.Where}
			sums[p] = sum
		}
		scale := scaleOf(r.InUseBytes(), r.InUseObjects())
		sum.Bytes += int64(float64(r.InUseBytes()) * scale)
		sum.Objects += int64(float64(r.InUseObjects()) * scale)
	}
	all := make([]Place, 0, len(sums))
	for _, p := range sums {
		all = append(all, *p)
	}
	slices.SortFunc(all, func(a, b Place) int {
		return cmp.Or(strings.Compare(a.Module, b.Module), cmp.Compare(b.Bytes, a.Bytes), strings.Compare(a.Where, b.Where))
	})
	return all
}

// placeOf is a module's innermost function on a stack; where there is none, olelo's
// innermost, and where there is none either, the innermost of all.
func placeOf(stack []uintptr) Place {
	p, own := Place{Module: "core"}, false
	frames := runtime.CallersFrames(stack)
	for more := len(stack) > 0; more; {
		var f runtime.Frame
		f, more = frames.Next()
		where := fmt.Sprintf("%s(%d)", f.Function[strings.LastIndexByte(f.Function, '/')+1:], f.Line)
		if name, ok := strings.CutPrefix(f.Function, modules); ok {
			p.Module, _, _ = strings.Cut(name, ".")
			p.Where = where
			return p
		}
		if isOwn := strings.HasPrefix(f.Function, "olelo/"); p.Where == "" || isOwn && !own {
			p.Where, own = where, isOwn
		}
	}
	return p
}

// scaleOf is how many allocations of this size one that was sampled stands for.
func scaleOf(bytes, objects int64) float64 {
	if objects == 0 || runtime.MemProfileRate <= 1 {
		return 1
	}
	mean := float64(bytes) / float64(objects)
	return 1 / (1 - math.Exp(-mean/float64(runtime.MemProfileRate)))
}
