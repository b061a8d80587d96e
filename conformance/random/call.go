package random

import "strings"

// tests are functions that change nothing but their result variables. In the
// parameters %t is a text with variables, %r a pattern, %s a substitution, %v a
// variable, %w one that may be assigned, %h the name of a header, %n an integer,
// %c a list of methods, %k a key of a table, %p the name of a URI parameter.
var tests = []string{
	`is_method("%c")`, `is_present_hf("%h")`, `is_present_hf_pv("%t")`, `is_present_hf_re("^%h")`, `is_privacy("id")`,
	`search("%r")`, `search_body("%r")`, `search_str("%t", "%r")`, `search_hf("%h", "%r", "a")`, `search_hf("%h", "%r", "f")`, `search_hf("%h", "%r", "l")`,
	`cmp_str("%t", "%t")`, `cmp_istr("%t", "%t")`, `starts_with("%t", "%t")`, `ends_with("%t", "%t")`, `str_find("%t", "%t")`, `str_ifind("%t", "%t")`,
	`in_list("%t", "%t", ",")`, `in_list_prefix("%t", "%t", ",")`, `has_body()`, `has_body("application/sdp")`, `is_audio_on_hold()`,
	`pv_isset("%v")`, `is_int("%v")`, `not_empty("%v")`, `typeof("%v", "str")`, `typeof("%v", "int")`, `typeof("%v", "null")`,
	`sht_match_name("t", "eq", "%t")`, `sht_match_name("t", "re", "%r")`, `sht_match_str_value("t", "sw", "%t")`, `sht_has_name("t", "ne", "k1")`, `sht_has_str_value("t", "re", "%r")`,
	`has_totag()`, `is_request()`, `is_reply()`, `is_first_hop()`, `is_supported("path")`, `is_numeric("%t")`, `is_tel_number("%t")`, `is_alphanum("%t")`, `is_alphanumex("%t", ".-_")`,
	`is_e164("%v")`, `is_uri_user_e164("$ru")`, `is_uri_user_e164("$fu")`, `uri_param("%p")`, `uri_param("%p", "%t")`, `uri_param_any("%p")`, `is_uri("%t")`, `is_gruu()`,
	`cmp_uri("%t", "%t")`, `cmp_aor("%t", "%t")`, `cmp_hdr_name("%h", "%h")`,
	`issflagset(%n)`, `isbflagset(%n)`, `isflagset(%n)`, `isxflagset(%n)`, `is_gflag(%n)`, `isdsturiset()`, `is_myself("%t")`, `core_hash("%t", "%t", "8")`, `check_route_exists("%t")`, `is_faked_msg()`,
}

// actions are functions that change what the variables tell afterwards.
var actions = []string{
	`pv_printf("%w", "%t")`, `avp_printf("$avp(a)", "%t")`, `pv_unset("%w")`,
	`regex_substring("%t", "%r", "0", "1", "$vn(r)")`, `get_uri_param("%p", "$vn(r)")`, `tel2sip("tel:+49%n", "h.example", "$vn(r)")`, `tel2sip("%v", "h.example", "$vn(r)")`,
	`set_uri_user("$var(u)", "$rU")`, `set_uri_host("$var(u)", "$fd")`, `add_uri_param("%p=1")`, `uri_param_rm("%p")`,
	`subst_uri("%s")`, `subst_user("%s")`, `if(has_body()) get_body_part("text/plain", "$vn(r)")`,
	`setsflag(%n)`, `resetsflag(%n)`, `setbflag(%n)`, `resetbflag(%n)`, `setflag(%n)`, `resetflag(%n)`, `setxflag(%n)`, `resetxflag(%n)`, `set_gflag(%n)`, `reset_gflag(%n)`,
	`setdsturi("sip:%k@example.com")`, `resetdsturi()`,
	`xavp_params_explode("%t", "x")`, `xavp_params_explode("a=%n;b=%k;c", "x")`, `xavu_params_explode("a=1;b=2", "u")`, `xavp_params_implode("x", "$vn(r)")`, `xavu_params_implode("u", "$vn(r)")`, `xavp_slist_explode("%t", ",;", "t", "x")`,
	`pv_var_to_xavp("a", "x")`, `pv_xavp_to_var("x")`, `xavp_child_seti("x", "a", "%n")`, `xavp_child_sets("x", "b", "%t")`, `xavp_rm("x")`, `xavp_child_rm("x", "a")`, `xavi_child_sets("q", "A", "%t")`, `xavi_rm("q")`, `xavp_copy("x", "0", "y")`,
	`sht_reset("t")`, `sht_rm("t", "%k")`, `sht_rm_name("t", "re", "%r")`, `sht_rm_value("t", "sw", "%t")`, `sht_rm_name_re("t=>%r")`, `sht_setxs("t", "%k", "%t", "100")`,
	`strip(%n)`, `prefix("%k")`, `strip_tail(%n)`, `rewritehostport("h.example:%n1")`, `rewriteuser("alice")`, `setuser("+4912")`, `sethost("h.example")`, `setport("50%n")`, `revert_uri()`, `rewriteuri("sip:%k@new.example;a=b")`, `append_branch()`, `append_branch("sip:%k@branch.example")`,
	`sbranch_reset()`, `sbranch_append()`,
}

