package db_test

import (
	"testing"

	"olelo/runtime/db"
)

func TestParseURL(t *testing.T) {
	for _, x := range []struct {
		text string
		want db.URL
		safe string
	}{
		{"sqlite:////var/x.db", db.URL{Scheme: "sqlite", Name: "/var/x.db", Folder: "//var/x.db"}, "sqlite:////var/x.db"},
		{"sqlite:///x.db", db.URL{Scheme: "sqlite", Name: "x.db", Folder: "/x.db"}, "sqlite:///x.db"},
		{"text:///var/db", db.URL{Scheme: "text", Name: "var/db", Folder: "/var/db"}, "text:///var/db"},
		{"text://here", db.URL{Scheme: "text", Folder: "here"}, "text://here"},
		{
			"mysql://me:p@ss@[::1]:3306/kamailio",
			db.URL{Scheme: "mysql", User: "me", Pass: "p@ss", Host: "[::1]", Port: "3306", Name: "kamailio", Folder: "me:p@ss@[::1]:3306/kamailio"},
			"mysql://[::1]:3306/kamailio",
		},
	} {
		u, err := db.ParseURL(x.text)
		if err != nil {
			t.Errorf("%s: %v", x.text, err)
			continue
		}
		x.want.Text = x.text
		if *u != x.want || u.String() != x.safe {
			t.Errorf("%s is %+v, shown as %s; want %+v, %s", x.text, *u, u, x.want, x.safe)
		}
	}
	for _, text := range []string{"", "nonsense", "sqlite:x.db", "sqlite://x.db", "://x/y", "text://"} {
		if u, err := db.ParseURL(text); err == nil {
			t.Errorf("%q is %+v, want an error", text, *u)
		}
	}
}
