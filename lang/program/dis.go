package program

import (
	"fmt"
	"io"
	"sort"
	"strconv"
	"strings"

	"olelo/lang/source"
	"olelo/runtime/log"
	"olelo/runtime/value"
)

// Disassemble writes the bytecode, route by route, with the source line in
// front of the instructions made from it. line returns the text of a place's
// line, "" where there is none.
func (p *Program) Disassemble(w io.Writer, line func(source.Pos) string) error {
	out := &strings.Builder{}
	order := make([]int, len(p.Routes))
	for i := range order {
		order[i] = i
	}
	sort.SliceStable(order, func(i, j int) bool { return p.Routes[order[i]].Entry < p.Routes[order[j]].Entry })
	for k, n := range order {
		r := &p.Routes[n]
		end := int32(len(p.Code))
		if k+1 < len(order) {
			end = p.Routes[order[k+1]].Entry
		}
		fmt.Fprintf(out, "%s  ; route %d, %d registers, %s:%d\n", r.Title(), n, r.Regs, r.Pos.Filename, r.Pos.Line)
		p.disassemble(out, r.Entry, end, line)
		out.WriteByte('\n')
	}
	_, err := io.WriteString(w, out.String())
	return err
}

func (p *Program) disassemble(out *strings.Builder, pc, end int32, line func(source.Pos) string) {
	targets := map[int32]bool{}
	for i := pc; i < end; i++ {
		if in := p.Code[i]; in.Op.IsJump() {
			targets[in.D] = true
		}
	}
	var last source.Pos
	for ; pc < end; pc++ {
		if pos := p.Pos[pc]; pos.Filename != last.Filename || pos.Line != last.Line {
			last = pos
			fmt.Fprintf(out, "%6d | %s\n", pos.Line, strings.TrimSpace(line(pos)))
		}
		mark := "  "
		if targets[pc] {
			mark = "> "
		}
		fmt.Fprintf(out, "  %s%05d  %s\n", mark, pc, p.Text(p.Code[pc]))
	}
}

// operands says for an operation which registers it has, in order, and what D
// means.
var operands = [numOps]string{
	OpLoadConst: "Ak", OpLoadInt: "Ai", OpLoadVar: "Av", OpGet: "Ag", OpPin: "A",
	OpStoreVar: "vA", OpStoreVN: "vA", OpStoreVarK: "vK", OpGetVar: "VAg", OpAddVar: "vR", OpIncVar: "Vi", OpSet: "sA",
	OpAdd: "AR", OpAddInt: "ABC", OpSub: "ABC", OpMul: "ABC", OpDiv: "ABC", OpMod: "ABC",
	OpAnd: "ABC", OpOr: "ABC", OpXor: "ABC", OpShl: "ABC", OpShr: "ABC", OpNeg: "AB", OpCom: "AB",
	OpAddK: "ABi", OpSubK: "ABi",
	OpNumber: "A", OpNumberIf: "AB", OpToInt: "AB", OpToStr: "AB", OpTruth: "AB", OpNot: "AB", OpBool: "AB", OpTest: "At", OpStrLen: "AB", OpStrEmpty: "AB",
	OpDefined: "AB", OpIsNull: "AB",
	OpEq: "ABC", OpNe: "ABC", OpEqI: "ABC", OpNeI: "ABC", OpEqS: "ABC", OpNeS: "ABC",
	OpLt: "ABC", OpLe: "ABC", OpGt: "ABC", OpGe: "ABC", OpMatch: "ABx", OpMatchDyn: "ABC",
	OpJump: "j", OpJumpTrue: "Aj", OpJumpFalse: "Aj", OpJumpZero: "Aj", OpJumpNonzero: "Aj", OpJumpNull: "Aj", OpJumpNotNull: "Aj", OpJumpInt: "Aj",
	OpJumpEqK: "AKj", OpJumpNeK: "AKj", OpJumpLtK: "AKj", OpJumpLeK: "AKj", OpJumpGtK: "AKj", OpJumpGeK: "AKj",
	OpJumpVarEqK: "aKj", OpJumpVarNeK: "aKj", OpJumpVarLtK: "aKj", OpJumpVarLeK: "aKj", OpJumpVarGtK: "aKj", OpJumpVarGeK: "aKj",
	OpCallTrue: "fj", OpCallFalse: "fj",
	OpCall: "Ac", OpCallTest: "Ac", OpCallLog: "Alc", OpRoute: "Ar", OpRouteDyn: "AB", OpReturn: "A", OpReturnI: "i", OpEnd: "A",
	OpLoop: "A", OpSwitch: "Aw", OpFail: "k",
	OpProbe: "p",
}

// Text is one instruction as `olelo dis` prints it.
func (p *Program) Text(in Instr) string {
	s := fmt.Sprintf("%-9s", in.Op)
	for _, o := range operands[in.Op] {
		s += " " + p.operand(in, o)
	}
	return strings.TrimRight(s, " ")
}

func (p *Program) operand(in Instr, kind rune) string {
	switch kind {
	case 'A':
		return "r" + strconv.Itoa(int(in.A))
	case 'B':
		return "r" + strconv.Itoa(int(in.B))
	case 'C':
		return "r" + strconv.Itoa(int(in.C))
	case 'k':
		return literal(p.Consts[in.D])
	case 'K':
		return literal(p.Consts[in.K()])
	case 'i':
		return strconv.Itoa(int(in.D))
	case 'v':
		return p.slotText(int(in.D))
	case 'V':
		return p.slotText(in.K())
	case 'a':
		return p.slotText(int(in.A))
	case 'R':
		return fmt.Sprintf("r%d..r%d", in.B, int(in.B)+int(in.C)-1)
	case 'g':
		return p.Gets[in.D].Text
	case 's':
		return p.Sets[in.D].Text
	case 'x':
		return "/" + p.Regexes[in.D].Text + "/"
	case 't':
		return p.Tests[in.D].Text
	case 'p':
		return p.Probes[in.D].Text
	case 'c':
		return p.Calls[in.D].Text + "()"
	case 'f':
		return p.Calls[in.K()].Text + "()"
	case 'l':
		return log.Level(int8(in.B)).String()
	case 'r':
		return p.Routes[in.D].Title()
	case 'j':
		return fmt.Sprintf("-> %05d", in.D)
	}
	return p.Switches[in.D].text()
}

func (p *Program) slotText(slot int) string {
	if s := p.Slots[slot]; s.Null {
		return "$vn(" + s.Name + ")"
	}
	return "$var(" + p.Slots[slot].Name + ")"
}

func literal(v value.Value) string {
	if v.IsStr() {
		return strconv.Quote(v.S)
	}
	return strconv.FormatInt(v.I, 10)
}

func (s *Switch) text() string {
	var cases []string
	for k, pc := range s.Ints {
		cases = append(cases, fmt.Sprintf("%d -> %05d", k, pc))
	}
	for k, pc := range s.Strs {
		cases = append(cases, fmt.Sprintf("%q -> %05d", k, pc))
	}
	sort.Strings(cases)
	for _, t := range s.Tests {
		if t.Match != nil {
			cases = append(cases, fmt.Sprintf("/%s/ -> %05d", t.Text, t.Target))
		} else {
			cases = append(cases, fmt.Sprintf("%q -> %05d", t.Text, t.Target))
		}
	}
	return strings.Join(append(cases, fmt.Sprintf("else -> %05d", s.Default)), ", ")
}
