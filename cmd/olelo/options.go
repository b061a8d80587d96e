package main

import (
	"errors"
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"

	"olelo/modules/all"
	"olelo/modules/core"
	"olelo/runtime/app"
	"olelo/runtime/log"
)

// common are the options that run, check, dis, migrate and trace share.
type common struct {
	flags     *pflag.FlagSet
	file      *string
	defines   *[]string
	listen    *[]string
	lenient   *bool
	compat    *string
	logFormat *string
	alone     *bool // an option that needs no configuration; nil: there is none
}

// newFlags makes a subcommand's flag set; text is what its help says above the
// options.
func newFlags(name, text string, stdout, stderr io.Writer) *pflag.FlagSet {
	f := pflag.NewFlagSet(name, pflag.ContinueOnError)
	f.SortFlags = false
	f.SetOutput(stderr)
	f.Usage = func() {
		fmt.Fprintln(stdout, text)
		printOptions(stdout, f)
	}
	return f
}

func newCommon(name, text string, stdout, stderr io.Writer) *common {
	f := newFlags(name, text, stdout, stderr)
	return &common{
		flags:     f,
		file:      f.StringP("file", "f", "", "the configuration, a `FILE`; - is standard input"),
		defines:   f.StringArrayP("define", "A", nil, "`ID[=VALUE]`: a #!define before the file"),
		listen:    f.StringArrayP("listen", "l", nil, "`ADDRESS` to listen on beside listen=, as [proto:]host[:port][/advertised]"),
		lenient:   f.Bool("lenient", false, "go on without what Kamailio runs and olelo does not run yet"),
		compat:    f.String("compat", "5.6", "`VERSION` of Kamailio whose meaning counts where they differ: 5.6 or 6"),
		logFormat: f.String("log-format", "text", "`FORM` of log lines: text, as Kamailio's, or json"),
	}
}

// parse reads args. Where done, the command ends with the status.
func (c *common) parse(args []string, stderr io.Writer) (o app.Options, status int, done bool) {
	files, o, status, done := c.parseFiles(args, stderr)
	switch {
	case done || len(files) < 2:
		return o, status, done
	case *c.file == "":
		fmt.Fprintf(stderr, "olelo %s: which configuration? one at a time: olelo %[1]s FILE\n", c.flags.Name())
	default:
		fmt.Fprintf(stderr, "olelo %s: one configuration at a time: %q is left over\n", c.flags.Name(), files[1])
	}
	return o, statusFailed, true
}

// parseFiles is parse of a command that takes several configurations; o is for
// the first one.
func (c *common) parseFiles(args []string, stderr io.Writer) (files []string, o app.Options, status int, done bool) {
	if status, done := parseFlags(c.flags, args, stderr); done {
		return nil, o, status, true
	}
	if c.alone != nil && *c.alone {
		return nil, o, statusOK, false
	}
	fail := func(format string, a ...any) ([]string, app.Options, int, bool) {
		fmt.Fprintf(stderr, "olelo %s: %s\n", c.flags.Name(), fmt.Sprintf(format, a...))
		return nil, o, statusFailed, true
	}
	if *c.file != "" {
		files = append(files, *c.file)
	}
	if files = append(files, c.flags.Args()...); len(files) == 0 {
		return fail("which configuration? olelo %s -f FILE", c.flags.Name())
	}
	o = newOptions(files[0])
	var err error
	if o.Defines, err = defines(*c.defines); err != nil {
		return fail("%v", err)
	}
	if o.LogFormat, err = log.ParseFormat(*c.logFormat); err != nil {
		return fail("--log-format: %v", err)
	}
	if o.Dialect, err = dialect(*c.compat); err != nil {
		return fail("%v", err)
	}
	o.Core.Listen = *c.listen
	o.Lenient = *c.lenient
	return files, o, 0, false
}

func parseFlags(f *pflag.FlagSet, args []string, stderr io.Writer) (status int, done bool) {
	switch err := f.Parse(args); {
	case errors.Is(err, pflag.ErrHelp):
		return statusOK, true
	case err != nil:
		fmt.Fprintf(stderr, "olelo %s: %v; olelo %s --help lists the options\n", f.Name(), err, f.Name())
		return statusFailed, true
	}
	return 0, false
}

// newOptions are the options that every command starts from: the modules that
// are built in.
func newOptions(file string) app.Options {
	return app.Options{
		File:    file,
		Modules: all.Modules,
		Builtin: []app.Builtin{{Name: "core", Module: core.New()}},
	}
}

// defines reads -A arguments. One name twice is an error, as in Kamailio.
func defines(args []string) ([]app.Define, error) {
	var list []app.Define
	for _, a := range args {
		var d app.Define
		d.ID, d.Value, d.HasValue = strings.Cut(a, "=")
		if d.ID == "" {
			return nil, fmt.Errorf("error at define param: -A %s: the name is missing, as in -A ID=VALUE", a)
		}
		for _, x := range list {
			if x.ID == d.ID {
				return nil, fmt.Errorf("error at define param: -A %s: already defined: %s", a, d.ID)
			}
		}
		list = append(list, d)
	}
	return list, nil
}

func dialect(s string) (app.Dialect, error) {
	switch {
	case s == "5.6":
		return app.Dialect56, nil
	case s == "6" || strings.HasPrefix(s, "6."):
		return app.Dialect6, nil
	}
	return 0, fmt.Errorf("--compat: there is 5.6 and 6, not %q", s)
}
