// Package cases runs the cases of the routing language that were observed on
// the real Kamailio: each is a folder with a configuration, the messages to
// send to it and the log lines, or the start-up errors, that it must give.
package cases

import (
	"fmt"
	"os"
	"path/filepath"
	"regexp"
	"strings"
)

// Mode is how a case is run.
type Mode int

// The modes: send the input to the running server and compare the lines that
// the script logged; check the configuration with -c; start for real.
const (
	Route Mode = iota
	Check
	Start
)

// Case is one folder:
//
//	kamailio.cfg     the configuration, with listen lines on 127.0.0.1
//	input*.sip       messages, each sent as one datagram, in the order of names
//	expected.txt     the text after "T# " of each line so marked in the log; for
//	                 check the exit status and the messages
//	expected-6.txt   the same for Kamailio 6, where it differs
//	check            the configuration is to be checked; "start" in it: started
//	env              KEY=VALUE lines
//	args             further arguments, separated by spaces
//	note.txt         what it is about
//
// Other files, and folders, are what the configuration includes.
type Case struct {
	Name      string
	Mode      Mode
	Config    string
	Inputs    []string
	Expected  string // of 5.6
	Expected6 string // "" where it is Expected
	Env       []string
	Args      []string
	Note      string
	Files     map[string]string
}

// LoadAll reads every folder of dir.
func LoadAll(dir string) ([]Case, error) {
	entries, err := os.ReadDir(dir)
	if err != nil {
		return nil, err
	}
	var all []Case
	for _, e := range entries {
		if !e.IsDir() {
			continue
		}
		c, err := Load(filepath.Join(dir, e.Name()))
		if err != nil {
			return nil, err
		}
		all = append(all, c)
	}
	return all, nil
}

// Load reads one folder.
func Load(dir string) (Case, error) {
	c := Case{Name: filepath.Base(dir), Files: map[string]string{}}
	files := map[string]string{}
	err := filepath.WalkDir(dir, func(path string, d os.DirEntry, err error) error {
		if err != nil || d.IsDir() {
			return err
		}
		text, err := os.ReadFile(path)
		if err != nil {
			return err
		}
		name, err := filepath.Rel(dir, path)
		files[filepath.ToSlash(name)] = string(text)
		return err
	})
	if err != nil {
		return c, err
	}
	for _, name := range sortedKeys(files) { // inputs in the order of names
		text := files[name]
		switch {
		case name == "kamailio.cfg":
			c.Config = text
		case name == "expected.txt":
			c.Expected = text
		case name == "expected-6.txt":
			c.Expected6 = text
		case name == "check":
			c.Mode = Check
			if strings.Contains(text, "start") {
				c.Mode = Start
			}
		case name == "env":
			c.Env = strings.Fields(strings.ReplaceAll(text, " ", "\x00"))
			for i := range c.Env {
				c.Env[i] = strings.ReplaceAll(c.Env[i], "\x00", " ")
			}
		case name == "args":
			c.Args = strings.Fields(text)
		case name == "note.txt":
			c.Note = strings.TrimSpace(text)
		case name == "wait": // seconds that the shell runner waits; this one sees the lines
		case strings.HasPrefix(name, "input") && strings.HasSuffix(name, ".sip"):
			c.Inputs = append(c.Inputs, text)
		default:
			c.Files[name] = text
		}
	}
	if c.Config == "" || c.Expected == "" {
		return c, fmt.Errorf("%s: a case needs kamailio.cfg and expected.txt", dir)
	}
	return c, nil
}

var listenPort = regexp.MustCompile(`(?m)^listen\s*=\s*udp:127\.0\.0\.1:(\d{5})`)

// ports returns the ports that the case listens on, first the one that takes
// the input.
func (c *Case) ports() []string {
	var ports []string
	for _, m := range listenPort.FindAllStringSubmatch(c.Config, -1) {
		ports = append(ports, m[1])
	}
	return ports
}

// renumber replaces ports everywhere, also in what is expected. The new ones
// have five digits as well, so that no column moves.
func (c Case) renumber(old, fresh []string) Case {
	var pairs []string
	for i := range old {
		pairs = append(pairs, old[i], fresh[i])
	}
	r := strings.NewReplacer(pairs...)
	c.Config, c.Expected, c.Expected6 = r.Replace(c.Config), r.Replace(c.Expected), r.Replace(c.Expected6)
	files := map[string]string{}
	for name, text := range c.Files {
		files[name] = r.Replace(text)
	}
	c.Files = files
	return c
}