// call is a call of one of the functions, filled in.
func (g *Generator) call(of []string) *Node {
	form := pick(g, of)
	g.use("function", functionName(form))
	n := &Node{Sort: Integer}
	for {
		before, after, found := strings.Cut(form, "%")
		n.Texts = append(n.Texts, before)
		if !found {
			return n
		}
		n.Kids = append(n.Kids, g.argument(after[0]))
		form = after[1:]
	}
}

// functionName is the function that a form calls.
func functionName(form string) string {
	name, _, _ := strings.Cut(strings.TrimPrefix(form, "if(has_body()) "), "(")
	return name
}

func (g *Generator) argument(kind byte) *Node {
	switch kind {
	case 't':
		return g.format()
	case 'r':
		return leaf(Other, strings.ReplaceAll(pick(g, patterns), "$", ""))
	case 's':
		return leaf(Other, pick(g, []string{"/a/X/", "/a/X/g", "/([a-z])([a-z])/\\2\\1/g", "/bob/al/", "/^sip:(.*)$/sip:x\\1/", "/O/0/gi"}))
	case 'v':
		return leaf(Variable, g.variable())
	case 'w':
		return leaf(Variable, g.stored())
	case 'h':
		return leaf(Other, pick(g, []string{"Subject", "X-A", "From", "Via", "Nope", "Max-Forwards", "Contact", "s", "Route"}))
	case 'n':
		return leaf(Other, pick(g, []string{"0", "1", "2", "3", "5", "9"}))
	case 'c':
		return leaf(Other, pick(g, []string{"INVITE", "OPTIONS", "MESSAGE", "ACK", "INVITE|OPTIONS", "REGISTER|MESSAGE", "BYE"}))
	case 'k':
		return leaf(Other, pick(g, []string{"k1", "k2", "k3", "12", "bob"}))
	case 'p':
		return leaf(Other, pick(g, []string{"x", "lr", "transport", "a", "gr", "user"}))
	}
	panic("no such argument: " + string(kind))
}

// test is a call that changes nothing.
func (g *Generator) test() *Node { return g.call(tests) }

// format is a text with variables.
func (g *Generator) format() *Node {
	f := sequence(Format)
	for range 1 + g.n(3)*g.n(2) {
		var piece *Node
		switch g.n(4) {
		case 0, 1:
			piece = leaf(Other, pick(g, []string{"a", "abc", "b", "1", "10", "ABC", "sip:bob@example.com", "sip:bob@example.com;x=1", " a", ",", "a=1;b=2;c", "+49301234", "a,b,c", "sip:", "INVITE", "tel:+1234"}))
		case 2:
			piece = leaf(Other, g.variable()+g.boundary())
		default:
			piece = node(Other, "§", g.transformed(g.variable()))
		}
		f = sequence(Format, append(f.Kids, piece)...)
	}
	return f
}

// boundary ends a variable's name in a text, of which the dot is a part.
func (g *Generator) boundary() string { return pick(g, []string{" ", ";", "-", "/"}) }
