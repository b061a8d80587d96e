package pvar

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func TestParse(t *testing.T) {
	tests := []struct {
		text string
		want Var
		rest string
	}{
		{"$ru", Var{Text: "$ru", Class: "ru"}, ""},
		{"$rU@$rd", Var{Text: "$rU", Class: "rU"}, "@$rd"},
		{"$rU.x y", Var{Text: "$rU.x", Class: "rU.x"}, " y"},
		{"$a?b", Var{Text: "$a?b", Class: "a?b"}, ""},
		{"$(rU).", Var{Text: "$(rU)", Class: "rU"}, "."},
		{"$hdr(Subject)[0]", Var{Text: "$hdr(Subject)", Class: "hdr", Inner: "Subject", InnerOff: 5, HasInner: true}, "[0]"},
		{"$hdr(Subject){s.len}", Var{Text: "$hdr(Subject)", Class: "hdr", Inner: "Subject", InnerOff: 5, HasInner: true}, "{s.len}"},
		{"$avp(x))", Var{Text: "$avp(x)", Class: "avp", Inner: "x", InnerOff: 5, HasInner: true}, ")"},
		{"$sht(a=>$ci::$hdr(X))", Var{Text: "$sht(a=>$ci::$hdr(X))", Class: "sht", Inner: "a=>$ci::$hdr(X)", InnerOff: 5, HasInner: true}, ""},
		{
			"$(hdr(Via)[1]{s.len})", Var{
				Text: "$(hdr(Via)[1]{s.len})", Class: "hdr", Inner: "Via", InnerOff: 6, HasInner: true,
				Index: "1", IndexOff: 11, HasIndex: true, Trans: []Tr{{Off: 13, Class: "s", Key: "len"}},
			}, "",
		},
		{
			"$(avp(y)[$(avp(y)[0])])", Var{
				Text: "$(avp(y)[$(avp(y)[0])])", Class: "avp", Inner: "y", InnerOff: 6, HasInner: true,
				Index: "$(avp(y)[0])", IndexOff: 9, HasIndex: true,
			}, "",
		},
		{
			"$(rU{s.substr,0,2} {s.encode.hexa}\t)", Var{
				Text: "$(rU{s.substr,0,2} {s.encode.hexa}\t)", Class: "rU",
				Trans: []Tr{
					{Off: 4, Class: "s", Key: "substr", Args: "0,2", ArgsOff: 14, HasArgs: true},
					{Off: 19, Class: "s", Key: "encode.hexa"},
				},
			}, "",
		},
		{"$(rU{s.len })", Var{Text: "$(rU{s.len })", Class: "rU", Trans: []Tr{{Off: 4, Class: "s", Key: "len"}}}, ""},
		{
			"$(rU{s.select,0,}})", Var{
				Text: "$(rU{s.select,0,}})", Class: "rU",
				Trans: []Tr{{Off: 4, Class: "s", Key: "select", Args: "0,}", ArgsOff: 14, HasArgs: true}},
			}, "",
		},
		{
			"$(rU{re.subst,/b{1}/x/})", Var{
				Text: "$(rU{re.subst,/b{1}/x/})", Class: "rU",
				Trans: []Tr{{Off: 4, Class: "re", Key: "subst", Args: "/b{1}/x/", ArgsOff: 14, HasArgs: true}},
			}, "",
		},
		{
			"$(rU{s.strip,$(var(n){s.int})})", Var{
				Text: "$(rU{s.strip,$(var(n){s.int})})", Class: "rU",
				Trans: []Tr{{Off: 4, Class: "s", Key: "strip", Args: "$(var(n){s.int})", ArgsOff: 13, HasArgs: true}},
			}, "",
		},
	}
	for _, tt := range tests {
		got, n, err := Parse(tt.text)
		if err != nil {
			t.Errorf("Parse(%q): %v", tt.text, err)
			continue
		}
		if d := cmp.Diff(tt.want, got); d != "" {
			t.Errorf("Parse(%q):\n%s", tt.text, d)
		}
		if tt.text[n:] != tt.rest {
			t.Errorf("Parse(%q) left %q, want %q", tt.text, tt.text[n:], tt.rest)
		}
	}
}

