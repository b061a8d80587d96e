package main

import (
	"bytes"
	"fmt"
	"io"
	"os"

	"olelo/lang/coverage"
)

const coverageUsage = `usage: olelo coverage [OPTION …] PROFILE …

Reports what of the configurations ran, by the sum of the profiles that "olelo run
--coverage=PROFILE" has written: the share of lines and of branches, for each file
and route block, and what never ran. The configurations are read where the server
read them, for their text. Shares are rounded down: 100 % is all.
A profile is text; after its first line each line is

  FILE:LINE:COL-ENDLINE:ENDCOL KIND[.NTH] COUNT ROUTE

where KIND is stmt, true or false of a condition, case or nocase of a switch;
.NTH tells apart what comes out of one use of a #!define.
The exit status is 0, 1 where a share is below what is wanted, or 255.
`

// coverageCommand is "olelo coverage".
func coverageCommand(args []string, stdout, stderr io.Writer) int {
	flags := newFlags("coverage", coverageUsage, stdout, stderr)
	format := flags.String("format", "text", "of the report, a `FORM`: text, html, lcov, or profile, which is the sum as one profile")
	out := flags.StringP("output", "o", "", "`FILE` for the report; standard output otherwise")
	limit := newThreshold(flags)
	if status, done := parseFlags(flags, args, stderr); done {
		return status
	}
	fail := func(err error) int {
		fmt.Fprintf(stderr, "olelo coverage: %v\n", err)
		return statusFailed
	}
	if flags.NArg() == 0 {
		return fail(fmt.Errorf("which profiles? olelo coverage PROFILE …"))
	}
	wanted, err := limit.wanted()
	if err != nil {
		return fail(err)
	}
	sum := &coverage.Profile{}
	for _, name := range flags.Args() {
		p, err := readProfile(name)
		if err != nil {
			return fail(err)
		}
		sum.Merge(p, nil)
	}
	var b bytes.Buffer
	switch *format {
	case "text":
		err = sum.Text(&b, os.ReadFile)
	case "html":
		err = sum.HTML(&b, os.ReadFile)
	case "lcov":
		err = sum.LCOV(&b)
	case "profile":
		err = sum.Write(&b)
	default:
		err = fmt.Errorf("--format: text, html, lcov or profile, not %q", *format)
	}
	switch {
	case err != nil:
	case *out != "":
		err = os.WriteFile(*out, b.Bytes(), 0o644)
	default:
		_, err = stdout.Write(b.Bytes())
	}
	if err != nil {
		return fail(err)
	}
	if !met(sum.Shares(), wanted, stderr) {
		return 1
	}
	return statusOK
}

func readProfile(name string) (*coverage.Profile, error) {
	f, err := os.Open(name)
	if err != nil {
		return nil, err
	}
	defer f.Close()
	p, err := coverage.Read(f)
	if err != nil {
		err = fmt.Errorf("%s: %w", name, err)
	}
	return p, err
}
