package msrp_test

import (
	"errors"
	"strings"
	"testing"

	"github.com/google/go-cmp/cmp"

	"olelo/runtime/msrp"
)

// Seen as {msrpuri.…} on Kamailio 5.6.3.
func TestParseURI(t *testing.T) {
	for uri, want := range map[string]msrp.URI{
		"msrp://a.b:1000/s;tcp":      {Scheme: "msrp", Host: "a.b", Port: "1000", PortNum: 1000, Session: "s", Proto: "tcp"},
		"msrps://u@h:1/s;tcp;x=1;y":  {Scheme: "msrps", UserInfo: "u", User: "u", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp", Params: "tcp;x=1;y"},
		"msrp://u:p@h:1/s;tcp":       {Scheme: "msrp", UserInfo: "u:p", User: "u", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp"},
		"msrp://u;x@h:1/s;tcp":       {Scheme: "msrp", UserInfo: "u;x", User: "u;x", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp"},
		"msrp://@h:1/s;tcp":          {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp"},
		"msrp://[::1]:2855/s;tcp":    {Scheme: "msrp", Host: "[::1]", Port: "2855", PortNum: 2855, Session: "s", Proto: "tcp"},
		"MSRP://h:5/S;TCP":           {Scheme: "MSRP", Host: "h", Port: "5", PortNum: 5, Session: "S", Proto: "TCP"},
		"msrp://h/s;tcp":             {Scheme: "msrp", Host: "h", Session: "s", Proto: "tcp"},
		"msrp://h:1;tcp":             {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Proto: "tcp"},
		"msrp://h;tcp":               {Scheme: "msrp", Host: "h", Proto: "tcp"},
		"msrp://h:1/s":               {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s"},
		"msrp://h:1/;tcp":            {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Proto: "tcp"},
		"msrp://h":                   {Scheme: "msrp", Host: "h"},
		"msrp://h:/s;tcp":            {Scheme: "msrp", Host: "h", Session: "s", Proto: "tcp"},
		"msrp://h:1/s/t;tcp":         {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s/t", Proto: "tcp"},
		"msrp://h:1/s?x;tcp":         {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s?x", Proto: "tcp"},
		"msrp://h:1/s;tcp;":          {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp", Params: "tcp;"},
		"msrp://h:00080/s;ws":        {Scheme: "msrp", Host: "h", Port: "00080", PortNum: 80, Session: "s", Proto: "ws"},
		"msrp://h:1/a@b;tcp":         {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "a@b", Proto: "tcp"}, // Kamailio: user h, host b
		"msrp://h:1/s;tcp;a=b/c;d@e": {Scheme: "msrp", Host: "h", Port: "1", PortNum: 1, Session: "s", Proto: "tcp", Params: "tcp;a=b/c;d@e"},
		"msrp://h:65535/s;tcp":       {Scheme: "msrp", Host: "h", Port: "65535", PortNum: 65535, Session: "s", Proto: "tcp"},
	} {
		got, err := msrp.ParseURI(uri)
		if err != nil {
			t.Errorf("%s: %v", uri, err)
		}
		if d := cmp.Diff(want, got); d != "" {
			t.Errorf("%s: %s", uri, d)
		}
	}
	for _, uri := range []string{
		"", "foo", "sip:a@b", "msrp:h:1", "msrp://", "msrp:///s;tcp", "msrp://:5/s;tcp", "msrp://h:0/s;tcp", "msrp://h:99999/s;tcp",
		"msrp://h:65536/s;tcp", "msrp://h:x/s;tcp", "msrp://h:1x/s;tcp", "msrpx://h:1/s;tcp", "http://h:1/s;tcp", "msrp://h:1/s;",
		"msrp://[::1/s;tcp", "msrp://[]:1/s;tcp", "msrp://h 1:1/s;tcp", "msrp://a@b@c:1/s;tcp", "msrp://[::1]x/s;tcp", "msrp://h:1/\x00;tcp",
		"msrp://h:18446744073709551617/s", "msrp://h/" + strings.Repeat("s", 3000),
	} {
		if u, err := msrp.ParseURI(uri); !errors.Is(err, msrp.ErrURI) || u != (msrp.URI{}) {
			t.Errorf("%.60q: %+v, %v", uri, u, err)
		}
	}
}
