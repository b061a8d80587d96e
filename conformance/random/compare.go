package random

import (
	"context"
	"fmt"
	"strings"
)

// Difference is a program that does not do the same on both, for one message.
type Difference struct {
	Program         *Program // with this message alone
	Kamailio, Olelo string   // the first value that differs, or what became of the program
	Source          string   // of the innermost statement that shows it
	Want            []string // all that Kamailio shows
}

func (d *Difference) String() string {
	return fmt.Sprintf("kamailio: %s\nolelo:    %s\n%s", readable(d.Kamailio), readable(d.Olelo), d.Source)
}

// Tally sums up what was compared.
type Tally struct {
	Programs, Statements, Comparisons int
	Filtered                          map[string]int // by reason
}

func newTally() *Tally { return &Tally{Filtered: map[string]int{}} }

// compare runs programs on both servers and returns a difference at most for
// each program.
func (b *bench) compare(ctx context.Context, programs []*Program, t *Tally) ([]*Difference, error) {
	want, err := b.outcomes(ctx, b.kamailio, programs)
	if err != nil {
		return nil, err
	}
	got, err := b.outcomes(ctx, b.olelo, programs)
	if err != nil {
		return nil, err
	}
	all := make([]*Difference, len(programs))
	for i, p := range programs {
		t.Programs++
		t.Statements += p.Statements()
		all[i] = differs(p, want[i], got[i], t)
	}
	return all, nil
}

// differs returns the first difference that no rule explains.
func differs(p *Program, want, got outcome, t *Tally) *Difference {
	if want.fate != "" || got.fate != "" {
		if want.fate == got.fate {
			t.Filtered["both: "+want.fate]++
			return nil
		}
		if want.fate == dies && got.fate == "" {
			t.Filtered["Kamailio dies"]++
			return nil
		}
		return &Difference{Program: p, Kamailio: "program " + want.fate, Olelo: "program " + got.fate, Source: p.Source()}
	}
	for m := range p.Messages {
		k, o := want.values[m], got.values[m]
		for i := range max(len(k), len(o)) {
			a, b := at(k, i), at(o, i)
			if a == b {
				t.Comparisons++
				continue
			}
			d := &Difference{Program: p.alone(m), Kamailio: a, Olelo: b, Want: k, Source: p.shows(number(a), number(b))}
			if reason := explain(d.Source, a, b); reason != "" {
				t.Filtered[reason]++
				break // what follows may hang on it
			}
			return d
		}
	}
	return nil
}

func at(values []string, i int) string {
	if i < len(values) {
		return values[i]
	}
	return "(nothing)"
}

// number is the number of the value in a line.
func number(line string) string {
	n, _, _ := strings.Cut(line, " ")
	return n
}

// alone is p with one of its messages.
func (p *Program) alone(message int) *Program {
	c := *p
	c.Messages = p.Messages[message : message+1]
	return &c
}

// shows is the source of the innermost statements that show one of the values.
func (p *Program) shows(numbers ...string) string {
	var found string
	look := func(n *Node) {
		n.all(func(n *Node) {
			if n.Sort != Stmt {
				return
			}
			for _, number := range numbers {
				if s := n.String(); strings.Contains(s, "$var(id) = "+number+";") {
					found = s
				}
			}
		})
	}
	look(p.Main)
	for _, r := range p.Routes {
		look(r)
	}
	return strings.ReplaceAll(found, ownName, p.Name)
}
