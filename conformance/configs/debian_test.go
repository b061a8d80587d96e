package configs

import (
	"os"
	"path/filepath"
	"strconv"
	"strings"
	"sync"
	"testing"
)

// peels is how many lines are taken out of a configuration, one after the
// other, where both refuse it, to compare what is said of the rest.
const peels = 12

// exceptions are the differences that stay, each with its reason: by
// configuration, without its switches, and the line that Kamailio refuses.
var exceptions = map[string]string{
	"shipped/kamailio/acc-mysql.cfg:94":      oldFIFO,
	"shipped/kamailio/flag_reply.cfg:39":     oldFIFO,
	"shipped/kamailio/nathelper.cfg:52":      oldFIFO,
	"shipped/outbound/edge.cfg:36":           oldFIFO,
	"shipped/outbound/edge_websocket.cfg:62": oldFIFO,
	"shipped/outbound/registrar.cfg:30":      oldFIFO,
}

const oldFIFO = "olelo has mi_fifo, for configurations that are older than Kamailio 5"

// TestDebian compares olelo with Kamailio on every configuration that Debian's
// packages ship: both accept it, or both refuse it at the same line. The line
// that is to blame is then taken out and the rest compared, and so on.
func TestDebian(t *testing.T) {
	p := oracle(t)
	have := installed(t, p)
	dir := t.TempDir()
	all := append(stock(t, dir, have), shipped(t, dir, have)...)
	if len(all) == 0 {
		t.Skip("none of Debian's configurations is installed")
	}
	var mu sync.Mutex
	met := map[string]bool{}
	differ, rests, skipped := 0, 0, 0
	t.Run("all", func(t *testing.T) {
		for _, c := range all {
			t.Run(c.name, func(t *testing.T) {
				t.Parallel()
				c = c.copied(t)
				told := false
				for round := 0; ; round++ {
					k, o := kamailio(t, p, c.file, c.defines...), olelo(c.file, c.defines...)
					key := strings.SplitN(c.name, "+", 2)[0]
					if _, line, ok := strings.Cut(k.at, ":"); ok {
						key += ":" + line
					}
					d := differs(k, o)
					mu.Lock()
					reason := exceptions[key]
					if d != "" {
						met[key] = true
					}
					if d != "" && !told {
						told = true
						differ++
					}
					if round > 0 {
						rests++
					}
					mu.Unlock()
					if d != "" && reason == "" {
						t.Errorf("%s\n%s", key, d)
					}
					// With other switches the rest is mostly the same one.
					if !k.refused || round == peels || len(c.defines) > 0 || !takeOut(t, c.file, k.at) {
						return
					}
				}
			})
		}
	})
	for key, reason := range exceptions {
		name, _, _ := strings.Cut(key, ":")
		switch {
		case met[key]:
		case !strings.Contains(name, "/") || exists(filepath.Join(examples, name[strings.Index(name, "/")+1:])):
			t.Errorf("%s does not differ: take it out of the exceptions (%s)", key, reason)
		default:
			skipped++
		}
	}
	t.Logf("%d configurations, %d differ; %d rests of refused ones compared; %d exceptions not installed", len(all), differ, rests, skipped)
	if differ*100 >= len(all)*3 {
		t.Errorf("%d of %d configurations differ: fewer than 3 %% may", differ, len(all))
	}
}

func exists(file string) bool {
	_, err := os.Stat(file)
	return err == nil
}

// copied is c in a folder of its own, with what stands beside it.
func (c config) copied(t *testing.T) config {
	dir := t.TempDir()
	if err := os.CopyFS(dir, os.DirFS(filepath.Dir(c.file))); err != nil {
		t.Fatal(err)
	}
	c.file = filepath.Join(dir, filepath.Base(c.file))
	return c
}

// takeOut empties a line of a configuration, or of a file that it includes;
// false where there is none such.
func takeOut(t *testing.T, main, at string) bool {
	name, n, _ := strings.Cut(at, ":")
	line, err := strconv.Atoi(n)
	if err != nil {
		return false
	}
	file := filepath.Join(filepath.Dir(main), name)
	text, err := os.ReadFile(file)
	if err != nil {
		return false
	}
	lines := strings.SplitAfter(string(text), "\n")
	if line > len(lines) || strings.TrimSpace(lines[line-1]) == "" {
		return false
	}
	lines[line-1] = "\n"
	write(t, file, strings.Join(lines, ""))
	return true
}
