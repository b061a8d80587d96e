// Package server starts a SIP and MSRP server under test, olelo or Kamailio,
// with a config text on free loopback ports, sees when it is ready, keeps its
// log and ends it by its process id.
package server

import (
	"context"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"os/exec"
	"path/filepath"
	"regexp"
	"strconv"
	"strings"
)

// Kind tells the servers under test apart where a config or a case must.
type Kind int

// The servers under test.
const (
	Olelo Kind = iota
	Kamailio
)

// String is the server's name as used in test names: olelo, kamailio.
func (k Kind) String() string { return [...]string{"olelo", "kamailio"}[k] }

// Program is an executable that takes Kamailio's command line.
type Program struct {
	Kind Kind
	Path string
}

// FindKamailio returns the binary named by the environment variable
// KAMAILIO_BIN, or else the kamailio on PATH. ok is false when there is none.
func FindKamailio() (p Program, ok bool) {
	name := os.Getenv("KAMAILIO_BIN")
	if name == "" {
		name = "kamailio"
	}
	p, err := KamailioAt(name)
	return p, err == nil
}

// FindOlelo returns the binary named by the environment variable OLELO_BIN, or
// else builds this module's cmd/olelo into dir. The build has the race
// detector when the calling program has it.
func FindOlelo(ctx context.Context, dir string) (Program, error) {
	if err := readSources(ctx); err != nil {
		return Program{}, err
	}
	if path := os.Getenv("OLELO_BIN"); path != "" {
		abs, err := filepath.Abs(path)
		return Program{Kind: Olelo, Path: abs}, err
	}
	out := filepath.Join(dir, "olelo")
	args := []string{"build", "-o", out}
	if raceEnabled {
		args = append(args, "-race")
	}
	if said, err := exec.CommandContext(ctx, "go", append(args, "olelo/cmd/olelo")...).CombinedOutput(); err != nil {
		return Program{}, fmt.Errorf("go build olelo/cmd/olelo: %w\n%s", err, said)
	}
	return Program{Kind: Olelo, Path: out}, nil
}

// readSources looks at every folder of this module. go test then knows that
// the result of the calling test hangs on them, and does not take an old one
// from its cache after a change of the server, which the test does not import.
func readSources(ctx context.Context) error {
	root, err := exec.CommandContext(ctx, "go", "list", "-m", "-f", "{{.Dir}}", "olelo").Output()
	if err != nil {
		return fmt.Errorf("go list -m olelo: %w", err)
	}
	return filepath.WalkDir(strings.TrimSpace(string(root)), func(path string, d os.DirEntry, err error) error {
		if err == nil && d.IsDir() && d.Name() == ".git" {
			return filepath.SkipDir
		}
		if errors.Is(err, fs.ErrNotExist) {
			return nil // removed while we look
		}
		return err
	})
}

// KamailioAt is the Kamailio of a path, or of a name on PATH.
func KamailioAt(name string) (Program, error) {
	path, err := exec.LookPath(name)
	if err == nil {
		path, err = filepath.Abs(path)
	}
	return Program{Kind: Kamailio, Path: path}, err
}

var versionLine = regexp.MustCompile(`version: kamailio (\d+)\.`)

// Major asks a Kamailio for its major version.
func (p Program) Major(ctx context.Context) (int, error) {
	said, err := exec.CommandContext(ctx, p.Path, "-v").Output()
	m := versionLine.FindSubmatch(said)
	if m == nil {
		return 0, errors.Join(fmt.Errorf("%s -v does not say which kamailio it is:\n%s", p.Path, said), err)
	}
	return strconv.Atoi(string(m[1]))
}
