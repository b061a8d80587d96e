package configs

import (
	"fmt"
	"hash/fnv"
	"path/filepath"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"sync/atomic"
	"testing"

	"olelo/conformance/server"
	"olelo/lang/catalogue"
)

// kindsOfRoute are route blocks of each kind, with %s for their statements.
var kindsOfRoute = []string{
	"request_route {\n%s}\n", "reply_route {\n%s}\n", "onreply_route[A] {\n%s}\n", "failure_route[A] {\n%s}\n",
	"branch_route[A] {\n%s}\n", "onsend_route {\n%s}\n", "event_route[x:y] {\n%s}\n",
}

// TestCatalogue uses every parameter, function and variable that the catalogue
// has for a module, of each module that is installed: Kamailio and olelo refuse
// the same of it.
func TestCatalogue(t *testing.T) {
	p := oracle(t)
	var modules, lines atomic.Int64
	t.Run("all", func(t *testing.T) {
		for name := range installed(t, p) {
			if !catalogue.HasModule(name) {
				t.Errorf("the catalogue does not know module %s", name)
				continue
			}
			t.Run(name, func(t *testing.T) {
				t.Parallel()
				s := survey{t: t, p: p, module: name, file: filepath.Join(t.TempDir(), "kamailio.cfg")}
				if !s.loads() {
					return
				}
				s.parameters()
				s.functions()
				s.expressions()
				s.variables()
				modules.Add(1)
				lines.Add(int64(s.lines))
			})
		}
	})
	t.Logf("%d modules, %d lines compared", modules.Load(), lines.Load())
}

// survey compares the use of one module.
type survey struct {
	t      *testing.T
	p      server.Program
	module string
	file   string
	lines  int
}

func (s *survey) head() string {
	text := "#!KAMAILIO\n"
	if s.module != "pv" {
		text += "loadmodule \"pv.so\"\n"
	}
	return text + "loadmodule \"" + s.module + ".so\"\n"
}

// loads reports whether the module can be loaded alone, under its own name.
func (s *survey) loads() bool {
	write(s.t, s.file, s.head()+"request_route { exit; }\n")
	if v := kamailio(s.t, s.p, s.file); v.refused {
		s.t.Log("cannot be loaded alone: " + v.said)
		return false
	}
	write(s.t, s.file, s.head()+"modparam(\""+s.module+"\", \"no\", 1)\nrequest_route { exit; }\n")
	v := kamailio(s.t, s.p, s.file)
	return !strings.Contains(v.all, "No module matching")
}

// refusedLines are the lines that v refuses.
func refusedLines(v verdict) map[int]string {
	lines := map[int]string{}
	before := ""
	for l := range strings.Lines(v.all) {
		if m := parseError.FindStringSubmatch(l); m != nil && strings.Contains(l, "CRITICAL") {
			n, _ := strconv.Atoi(m[2])
			if _, ok := lines[n]; !ok {
				lines[n] = before + l
			}
		}
		before = l
	}
	return lines
}

// valueRefused begins what olelo says of a modparam's value: Kamailio's modules
// look at some only when they start.
const valueRefused = "modparam("

// compare gives both a configuration and compares the lines that they refuse,
// but for those that skip tells of by what Kamailio says.
func (s *survey) compare(text string, skip func(said string) bool) {
	write(s.t, s.file, text)
	k, o := refusedLines(kamailio(s.t, s.p, s.file)), refusedLines(olelo(s.file))
	for i, line := range strings.Split(text, "\n") {
		kamailioSaid, bad := k[i+1]
		oleloSaid, wrong := o[i+1]
		s.lines++
		if bad != wrong && (!bad && !strings.Contains(oleloSaid, valueRefused) || bad && (skip == nil || !skip(kamailioSaid))) {
			s.t.Errorf("%s\n  kamailio: %s\n  olelo: %s", line, kamailioSaid, oleloSaid)
		}
	}
}

// parameters sets each parameter to a number and to a text. What the module
// finds in the value is its own matter.
func (s *survey) parameters() {
	text := s.head()
	for _, name := range append(s.names(), "nosuchparameter") {
		for _, value := range []string{"1", `"1"`} {
			text += fmt.Sprintf("modparam(%q, %q, %s)\n", s.module, name, value)
		}
	}
	s.compare(text+"request_route { exit; }\n", func(said string) bool { return !strings.Contains(said, "not found in module") })
}

