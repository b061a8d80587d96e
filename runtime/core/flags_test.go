package core_test

import (
	"testing"

	"olelo/runtime/core"
)

// Numbers as Kamailio 5.6.3 gave them to flags A, B:0, C:2, D, E.
func TestFlagBit(t *testing.T) {
	p := core.Params{Flags: []core.Flag{{"A", -1}, {"B", 0}, {"C", 2}, {"D", -1}, {"E", -1}}}
	for name, want := range map[string]int{"A": 0, "B": 0, "C": 2, "D": 1, "E": 3} {
		if got, ok := p.FlagBit(name); got != want || !ok {
			t.Errorf("%s has %d, %v; want %d", name, got, ok, want)
		}
	}
	if _, ok := p.FlagBit("F"); ok {
		t.Error("an undeclared flag has a number")
	}
	var full core.Params
	for range 33 {
		full.Flags = append(full.Flags, core.Flag{Name: "X", Bit: -1})
	}
	full.Flags[32].Name = "Y"
	if n, ok := full.FlagBit("Y"); ok {
		t.Errorf("the 33rd flag has the number %d", n)
	}
}
