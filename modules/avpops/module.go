// Package avpops is Kamailio's module avpops: functions that test, copy, compute
// and remove a message's AVPs.
package avpops

import (
	"errors"
	"fmt"
	"strings"

	"olelo/lang/pvar"
	"olelo/pv"
	"olelo/runtime/avp"
	"olelo/runtime/db"
	"olelo/runtime/ere"
	"olelo/runtime/registry"
	"olelo/runtime/value"
)

// name is the module's name, as it stands before its log lines.
const name = "avpops"

// Module is the module's instance.
type Module struct {
	patterns *ere.Cache // of regular expressions that variables hold

	source db.Source
	conn   db.Conn
	table  string
	unused struct {
		text string
		num  int
	}
}

var _ registry.Module = (*Module)(nil)

// patternsKept is how many of those are remembered.
const patternsKept = 64

// New returns an instance.
func New() registry.Module { return &Module{patterns: ere.NewCache(patternsKept)} }

// routes are where Kamailio lets the functions stand.
const routes = registry.Request | registry.Failure | registry.Branch | registry.Reply | registry.Local

// Exports lists what the module offers.
func (m *Module) Exports() registry.Exports {
	return registry.Exports{
		Doc:    "Tests, copies, computes and removes AVPs.",
		Params: m.params(),
		Funcs: append([]registry.Func{
			one("avp_delete", "which", bindDelete, "Removes the newest value of an AVP; with /g behind it all; \"a\", \"s\" and \"i\" are all AVPs, those named by texts and those named by numbers. False where there is none."),
			two("avp_pushto", "destination", "value", bindPush, "Puts a value into $ru, $ru/username, $ru/domain, $du or a new branch ($br); with /g behind it all values of an AVP: of the request URI the one before becomes a branch each time."),
			two("avp_check", "value", "op/value/flags", m.bindCheck, "Compares a value, or with the flag g any of an AVP's: eq, ne, lt, le, gt, ge, re (regular expression), fm (pattern of the shell), and, or, xor. Values are variables, i:NUMBER, s:TEXT or TEXT; i ignores case in eq and ne."),
			two("avp_copy", "from", "to", bindCopy, "Copies an AVP's newest value to another AVP; flags behind a /: g all, d moves, s as text, n as number."),
			two("avp_subst", "avps", "substitution", bindSubst, "Substitutes in an AVP's newest text that matches; the result takes its place, or goes to a second AVP (/$avp(to)) with the flags g all, d remove."),
			substPV(),
			two("avp_op", "avps", "op/value/flags", bindOp, "Computes with all numbers of an AVP: add, sub, mul, div, mod, and, or, xor, not; the results are pushed, or go to a second AVP (/$avp(to)); d removes the first ones. Of a value that is an AVP all numbers are applied one after the other."),
			one("is_avp_set", "avp", bindIsSet, "Whether an AVP has a value; flags behind a /: e it is empty or 0, s a text, n a number."),
			registry.Fn0("avp_print", routes, printAll, "Logs all AVPs of the message, the newest first."),
		}, m.queries()...),
		Differs: append([]registry.Difference{
			{Of: "avp_db_query()", How: "a date and time is its seconds since 1970; Kamailio 5.6.3 gives another number"},
			{Of: "avp_subst_pv()", How: "a variable that comes out of a variable is not evaluated: -3"},
			{Of: "avp_check()", How: "a value of another type is passed over with the flag g; Kamailio 5.6.3 does not come back"},
			{Of: "avp_pushto()", How: "an empty host, URI or branch is refused with -1; Kamailio breaks the URI, which cannot be read then"},
			{Of: "avp_delete()", How: "script flags behind the letter (\"a3\") are a load error: olelo's AVPs have none"},
		}, forDB()...),
	}
}

// columns are the parameters that only functions which olelo does not run use.
var columns = [...]struct{ name, doc string }{
	{"uuid_column", "A column: the user's id."},
	{"username_column", "A column: the user's name."},
	{"domain_column", "A column: the user's domain."},
	{"attribute_column", "A column: the AVP's name."},
	{"value_column", "A column: its value."},
	{"type_column", "A column: the types of name and value."},
	{"db_scheme", "A table of another form. May be set several times."},
}

func (m *Module) params() []registry.Param {
	list := []registry.Param{
		m.source.Param("db_url", "The database of avp_db_query."),
		registry.Str("avp_table", &m.table, "A table in it, which has to be named with db_url."),
		registry.Int("use_domain", &m.unused.num, "1 looks for the user's domain, too."),
	}
	for _, c := range columns {
		list = append(list, registry.Str(c.name, &m.unused.text, c.doc))
	}
	return list
}