// names are the module's parameters of 5.6.
func (s *survey) names() []string {
	var list []string
	for _, p := range catalogue.ParamsOf(s.module) {
		if p.In56 {
			list = append(list, p.Name)
		}
	}
	return list
}

// functions calls each function in each kind of route, with as many parameters
// as it takes, and with one more and one less.
func (s *survey) functions() {
	var calls string
	for _, f := range s.arities() {
		for n := max(f.Params-1, 0); n <= min(f.Params+1, 6); n++ {
			if !onlyNew(f.Name, n) {
				calls += f.Name + "(" + strings.TrimSuffix(strings.Repeat(`"1",`, n), ",") + ");\n"
			}
		}
	}
	if calls == "" {
		return
	}
	text := s.head()
	for _, kind := range kindsOfRoute {
		text += fmt.Sprintf(kind, calls)
	}
	s.compare(text, nil)
}

// onlyNew reports whether name takes n parameters only in Kamailio 6: olelo
// knows it in both dialects.
func onlyNew(name string, n int) bool {
	rows := catalogue.FunctionsWith(name, n)
	return len(rows) > 0 && !slices.ContainsFunc(rows, func(f catalogue.Function) bool { return f.In56 })
}

// arities are the module's functions of 5.6 with a number of parameters.
func (s *survey) arities() []catalogue.Function {
	var list []catalogue.Function
	for _, f := range catalogue.FunctionsOf(s.module) {
		if f.In56 && f.Params != catalogue.Any {
			list = append(list, f)
		}
	}
	return list
}

// expressions computes a parameter of each function. An error of that kind
// makes Kamailio overlook the next ones: those that should all be well stand in
// one configuration, a tenth of the
// others each alone.
func (s *survey) expressions() {
	good := ""
	for _, f := range s.arities() {
		kind := slices.IndexFunc(kindsOfRoute, func(kind string) bool { return mayStand(f, kind) })
		if f.Params == 0 || kind < 0 {
			continue
		}
		call := f.Name + "(" + strings.Repeat(`"1",`, f.Params-1) + "$var(x));\n"
		if f.Expr {
			good += strings.Replace(fmt.Sprintf(kindsOfRoute[kind], call), "[A]", "["+f.Name+strconv.Itoa(f.Params)+"]", 1)
		} else if aTenth(f.Name) {
			s.compare(s.head()+fmt.Sprintf(kindsOfRoute[kind], call), nil)
		}
	}
	s.compare(s.head()+good+"request_route { exit; }\n", nil)
}

// mayStand reports whether a function may stand in a kind of route, as the
// catalogue has it.
func mayStand(f catalogue.Function, kind string) bool {
	for word, start := range map[string]string{
		"ANY_ROUTE": "request_route", "REQUEST_ROUTE": "request_route", "CORE_ONREPLY_ROUTE": "reply_route", "ONREPLY_ROUTE": "reply_route",
		"TM_ONREPLY_ROUTE": "onreply_route", "FAILURE_ROUTE": "failure_route", "BRANCH_ROUTE": "branch_route",
		"ONSEND_ROUTE": "onsend_route", "EVENT_ROUTE": "event_route",
	} {
		if slices.Contains(strings.Split(f.Routes, "|"), word) && strings.HasPrefix(kind, start) {
			return true
		}
	}
	return false
}

// aTenth chooses a tenth of all names: each is a run of Kamailio.
func aTenth(name string) bool {
	h := fnv.New32a()
	h.Write([]byte(name))
	return h.Sum32()%10 == 0
}

// variables assigns some of those that the catalogue knows as read-only.
func (s *survey) variables() {
	for _, v := range catalogue.VarsOf(s.module) {
		if !v.In56 || v.Writable || !aTenth(v.Name) || !aTenth(v.Name) || !regexp.MustCompile(`^\w+$`).MatchString(v.Name) {
			continue
		}
		write(s.t, s.file, s.head()+"request_route {\n$"+v.Name+" = 1;\n}\n")
		if k := kamailio(s.t, s.p, s.file); k.refused && strings.Contains(k.all, "error searching pvar") || !k.refused {
			s.t.Errorf("$%s = 1: %s", v.Name, k)
		}
		s.lines++
	}
}
