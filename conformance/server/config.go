package server

import (
	"fmt"
	"regexp"
	"strings"
)

func (in *Instance) expand(s string) string { return strings.ReplaceAll(s, "{dir}", in.Dir) }

var listenLine = regexp.MustCompile(`(?m)^(listen\s*=\s*"?(?:(?:udp|tcp|tls):)?127\.0\.0\.1:)(\d+)`)

// Relisten replaces the ports in the listen lines of a config by what port
// gives for them, and leaves every other byte as it is. It fails when there is
// no listen line on 127.0.0.1.
func Relisten(config string, port func(old string) string) (string, error) {
	if !listenLine.MatchString(config) {
		return "", fmt.Errorf("no line listen=[proto:]127.0.0.1:PORT in the config")
	}
	return listenLine.ReplaceAllStringFunc(config, func(line string) string {
		m := listenLine.FindStringSubmatch(line)
		return m[1] + port(m[2])
	}), nil
}

// WithoutLines removes the lines of a config that contain one of the texts.
func WithoutLines(config string, texts ...string) string {
	var keep strings.Builder
	for line := range strings.Lines(config) {
		drop := false
		for _, t := range texts {
			drop = drop || strings.Contains(line, t)
		}
		if !drop {
			keep.WriteString(line)
		}
	}
	return keep.String()
}
