package ere

import (
	"regexp/syntax"
	"slices"
)

// table is a pattern as a deterministic automaton: whether it matches a text takes
// one look a byte. Only small ones are made.
type table struct {
	class  [256]uint8 // bytes that the pattern does not tell apart have the same
	next   []uint16   // by state + class of the byte, behind which is the text's end
	stride int        // how many classes, with the end; states are multiples of it
	start  uint16
}

// The first states, by stride: no match is possible, and there is one already.
const (
	dead = iota
	matched
)

const (
	tableInsts = 2000    // instructions of Go's program for a pattern
	tableCells = 1 << 14 // of next: 32 KiB
	tableWork  = 1 << 16 // steps to make one: about 1 ms
)

// match reports whether the pattern matches somewhere in s.
func (t *table) match(s string) bool {
	at, done := t.start, uint16(matched*t.stride)
	for i := 0; i < len(s) && at > done; i++ {
		at = t.next[int(at)+int(t.class[s[i]])]
	}
	return t.next[int(at)+t.stride-1] == done
}

// newTable makes the table of a pattern in Go's syntax; nil where that is not small,
// or depends on another context than the text's start and end. A byte of a text is
// the character of its number.
func newTable(pattern string) *table {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > tableInsts {
		return nil
	}
	for i := range prog.Inst {
		const known = syntax.EmptyBeginText | syntax.EmptyEndText
		if in := &prog.Inst[i]; in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg)&^known != 0 {
			return nil
		}
	}
	b := builder{prog: prog, numbers: map[string]uint16{}, seen: make([]int, len(prog.Inst))}
	b.classes()
	return b.build()
}

// builder makes a table. A state is a set of the program's instructions: those that
// wait for a byte, for the text's end, or have matched.
type builder struct {
	table
	prog    *syntax.Prog
	samples []byte // one of each class
	states  [][]uint32
	ends    []bool            // by state: whether it matches where the text ends
	numbers map[string]uint16 // the states' numbers, by their instructions
	work    int

	seen   []int // by instruction: the round that it was added in
	rounds int
}

// classes divides the bytes by the instructions that take them.
func (b *builder) classes() {
	var class [256]int
	n := 1
	for pc := range b.prog.Inst {
		if !takesByte(&b.prog.Inst[pc]) {
			continue
		}
		var split [2][256]int // by whether the byte is taken and its class: the new one, from 1 on
		n = 0
		for c := range class {
			to := &split[0][class[c]]
			if b.takes(uint32(pc), byte(c)) {
				to = &split[1][class[c]]
			}
			if *to == 0 {
				n++
				*to = n
			}
			class[c] = *to - 1
		}
	}
	b.stride = n + 1
	for c := range class {
		b.class[c] = uint8(class[c])
		if class[c] == len(b.samples) { // classes are numbered as they come
			b.samples = append(b.samples, byte(c))
		}
	}
}

// takes reports whether instruction pc, of those that take one, takes the byte c.
func (b *builder) takes(pc uint32, c byte) bool {
	in := &b.prog.Inst[pc]
	if len(in.Rune) == 1 && syntax.Flags(in.Arg)&syntax.FoldCase == 0 { // most of them
		return in.Rune[0] == rune(c)
	}
	return in.MatchRune(rune(c))
}

func takesByte(in *syntax.Inst) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return true
	}
	return false
}

// build makes the states from the start on, each from those before it.
func (b *builder) build() *table {
	b.state(nil, false)
	b.states, b.ends = append(b.states, nil), append(b.ends, true) // matched
	b.round()
	b.start = b.stateOf(b.follow(nil, uint32(b.prog.Start), syntax.EmptyBeginText), syntax.EmptyBeginText)
	for n := 0; n < len(b.states); n++ {
		for _, sample := range b.samples {
			if n <= matched {
				b.next = append(b.next, uint16(n*b.stride))
				continue
			}
			b.round()
			to := b.follow(nil, uint32(b.prog.Start), 0) // a match may begin anywhere
			for _, pc := range b.states[n] {
				if takesByte(&b.prog.Inst[pc]) && b.takes(pc, sample) {
					to = b.follow(to, b.prog.Inst[pc].Out, 0)
				}
			}
			if b.work += len(b.states[n]) + len(to); b.work > tableWork {
				return nil
			}
			b.next = append(b.next, b.stateOf(to, 0))
		}
		end := 0
		if b.ends[n] {
			end = matched
		}
		b.next = append(b.next, uint16(end*b.stride))
		if len(b.states)*b.stride > tableCells {
			return nil
		}
	}
	t := b.table
	return &t
}

// round begins a set.
func (b *builder) round() { b.rounds++ }

// follow adds to set what waits behind instruction pc, where the context is at.
func (b *builder) follow(set []uint32, pc uint32, at syntax.EmptyOp) []uint32 {
	if b.seen[pc] == b.rounds {
		return set
	}
	b.seen[pc] = b.rounds
	b.work++
	switch in := &b.prog.Inst[pc]; in.Op {
	case syntax.InstAlt, syntax.InstAltMatch:
		return b.follow(b.follow(set, in.Out, at), in.Arg, at)
	case syntax.InstCapture, syntax.InstNop:
		return b.follow(set, in.Out, at)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^at == 0 {
			return b.follow(set, in.Out, at)
		}
		if syntax.EmptyOp(in.Arg)&^at == syntax.EmptyEndText {
			return append(set, pc)
		}
	case syntax.InstMatch, syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return append(set, pc)
	}
	return set
}

// stateOf is the state of a set, whose context is at.
func (b *builder) stateOf(set []uint32, at syntax.EmptyOp) uint16 {
	b.round()
	var end []uint32
	for _, pc := range set {
		if in := &b.prog.Inst[pc]; in.Op == syntax.InstMatch {
			return uint16(matched * b.stride)
		} else if in.Op == syntax.InstEmptyWidth {
			end = b.follow(end, pc, at|syntax.EmptyEndText)
		}
	}
	return b.state(set, slices.ContainsFunc(end, func(pc uint32) bool { return b.prog.Inst[pc].Op == syntax.InstMatch }))
}

// state numbers a set; ends tells whether it matches where the text ends.
func (b *builder) state(set []uint32, ends bool) uint16 {
	slices.Sort(set)
	key := make([]byte, 0, 2*len(set)+1)
	for _, pc := range set {
		key = append(key, byte(pc), byte(pc>>8))
	}
	if ends {
		key = append(key, 1)
	}
	n, known := b.numbers[string(key)]
	if !known {
		n = uint16(len(b.states) * b.stride)
		b.numbers[string(key)] = n
		b.states, b.ends = append(b.states, set), append(b.ends, ends)
	}
	return n
}
