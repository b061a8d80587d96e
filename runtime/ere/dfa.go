package ere

import (
	"encoding/binary"
	"regexp/syntax"
	"slices"
	"unicode"
)

// dfa tells whether a pattern matches somewhere in a text with one look at each
// byte, as long as that is open.
type dfa struct {
	class [256]uint8 // bytes of a class lead to the same states
	width int        // of a row: the classes, and one for the text's end
	// next are the states' rows, one behind the other. A state is the offset of its
	// row: 0, where no match can follow; width, where there is one whatever
	// follows; and those where that is open.
	next  []uint16
	start int
}

const (
	dfaInsts  = 256 // of a pattern's program, at most
	dfaStates = 128 // at most: 16 bits are enough for an offset
)

// match reports whether the pattern matches in s.
func (d *dfa) match(s string) bool {
	at := d.start
	for i := 0; i < len(s) && at > d.width; i++ {
		at = int(d.next[at+int(d.class[s[i]])])
	}
	return int(d.next[at+d.width-1]) == d.width
}

// newDFA is the automaton of a pattern in Go's syntax, where a character of a text
// is a byte; nil where it needs too many states, or has to know what is beside a
// place, but for the text's ends.
func newDFA(pattern string) *dfa {
	re, err := syntax.Parse(pattern, syntax.Perl)
	if err != nil {
		return nil
	}
	prog, err := syntax.Compile(re.Simplify())
	if err != nil || len(prog.Inst) > dfaInsts {
		return nil
	}
	for i := range prog.Inst {
		if in := &prog.Inst[i]; in.Op == syntax.InstEmptyWidth && syntax.EmptyOp(in.Arg)&^(syntax.EmptyBeginText|syntax.EmptyEndText) != 0 {
			return nil
		}
	}
	b := builder{insts: prog.Inst, begin: uint32(prog.Start), seen: make([]bool, len(prog.Inst)), states: map[string]uint16{}}
	b.classes()
	if !b.build() {
		return nil
	}
	return &b.d
}

// builder makes states of the sets of instructions that take a byte next.
type builder struct {
	d      dfa
	insts  []syntax.Inst
	begin  uint32
	takes  []string   // by class: 1 for each instruction that takes its bytes
	sets   [][]uint32 // by state
	atEnd  []bool     // by state: a match if the text ends here
	states map[string]uint16

	seen      []bool // of closure, by instruction
	found     bool   // closure has met a match
	set, from []uint32
	key       []byte
}

// classes finds which bytes no instruction tells apart.
func (b *builder) classes() {
	var differs [256 + 1]bool // from the byte before, perhaps
	edges := func(from, to rune) {
		differs[min(from, 256)], differs[min(to+1, 256)] = true, true
	}
	for i := range b.insts {
		in := &b.insts[i]
		if in.Op == syntax.InstRuneAnyNotNL {
			edges('\n', '\n')
		}
		if len(in.Rune) == 1 { // and its other cases, where they count
			r := in.Rune[0]
			edges(r, r)
			for fold := unicode.SimpleFold(r); fold != r; fold = unicode.SimpleFold(fold) {
				edges(fold, fold)
			}
		}
		for k := 0; k+1 < len(in.Rune); k += 2 {
			edges(in.Rune[k], in.Rune[k+1])
		}
	}
	known := map[string]uint8{}
	takes := make([]byte, len(b.insts))
	class := uint8(0)
	for c := range 256 {
		if c == 0 || differs[c] {
			for pc := range b.insts {
				takes[pc] = 0
				if takesByte(&b.insts[pc], byte(c)) {
					takes[pc] = 1
				}
			}
			k, ok := known[string(takes)]
			if !ok {
				k = uint8(len(b.takes))
				b.takes = append(b.takes, string(takes))
				known[b.takes[k]] = k
			}
			class = k
		}
		b.d.class[c] = class
	}
	b.d.width = len(b.takes) + 1
}

func takesByte(in *syntax.Inst, c byte) bool {
	switch in.Op {
	case syntax.InstRune, syntax.InstRune1, syntax.InstRuneAny, syntax.InstRuneAnyNotNL:
		return in.MatchRune(rune(c))
	}
	return false
}

// closure is the instructions that take a byte and are reached from some without
// one, sorted, until the next call; here are the ends of the text that are at the
// place. found tells whether a match is reached.
func (b *builder) closure(from []uint32, here syntax.EmptyOp) (set []uint32, found bool) {
	clear(b.seen)
	b.set, b.found = b.set[:0], false
	for _, pc := range from {
		b.reach(pc, here)
	}
	slices.Sort(b.set)
	return b.set, b.found
}

func (b *builder) reach(pc uint32, here syntax.EmptyOp) {
	if b.seen[pc] {
		return
	}
	b.seen[pc] = true
	switch in := &b.insts[pc]; in.Op {
	case syntax.InstFail:
	case syntax.InstMatch:
		b.found = true
	case syntax.InstAlt, syntax.InstAltMatch:
		b.reach(in.Out, here)
		b.reach(in.Arg, here)
	case syntax.InstCapture, syntax.InstNop:
		b.reach(in.Out, here)
	case syntax.InstEmptyWidth:
		if syntax.EmptyOp(in.Arg)&^here == 0 {
			b.reach(in.Out, here)
		}
	default:
		b.set = append(b.set, pc)
	}
}

// state is the state of a place that stands at those instructions; ok is false
// where it would be one too many.
func (b *builder) state(from []uint32, here syntax.EmptyOp) (at uint16, ok bool) {
	_, atEnd := b.closure(from, here|syntax.EmptyEndText)
	set, found := b.closure(from, here)
	switch {
	case found:
		return uint16(b.d.width), true
	case len(set) == 0 && !atEnd:
		return 0, true
	}
	key := b.key[:0]
	for _, pc := range set {
		key = binary.LittleEndian.AppendUint16(key, uint16(pc))
	}
	if atEnd {
		key = append(key, 1)
	}
	b.key = key
	if at, ok = b.states[string(key)]; ok {
		return at, true
	}
	if len(b.sets) == dfaStates {
		return 0, false
	}
	at = uint16(len(b.sets) * b.d.width)
	b.states[string(key)] = at
	b.sets, b.atEnd = append(b.sets, slices.Clone(set)), append(b.atEnd, atEnd)
	return at, true
}

// build makes all states; it reports whether they are not too many.
func (b *builder) build() bool {
	d := &b.d
	for at := range uint16(2) { // the two that nothing follows
		for range d.width {
			d.next = append(d.next, at*uint16(d.width))
		}
	}
	b.sets, b.atEnd = make([][]uint32, 2), make([]bool, 2)
	start, ok := b.state([]uint32{b.begin}, syntax.EmptyBeginText)
	if !ok {
		return false
	}
	d.start = int(start)
	for n := 2; n < len(b.sets); n++ {
		for _, takes := range b.takes {
			b.from = append(b.from[:0], b.begin) // a match may begin anywhere
			for _, pc := range b.sets[n] {
				if takes[pc] == 1 {
					b.from = append(b.from, b.insts[pc].Out)
				}
			}
			at, ok := b.state(b.from, 0)
			if !ok {
				return false
			}
			d.next = append(d.next, at)
		}
		end := 0
		if b.atEnd[n] {
			end = d.width
		}
		d.next = append(d.next, uint16(end))
	}
	return true
}
