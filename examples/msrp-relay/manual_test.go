// Package msrprelay holds the tests of the example beside them.
package msrprelay

import (
	"bytes"
	"os"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"
)

func read(t *testing.T, name string) []byte {
	t.Helper()
	b, err := os.ReadFile(name)
	if err != nil {
		t.Fatal(err)
	}
	return b
}

// kamailio.cfg is the last example of the manual of Kamailio's msrp module,
// every byte of it.
func TestConfigIsTheManuals(t *testing.T) {
	manual := read(t, "testdata/msrp_admin.txt")
	start := bytes.LastIndex(manual, []byte("#!KAMAILIO"))
	if start < 0 {
		t.Fatal("the manual has no example that starts with #!KAMAILIO")
	}
	want, _, found := bytes.Cut(manual[start:], []byte("]]>"))
	if !found {
		t.Fatal("the manual's example has no end")
	}
	if d := cmp.Diff(string(want), string(read(t, "kamailio.cfg"))); d != "" {
		t.Errorf("kamailio.cfg is not the manual's example (-manual +file):\n%s", d)
	}
}

// relay.cfg is kamailio.cfg with the table's name corrected, and nothing else.
func TestRelayDiffersInOneWord(t *testing.T) {
	cfg := string(read(t, "kamailio.cfg"))
	if n := strings.Count(cfg, `"c=>size=8;`); n != 1 {
		t.Fatalf("kamailio.cfg declares the table c %d times, want once", n)
	}
	want := strings.Replace(cfg, `"c=>size=8;`, `"msrp=>size=8;`, 1)
	if d := cmp.Diff(want, string(read(t, "relay.cfg"))); d != "" {
		t.Errorf("relay.cfg (-want +got):\n%s", d)
	}
}

// The README shows the bytes of the two frames that are typed by hand; their
// end lines and headers have to be right, or nothing answers.
func TestReadmeFrames(t *testing.T) {
	n := 0
	for line := range strings.Lines(string(read(t, "README.md"))) {
		_, frame, ok := strings.Cut(line, "printf '")
		if !ok {
			continue
		}
		n++
		frame, _, ok = strings.Cut(frame, "' | nc ")
		frame = strings.NewReplacer(`\r`, "\r", `\n`, "\n").Replace(frame)
		words := strings.Fields(frame)
		if !ok || len(words) < 3 || !strings.HasSuffix(frame, "\r\n-------"+words[1]+"$\r\n") || !strings.HasPrefix(frame, "MSRP "+words[1]+" "+words[2]+"\r\nTo-Path: ") {
			t.Errorf("not an MSRP frame: %q", frame)
		}
	}
	if n != 2 {
		t.Errorf("%d frames in the README, want 2", n)
	}
}
