package db_text

import (
	"errors"
	"fmt"
	"strconv"
	"strings"

	"olelo/runtime/db"
)

// statement is the little of SQL that this database speaks:
//
//	select COLUMNS|* from TABLE [where CONDITIONS] [order by COLUMN [desc], …]
//	insert into TABLE (COLUMNS) values (VALUES)
//	update TABLE set COLUMN=VALUE, … where CONDITIONS
//	delete from TABLE [where CONDITIONS]
//
// Conditions are joined by "and".
type statement struct {
	verb    string
	table   string
	columns []string // of a select; nil: all
	set     []db.Field
	where   []db.Match
	order   sorting
}

// run runs the statement on its table.
func (s *statement) run(t *table, maxRows int) (*db.Result, error) {
	r := &db.Result{}
	var err error
	switch s.verb {
	case "select":
		cols, err := t.pick(s.columns)
		if err != nil {
			return nil, err
		}
		for _, at := range cols {
			r.Columns = append(r.Columns, t.columns[at].name)
		}
		err = t.query(db.Query{Columns: s.columns, Where: s.where}, s.order, maxRows, func(row []db.Value) error {
			r.Rows = append(r.Rows, append([]db.Value(nil), row...))
			return nil
		})
		return r, err
	case "insert":
		r.Affected, err = 1, t.insert(s.set)
	case "update":
		r.Affected, err = t.update(s.set, s.where)
	default:
		r.Affected, err = t.remove(s.where)
	}
	return r, err
}

// parse reads a statement.
func parse(text string) (*statement, error) {
	p := parser{text: text}
	p.next()
	s := &statement{verb: strings.ToLower(p.word())}
	switch s.verb {
	case "select":
		s.columns = p.list()
		p.keyword("from")
		s.table = p.name()
	case "insert":
		p.keyword("into")
		s.table = p.name()
		p.insert(s)
	case "update":
		s.table = p.name()
		p.keyword("set")
		for {
			f := db.Field{Column: p.name()}
			p.symbol("=")
			f.Value = p.value()
			s.set = append(s.set, f)
			if !p.take(",") {
				break
			}
		}
	case "delete":
		p.keyword("from")
		s.table = p.name()
	default:
		return nil, fmt.Errorf("%.40q is no select, insert, update or delete", text)
	}
	if s.verb != "insert" && p.takeWord("where") {
		s.where = p.conditions()
	} else if s.verb == "update" {
		p.fail("where")
	}
	if s.verb == "select" && p.takeWord("order") {
		p.keyword("by")
		s.order = p.sorting()
	}
	p.take(";")
	if p.token != "" {
		p.fail("the end")
	}
	return s, p.err
}

// parser is at a token of a statement.
type parser struct {
	text  string // what comes behind the token
	token string // a word, a symbol or a quoted text; "" at the end
	quote byte   // of a quoted text
	err   error
}

func (p *parser) fail(want string) {
	if p.err != nil {
		return
	}
	at := "at its end"
	if p.token != "" {
		at = fmt.Sprintf("at %.40q", p.token)
	}
	p.err = errors.New("the statement is no SQL that db_text knows: " + want + " is wanted " + at)
	p.text, p.token = "", ""
}

// next goes to the next token.
func (p *parser) next() {
	p.text = strings.TrimLeft(p.text, " \t\r\n")
	p.quote = 0
	n := 0
	switch c := (p.text + "\x00")[0]; {
	case c == '"' || c == '\'':
		p.quoted(c)
		return
	case isWord(c):
		for n < len(p.text) && isWord(p.text[n]) {
			n++
		}
	case p.text != "":
		if n = 1; len(p.text) > 1 && (strings.HasPrefix(p.text, "<") || strings.HasPrefix(p.text, ">") || c == '!') && strings.IndexByte("=>", p.text[1]) >= 0 {
			n = 2
		}
	}
	p.token, p.text = p.text[:n], p.text[n:]
}

func isWord(c byte) bool {
	return c >= 0x80 || c == '_' || c == '.' || c == '-' || c == '+' || c >= '0' && c <= '9' || c >= 'a' && c <= 'z' || c >= 'A' && c <= 'Z'
}

// quoted reads a text in quotes; a quote in it is written twice.
func (p *parser) quoted(q byte) {
	var b []byte
	for i := 1; i < len(p.text); i++ {
		if p.text[i] == q {
			if i+1 == len(p.text) || p.text[i+1] != q {
				p.token, p.text, p.quote = string(b), p.text[i+1:], q
				return
			}
			i++
		}
		b = append(b, p.text[i])
	}
	p.token = p.text
	p.fail("the closing quote of a text")
}

// word takes a word; "" where there is none.
func (p *parser) word() string {
	w := p.token
	if w == "" || p.quote != 0 || !isWord(w[0]) {
		return ""
	}
	p.next()
	return w
}

func (p *parser) name() string {
	w := p.word()
	if w == "" {
		p.fail("a name")
	}
	return w
}

// take takes a symbol where it comes.
func (p *parser) take(symbol string) bool {
	if p.quote != 0 || p.token != symbol {
		return false
	}
	p.next()
	return true
}

func (p *parser) symbol(symbol string) {
	if !p.take(symbol) {
		p.fail(symbol)
	}
}

func (p *parser) takeWord(word string) bool {
	if p.quote != 0 || !strings.EqualFold(p.token, word) {
		return false
	}
	p.next()
	return true
}

func (p *parser) keyword(word string) {
	if !p.takeWord(word) {
		p.fail(word)
	}
}

// list is names between commas; nil for a star.
func (p *parser) list() []string {
	if p.take("*") {
		return nil
	}
	list := []string{p.name()}
	for p.take(",") {
		list = append(list, p.name())
	}
	return list
}

func (p *parser) value() db.Value {
	text, quoted := p.token, p.quote != 0
	if !quoted && p.token == "" {
		p.fail("a value")
		return db.Value{}
	}
	i, ierr := strconv.ParseInt(text, 10, 64)
	f, ferr := strconv.ParseFloat(text, 64)
	var v db.Value
	switch {
	case quoted:
		v = db.OfText(text)
	case ierr == nil:
		v = db.OfInt(i)
	case ferr == nil:
		v = db.Value{Kind: db.Double, Float: f}
	case !strings.EqualFold(text, "null"):
		p.fail("a number, null or a text in quotes")
		return v
	}
	p.next()
	return v
}

var comparisons = map[string]db.Op{
	"=": db.Equal, "<": db.Less, ">": db.Greater, "<=": db.AtMost, ">=": db.AtLeast, "<>": db.NotEqual, "!=": db.NotEqual,
}

func (p *parser) conditions() []db.Match {
	var list []db.Match
	for {
		m := db.Match{Column: p.name()}
		var ok bool
		if m.Op, ok = comparisons[p.token]; !ok || p.quote != 0 {
			p.fail("a comparison")
			return nil
		}
		p.next()
		m.Value = p.value()
		list = append(list, m)
		if !p.takeWord("and") {
			return list
		}
	}
}

func (p *parser) sorting() sorting {
	var list sorting
	for {
		list = append(list, byColumn(p.name())...)
		if p.takeWord("desc") {
			list[len(list)-1].down = true
		} else {
			p.takeWord("asc")
		}
		if !p.take(",") {
			return list
		}
	}
}

func (p *parser) insert(s *statement) {
	p.symbol("(")
	names := p.list()
	p.symbol(")")
	p.keyword("values")
	p.symbol("(")
	for i, n := range names {
		if i > 0 {
			p.symbol(",")
		}
		s.set = append(s.set, db.Field{Column: n, Value: p.value()})
	}
	p.symbol(")")
}
