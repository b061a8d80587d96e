package report

import (
	"encoding/json"
	"encoding/xml"
	"io"
	"strings"

	"olelo/conformance/script"
)

// record is a result in JSON.
type record struct {
	Case     string         `json:"case"`
	File     string         `json:"file"`
	Server   string         `json:"server"`
	Outcome  script.Outcome `json:"outcome"`
	Seconds  float64        `json:"seconds"`
	Why      string         `json:"why,omitempty"`
	Diverges string         `json:"diverges,omitempty"`
	Retried  bool           `json:"retried,omitempty"`
	Story    string         `json:"story,omitempty"`
}

// JSON writes the results as one array.
func JSON(w io.Writer, results []script.Result) error {
	records := make([]record, 0, len(results))
	for _, r := range results {
		rec := record{
			Case: r.Case.Name, File: r.Case.Path, Server: r.Kind.String(), Outcome: r.Outcome,
			Seconds: r.Time.Seconds(), Why: r.Why, Retried: r.Retried, Story: r.Story,
		}
		if r.Differs {
			rec.Diverges = r.Case.Diverges
		}
		records = append(records, rec)
	}
	e := json.NewEncoder(w)
	e.SetIndent("", "  ")
	return e.Encode(records)
}

type junitSuite struct {
	XMLName  xml.Name    `xml:"testsuite"`
	Name     string      `xml:"name,attr"`
	Tests    int         `xml:"tests,attr"`
	Failures int         `xml:"failures,attr"`
	Skipped  int         `xml:"skipped,attr"`
	Time     float64     `xml:"time,attr"`
	Cases    []junitCase `xml:"testcase"`
}

type junitCase struct {
	Class   string        `xml:"classname,attr"`
	Name    string        `xml:"name,attr"`
	File    string        `xml:"file,attr"`
	Time    float64       `xml:"time,attr"`
	Failure *junitMessage `xml:"failure"`
	Skipped *junitMessage `xml:"skipped"`
	Out     string        `xml:"system-out,omitempty"`
}

type junitMessage struct {
	Message string `xml:"message,attr"`
	Text    string `xml:",chardata"`
}

// JUnit writes the results in the XML that CI servers read: one suite a server.
func JUnit(w io.Writer, results []script.Result) error {
	suites := struct {
		XMLName xml.Name `xml:"testsuites"`
		Suites  []*junitSuite
	}{}
	byServer := map[string]*junitSuite{}
	for _, r := range results {
		s := byServer[r.Kind.String()]
		if s == nil {
			s = &junitSuite{Name: r.Kind.String()}
			byServer[s.Name] = s
			suites.Suites = append(suites.Suites, s)
		}
		c := junitCase{Class: s.Name, Name: r.Case.Name, File: r.Case.Path, Time: r.Time.Seconds()}
		if r.Outcome == script.Passed {
			c.Out = strings.TrimPrefix(remark(r), ": ")
		}
		switch r.Outcome {
		case script.Failed:
			s.Failures++
			c.Failure = &junitMessage{Message: firstLine(r.Why), Text: r.Why + "\n" + r.Story}
		case script.Skipped:
			s.Skipped++
			c.Skipped = &junitMessage{Message: r.Why}
		}
		s.Tests++
		s.Time += r.Time.Seconds()
		s.Cases = append(s.Cases, c)
	}
	if _, err := io.WriteString(w, xml.Header); err != nil {
		return err
	}
	e := xml.NewEncoder(w)
	e.Indent("", "  ")
	if err := e.Encode(suites); err != nil {
		return err
	}
	_, err := io.WriteString(w, "\n")
	return err
}

func firstLine(s string) string {
	for i, c := range s {
		if c == '\n' {
			return s[:i]
		}
	}
	return s
}