func forDB() []registry.Difference {
	const how = "it is only used by avp_db_load, avp_db_store and avp_db_delete, which olelo does not run yet"
	list := []registry.Difference{{Of: "modparam use_domain", How: how, Idle: true}}
	for _, c := range columns {
		list = append(list, registry.Difference{Of: "modparam " + c.name, How: how, Idle: true})
	}
	return list
}

func one(fn, param string, bind func(registry.Fixup, string) (registry.Call, error), doc string) registry.Func {
	return registry.Func{
		Name: fn, Params: []registry.ParamInfo{{Name: param, Kind: "word"}}, Routes: routes, Doc: doc,
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			call, err := bind(fx, args[0].Text)
			return call, named(fn, err)
		},
	}
}

func two(fn, a, b string, bind func(fx registry.Fixup, a, b string) (registry.Call, error), doc string) registry.Func {
	return registry.Func{
		Name: fn, Params: []registry.ParamInfo{{Name: a, Kind: "word"}, {Name: b, Kind: "word"}}, Routes: routes, Doc: doc,
		Bind: func(fx registry.Fixup, args []registry.Arg) (registry.Call, error) {
			call, err := bind(fx, args[0].Text, args[1].Text)
			return call, named(fn, err)
		},
	}
}

// substPV takes a computed text, too.
func substPV() registry.Func {
	f := two("avp_subst_pv", "avps", "substitution", bindSubstPV, "The same as avp_subst with a substitution that is a text with variables, or computed.")
	f.Params[1].Kind = "text"
	return f
}

func named(fn string, err error) error {
	if err != nil {
		return fmt.Errorf("%s: %w", fn, err)
	}
	return nil
}

// operand is a variable, of which an AVP has all its values.
type operand struct {
	text string
	avp  func(*registry.Ctx) (avp.Name, bool) // nil: none
	get  registry.Getter
	v    registry.Var
}

// variable binds the variable that text begins with, and gives what follows it.
func variable(fx registry.Fixup, text string) (o operand, rest string, err error) {
	p, n, err := pvar.Parse(text)
	if err != nil {
		return o, "", fmt.Errorf("%q: %w", text, err)
	}
	o.text, rest = text[:n], text[n:]
	if p.Class == "xavp" && strings.Contains(p.Inner, "[*]") {
		return o, "", registry.NotRun("[*] in a $xavp is known, but olelo does not run it here yet")
	}
	if o.v, err = fx.Var(o.text); err != nil {
		return o, "", err
	}
	if o.get = o.v.Get; p.Class != "avp" || len(p.Trans) > 0 {
		return o, rest, nil
	}
	m, _ := fx.Module("pv")
	vars, ok := m.(*pv.Module)
	if !ok {
		return o, "", errors.New("module pv is wanted for $avp")
	}
	o.avp, err = vars.AVPName(fx, p.Inner)
	return o, rest, err
}

// attribute binds a variable that has to be an AVP.
func attribute(fx registry.Fixup, text string) (o operand, rest string, err error) {
	o, rest, err = variable(fx, text)
	if err == nil && o.avp == nil {
		err = fmt.Errorf("%s is no $avp(name)", o.text)
	}
	return o, rest, err
}

// values are the operand's, the newest first, until Return: those of an AVP, or
// the variable's, which may be $null. name is the AVP's.
func (o *operand) values(c *registry.Ctx) (vals []value.Value, name avp.Name) {
	if o.avp == nil {
		vals = c.Borrow(1)
		o.get(c, &vals[0])
		return vals, name
	}
	name, ok := o.avp(c)
	if !ok {
		return nil, name
	}
	vals = c.Borrow(c.State.AVP.Count(name))
	for i := range vals {
		vals[i], _ = c.State.AVP.Get(name, i)
	}
	return vals, name
}

// flags reads what follows a variable: nothing, or a / with some of these letters,
// of either case.
func flags(rest, letters string) (string, error) {
	if rest == "" {
		return "", nil
	}
	got, ok := strings.CutPrefix(rest, "/")
	got = strings.ToLower(got)
	if bad := strings.Trim(got, letters); !ok || bad != "" {
		return "", fmt.Errorf("%q cannot follow the variable: flags are %s, behind a /", rest, strings.Join(strings.Split(letters, ""), ", "))
	}
	return got, nil
}

func has(flags string, letter byte) bool { return strings.IndexByte(flags, letter) >= 0 }

// number is a value that is one, and nothing else.
func number(v *value.Value) bool { return v.K == value.Int }
