package json

import "testing"

// What is written is read again, and written the same; no path is too much.
func FuzzJSON(f *testing.F) {
	f.Add(`{'a':[1,2.50,"x\u00e9\/",{"b":NaN,}],"c":tRue /* x */,"d":-0.0} rest`, "a[3].b")
	f.Add(`[[1],{}]`, "a.[1")
	f.Fuzz(func(t *testing.T, src, path string) {
		n, err := parse(src)
		if err != nil {
			return
		}
		once := string(n.append(nil))
		again, err := parse(once)
		if err != nil {
			t.Fatalf("%q: %v", once, err)
		}
		if twice := string(again.append(nil)); twice != once {
			t.Fatalf("%q becomes %q", once, twice)
		}
		n.at(path)
	})
}
