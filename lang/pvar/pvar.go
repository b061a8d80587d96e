// Package pvar is the syntax of pseudo-variables and of texts that hold them:
// "$ru", "$(hdr(Via)[1]{s.len})", "sip:$rU@$rd". It knows no variable's name
// and no transformation's; only where they begin and end.
package pvar

// Var is one pseudo-variable as written. Offsets count bytes from the start
// of the text that was parsed (of the whole text where Format found it).
type Var struct {
	Text  string // all of it, from the $ on
	Off   int    // of the $
	Class string // "hdr" in $(hdr(Via)[1]{s.len})

	Inner    string // the text in ( ), as written: "Via"
	InnerOff int
	HasInner bool

	Index    string // the text in [ ], as written: "1"
	IndexOff int
	HasIndex bool

	Trans []Tr
}

// Tr is one transformation as written: {s.substr,0,2}.
type Tr struct {
	Off     int    // of the {
	Class   string // "s"
	Key     string // "substr"; may itself hold dots: "encode.hexa"
	Args    string // what follows the first comma, as written: "0,2"
	ArgsOff int
	HasArgs bool
}

// Error is a mistake in the syntax of a variable or a text.
type Error struct {
	Off  int    // of the first wrong byte
	End  int    // behind the last byte concerned, > Off except at the text's end
	Msg  string // one sentence, no final stop
	Hint string // what to write instead; may be empty
}

func (e *Error) Error() string { return e.Msg }

// Parse parses the one variable at the start of text and returns how many
// bytes it takes. What follows it is not looked at. An error is an *Error.
//
// Grammar, as Kamailio reads it: $name, $name(inner), and in the long form
// $(name), $(name(inner)[index]{class.key,args}…). A name is letters, digits,
// dot, underscore and question mark. Inside ( ), [ ] and { } only the same
// kind of bracket is counted, nothing is quoted or escaped. Blanks may stand
// behind the closing } of a transformation and nowhere else.
func Parse(text string) (Var, int, error) {
	p := parser{text: text}
	v, err := p.variable()
	if err != nil {
		return Var{}, 0, err
	}
	return v, p.at, nil
}

// Part is a piece of a text with variables: literal text, or one variable
// where Var is set.
type Part struct {
	Text string
	Off  int
	Var  *Var
}

// Format splits a text with variables into its parts, in order; $$ is a
// literal dollar. The first mistake ends it: an *Error with its place in text.
func Format(text string) ([]Part, error) {
	var parts []Part
	p := parser{text: text}
	lit := 0 // start of the literal that is being collected
	for p.at < len(text) {
		if text[p.at] != '$' {
			p.at++
			continue
		}
		if p.at+1 < len(text) && text[p.at+1] == '$' {
			// The literal ends with the first dollar; the second is skipped.
			parts = append(parts, Part{Text: text[lit : p.at+1], Off: lit})
			p.at += 2
			lit = p.at
			continue
		}
		if p.at > lit {
			parts = append(parts, Part{Text: text[lit:p.at], Off: lit})
		}
		off := p.at
		v, err := p.variable()
		if err != nil {
			return nil, err
		}
		parts = append(parts, Part{Off: off, Var: &v})
		lit = p.at
	}
	if len(text) > lit {
		parts = append(parts, Part{Text: text[lit:], Off: lit})
	}
	return join(parts), nil
}

// join makes one part of neighbouring literals, which $$ leaves behind.
func join(parts []Part) []Part {
	out := parts[:0]
	for _, p := range parts {
		if n := len(out); n > 0 && p.Var == nil && out[n-1].Var == nil {
			out[n-1].Text += p.Text
			continue
		}
		out = append(out, p)
	}
	return out
}
