package jansson

import "testing"

// What is written is read again, and written the same; no path is too much.
func FuzzJSON(f *testing.F) {
	f.Add(`{"a":[1,2.5,"x\u00e9",{"b":null}],"c":true,"d":-0.0,"e":1e-9}`, "a[3].b")
	f.Add(`[[1],{}]`, "[1].x.y[")
	f.Fuzz(func(t *testing.T, src, path string) {
		n, err := parse(src)
		if err != nil {
			return
		}
		for _, s := range []style{compact, wide} {
			once := string(n.append(nil, s))
			again, err := parse(once)
			if err != nil {
				t.Fatalf("%q: %v", once, err)
			}
			if twice := string(again.append(nil, s)); twice != once {
				t.Fatalf("%q becomes %q", once, twice)
			}
		}
		found := n.at(path)
		item := &node{kind: integer, num: 7}
		if replaceAt(n, path, item) == nil && n.at(path) != item {
			t.Fatalf("%q: what was put at %q is not there; before, %v was", src, path, found)
		}
		_ = appendAt(n, path, item)
	})
}
