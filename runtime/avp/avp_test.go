package avp

import (
	"testing"

	"olelo/runtime/value"
)

func str(s string) *value.Value { return &value.Value{S: s, K: value.Str} }

func TestListOwnsItsTexts(t *testing.T) {
	var l List
	b := []byte("text")
	name := Name{Text: "n"}
	l.Push(name, &value.Value{S: string(b), K: value.Str})
	l.Push(Name{Num: 7, IsNum: true}, &value.Value{I: 3, K: value.Int})
	l.Push(name, &value.Value{S: "5", I: 5, K: value.Both})
	l.Push(name, &value.Value{})
	if v, ok := l.Get(name, 0); !ok || v != value.OfStr("5") {
		t.Errorf("newest %+v", v)
	}
	if v, ok := l.Get(name, -1); !ok || v.S != "text" {
		t.Errorf("oldest %+v", v)
	}
	if _, ok := l.Get(Name{Text: "7"}, 0); ok {
		t.Error("a text name found a number's value")
	}
	if l.Count(name) != 2 {
		t.Errorf("count %d", l.Count(name))
	}
	l.Pop(name)
	l.Pop(Name{Text: "none"})
	if v, _ := l.Get(name, 0); v.S != "text" {
		t.Errorf("after Pop %+v", v)
	}
	l.Delete(name)
	if l.Count(name) != 0 || l.Count(Name{Num: 7, IsNum: true}) != 1 {
		t.Error("Delete took the wrong ones")
	}
}

func dump(x *XList, parent Node) string {
	s := ""
	for n := x.First(parent); n != 0; n = x.Next(n) {
		v := x.Value(n)
		s += x.Name(n)
		if x.IsList(n) {
			s += "(" + dump(x, n) + ")"
		} else {
			s += "=" + string(v.AppendTo(nil))
		}
		s += " "
	}
	return s
}

func TestXList(t *testing.T) {
	var x XList
	want := func(s string) {
		t.Helper()
		if got := dump(&x, Root); got != s {
			t.Errorf("%q, want %q", got, s)
		}
	}
	x.Push(Root, "a", str("1"))
	r := x.PushList(Root, "r")
	x.Push(r, "k", str("v"))
	x.Append(r, "k", &value.Value{I: 2, K: value.Int})
	want("r(k=v k=2 ) a=1 ")
	c := x.Copy(r, "c")
	want("r(k=v k=2 ) a=1 c(k=v k=2 ) ")
	x.Remove(c, "k", -1)
	want("r(k=v k=2 ) a=1 c(k=v ) ")
	x.CopyTo(c, x.Get(Root, "a", 0))
	want("r(k=v k=2 ) a(k=v ) c(k=v ) ")
	x.CopyTo(c, c)
	x.Set(x.Get(Root, "r", 0), str("leaf"))
	want("r=leaf a(k=v ) c(k=v ) ")
	if x.Remove(Root, "none", 0) || x.Get(Root, "a", 1) != 0 || x.Get(Root, "a", -2) != 0 {
		t.Error("found what is not there")
	}
	x.RemoveAll(Root, "a")
	x.Push(Root, "new", str("reuses"))
	want("new=reuses r=leaf c(k=v ) ")
	x.Reset()
	want("")
	x.Push(Root, "again", str("x"))
	want("again=x ")
}

// A loop that pushes and removes keeps the memory that one round needs.
func TestNodesAreReused(t *testing.T) {
	var x XList
	for i := range 1000 {
		n := x.PushList(Root, "r")
		x.Push(n, "k", &value.Value{I: int64(i), K: value.Int})
		x.RemoveAll(Root, "r")
	}
	if len(x.nodes) > 3 {
		t.Errorf("%d nodes", len(x.nodes))
	}
}

func TestResetKeepsStorage(t *testing.T) {
	var l List
	var x XList
	v := str("some text")
	round := func() {
		for range 5 {
			l.Push(Name{Text: "n"}, v)
			x.Push(Root, "n", v)
		}
		l.Reset()
		x.Reset()
	}
	round()
	if n := testing.AllocsPerRun(50, round); n != 0 {
		t.Errorf("%v allocations", n)
	}
}
