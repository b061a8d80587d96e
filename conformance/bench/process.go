package main

import (
	"bytes"
	"errors"
	"fmt"
	"io/fs"
	"os"
	"path/filepath"
	"strconv"
	"time"
)

// processes are those of a server: its process group, which it has for itself.
func processes(group int) ([]string, error) {
	stats, err := filepath.Glob("/proc/[0-9]*/stat")
	if err != nil {
		return nil, err
	}
	var list []string
	for _, file := range stats {
		text, err := os.ReadFile(file)
		if err != nil {
			continue // it has ended meanwhile
		}
		// Behind the name, which may hold anything: state, parent, group.
		f := bytes.Fields(text[bytes.LastIndexByte(text, ')')+1:])
		if len(f) > 2 && string(f[2]) == strconv.Itoa(group) {
			list = append(list, filepath.Dir(file))
		}
	}
	if len(list) == 0 {
		return nil, fmt.Errorf("no process has the group %d", group)
	}
	return list, nil
}

// cpuTime is what a server's threads have run until now. The ticks of
// /proc/PID/stat are 10 ms, this counts nanoseconds.
func cpuTime(group int) (time.Duration, error) {
	dirs, err := processes(group)
	if err != nil {
		return 0, err
	}
	var sum time.Duration
	for _, dir := range dirs {
		threads, err := filepath.Glob(dir + "/task/*/schedstat")
		if err != nil {
			return 0, err
		}
		for _, file := range threads {
			text, err := os.ReadFile(file)
			if errors.Is(err, fs.ErrNotExist) {
				continue
			}
			if err != nil {
				return 0, err
			}
			ran, _, _ := bytes.Cut(text, []byte(" "))
			n, err := strconv.ParseInt(string(ran), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s: %w", file, err)
			}
			sum += time.Duration(n)
		}
	}
	return sum, nil
}

// memory is what a server's processes hold in RAM, in bytes. What they share
// counts once.
func memory(group int) (int64, error) {
	dirs, err := processes(group)
	if err != nil {
		return 0, err
	}
	var sum int64
	for _, dir := range dirs {
		text, err := os.ReadFile(dir + "/smaps_rollup")
		if err != nil {
			return 0, err
		}
		for line := range bytes.Lines(text) {
			f := bytes.Fields(line)
			if len(f) < 2 || string(f[0]) != "Pss:" {
				continue
			}
			kib, err := strconv.ParseInt(string(f[1]), 10, 64)
			if err != nil {
				return 0, fmt.Errorf("%s/smaps_rollup: %w", dir, err)
			}
			sum += kib << 10
		}
	}
	return sum, nil
}
