package msgstate

import (
	"testing"
	"unsafe"

	"olelo/runtime/avp"
	"olelo/runtime/value"
)

func TestURIIsParsedOnce(t *testing.T) {
	var s State
	text := "sip:a@b:5060"
	u := s.URI(RequestURI, text)
	if u == nil || u.Host != "b" || s.URI(RequestURI, text) != u {
		t.Fatalf("%+v", u)
	}
	for range 2 {
		if s.URI(FromURI, "nonsense") != nil {
			t.Error("nonsense is a URI")
		}
	}
	other := string([]byte("sip:c@d:5060"))
	if u := s.URI(RequestURI, other); u == nil || u.Host != "d" {
		t.Errorf("%+v", u)
	}
	// The next message may have its text at the same place.
	b := []byte("sip:x@y")
	view := func() string { return string(b) }
	s.Reset()
	if u := s.URI(RequestURI, view()); u == nil || u.User != "x" {
		t.Errorf("%+v", u)
	}
}

// A text that is changed where it lies is another one.
func TestSpelledURI(t *testing.T) {
	var s State
	b := []byte("sip:x@y")
	view := func() string { return unsafe.String(&b[0], len(b)) }
	for _, user := range []string{"x", "x", "z", "", "z"} {
		b[4] = ' '
		if user != "" {
			b[4] = user[0]
		} else {
			b[3] = '-'
		}
		u := s.SpelledURI(view())
		if (u != nil) != (user != "") || u != nil && (u.User != user || u.Host != "y") {
			t.Errorf("%s: %+v", b, u)
		}
		b[3] = ':'
	}
	if u := s.SpelledURI("sip:o@p;q"); u == nil || u.Params != "q" || s.SpelledURI("sip:o@p;q") != u {
		t.Errorf("%+v", u)
	}
}

func TestBranches(t *testing.T) {
	var b Branches
	for i := range MaxBranches {
		if !b.Add(Branch{URI: "sip:a", Q: i}) {
			t.Fatalf("no room for branch %d", i)
		}
	}
	if b.Add(Branch{}) {
		t.Error("one too many")
	}
	if b.At(-1).Q != MaxBranches-1 || b.At(MaxBranches) != nil || b.At(-MaxBranches-1) != nil {
		t.Error("At")
	}
	if !b.Drop(0) || b.At(0).Q != 1 || b.Drop(99) || b.Len() != MaxBranches-1 {
		t.Error("Drop")
	}
}

func TestResetForgets(t *testing.T) {
	var s State
	first := s.Now()
	s.AVP.Push(avp.Name{Text: "x"}, &value.Value{I: 1, K: value.Int})
	s.Branches.Add(Branch{URI: "sip:a"})
	s.ScriptFlags, s.BranchFlags = 1, 2
	s.Static.URI = "sip:s"
	if s.Now() != first {
		t.Error("the time of a message changed")
	}
	s.Reset()
	if s.AVP.Count(avp.Name{Text: "x"}) != 0 || s.Branches.Len() != 0 || s.ScriptFlags|s.BranchFlags != 0 || s.Static.URI != "" || s.Serial != 1 {
		t.Errorf("%+v", s)
	}
}
