package main

import (
	"fmt"
	"io"
	"strings"

	"github.com/spf13/pflag"
)

const (
	usageColumn = 26 // where an option's text starts
	usageWidth  = 96
)

// printOptions lists the options of f with their texts.
func printOptions(w io.Writer, f *pflag.FlagSet) {
	f.VisitAll(func(o *pflag.Flag) {
		if o.Hidden {
			return
		}
		name := "    --" + o.Name
		if o.Shorthand != "" {
			name = "-" + o.Shorthand + ", --" + o.Name
		}
		value, text := pflag.UnquoteUsage(o)
		switch t := o.Value.Type(); {
		case t == "bool" || t == "count":
			value = ""
		case o.NoOptDefVal != "":
			name += "[=" + value + "]"
			value = ""
		}
		if value != "" {
			name += " " + value
		}
		if o.Value.Type() == "string" && o.DefValue != "" {
			text += " (default " + o.DefValue + ")"
		}
		fmt.Fprint(w, "  ", name)
		col := len(name) + 2
		if col+2 > usageColumn {
			fmt.Fprintln(w)
			col = 0
		}
		for word := range strings.FieldsSeq(text) {
			if col+1+len(word) > usageWidth {
				fmt.Fprintln(w)
				col = 0
			}
			if col < usageColumn {
				fmt.Fprint(w, strings.Repeat(" ", usageColumn-col))
				col = usageColumn
			} else {
				fmt.Fprint(w, " ")
				col++
			}
			fmt.Fprint(w, word)
			col += len(word)
		}
		fmt.Fprintln(w)
	})
}