// Each of these stops Kamailio's start, too.
func TestFormatErrors(t *testing.T) {
	tests := []struct {
		text     string
		off, end int
		msg      string
		hint     string
	}{
		{"a $ b $rU", 2, 3, "no variable's name follows the $", "write $$"},
		{"end$", 3, 4, "no variable's name follows the $", "write $$"},
		{"end$$$", 5, 6, "no variable's name follows the $", "write $$"},
		{"x${rU}", 1, 2, "no variable's name follows the $", "$rU or $(rU)"},
		{"$é", 0, 1, "no variable's name follows the $", ""},
		{"a $(rU{s.len}", 2, 4, "the variable $( has no closing )", ""},
		{"$(rU {s.len})", 4, 5, "unexpected ' ' in the variable $(rU…)", "no blanks"},
		{"$( rU)", 2, 3, "a variable's name cannot start with ' '", "no blanks"},
		{"$()", 0, 3, "$() names no variable", ""},
		{"$var(x", 4, 5, "the ( of $var( has no closing )", ""},
		{"$(hdr(Via)[1)", 10, 11, "the [ of $(hdr…[ has no closing ]", ""},
		{"$(hdr(Via)[])", 10, 12, "an empty index []", "a number, a variable, or *"},
		{"$(hdr(Via)[1][2])", 13, 14, "unexpected '[' in the variable $(hdr…)", "one [index]"},
		{"$(hdr(Subject) )", 14, 15, "unexpected ' ' in the variable $(hdr…)", ""},
		{"$(rU{s.len)", 4, 5, "a transformation { has no closing }", ""},
		{"$(rU{s.select,0,{})", 4, 5, "a transformation { has no closing }", ""},
		{"$(rU{s.len}})", 11, 12, "unexpected '}' in the variable $(rU…)", "no {"},
		{"$(rU{s.len}x)", 11, 12, "unexpected 'x' in the variable $(rU…)", ""},
		{"$(rU{s.len}[0])", 11, 12, "unexpected '[' in the variable $(rU…)", "before the transformations"},
		{"$(rU{})", 4, 6, "{} is no transformation", "class, a dot and a key"},
		{"$(rU{s})", 4, 7, "{s} is no transformation", ""},
		{"$(rU{.len})", 4, 10, "{.len} is no transformation", ""},
		{"$(rU{ s.len})", 5, 7, `" s" is no transformation class`, "no blanks"},
		{"$(rU#)", 4, 5, "unexpected '#' in the variable $(rU…)", ""},
	}
	for _, tt := range tests {
		_, err := Format(tt.text)
		var e *Error
		if !errors.As(err, &e) {
			t.Errorf("Format(%q): error %v, want an *Error", tt.text, err)
			continue
		}
		if e.Off != tt.off || e.End != tt.end || e.Msg != tt.msg || !strings.Contains(e.Hint, tt.hint) {
			t.Errorf("Format(%q): %+v, want %+v", tt.text, *e, tt)
		}
	}
}

func TestFormat(t *testing.T) {
	tests := []struct{ text, want string }{
		{"", ""},
		{"plain", "plain"},
		{"sip:$rU@$rd", "sip:|<$rU>|@|<$rd>"},
		{"$$", "$"},
		{"$$$rU", "$|<$rU>"},
		{"$$ $$rU end$$", "$ $rU end$"},
		{"$rU-$(rm)_x ($rU)", "<$rU>|-|<$(rm)>|_x (|<$rU>|)"},
		{"$rU#$rU&$rU'$rU;$rU:$rU\\", "<$rU>|#|<$rU>|&|<$rU>|'|<$rU>|;|<$rU>|:|<$rU>|\\"},
		{"$rU+$rU*$rU%$rU!$rU~$rU^$rU{$rU[$rU)", "<$rU>|+|<$rU>|*|<$rU>|%|<$rU>|!|<$rU>|~|<$rU>|^|<$rU>|{|<$rU>|[|<$rU>|)"},
		{"$(rU)x)", "<$(rU)>|x)"},
	}
	for _, tt := range tests {
		parts, err := Format(tt.text)
		if err != nil {
			t.Errorf("Format(%q): %v", tt.text, err)
			continue
		}
		var s []string
		for _, p := range parts {
			if p.Var != nil {
				s = append(s, "<"+p.Var.Text+">")
			} else {
				s = append(s, p.Text)
			}
		}
		if got := strings.Join(s, "|"); got != tt.want {
			t.Errorf("Format(%q) = %s, want %s", tt.text, got, tt.want)
		}
	}
}

func FuzzFormat(f *testing.F) {
	for _, s := range []string{
		"sip:$rU@$rd", "$(hdr(Via)[1]{s.len})", "$(rU{s.select,0,}})", "$$$x", "$", "$(", "$(a(b(c)d)[*]{x.y,z} )",
	} {
		f.Add(s)
	}
	f.Fuzz(func(t *testing.T, text string) {
		parts, err := Format(text)
		if err != nil {
			var e *Error
			if !errors.As(err, &e) {
				t.Fatalf("error of type %T", err)
			}
			if e.Off < 0 || e.Off > e.End || e.End > len(text) {
				t.Fatalf("error marks [%d:%d] of %d bytes", e.Off, e.End, len(text))
			}
			return
		}
		var back strings.Builder
		for _, p := range parts {
			if p.Var == nil {
				back.WriteString(strings.ReplaceAll(p.Text, "$", "$$"))
				continue
			}
			v := p.Var
			if text[v.Off:v.Off+len(v.Text)] != v.Text || text[v.InnerOff:v.InnerOff+len(v.Inner)] != v.Inner && v.HasInner ||
				v.HasIndex && text[v.IndexOff:v.IndexOff+len(v.Index)] != v.Index {
				t.Fatalf("offsets of %+v do not fit %q", v, text)
			}
			for _, tr := range v.Trans {
				if text[tr.Off] != '{' || tr.HasArgs && text[tr.ArgsOff:tr.ArgsOff+len(tr.Args)] != tr.Args {
					t.Fatalf("offsets of %+v do not fit %q", tr, text)
				}
			}
			back.WriteString(v.Text)
		}
		if back.String() != text {
			t.Fatalf("parts of %q make %q", text, back.String())
		}
	})
}
