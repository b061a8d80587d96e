package main

import (
	"fmt"
	"io"
	"os"
	"path/filepath"
	"strings"
	"syscall"

	"olelo/lang/format"
)

const fmtUsage = `usage: olelo fmt [OPTION …] FILE …

Lays out configurations in place: tabs by nesting, blanks around operators and
behind commas, { and else on the line of what they belong to. Comments,
preprocessor lines, texts and the meaning stay; lines that end with CR LF end
with LF, those of a #!define too, whose value Kamailio would end with the CR.
Files that are included are not looked at. Each FILE is a file; - is standard
input, to standard output.

The exit status is 0; 1 where --check finds a file to lay out; 255 where a file
cannot be read or written, or has a text or comment that is never closed: that
file stays as it is.
`

// statusUnformatted is that of --check.
const statusUnformatted = 1

// fmtCommand is "olelo fmt".
func fmtCommand(args []string, stdout, stderr io.Writer) int {
	return formatFiles(args, os.Stdin, stdout, stderr)
}

func formatFiles(args []string, stdin io.Reader, stdout, stderr io.Writer) int {
	f := newFlags("fmt", fmtUsage, stdout, stderr)
	check := f.Bool("check", false, "write nothing, list the files that are not laid out")
	diff := f.Bool("diff", false, "write nothing, show what would change")
	list := f.BoolP("list", "l", false, "list the files that were changed")
	if status, done := parseFlags(f, args, stderr); done {
		return status
	}
	if f.NArg() == 0 {
		fmt.Fprintln(stderr, "olelo fmt: which configuration? olelo fmt FILE …")
		return statusFailed
	}
	status := statusOK
	for _, name := range f.Args() {
		c, err := readConfig(name, stdin, stderr)
		if err != nil {
			fmt.Fprintf(stderr, "olelo fmt: %v\n", err)
		}
		if c == nil {
			status = statusFailed
			continue
		}
		changed := c.text != c.laidOut
		if *check && changed && status == statusOK {
			status = statusUnformatted
		}
		if changed && (*check || *list && name != "-") {
			fmt.Fprintln(stdout, c.shown)
		}
		if *diff {
			fmt.Fprint(stdout, unified(c.shown, c.text, c.laidOut))
		}
		switch {
		case *check || *diff:
		case name == "-":
			_, err = io.WriteString(stdout, c.laidOut)
		case changed:
			err = replaceFile(name, c.laidOut)
		}
		if err != nil {
			fmt.Fprintf(stderr, "olelo fmt: %v\n", err)
			status = statusFailed
		}
	}
	return status
}

// config is a configuration before and after.
type config struct {
	shown, text, laidOut string
}

// readConfig reads a configuration and lays it out. It is nil where that
// fails; what is wrong with the text is reported already.
func readConfig(name string, stdin io.Reader, stderr io.Writer) (*config, error) {
	shown, read := name, func() ([]byte, error) {
		// A pipe or a device has nothing to replace.
		if st, err := os.Stat(name); err != nil {
			return nil, err
		} else if st.IsDir() {
			return nil, fmt.Errorf("%s is a directory: name its files, as in %s", name, filepath.Join(name, "*.cfg"))
		} else if !st.Mode().IsRegular() {
			return nil, fmt.Errorf("%s is no regular file; - lays out standard input", name)
		}
		return os.ReadFile(name)
	}
	if name == "-" {
		shown, read = "<stdin>", func() ([]byte, error) { return io.ReadAll(stdin) }
	}
	text, err := read()
	if err != nil {
		return nil, err
	}
	laidOut, set, diags := format.Config(shown, string(text))
	if diags.Errors() > 0 {
		return nil, diags.Text(stderr, set)
	}
	return &config{shown: shown, text: string(text), laidOut: laidOut}, nil
}

// replaceFile gives a file new content at once: who reads it meanwhile sees
// the old one or the new one. Its mode and owner stay, and a symbolic link
// stays one.
func replaceFile(name, text string) (err error) {
	target, err := filepath.EvalSymlinks(name)
	if err != nil {
		return err
	}
	st, err := os.Stat(target)
	if err != nil {
		return err
	}
	tmp, err := os.CreateTemp(filepath.Dir(target), "."+filepath.Base(target)+".*")
	if err != nil {
		return fmt.Errorf("cannot write beside %s: %w", target, err)
	}
	defer func() {
		if err != nil {
			_ = tmp.Close()
			_ = os.Remove(tmp.Name())
		}
	}()
	if _, err = io.Copy(tmp, strings.NewReader(text)); err != nil {
		return err
	}
	if err = keepOwner(tmp, st); err != nil {
		return err
	}
	if err = tmp.Chmod(st.Mode()); err != nil {
		return err
	}
	if err = tmp.Sync(); err != nil {
		return err
	}
	if err = tmp.Close(); err != nil {
		return err
	}
	return os.Rename(tmp.Name(), target)
}

// keepOwner gives a file the owner and group of another.
func keepOwner(f *os.File, of os.FileInfo) error {
	mine, err := f.Stat()
	if err != nil {
		return err
	}
	want, is := of.Sys().(*syscall.Stat_t), mine.Sys().(*syscall.Stat_t)
	if want.Uid == is.Uid && want.Gid == is.Gid {
		return nil
	}
	if err := f.Chown(int(want.Uid), int(want.Gid)); err != nil {
		return fmt.Errorf("%s would get another owner: %w", of.Name(), err)
	}
	return nil
}
