package main

import (
	"bytes"
	"strings"
	"testing"
	"time"

	"github.com/google/go-cmp/cmp"
)

// TestHeldOptions: both command lines take the options, and Kamailio's names
// can be cut as short as without them.
func TestHeldOptions(t *testing.T) {
	_, o, err := parseKamailio(t, "-f", "x", "-DDE", "--virtual-clock=2030-01-31T12:00:00+02:00", "--seed=7")
	if err != nil {
		t.Fatal(err)
	}
	if want := time.Date(2030, 1, 31, 10, 0, 0, 0, time.UTC); !o.Clock.Virtual() || !o.Clock.Now().Equal(want) || *o.Seed != 7 {
		t.Errorf("virtual %v, at %v, seed %d", o.Clock.Virtual(), o.Clock.Now(), *o.Seed)
	}
	before := time.Now().Round(0)
	_, o, err = parseKamailio(t, "--virtual-clock", "-f", "x", "--se=3")
	if err != nil || !o.Clock.Virtual() || o.Clock.Now().Before(before) || o.File == "" || o.Seed != nil || *o.Core.ServerID != 3 {
		t.Errorf("the clock stands at %v, seed %v, file %q, server id %v: %v", o.Clock.Now(), o.Seed, o.File, o.Core.ServerID, err)
	}
	if _, o, err = parseKamailio(t, "-f", "x"); err != nil || o.Clock.Virtual() || o.Seed != nil {
		t.Errorf("without the options: virtual %v, seed %v, %v", o.Clock.Virtual(), o.Seed, err)
	}
	for _, line := range []string{"olelo help run", "olelo -h"} {
		var stdout, stderr bytes.Buffer
		if status := run(strings.Fields(line), &stdout, &stderr); status != 0 {
			t.Errorf("%s: status %d", line, status)
		}
		for _, want := range []string{"--virtual-clock[=TIME]", "--seed NUMBER", "for tests"} {
			if !strings.Contains(stdout.String(), want) {
				t.Errorf("%s does not show %s", line, want)
			}
		}
	}
}

func TestHeldMistakes(t *testing.T) {
	const number, at = "a seed is a number from 0 to 18446744073709551615", "a time is written 2030-01-31T12:00:00Z (RFC 3339)"
	for arg, want := range map[string]string{
		"--seed=x":                 `invalid argument "x" for "--seed" flag: ` + number,
		"--seed=-1":                `invalid argument "-1" for "--seed" flag: ` + number,
		"--virtual-clock=tomorrow": `invalid argument "tomorrow" for "--virtual-clock" flag: ` + at,
		"--virtual-clock=":         `invalid argument "" for "--virtual-clock" flag: ` + at,
	} {
		for line, end := range map[string]string{"olelo -f x": ". Use -h for help.\n", "olelo run -f x": "; olelo run --help lists the options\n"} {
			var stdout, stderr bytes.Buffer
			status := run(append(strings.Fields(line), arg), &stdout, &stderr)
			_, text, _ := strings.Cut(stderr.String(), "invalid")
			if d := cmp.Diff(want+end, "invalid"+text); d != "" || status != 255 {
				t.Errorf("%s %s: status %d (-want +got)\n%s", line, arg, status, d)
			}
		}
	}
}
