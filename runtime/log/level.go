package log

import (
	"fmt"
	"log/slog"
	"strconv"
	"strings"
)

// Level is how severe a line is: Kamailio's numbers, the lower the more
// severe. A line is written where its level is at most the threshold (debug=).
type Level int

// The levels. -2 has no name in Kamailio and is written like Crit.
const (
	Alert  Level = -5
	Bug    Level = -4
	Crit   Level = -3
	Crit2  Level = -2
	Err    Level = -1
	Warn   Level = 0
	Notice Level = 1
	Info   Level = 2
	Debug  Level = 3
)

const nLevels = int(Debug-Alert) + 1

// clamp maps levels beyond the ends to the ends, as Kamailio prints them.
func (l Level) clamp() Level { return max(Alert, min(Debug, l)) }

var words = [nLevels]string{"ALERT", "BUG", "CRITICAL", "CRITICAL", "ERROR", "WARNING", "NOTICE", "INFO", "DEBUG"}

// severities are syslog's (RFC 5424, section 6.2.1).
var severities = [nLevels]int{1, 2, 2, 2, 3, 4, 5, 6, 7}

// slog has no names for most of the levels; these keep their order.
var slogLevels = [nLevels]slog.Level{16, 14, 12, 12, slog.LevelError, slog.LevelWarn, 2, slog.LevelInfo, slog.LevelDebug}

// String is the word that a line shows: INFO, WARNING.
func (l Level) String() string { return words[l.clamp()-Alert] }

// ParseLevel reads L_INFO, L_DBG … or a number.
func ParseLevel(s string) (Level, bool) {
	switch strings.ToUpper(s) {
	case "L_ALERT":
		return Alert, true
	case "L_BUG":
		return Bug, true
	case "L_CRIT2":
		return Crit2, true
	case "L_CRIT":
		return Crit, true
	case "L_ERR":
		return Err, true
	case "L_WARN":
		return Warn, true
	case "L_NOTICE":
		return Notice, true
	case "L_INFO":
		return Info, true
	case "L_DBG", "L_DEBUG":
		return Debug, true
	}
	n, err := strconv.Atoi(s)
	return Level(n), err == nil
}

// Facility is a syslog facility, shifted as it stands in a priority. The zero
// Facility asks for the log's own.
type Facility int

// FacilityDaemon is what log_facility is by default.
const FacilityDaemon Facility = 3 << 3

// facilities are the names that Kamailio's log_facility knows.
var facilities = map[string]Facility{
	"LOG_KERN": kern, "LOG_USER": 1 << 3, "LOG_MAIL": 2 << 3, "LOG_DAEMON": FacilityDaemon,
	"LOG_AUTH": 4 << 3, "LOG_SYSLOG": 5 << 3, "LOG_LPR": 6 << 3, "LOG_NEWS": 7 << 3,
	"LOG_UUCP": 8 << 3, "LOG_CRON": 9 << 3, "LOG_AUTHPRIV": 10 << 3, "LOG_FTP": 11 << 3,
	"LOG_LOCAL0": 16 << 3, "LOG_LOCAL1": 17 << 3, "LOG_LOCAL2": 18 << 3, "LOG_LOCAL3": 19 << 3,
	"LOG_LOCAL4": 20 << 3, "LOG_LOCAL5": 21 << 3, "LOG_LOCAL6": 22 << 3, "LOG_LOCAL7": 23 << 3,
}

// kern keeps LOG_KERN (0 on the wire) apart from "none given".
const kern Facility = 1 << 15

func (f Facility) code() int { return int(f &^ kern) }

// ParseFacility reads LOG_LOCAL0, LOG_DAEMON …; case does not matter.
func ParseFacility(s string) (Facility, bool) {
	f, ok := facilities[strings.ToUpper(s)]
	return f, ok
}

// String is the name that ParseFacility reads.
func (f Facility) String() string {
	for name, known := range facilities {
		if known == f {
			return name
		}
	}
	return strconv.Itoa(f.code())
}

// Color is a terminal's foreground and background, as an escape sequence.
type Color string

// NoColor is the terminal's own.
const NoColor Color = "\x1b[0;39;49m"

var levelColors = [nLevels]Color{
	"\x1b[1;31;49m", "\x1b[1;35;49m", "\x1b[0;33;49m", "\x1b[0;34;49m", "\x1b[0;31;49m",
	"\x1b[0;35;49m", "\x1b[0;32;49m", "\x1b[0;36;49m", NoColor,
}

// ParseColor reads the two letters of xlog's $C(xy): foreground and
// background, of x (the terminal's) s r g y b p c w; a capital foreground is
// bright.
func ParseColor(s string) (Color, error) {
	const letters = "srgybpcw" // in the order of the ANSI codes
	if len(s) != 2 {
		return "", fmt.Errorf("a colour is two letters, foreground and background, such as rx: %q is not", s)
	}
	bright, fg, bg := 0, 39, 49
	if i := strings.IndexByte(letters, s[0]); i >= 0 {
		fg = 30 + i
	} else if i := strings.IndexByte(strings.ToUpper(letters), s[0]); i >= 0 {
		bright, fg = 1, 30+i
	} else if s[0] != 'x' {
		return "", fmt.Errorf("%q is not a foreground colour: x s r g y b p c w, or S R G Y B P C W", s[:1])
	}
	if i := strings.IndexByte(letters, s[1]); i >= 0 {
		bg = 40 + i
	} else if s[1] != 'x' {
		return "", fmt.Errorf("%q is not a background colour: x s r g y b p c w", s[1:])
	}
	return Color(fmt.Sprintf("\x1b[%d;%d;%dm", bright, fg, bg)), nil
}
