package db

import (
	"errors"
	"strings"
)

// URL is a database's address: "sqlite:///path", "mysql://user:pass@host:port/name".
type URL struct {
	Text   string // as written
	Scheme string
	User   string
	Pass   string
	Host   string
	Port   string
	Name   string // behind the first slash: the database's name, a file's path
	Folder string // all behind "://"
}

// ErrURL is what is wrong with an address that is none.
var ErrURL = errors.New(`not a database's address: write it as "driver://[user[:password]@][host[:port]]/name"`)

// schemeText is db_text's: its databases may be named without a slash.
const schemeText = "text"

// ParseURL reads an address. What a driver takes behind a ? stays in its name.
func ParseURL(text string) (*URL, error) {
	scheme, rest, ok := strings.Cut(text, "://")
	if !ok || scheme == "" {
		return nil, ErrURL
	}
	u := &URL{Text: text, Scheme: scheme}
	place, name, ok := strings.Cut(rest, "/")
	if !ok {
		if u.Folder = rest; scheme != schemeText || rest == "" {
			return nil, ErrURL
		}
		return u, nil
	}
	if u.Name, u.Folder = name, rest; scheme == schemeText {
		return u, nil
	}
	if at := strings.LastIndexByte(place, '@'); at >= 0 {
		u.User, u.Pass, _ = strings.Cut(place[:at], ":")
		place = place[at+1:]
	}
	u.Host = place
	if colon := strings.LastIndexByte(place, ':'); colon > strings.LastIndexByte(place, ']') {
		u.Host, u.Port = place[:colon], place[colon+1:]
	}
	return u, nil
}

// Module is the module that drives databases of the address's scheme.
func (u *URL) Module() string { return "db_" + u.Scheme }

// String is the address without user and password, for the log.
func (u *URL) String() string {
	if u.Scheme == schemeText {
		return u.Text
	}
	place := u.Host
	if u.Port != "" {
		place += ":" + u.Port
	}
	return u.Scheme + "://" + place + "/" + u.Name
}
